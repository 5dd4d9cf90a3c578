package app

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/lurewatch/lurewatch/classifier"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

// DiffOptions says what [DiffPacks] shows.
type DiffOptions struct {
	Examples int // changed posts to show, the first that come; 0 shows none
}

// Diff is what another pack would make of the same posts. Its size is bounded by the
// two packs, not by the posts.
type Diff struct {
	Old   post.Pack             `json:"old"`
	New   post.Pack             `json:"new"`
	Posts int                   `json:"posts"` // judged by both
	Bad   int                   `json:"bad"`   // that could not be read
	All   DiffCounts            `json:"all"`
	Lang  map[string]DiffCounts `json:"lang"` // those in which something changes
	Rules []RuleDiff            `json:"rules"`
	First []Changed             `json:"first"`
}

// DiffCounts counts posts by what changes for them.
type DiffCounts struct {
	Flagged int `json:"flagged"` // by the old pack
	Newly   int `json:"newly"`   // flagged by the new one only
	Dropped int `json:"dropped"` // flagged by the old one only
	Raised  int `json:"raised"`  // flagged by both, at a higher level now
	Lowered int `json:"lowered"`
	Stance  int `json:"stance"` // told to be something else; may be counted above too
}

func (c DiffCounts) changed() bool { return c.Newly+c.Dropped+c.Raised+c.Lowered+c.Stance > 0 }

// RuleDiff is one rule that is not the same in both packs, or fires on other posts.
type RuleDiff struct {
	ID     string     `json:"id"`
	Title  string     `json:"title"`
	Level  post.Level `json:"level"`
	State  string     `json:"state"` // added | removed | edited | same
	Fired  int        `json:"fired"` // posts that it fired on in the old pack
	Gained int        `json:"gained"`
	Lost   int        `json:"lost"`
}

// Changed is a post that the packs judge differently, with the words that say why.
type Changed struct {
	ID     string      `json:"id"`
	What   string      `json:"what"` // newly | dropped | raised | lowered | stance
	Lang   string      `json:"lang"`
	Title  string      `json:"title,omitempty"`
	Text   string      `json:"text,omitempty"` // how it begins, 200 bytes at most
	Old    Judgement   `json:"old"`
	New    Judgement   `json:"new"`
	Gained []string    `json:"gained,omitempty"` // titles of rules that fire now
	Lost   []string    `json:"lost,omitempty"`
	Words  []post.Span `json:"words"` // of the pack that flags it, or flags it higher; of the new one when only the stance changes
}

// Judgement is the gist of a verdict.
type Judgement struct {
	Flagged bool        `json:"flagged"`
	Level   post.Level  `json:"level"`
	Stance  post.Stance `json:"stance"`
}

// maxWords bounds the spans of one [Changed].
const maxWords = 12

// diffBatch is how many posts are judged side by side before they are counted.
const diffBatch = 512

// DiffPacks judges posts with two packs and tells what changes. It reads them once,
// a batch at a time, on all cores; an error of posts that comes with no post is
// counted and stepped over.
func DiffPacks(ctx context.Context, old, fresh *rules.Pack, posts iter.Seq2[post.Post, error], opt DiffOptions) (*Diff, error) {
	d := &differ{opt: opt, out: &Diff{Old: old.ID, New: fresh.ID, Lang: map[string]DiffCounts{}, First: []Changed{}}}
	for i, p := range []*rules.Pack{old, fresh} {
		d.byID[i] = map[string]*sigma.Rule{}
		for _, r := range p.Rules.Rules() {
			d.byID[i][r.ID] = r
		}
		var err error
		if d.judges[i], err = classifier.New(p, classifier.Options{}); err != nil {
			return nil, err
		}
	}
	d.langs = map[string]bool{}
	for _, l := range fresh.Lexicons {
		d.langs[l.Lang] = true
	}
	d.rules = ruleDiffs(old, fresh)
	batch := make([]post.Post, 0, diffBatch)
	for p, err := range posts {
		if err != nil {
			d.out.Bad++
			continue
		}
		if batch = append(batch, p); len(batch) == diffBatch {
			if err := d.judge(ctx, batch); err != nil {
				return nil, err
			}
			batch = batch[:0]
		}
	}
	if err := cmp.Or(d.judge(ctx, batch), ctx.Err()); err != nil {
		return nil, err
	}
	maps.DeleteFunc(d.out.Lang, func(_ string, c DiffCounts) bool { return !c.changed() })
	for _, r := range d.rules {
		if r.State != "same" || r.Gained+r.Lost > 0 {
			d.out.Rules = append(d.out.Rules, *r)
		}
	}
	slices.SortFunc(d.out.Rules, func(a, b RuleDiff) int {
		return cmp.Or(cmp.Compare(b.Gained+b.Lost, a.Gained+a.Lost), cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	return d.out, nil
}

type differ struct {
	opt    DiffOptions
	out    *Diff
	judges [2]*classifier.Classifier // old, new
	byID   [2]map[string]*sigma.Rule
	langs  map[string]bool
	rules  map[string]*RuleDiff
}

// ruleDiffs lists the rules of both packs by id.
func ruleDiffs(old, fresh *rules.Pack) map[string]*RuleDiff {
	out := map[string]*RuleDiff{}
	hashes := map[string]post.Digest{}
	for _, r := range old.Rules.Rules() {
		out[r.ID] = &RuleDiff{ID: r.ID, Title: r.Title, Level: r.Level, State: "removed"}
		hashes[r.ID] = r.Hash
	}
	for _, r := range fresh.Rules.Rules() {
		state := "added"
		if h, ok := hashes[r.ID]; ok {
			if state = "edited"; h == r.Hash {
				state = "same"
			}
		}
		out[r.ID] = &RuleDiff{ID: r.ID, Title: r.Title, Level: r.Level, State: state}
	}
	return out
}

func (d *differ) judge(ctx context.Context, posts []post.Post) error {
	verdicts := make([][2]post.Verdict, len(posts))
	errs := make([]error, len(posts))
	workers := max(runtime.GOMAXPROCS(0), 1)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(posts); i += workers {
				for k, c := range d.judges {
					v, err := c.Classify(ctx, posts[i])
					verdicts[i][k], errs[i] = v, cmp.Or(errs[i], err)
				}
			}
		})
	}
	wg.Wait()
	for i, p := range posts {
		if errs[i] != nil {
			return fmt.Errorf("judge %s: %w", p.ID, errs[i])
		}
		d.count(p, &verdicts[i][0], &verdicts[i][1])
	}
	return nil
}

