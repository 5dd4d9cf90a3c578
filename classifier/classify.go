package classifier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/lurewatch/lurewatch/classifier/facts"
	"github.com/lurewatch/lurewatch/classifier/fold"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

// MaxSpans bounds the spans of the verdict on a flagged post, MaxSpansElse those of
// any other: nobody reviews it, and its spans would be most of its message and its
// document. The strongest concepts are kept.
const (
	MaxSpans     = 60
	MaxSpansElse = 12
)

// Options of a [Classifier]. The zero value is right.
type Options struct {
	// FlagAt is the level from which an offer is flagged; empty means medium.
	FlagAt post.Level
}

// Classifier judges posts. It is immutable and safe for concurrent use.
type Classifier struct {
	opt                   Options
	pack                  post.Pack
	concepts              []rules.Concept
	conceptOf             map[string]int
	vocab                 *vocabulary
	runes                 *runes
	patterns              []pattern // in the order in which they run
	asks                  asks
	blank                 []uint64 // shape of a set of classes and concepts
	stances               stanceClasses
	langOf                map[string]int
	en, ja                int // languages by index, -1 when the pack has no words of them
	native                map[script][]int
	latin                 []int
	beside                []langSet // languages whose words count too, by language
	set                   *sigma.Set
	numbers               []int32 // of the concepts, as rules look them up
	extract               *facts.Extractor
	marks                 marks
	works                 []workClass
	weights               []weight          // by concept
	strongOnes, heavyOnes []uint64          // concepts of weight, as [hits] has what is present
	byRank                [][]int           // concepts, by the rank of their spans
	byName                []int             // concepts, in the order of their ids
	homes                 map[string]string // countries where a language is at home, by language
	pool                  sync.Pool
}

// New compiles a pack. It fails when the pack speaks of what it does not hold.
func New(p *rules.Pack, opt Options) (*Classifier, error) {
	if p == nil {
		return nil, errors.New("compile rules: no pack\nhint: load one with rules.Load")
	}
	if opt.FlagAt == "" {
		opt.FlagAt = post.LevelMedium
	}
	if opt.FlagAt.Rank() == 0 {
		return nil, fmt.Errorf("compile rules: flag level %q is no level", opt.FlagAt)
	}
	c := &Classifier{opt: opt, pack: p.ID, concepts: p.Concepts, conceptOf: map[string]int{}, runes: newRunes(), set: p.Rules}
	for i, con := range p.Concepts {
		c.conceptOf[con.ID] = i
		c.weights = append(c.weights, weightOf(con))
	}
	c.order()
	if c.set != nil {
		ids := make([]string, len(c.concepts))
		for i, con := range c.concepts {
			ids[i] = con.ID
		}
		c.numbers = c.set.Numbers("concept", ids)
	}
	var err error
	if c.extract, err = newExtractor(p); err != nil {
		return nil, fmt.Errorf("compile rules: %w", err)
	}
	if c.vocab, err = newVocabulary(p, c.conceptOf, c.extract.Words(), c.runes); err != nil {
		return nil, fmt.Errorf("compile rules: %w", err)
	}
	c.vocab.facts = c.extract.Index(len(c.vocab.words), func(w string) int32 { return c.vocab.byWord[like(w)] })
	c.runes.starts(c.vocab.words)
	c.vocab.words, c.vocab.byWord = nil, nil // the automaton knows them
	c.marks = c.vocab.marks()
	for i, class := range c.vocab.classes {
		if r, ok := facts.RoleOf(class); ok {
			c.works = append(c.works, workClass{i, r})
		}
	}
	c.blank = make([]uint64, (len(c.vocab.classes)+len(c.concepts)+63)/64)
	c.compileConcepts(p)
	c.weigh()
	c.stances = c.vocab.stanceClasses()
	c.languages(p)
	c.pool.New = func() any {
		n := len(c.vocab.classes) + len(c.concepts)
		w := &work{hits: newHits(n), other: newHits(n), view: everything(), cov: covers{class: make([]int32, len(c.vocab.classes))}}
		if c.set != nil {
			w.matcher = c.set.Matcher("concept", "", "title", "text", "company", "location", "url", "source")
		}
		return w
	}
	return c, nil
}

func newExtractor(p *rules.Pack) (*facts.Extractor, error) {
	g, err := facts.ParseGazetteer(p.Gazetteer)
	if err != nil {
		return nil, err
	}
	t, err := facts.ParseSalary(p.Salary)
	if err != nil {
		return nil, err
	}
	return facts.New(g, t)
}

// weight is what a concept counts for.
type weight struct {
	share  float64 // of the score's band, see [Classifier.score]
	rank   int8    // among spans, 0 first
	strong bool
	terms  bool // route, control and insider words
	offers bool // pay, perks and roles: only who offers something speaks of them

	contradicts bool // an honest employer would not say it, whatever its name
}

