package web

import (
	"testing"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

func TestPayIsToldOnceWhenPageAndTextAgree(t *testing.T) {
	page := &post.Salary{Min: 900, Currency: "USD", Raw: "900 USD"}
	other := &post.Salary{Min: 1200, Currency: "USD", Raw: "1200 dollars"}
	for name, c := range map[string]struct {
		doc  indexer.Doc
		want []string
	}{
		"neither says any":              {indexer.Doc{}, nil},
		"read from the text":            {indexer.Doc{Post: post.Post{Text: "we pay 900 USD", Salary: page}, Verdict: post.Verdict{Facts: post.Facts{Salary: page}}}, []string{"as read from the text"}},
		"given as data by the page":     {indexer.Doc{Post: post.Post{Text: "good pay", Salary: page}, Verdict: post.Verdict{Facts: post.Facts{Salary: page}}}, []string{"as the page states it"}},
		"page and text do not agree":    {indexer.Doc{Post: post.Post{Text: "1200 dollars", Salary: page}, Verdict: post.Verdict{Facts: post.Facts{Salary: other}}}, []string{"as the page states it", "as read from the text"}},
		"the verdict was made long ago": {indexer.Doc{Post: post.Post{Salary: page}}, []string{"as the page states it"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range salaries(c.doc) {
				got = append(got, s.Where)
			}
			if len(got) != len(c.want) {
				t.Fatalf("told %v, want %v", got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("told %v, want %v", got, c.want)
				}
			}
		})
	}
}
