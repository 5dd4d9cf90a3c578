package classifier

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Labelled is a post of which people have said what it is.
type Labelled struct {
	Post   post.Post
	Label  string // scam | legit | overseas_legit | warning | news | testimony | seeker | other
	Family string // of a lure: compound, bounty, organ …
	Set    string // where it comes from; figures are kept apart by it
	Line   int
}

// Positive reports whether the post should be flagged.
func (l Labelled) Positive() bool { return l.Label == "scam" }

// MaxLine bounds one line of labelled or plain JSONL, in bytes.
const MaxLine = 4 << 20

// ReadLabelled calls fn for each line of JSONL with id, text, label and, if known,
// title, url, lang, company, location, source, family and posted_at. A line that is
// no such object goes to bad, and reading goes on; an error of fn ends it. set is
// the name of the figures when a line has no source.
func ReadLabelled(r io.Reader, set string, fn func(Labelled) error, bad func(line int, err error)) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 64<<10), MaxLine)
	for n := 1; sc.Scan(); n++ {
		line := bytes.TrimSpace(sc.Bytes())
		if len(line) == 0 {
			continue
		}
		var x struct {
			ID, Text, Title, URL, Lang, Company, Location, Source, Label, Family string
			PostedAt                                                             time.Time `json:"posted_at"`
		}
		if err := json.Unmarshal(line, &x); err != nil {
			bad(n, err)
			continue
		}
		if x.Label == "" || x.Text == "" && x.Title == "" {
			bad(n, errors.New("label or text is missing"))
			continue
		}
		l := Labelled{
			Post: post.Post{
				ID: x.ID, Text: x.Text, Title: x.Title, URL: x.URL, Lang: x.Lang, Company: x.Company, Source: x.Source, PostedAt: x.PostedAt,
			},
			Label: x.Label, Family: x.Family, Set: set, Line: n,
		}
		if x.Location != "" {
			l.Post.Locations = []string{x.Location}
		}
		if err := fn(l); err != nil {
			return err
		}
	}
	if err := sc.Err(); err != nil {
		return fmt.Errorf("read labelled posts: %w", err)
	}
	return nil
}

// Judged is a labelled post with its verdict.
type Judged struct {
	Labelled
	Verdict post.Verdict
}

// Evaluate judges labelled posts on all cores and counts. each, when not nil, sees
// every judged post in order.
func (c *Classifier) Evaluate(ctx context.Context, posts []Labelled, each func(Judged)) (Report, error) {
	out := make([]Judged, len(posts))
	errs := make([]error, len(posts))
	workers := max(runtime.GOMAXPROCS(0), 1)
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			for i := k; i < len(posts); i += workers {
				v, err := c.Classify(ctx, posts[i].Post)
				out[i], errs[i] = Judged{posts[i], v}, err
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return Report{}, fmt.Errorf("evaluate: %w", err)
	}
	r := NewReport()
	for _, j := range out {
		r.Add(j)
		if each != nil {
			each(j)
		}
	}
	return r, nil
}

