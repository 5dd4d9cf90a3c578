package classifier

import (
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

// A line that vouches, warns, reports, asks or laughs speaks for itself and not for
// the offer that stands above or below it, and a hundred lines of honest text do not
// either. So a post that is no lure as a whole is looked at again without such lines
// at its ends, and, when it is long, by what its beginning or its end says alone. A
// part that is a lure makes the post one. Whoever tells of having been held is never
// looked at again, and what stands in a quotation is never the offer.

// maxAside bounds the lines, equal ones aside, that are left out at one end.
const maxAside = 2

// longPost is where a post begins to be long, in characters that show: rules take a
// long one for an advertisement that has nothing to hide.
const longPost = 900

// stretches are the lengths of the beginning and the end of a long post that are
// looked at alone, in characters that show: lures are short.
var stretches = [...]int{600, 460, 350, 240, 120, 1}

// fewLines bounds the lines of a stretch for which one rule is enough: perks and duties
// are told in lists.
const fewLines, manyLines = 5, 8

// view is the part of the fields that is looked at, in bytes of all fields: from one
// place to another, but for what lies in the gaps.
type view struct {
	from, to int32
	gaps     [maxGaps]span32
}

// maxGaps bounds the places in the middle of a text that are left out at once.
const maxGaps = 3

// everything is the view of a whole post.
func everything() view { return view{to: 1<<31 - 1} }

func (v *view) holds(start, end int32) bool {
	if start < v.from || end > v.to {
		return false
	}
	for _, g := range v.gaps {
		if start < g.end && end > g.start {
			return false
		}
	}
	return true
}

// without is text, of which the first byte is the from-th of all fields, but for
// what lies in the gaps.
func (v *view) without(text string, from int32) string {
	if v.gaps == ([maxGaps]span32{}) {
		return text
	}
	var b strings.Builder
	at := int32(0)
	for _, g := range v.gaps {
		lo, hi := max(g.start-from, at), min(g.end-from, int32(len(text)))
		if lo < hi {
			b.WriteString(text[at:lo])
			at = hi
		}
	}
	b.WriteString(text[at:])
	return b.String()
}

// of is what a field shows of itself, and where that begins in it.
func (v *view) of(text string, shift int32) (string, int32) {
	lo := min(max(v.from-shift, 0), int32(len(text)))
	hi := max(min(v.to-shift, int32(len(text))), lo)
	return text[lo:hi], lo
}

// part is a view that may carry the offer by itself.
type part struct {
	view
	lines int
	long  bool // a stretch of a long post
	joke  bool // laughter was left out
	vouch bool // what was left out vouched
	gap   bool // a line of the middle was left out
}

// ruler finds the parts of one post.
type ruler struct {
	c     *Classifier
	w     *work
	found *stated
	text  string
	shift int32
	lines []view // that show something
	parts []part
	long  bool
}

func (c *Classifier) ruler(w *work, found *stated) *ruler {
	r := &ruler{c: c, w: w, found: found, long: found.length > longPost, text: w.text.text, shift: int32(len(w.title.text)) + 1}
	for from := 0; from < len(r.text); {
		to := from + strings.IndexByte(r.text[from:], '\n')
		if to < from {
			to = len(r.text)
		}
		if strings.TrimSpace(r.text[from:to]) != "" {
			r.lines = append(r.lines, view{from: int32(from) + r.shift, to: int32(to) + r.shift})
		}
		from = to + 1
	}
	return r
}

// parts lists what may carry the offer by itself.
func (c *Classifier) parts(w *work, found *stated) []part {
	r := c.ruler(w, found)
	if r.long {
		r.stretches()
		return r.parts
	}
	if title := (view{to: r.shift - 1}); r.aside(title) {
		r.add(part{view: view{from: r.shift, to: everything().to}})
	}
	r.without()
	r.tail()
	r.between()
	return r.parts
}

func (r *ruler) add(p part) {
	p.long = r.long
	for _, l := range r.lines {
		if p.holds(l.from, l.to) {
			p.lines++
		}
	}
	if p.to > p.from && !slices.Contains(r.parts, p) {
		r.parts = append(r.parts, p)
	}
}

func (r *ruler) line(i int) string { return r.text[r.lines[i].from-r.shift : r.lines[i].to-r.shift] }

// without adds what is left when the lines that speak for themselves are left out at
// either end or at both.
func (r *ruler) without() {
	n := len(r.lines)
	top, bottom := []int{0}, []int{n}
	for k := 1; k < n && len(top) <= maxAside && r.aside(r.lines[k-1]); k++ {
		if r.line(k-1) != r.line(k) {
			top = append(top, k)
		}
	}
	for k := n - 1; k > 0 && len(bottom) <= maxAside && (r.aside(r.lines[k]) || r.bare(r.lines[k])); k-- {
		if r.line(k-1) != r.line(k) {
			bottom = append(bottom, k)
		}
	}
	for _, i := range top {
		for _, k := range bottom {
			if i >= k || i == 0 && k == n {
				continue
			}
			p := part{view: everything()}
			left := func(from, to int) {
				for _, l := range r.lines[from:to] {
					p.joke = p.joke || r.laughs(l)
					p.vouch = p.vouch || !r.speaks(l) && !r.laughs(l)
				}
			}
			if left(0, i); i > 0 {
				p.from = r.lines[i].from
			}
			if left(k, n); k < n {
				p.to = r.lines[k-1].to
			}
			r.add(p)
		}
	}
}

// tail adds the text without the laughter, emoji and tags that end it.
func (r *ruler) tail() {
	words := strings.TrimRight(r.text, " \n")
	cut := len(words)
	for range 8 {
		i := strings.LastIndexAny(words[:cut], " \n") + 1
		if i == 0 || !idle(words[i:cut]) {
			break
		}
		cut = len(strings.TrimRight(words[:i], " \n"))
	}
	if cut < len(words) && cut > 0 {
		r.add(part{view: view{to: int32(cut) + r.shift}, joke: true})
	}
}

// idle reports a word that only laughs, shows or tags.
func idle(word string) bool {
	letters := strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
	return word[0] == '#' || !letters || laughter(word)
}

// stretches adds beginnings and ends of a long post.
func (r *ruler) stretches() {
	n := len(r.lines)
	if n < 2 {
		return
	}
	sizes := make([]int, n)
	for i := range sizes {
		sizes[i] = shown(r.line(i)) + 1
	}
	for _, most := range stretches {
		k, size := 0, sizes[0]
		for k+1 < n && size+sizes[k+1] <= most {
			k++
			size += sizes[k]
		}
		r.add(part{view: view{to: r.lines[k].to}})
		k, size = n-1, sizes[n-1]
		for k > 0 && size+sizes[k-1] <= most {
			k--
			size += sizes[k]
		}
		r.add(part{view: view{from: r.lines[k].from, to: everything().to}})
	}
}

// aside reports whether a line says something that an offer does not: it warns,
// reports, asks, laughs or, where nobody is named, shows a licence or an address.
func (r *ruler) aside(line view) bool {
	if r.vouches(line) {
		return !r.found.claimed
	}
	return r.speaks(line) || r.laughs(line)
}

func (r *ruler) speaks(line view) bool {
	k := &r.c.stances
	return r.some(line, k.warn, k.scam, k.question, k.police, k.raid, k.rescue, k.affected, k.reported, k.frame, k.seeker, k.policy, k.fiction, k.was, k.help)
}

// vouches reports a line that shows a licence, papers or an address.
func (r *ruler) vouches(line view) bool {
	k := &r.c.stances
	return r.some(line, k.licensed, k.licence, k.permit) || r.address(line)
}

// laughs reports laughter in a line.
func (r *ruler) laughs(line view) bool {
	whole := r.w.view
	r.w.view = line
	n := r.w.laughs(r.c.stances.fiction)
	r.w.view = whole
	return n > 0
}

func (r *ruler) some(line view, classes ...int) bool {
	for _, class := range classes {
		if class >= 0 && slices.ContainsFunc(r.w.hits.by[class], func(h hit) bool { return line.holds(h.start, h.end) }) {
			return true
		}
	}
	return false
}

// bare reports a line that is a way to be reached and nothing else.
func (r *ruler) bare(line view) bool {
	rest := utf8.RuneCountInString(r.text[line.from-r.shift : line.to-r.shift])
	found := false
	for _, at := range r.found.contactsAt {
		if at.end > 0 && line.holds(at.start, at.end) {
			rest -= utf8.RuneCountInString(r.text[at.start-r.shift : at.end-r.shift])
			found = true
		}
	}
	k := &r.c.stances
	return found && rest <= bareRest && !r.some(line, k.hire, k.job, k.apply, k.salary, k.startWork, k.interview)
}

// bareRest bounds the characters beside the contact of a line that is nothing else.
const bareRest = 16

// bonus reports a line that only promises something to who brings a friend: an
// ordinary perk under an advertisement that says nothing else.
func (r *ruler) bonus(line view) bool {
	k := &r.c.stances
	return r.some(line, k.bring) && utf8.RuneCountInString(r.text[line.from-r.shift:line.to-r.shift]) <= bonusLine &&
		!r.some(line, k.perHead, k.arrive, k.cross, k.debt, k.jargon, k.denial, k.lodging, k.flight, r.c.marks.far, r.c.marks.hotspot, r.c.marks.handle)
}

// bonusLine bounds the characters of such a line.
const bonusLine = 60

// ending looks at a lure without the lines that end it and say nothing but how to be
// reached or what is paid to who brings a friend. Who warns, asks, reports or tells of
// having been held may say so too, and that stance goes for the whole post; where what is
// left is no lure the bonus made none of it either. The words stay narrowed in that case.
func (c *Classifier) ending(p *post.Post, v post.Verdict, found stated, w *work, f *fields, t tongue) (post.Verdict, stated, bool) {
	r := c.ruler(w, &found)
	k, bonus := len(r.lines), false
	for ; k > 1 && (r.bare(r.lines[k-1]) || r.bonus(r.lines[k-1])); k-- {
		bonus = bonus || r.bonus(r.lines[k-1])
	}
	if k == len(r.lines) {
		return v, found, false
	}
	rest := part{view: view{to: r.lines[k-1].to}}
	c.narrow(w, f, rest, t)
	x, s := c.partial(p, v, found, rest, w)
	switch {
	case x.Stance != post.StanceOffer && x.Stance != post.StanceOther:
		w.widen()
		c.judge(&v, p, &found, w, x.Stance)
	case bonus && !x.Flagged:
		return x, s, true
	default:
		w.widen()
	}
	return v, found, false
}

// flags reports whether a part is a lure by itself, before anything is told of it.
func (c *Classifier) flags(p *post.Post, whole post.Verdict, found *stated, in part, w *work) bool {
	s := &w.part
	found.within(in, s)
	if c.voiceOf(w, len(s.Contacts)).stance != post.StanceOffer {
		return false
	}
	c.roles(&s.Facts, w)
	v := &w.partial
	v.Lang, v.Stance, v.Facts = whole.Lang, post.StanceOffer, s.Facts
	v.Facts.Evasion, v.Facts.Concepts = whole.Facts.Evasion, nil
	return slices.ContainsFunc(c.fire(v, p, s, w), func(r *sigma.Rule) bool { return r.Level.Rank() >= c.opt.FlagAt.Rank() })
}

// partial is what the words in view and the facts that stand there make of a post.
func (c *Classifier) partial(p *post.Post, whole post.Verdict, found stated, in part, w *work) (post.Verdict, stated) {
	v := post.Verdict{ID: whole.ID, Pack: whole.Pack, Lang: whole.Lang, Rules: []post.RuleHit{}, Spans: []post.Span{}}
	var s stated
	found.within(in, &s)
	c.roles(&s.Facts, w)
	v.Facts = s.Facts
	v.Facts.Evasion = whole.Facts.Evasion
	v.Facts.Concepts = c.names(w)
	c.opinion(&v, p, s, w)
	s.Facts = v.Facts
	return v, s
}

// address reports a line with a mailbox or a site, which vouches in some rules.
func (r *ruler) address(line view) bool {
	for i, x := range r.found.Contacts {
		if at := r.found.contactsAt[i]; (x.Kind == "email" || x.Kind == "url") && at.end > 0 && line.holds(at.start, at.end) {
			return true
		}
	}
	return false
}

// shown counts the characters that show, a stretch of spaces once, as [scan.length] does.
func shown(s string) int {
	n, before := 0, uint8(showStart)
	for i := range len(s) {
		is := showOf[s[i]]
		n += int(is|is&^before>>1) & 1 // a start, or a space after what is none
		before = is
	}
	return n
}

const (
	showStart = 1 << iota // a rune begins that shows
	showSpace
)

// showOf tells what a byte is to [shown]; 0 is the middle of a rune.
var showOf = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c <= ' ':
			t[c] = showSpace
		case utf8.RuneStart(byte(c)):
			t[c] = showStart
		}
	}
	return t
}()

