package indextest

import (
	"fmt"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// corpus is a small fixed set of judged posts: one per sample, named by language
// and number (en1, en2, zh1 …), a day apart, with facts that filters can tell apart.
func corpus() []post.Judged {
	var out []post.Judged
	seen := map[string]int{}
	for i, s := range samples() {
		seen[s.lang]++
		name := fmt.Sprint(s.lang, seen[s.lang])
		j := judged(name, start().AddDate(0, 0, i), s.lang, s.title, s.text)
		if name == "en2" {
			j.Post.Pictures = []post.Picture{{Text: "Westview Clinic\nwall poster"}, {Codes: []string{"https://line.example/ti/p/nurse2"}}}
		}
		facts(&j, i)
		out = append(out, j)
	}
	return out
}

// facts gives the i-th post its company, contacts and verdict.
func facts(j *post.Judged, i int) {
	p, v := &j.Post, &j.Verdict
	switch i % 3 {
	case 0:
		p.Source, p.Company = "board", "Golden Sea Co., Ltd."
	case 1:
		p.Source, p.Company = "telegram", ""
	case 2:
		p.Source, p.Company = "feed", "ບໍລິສັດ ສາມຫຼ່ຽມ"
	}
	p.Locations = []string{[]string{"Sihanoukville", "Mae Sot", "Bokeo"}[i%3]}
	p.PostedAt = time.Time{}
	if i%2 == 0 {
		p.PostedAt = start().AddDate(0, 0, i-3)
	}
	p.Contacts = []post.Contact{{Kind: "phone", Value: fmt.Sprintf("+66812345%03d", i)}, {Kind: "telegram", Value: fmt.Sprintf("recruiter_%d", i)}}
	v.Level = append([]post.Level{post.LevelNone}, post.Levels()...)[i%6]
	v.Flagged = v.Level.Rank() >= post.LevelMedium.Rank()
	v.Stance = []post.Stance{post.StanceOffer, post.StanceWarning, post.StanceTestimony}[i%3]
	v.Help = v.Stance == post.StanceTestimony && i%2 == 0
	for k := range i % 4 {
		id := fmt.Sprintf("rule-%d", k)
		v.Rules = append(v.Rules, post.RuleHit{ID: id, Title: "Rule", Level: v.Level})
		v.Facts.Concepts = append(v.Facts.Concepts, fmt.Sprintf("concept_%d", k))
	}
	for _, c := range [][]string{{"KH"}, {"MM", "TH"}, nil, {"LA"}}[i%4] {
		v.Facts.Places = append(v.Facts.Places, post.Place{ID: "p-" + c, Name: c, Country: c})
	}
	at := time.UnixMicro(p.Version)
	p.Seal(at)
	v.ID = p.ID
	j.Capture.Source, j.Capture.Digest = p.Source, p.Digest
}