// Rate is k of n, with the Wilson interval at 95 %.
type Rate struct {
	K    int     `json:"k"`
	N    int     `json:"n"`
	Rate float64 `json:"rate"` // 0 when N is 0
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// RateOf computes the rate. With n 0 the interval is all there is: 0 to 1.
func RateOf(k, n int) Rate {
	r := Rate{K: k, N: n, High: 1}
	if n == 0 {
		return r
	}
	const z = 1.959963984540054
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	r.Rate, r.Low, r.High = p, max(mid-half, 0), min(mid+half, 1)
	return r
}

// String is the rate with its counts and interval, as in 61.0 % [52.1–69.2] 72/118.
func (r Rate) String() string {
	return fmt.Sprintf("%.1f %% [%.1f–%.1f] %d/%d", 100*r.Rate, 100*r.Low, 100*r.High, r.K, r.N)
}

// Counts is a confusion table.
type Counts struct{ TP, FP, TN, FN int }

func (c *Counts) add(positive, flagged bool) {
	switch {
	case positive && flagged:
		c.TP++
	case positive:
		c.FN++
	case flagged:
		c.FP++
	default:
		c.TN++
	}
}

// Recall is the share of lures that are flagged.
func (c Counts) Recall() Rate { return RateOf(c.TP, c.TP+c.FN) }

// Precision is the share of flagged posts that are lures.
func (c Counts) Precision() Rate { return RateOf(c.TP, c.TP+c.FP) }

// FalsePositives is the share of other posts that are flagged.
func (c Counts) FalsePositives() Rate { return RateOf(c.FP, c.FP+c.TN) }

// RuleCounts is how often a rule fired, and on what.
type RuleCounts struct {
	Title string     `json:"title"`
	Level post.Level `json:"level"`
	Counts
}

// Report is what an evaluation counted.
type Report struct {
	All     Counts                    `json:"all"`
	Set     map[string]*Counts        `json:"set"`
	Lang    map[string]*Counts        `json:"lang"`
	Family  map[string]*Counts        `json:"family"` // of lures
	Label   map[string]*Counts        `json:"label"`
	Rule    map[string]*RuleCounts    `json:"rule"`   // fired, whatever the verdict
	Stance  map[string]map[string]int `json:"stance"` // label → stance → posts
	Concept map[string]*Counts        `json:"concept"`
}

// NewReport makes an empty report, to [Report.Add] to.
func NewReport() Report {
	return Report{
		Set: map[string]*Counts{}, Lang: map[string]*Counts{}, Family: map[string]*Counts{}, Label: map[string]*Counts{},
		Rule: map[string]*RuleCounts{}, Stance: map[string]map[string]int{}, Concept: map[string]*Counts{},
	}
}

func bump(m map[string]*Counts, key string, positive, flagged bool) {
	if m[key] == nil {
		m[key] = &Counts{}
	}
	m[key].add(positive, flagged)
}

// Add counts one judged post.
func (r *Report) Add(j Judged) {
	pos, v := j.Positive(), j.Verdict
	r.All.add(pos, v.Flagged)
	bump(r.Set, j.Set, pos, v.Flagged)
	lang := primary(j.Post.Lang)
	if lang == "" {
		lang = v.Lang
	}
	bump(r.Lang, lang, pos, v.Flagged)
	bump(r.Label, j.Label, pos, v.Flagged)
	if pos && j.Family != "" {
		bump(r.Family, j.Family, pos, v.Flagged)
	}
	if r.Stance[j.Label] == nil {
		r.Stance[j.Label] = map[string]int{}
	}
	r.Stance[j.Label][string(v.Stance)]++
	for _, h := range v.Rules {
		if r.Rule[h.ID] == nil {
			r.Rule[h.ID] = &RuleCounts{Title: h.Title, Level: h.Level}
		}
		r.Rule[h.ID].add(pos, true)
	}
	for _, id := range v.Facts.Concepts {
		bump(r.Concept, id, pos, true)
	}
}

// Text is the report as a table for people.
func (r Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "recall     %v\nprecision  %v\nfalse pos. %v\n", r.All.Recall(), r.All.Precision(), r.All.FalsePositives())
	table := func(name string, m map[string]*Counts) {
		fmt.Fprintf(&b, "\n%-28s %-32s %s\n", name, "recall", "false positives")
		for _, k := range slices.Sorted(maps.Keys(m)) {
			recall, fp := "", ""
			if n := m[k].Recall(); n.N > 0 {
				recall = n.String()
			}
			if n := m[k].FalsePositives(); n.N > 0 {
				fp = n.String()
			}
			fmt.Fprintf(&b, "%-28s %-32s %s\n", k, recall, fp)
		}
	}
	table("set", r.Set)
	table("language", r.Lang)
	table("family", r.Family)
	table("label", r.Label)
	fmt.Fprintf(&b, "\n%-28s %s\n", "label", "stance")
	for _, k := range slices.Sorted(maps.Keys(r.Stance)) {
		fmt.Fprintf(&b, "%-28s", k)
		for _, s := range slices.Sorted(maps.Keys(r.Stance[k])) {
			fmt.Fprintf(&b, " %s %d", s, r.Stance[k][s])
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "\n%-14s %-60s %6s %6s  %s\n", "level", "rule", "lures", "others", "precision")
	for _, k := range slices.Sorted(maps.Keys(r.Rule)) {
		x := r.Rule[k]
		fmt.Fprintf(&b, "%-14s %-60s %6d %6d  %v\n", x.Level, x.Title, x.TP, x.FP, x.Precision())
	}
	return b.String()
}