func weightOf(c rules.Concept) weight {
	w := weight{
		rank: 4, strong: c.Weight == "strong", offers: c.Group == "A" || c.Group == "B",
		terms: (c.Group == "E" || c.Group == "F") && c.Weight != "negative",
	}
	switch c.Weight {
	case "strong":
		w.share, w.rank = 0.30, 0
	case "medium":
		w.share, w.rank = 0.12, 1
	case "weak":
		w.share, w.rank = 0.04, 2
	case "negative":
		w.rank = 3
	}
	heavy := c.Weight == "strong" || c.Weight == "medium"
	w.contradicts = w.terms && heavy || w.offers && w.strong && c.ID != "legit_reassurance" // honest ads say "trusted" too
	return w
}

// weigh marks the concepts of weight among all classes.
func (c *Classifier) weigh() {
	c.strongOnes, c.heavyOnes = slices.Clone(c.blank), slices.Clone(c.blank)
	for i, w := range c.weights {
		class := c.conceptClass(i)
		if w.rank > 1 {
			continue
		}
		c.heavyOnes[class/64] |= 1 << (class % 64)
		if w.strong {
			c.strongOnes[class/64] |= 1 << (class % 64)
		}
	}
}

// order lists the concepts by rank and by name.
func (c *Classifier) order() {
	for i := range c.concepts {
		c.byName = append(c.byName, i)
		for int(c.weights[i].rank) >= len(c.byRank) {
			c.byRank = append(c.byRank, nil)
		}
		c.byRank[c.weights[i].rank] = append(c.byRank[c.weights[i].rank], i)
	}
	slices.SortFunc(c.byName, func(a, b int) int { return strings.Compare(c.concepts[a].ID, c.concepts[b].ID) })
}

// conceptClass is the list of hits that holds a concept.
func (c *Classifier) conceptClass(concept int) int { return len(c.vocab.classes) + concept }

// languages works out which languages each script may be, and which go together.
func (c *Classifier) languages(p *rules.Pack) {
	c.langOf, c.native, c.homes = map[string]int{}, map[script][]int{}, map[string]string{}
	for _, l := range p.Lexicons {
		c.homes[l.Lang] = strings.Join(l.Home, " ")
	}
	for i, l := range c.vocab.langs {
		c.langOf[l] = i
	}
	for s, ls := range scriptLangs() {
		for _, l := range ls {
			if i, ok := c.langOf[l]; ok {
				c.native[s] = append(c.native[s], i)
			}
		}
	}
	c.en, c.ja = c.language("en"), c.language("ja")
	c.beside = make([]langSet, len(c.vocab.langs))
	for i, l := range c.vocab.langs {
		c.latin = append(c.latin, i)
		for _, other := range map[string][]string{
			"id": {"ms"}, "ms": {"id"}, "lo": {"th"}, "hi": {"ur"}, "ur": {"hi"}, "ja": {"zh"}, "tl": {"en"},
		}[l] {
			if k, ok := c.langOf[other]; ok {
				c.beside[i] |= 1 << k
			}
		}
	}
}

// language is the index of a language, -1 when the pack has no words of it.
func (c *Classifier) language(name string) int {
	if i, ok := c.langOf[name]; ok {
		return i
	}
	return -1
}

// work is the space that one post needs. It goes back to the pool.
type work struct {
	title, text scan
	picture     scan
	hits        *hits
	cov         covers
	phrases     []phraseHit
	found       []hit
	asking      asked
	posShift    int32
	other       *hits // room for the words of a part of the post
	view        view  // what is looked at
	quote       []span32
	places      []placeOf
	tongues     tongues
	part        stated       // of a part that is asked whether it is a lure
	partial     post.Verdict // of that part
	matcher     *sigma.Matcher
	event       event
	numbers     []int32 // of the concepts found, for the matcher
	fired       []*sigma.Rule
	values      []string // of the fields that rules ask for
}

type phraseHit struct {
	hit
	concept, gloss int16
}

// field is one field of a post, folded and laid out.
type field struct {
	name     string
	original string
	fold     fold.Text
	plain    fold.Text // with its digits left alone
	scan     *scan
	shift    int32 // where it begins among the bytes of all fields
	posShift int32 // and among their words
}

// fields are the title, the text and what was read from pictures.
type fields [3]field

// of is the field that the byte of all fields lies in.
func (f *fields) of(b int32) int {
	for k := len(f) - 1; k > 0; k-- {
		if b >= f[k].shift {
			return k
		}
	}
	return 0
}