// core looks for a part of a post, which is no lure as a whole, that is one by
// itself. The words found stay narrowed to it when there is one.
func (c *Classifier) core(p *post.Post, whole post.Verdict, found stated, w *work, f *fields, t tongue) (post.Verdict, stated, bool) {
	for _, part := range c.parts(w, &found) {
		if part.long && part.lines > manyLines || !c.promising(w, f, part, t) {
			continue
		}
		c.narrow(w, f, part, t)
		if !c.flags(p, whole, &found, part, w) {
			w.widen()
			continue
		}
		v, s := c.partial(p, whole, found, part, w)
		if v.Flagged && c.stands(part, &v, whole.Stance, w) {
			return v, s, true
		}
		w.widen()
	}
	return whole, found, false
}

// stands reports whether a part that is a lure by itself makes the post one. What is
// quoted does not. A stretch of a long advertisement sounds strange more easily than a
// whole one, and a joke without its laughter is still one: more has to speak there.
func (c *Classifier) stands(p part, v *post.Verdict, from post.Stance, w *work) bool {
	if c.quotesOffer(w) {
		return false
	}
	k, rules, strong := &c.stances, c.firing(v.Rules), c.strong(w)
	paid := w.count(k.money, false)+w.count(k.foreign, false) > 0
	contact := len(v.Facts.Contacts) > 0
	switch {
	case p.gap:
		return from != post.StanceSeeker && (contact || w.hits.has(k.contact) || paid) && (rules > 1 || strong > 0)
	case p.long && (p.lines > fewLines || from != post.StanceOffer):
		return rules > 2 && p.lines <= manyLines
	case p.long:
		return rules > 1 || strong > 0 && (paid || contact || w.hits.has(k.contact))
	case p.joke:
		return paid || contact || strong > 1 || w.hits.has(c.marks.far) || w.hits.has(k.contact)
	}
	return rules > 1 || strong > 0 || !p.vouch && contact
}