func (d *differ) count(p post.Post, old, fresh *post.Verdict) {
	d.out.Posts++
	var c DiffCounts
	if old.Flagged {
		c.Flagged++
	}
	what := ""
	switch {
	case fresh.Flagged && !old.Flagged:
		c.Newly, what = 1, "newly"
	case old.Flagged && !fresh.Flagged:
		c.Dropped, what = 1, "dropped"
	case old.Flagged && fresh.Level.Rank() > old.Level.Rank():
		c.Raised, what = 1, "raised"
	case old.Flagged && fresh.Level.Rank() < old.Level.Rank():
		c.Lowered, what = 1, "lowered"
	}
	if old.Stance != fresh.Stance {
		c.Stance, what = 1, cmp.Or(what, "stance")
	}
	d.out.All.add(c)
	lang := fresh.Lang
	if !d.langs[lang] { // what a page says of its language may be anything
		lang = "other"
	}
	all := d.out.Lang[lang]
	all.add(c)
	d.out.Lang[lang] = all
	gained, lost := d.fired(old, fresh)
	if what != "" && len(d.out.First) < d.opt.Examples {
		d.out.First = append(d.out.First, d.example(p, what, old, fresh, gained, lost))
	}
}

func (c *DiffCounts) add(x DiffCounts) {
	c.Flagged += x.Flagged
	c.Newly += x.Newly
	c.Dropped += x.Dropped
	c.Raised += x.Raised
	c.Lowered += x.Lowered
	c.Stance += x.Stance
}

// fired counts the rules that fired, and lists those that fired in one pack only.
func (d *differ) fired(old, fresh *post.Verdict) (gained, lost []string) {
	before, after := map[string]bool{}, map[string]bool{}
	for _, h := range old.Rules {
		before[h.ID] = true
	}
	for _, h := range fresh.Rules {
		after[h.ID] = true
		if !before[h.ID] {
			d.rules[h.ID].Gained++
			gained = append(gained, h.ID)
		}
	}
	for _, h := range old.Rules {
		d.rules[h.ID].Fired++
		if !after[h.ID] {
			d.rules[h.ID].Lost++
			lost = append(lost, h.ID)
		}
	}
	return gained, lost
}

func (d *differ) example(p post.Post, what string, old, fresh *post.Verdict, gained, lost []string) Changed {
	gist := func(v *post.Verdict) Judgement { return Judgement{v.Flagged, v.Level, v.Stance} }
	c := Changed{
		ID: cmp.Or(p.ID, p.NativeID), What: what, Lang: fresh.Lang, Title: p.Title, Text: head(p.Text, 200),
		Old: gist(old), New: gist(fresh), Gained: d.titles(gained), Lost: d.titles(lost), Words: []post.Span{},
	}
	say, rs, k := fresh, gained, 1
	if what == "dropped" || what == "lowered" {
		say, rs, k = old, lost, 0
	}
	asked := func(concept string) bool {
		return slices.ContainsFunc(rs, func(id string) bool { return d.byID[k][id].Asks("concept", concept) })
	}
	for _, all := range []bool{false, true} { // the words of the rules at hand first, else any
		for _, s := range say.Spans {
			if len(c.Words) < maxWords && (all || asked(s.Concept)) {
				c.Words = append(c.Words, s)
			}
		}
		if len(c.Words) > 0 {
			break
		}
	}
	return c
}

func (d *differ) titles(ids []string) []string {
	var out []string
	for _, id := range ids {
		out = append(out, d.rules[id].Title)
	}
	return out
}

// Languages lists the languages in which something changes, those with the most
// changes first.
func (d *Diff) Languages() []string {
	n := func(l string) int { c := d.Lang[l]; return c.Newly + c.Dropped + c.Raised + c.Lowered + c.Stance }
	return slices.SortedFunc(maps.Keys(d.Lang), func(a, b string) int { return cmp.Or(cmp.Compare(n(b), n(a)), cmp.Compare(a, b)) })
}

// head is how s begins, n bytes at most.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}