// read folds the fields of p and finds their words.
func (c *Classifier) read(p *post.Post, w *work) (f fields, t tongue) {
	f[0] = field{name: facts.FieldTitle, original: p.Title, scan: &w.title}
	f[1] = field{name: facts.FieldText, original: p.Text, scan: &w.text}
	f[2] = field{name: facts.FieldPicture, original: pictureText(p), scan: &w.picture}
	var tally [32]int32
	var letters [scripts]int32
	var before *field
	for i := range f {
		x := &f[i]
		x.fold, x.plain = readable(x.original)
		if before != nil {
			x.shift = before.shift + int32(len(before.fold.Folded)) + 1
			x.posShift = before.posShift + before.scan.pos[len(before.scan.text)] + blankUnits
		}
		s := x.scan
		s.reset(x.fold.Folded)
		s.layout(c.runes)
		c.vocab.find(s, c.runes, &tally)
		for k, n := range s.letters {
			letters[k] += n
		}
		before = x
	}
	t = c.tongueOf(&letters, &tally, primary(p.Lang))
	for i := range f {
		x := &f[i]
		w.posShift = x.posShift
		c.resolve(x.scan, t, w, x.shift)
		c.markNumbers(x.scan, w, x.shift)
		if len(x.scan.quotes) > 0 {
			w.quotes(x.scan.text, x.scan.quotes, x.shift)
		}
	}
	return f, t
}

// pictureText is what was read from the pictures of p, one after the other, a line
// between them: what spans of the field picture are into.
func pictureText(p *post.Post) string {
	switch len(p.Pictures) {
	case 0:
		return ""
	case 1:
		return p.Pictures[0].Text
	}
	var b strings.Builder
	for i, x := range p.Pictures {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(x.Text)
	}
	return b.String()
}

// Classify judges one version of one post. It fails only when ctx is done.
func (c *Classifier) Classify(ctx context.Context, p post.Post) (post.Verdict, error) {
	v, _, err := c.classify(ctx, p)
	return v, err
}

// Explain judges p like [Classifier.Classify], and shows it as rules see it, so
// that [sigma.Set.Explain] can tell which part of a rule held on it.
func (c *Classifier) Explain(ctx context.Context, p post.Post) (post.Verdict, sigma.Event, error) {
	v, f, err := c.classify(ctx, p)
	seen := v
	seen.Facts = f.Facts
	return v, event{p: &p, v: &seen, named: f.named, route: &f.route, length: f.length}, err
}

// Decided is the part of the text of p that decided its verdict, in bytes of it, and
// whether that was less than the whole post: lines at its ends that only vouch, warn,
// report, ask, laugh, promise a bonus or pad are left out before rules judge.
func (c *Classifier) Decided(ctx context.Context, p post.Post) (start, end int, part bool, err error) {
	_, f, err := c.classify(ctx, p)
	if err != nil || f.to == 0 {
		return 0, len(p.Text), false, err
	}
	return f.from, min(f.to, len(p.Text)), true, nil
}

func (c *Classifier) classify(ctx context.Context, p post.Post) (post.Verdict, stated, error) {
	if err := ctx.Err(); err != nil {
		return post.Verdict{}, stated{}, fmt.Errorf("classify %s: %w", p.ID, err)
	}
	w := c.pool.Get().(*work) //nolint:errcheck // the pool holds nothing else
	defer c.pool.Put(w)
	w.hits.reset()
	w.tongues.reset()
	if w.matcher != nil {
		w.matcher.Begin()
	}
	w.phrases, w.quote, w.values = w.phrases[:0], w.quote[:0], w.values[:0]

	f, t := c.read(&p, w)
	v := post.Verdict{ID: p.ID, Pack: c.pack, Lang: primary(p.Lang), Rules: []post.RuleHit{}, Spans: []post.Span{}}
	if t.lang >= 0 {
		v.Lang = c.vocab.langs[t.lang]
	}
	found := c.facts(&p, v.Lang, w, &f)
	v.Facts = found.Facts
	found.length = w.title.length() + w.text.length()
	v.Facts.Evasion = f.disguises()
	for _, ph := range w.phrases {
		c.note(w, int(ph.concept), ph.hit, ph.gloss)
	}
	c.run(w)
	v.Facts.Concepts = c.names(w)
	found.claimed = c.claims(v.Facts, found)
	found.named = (found.named || slices.Contains(v.Facts.Concepts, employerNamed)) && c.vouches(v.Facts, found.licensed)
	c.opinion(&v, &p, found, w)
	narrowed := false
	whole := v.Facts
	if v.Flagged {
		v, found, narrowed = c.ending(&p, v, found, w, &f, t)
	}
	if c.set != nil && !narrowed && !v.Flagged && !v.Help {
		v, found, narrowed = c.core(&p, v, found, w, &f, t)
	}
	most := MaxSpansElse
	if v.Flagged || v.Help {
		most = MaxSpans
	}
	v.Spans = c.spans(w, &f, most)
	if narrowed { // rules saw the part; who can be reached, and where, is told of the whole
		if text, from := w.view.of(w.text.text, f[1].shift); text != "" {
			found.from, found.to = f[1].fold.Span(int(from), int(from)+len(text))
		}
		whole.Concepts = v.Facts.Concepts
		v.Facts = whole
		w.widen()
	} else {
		found.Facts = v.Facts
	}
	return v, found, nil
}