// firing counts the rules that flag by themselves.
func (c *Classifier) firing(hits []post.RuleHit) int {
	n := 0
	for _, r := range hits {
		if r.Level.Rank() >= c.opt.FlagAt.Rank() {
			n++
		}
	}
	return n
}

// promising reports whether enough stands in a part that rules could fire on it: most
// parts are done with that question. What was found in the whole post is asked, or,
// where a stretch is in another language, nothing.
func (c *Classifier) promising(w *work, f *fields, p part, t tongue) bool {
	const least = 2
	n := 0
	for i, word := range w.hits.present {
		for word &= c.heavyOnes[i]; word != 0; word &= word - 1 {
			class := i*64 + bits.TrailingZeros64(word)
			if !slices.ContainsFunc(w.hits.by[class], func(h hit) bool { return p.holds(h.start, h.end) }) {
				continue
			}
			if n++; n >= least || c.strongOnes[i]>>(class%64)&1 == 1 {
				return true
			}
		}
	}
	return p.long && c.tongueWithin(w, f, p.view).abroad(t)
}

// narrow keeps of the words found what stands in a part, and finds the concepts anew.
// A stretch may be in another language than the whole: then its words are. In the
// same language what was found in the whole post is kept: there are many stretches.
func (c *Classifier) narrow(w *work, f *fields, p part, t tongue) {
	whole, phrases := w.hits, w.phrases
	w.hits, w.other = w.other, w.hits
	w.hits.reset()
	w.view = p.view
	same := true
	if p.long {
		if own := c.tongueWithin(w, f, p.view); own.abroad(t) {
			w.phrases = w.phrases[len(w.phrases):]
			c.resolveWithin(w, f, p.view, own)
			same = false
		}
	}
	again := !p.long || !same
	for _, class := range whole.names {
		if again && int(class) >= len(c.vocab.classes) {
			continue
		}
		w.hits.take(int(class), whole.by[class], &p.view, !same)
	}
	if again {
		for _, ph := range w.phrases {
			if p.holds(ph.start, ph.end) {
				c.note(w, int(ph.concept), ph.hit, ph.gloss)
			}
		}
		c.run(w)
	}
	w.phrases = phrases
}

