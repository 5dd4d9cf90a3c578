package fold

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

// TestOrdinaryPostsAreNotDisguised reads posts of job boards, where they are at hand:
// hardly one of them may seem disguised.
func TestOrdinaryPostsAreNotDisguised(t *testing.T) {
	for _, set := range []string{"ca_real_posts", "id_jobstreet_cards", "kh_camhr", "ko_wanted", "ru_hh_cards", "sg_telegram_jobs", "th_jobthai", "vi_topcv_cards", "zh_51job_cards", "bn_sms"} {
		t.Run(set, func(t *testing.T) {
			f, err := os.Open("../../../shared/corpus/text/" + set + ".jsonl")
			if err != nil {
				t.Skip("no corpus beside the checkout")
			}
			defer f.Close()
			posts, disguised, kinds := 0, 0, map[string]int{}
			sc := bufio.NewScanner(f)
			for sc.Buffer(nil, 1<<22); sc.Scan(); {
				var l struct{ Text string }
				if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
					t.Fatal(err)
				}
				posts++
				x, _ := Fold(l.Text).Unleet()
				for _, name := range x.Disguises {
					kinds[name]++
				}
				if len(x.Disguises) > 0 {
					disguised++
				}
			}
			t.Logf("%d of %d posts: %v", disguised, posts, kinds)
			if 40*disguised > posts {
				t.Errorf("%d of %d posts seem disguised: %v, want one in forty at most", disguised, posts, kinds)
			}
		})
	}
}