// opinion says what the words in view and the facts of v make of the post: who
// speaks, which rules fire, and whether it is flagged.
func (c *Classifier) opinion(v *post.Verdict, p *post.Post, f stated, w *work) {
	if !f.named {
		v.Facts.Concepts = withoutEmployer(v.Facts.Concepts)
	}
	c.judge(v, p, &f, w, c.voiceOf(w, len(v.Facts.Contacts)).stance)
}

// readable folds s and reads leetspeak; plain is the text with its digits left alone.
// Both have the same bytes in the same places but for those letters.
func readable(s string) (text, plain fold.Text) {
	plain = fold.Fold(s)
	if u, ok := plain.Unleet(); ok && len(u.Folded) == len(plain.Folded) {
		return u, plain
	}
	return plain, plain
}

func primary(lang string) string {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	return lang
}

func (f *fields) disguises() []string {
	var out []string
	for i := range f {
		out = append(out, f[i].fold.Disguises...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// names lists the concepts found.
func (c *Classifier) names(w *work) []string {
	n := 0
	for i := range c.byName {
		if w.hits.has(c.conceptClass(i)) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	out := make([]string, 0, n)
	for _, i := range c.byName {
		if w.hits.has(c.conceptClass(i)) {
			out = append(out, c.concepts[i].ID)
		}
	}
	return out
}

// believed are the concepts found, as rules see them.
func (c *Classifier) believed(w *work, named bool) []string {
	if named {
		return c.names(w)
	}
	return withoutEmployer(c.names(w))
}

func withoutEmployer(concepts []string) []string {
	return slices.DeleteFunc(concepts, func(id string) bool { return id == employerNamed })
}

// judge asks the rules, and says level, score and flag.
func (c *Classifier) judge(v *post.Verdict, p *post.Post, f *stated, w *work, stance post.Stance) {
	v.Stance, v.Help = stance, stance == post.StanceTestimony
	v.Rules, v.Level = v.Rules[:0], post.LevelNone
	if c.set != nil {
		fired := c.fire(v, p, f, w)
		v.Rules = slices.Grow(v.Rules, len(fired))
		for _, r := range fired {
			v.Rules = append(v.Rules, post.RuleHit{ID: r.ID, Title: r.Title, Level: r.Level, Hash: r.Hash})
			if r.Level.Rank() > v.Level.Rank() {
				v.Level = r.Level
			}
		}
	}
	slices.SortFunc(v.Rules, func(a, b post.RuleHit) int {
		return cmp.Or(cmp.Compare(b.Level.Rank(), a.Level.Rank()), cmp.Compare(a.ID, b.ID))
	})
	v.Flagged = v.Stance == post.StanceOffer && v.Level.Rank() >= c.opt.FlagAt.Rank()
	v.Score = c.score(v)
}

// fire are the rules that fire on what stands in view, of which v and f tell.
func (c *Classifier) fire(v *post.Verdict, p *post.Post, f *stated, w *work) []*sigma.Rule {
	w.numbers = w.numbers[:0]
	for i, number := range c.numbers {
		if number >= 0 && w.hits.has(c.conceptClass(i)) && (f.named || c.concepts[i].ID != employerNamed) {
			w.numbers = append(w.numbers, number)
		}
	}
	w.event = event{c: c, w: w, p: p, v: v, named: f.named, route: &f.route, length: f.length, room: &w.values}
	w.fired = w.matcher.Match(&w.event, w.numbers, w.fired[:0])
	w.event = event{}
	return w.fired
}

// score is in [0,1]. Each level has a band: none 0–0.2, informational 0.2–0.35,
// low 0.35–0.5, medium 0.5–0.7, high 0.7–0.9, critical 0.9–1. Inside its band the
// score is 1 − Π(1 − w) of the concepts found, w being 0.30 for a strong one, 0.12
// for a medium, 0.04 for a weak one and 0 for the rest. So it never falls when a
// rule or a concept is added, and a post of a higher level always scores higher.
// The score of what is no offer is halved: nobody need look at it first.
func (c *Classifier) score(v *post.Verdict) float64 {
	bands := [...]float64{0, 0.2, 0.35, 0.5, 0.7, 0.9, 1}
	rest := 1.0
	for _, id := range v.Facts.Concepts {
		rest *= 1 - c.weights[c.conceptOf[id]].share
	}
	r := v.Level.Rank()
	s := bands[r] + (bands[r+1]-bands[r])*(1-rest)
	if v.Stance != post.StanceOffer {
		s /= 2
	}
	return s
}