// widen undoes narrow.
func (w *work) widen() {
	w.hits, w.other = w.other, w.hits
	w.view = everything()
}

// abroad reports a language whose words do not count beside those of the other.
func (t tongue) abroad(other tongue) bool {
	return t.lang >= 0 && t.lang != other.lang && !other.active.has(t.lang)
}

// resolveWithin turns the words that stand in view into hits, given the languages
// that count there.
func (c *Classifier) resolveWithin(w *work, f *fields, v view, t tongue) {
	for i := range f {
		x := &f[i]
		w.posShift = x.posShift
		all := x.scan.raws
		x.scan.raws = rawsWithin(x, v)
		c.resolve(x.scan, t, w, x.shift)
		x.scan.raws = all
	}
}

// within puts what s states in view into out, whose lists are used again.
func (s *stated) within(p part, out *stated) {
	contacts, places, roles, sectors := out.Contacts[:0], out.Places[:0], out.Roles[:0], out.Sectors[:0]
	*out = *s
	out.Contacts, out.Places, out.Roles, out.Sectors = contacts, places, roles, sectors
	seen := func(at span32) bool { return at.end == 0 || p.holds(at.start, at.end) }
	for i, x := range s.Contacts {
		if seen(s.contactsAt[i]) {
			out.Contacts = append(out.Contacts, x)
		}
	}
	for _, x := range s.placesAt {
		if seen(x.at) && !slices.ContainsFunc(out.Places, func(o post.Place) bool { return o.ID == x.ID }) {
			out.Places = append(out.Places, x.Place)
		}
	}
	if s.Licence != nil && !seen(s.licenceAt) {
		out.Licence, out.licensed = nil, false
	}
	if s.Salary != nil && !seen(s.salaryAt) {
		out.Salary = nil
	}
	if p.long {
		out.length = 0
	}
}
