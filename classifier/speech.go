package classifier

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// laughing is what only somebody who laughs types, beside the words of FICTION_JOKE.
var laughing = [...]string{"😂", "🤣", "😹", "😆", "🙃", "🤡", "=))", ":))", "(笑)", "^_^"}

// laughs counts the laughing marks: 0, 1, or 2 for a row of them or several.
func (w *work) laughs(fiction int) int {
	n := 0
	for _, h := range w.hits.by[fiction] {
		if laughter(w.folded(h)) {
			n++
		}
	}
	title, text := w.seen()
	for _, s := range [...]struct {
		text  string
		emoji bool
	}{{title, w.title.emoji}, {text, w.text.emoji}} {
		for _, l := range laughing {
			if l[0] >= 0xf0 && !s.emoji {
				continue
			}
			if n += strings.Count(s.text, l); n > 1 {
				return 2
			}
		}
	}
	if n == 0 && (giggles(title) || giggles(text)) {
		n++
	}
	if n < 2 && w.staged() {
		n = 2
	}
	return n
}

// seen is what the view shows of title and text.
func (w *work) seen() (title, text string) {
	shift := int32(len(w.title.text)) + 1
	title, _ = w.view.of(w.title.text, 0)
	text, from := w.view.of(w.text.text, shift)
	return title, w.view.without(text, from+shift)
}

// giggles reports ㅋ or ㅎ alone or in a row; beside another letter it shortens a word.
func giggles(s string) bool {
	jamo := func(r rune) bool { return r >= 0x3131 && r <= 0x3163 && r != 'ㅋ' && r != 'ㅎ' }
	for _, laugh := range [...]string{"ㅋ", "ㅎ"} {
		for i := strings.Index(s, laugh); i >= 0; {
			rest := strings.TrimLeft(s[i:], laugh)
			before, _ := utf8.DecodeLastRuneInString(s[:i])
			after, _ := utf8.DecodeRuneInString(rest)
			if !jamo(before) && !jamo(after) {
				return true
			}
			next := strings.Index(rest, laugh)
			if next < 0 {
				break
			}
			i = len(s) - len(rest) + next
		}
	}
	return false
}

// folded is the text of h, empty when it crosses fields.
func (w *work) folded(h hit) string {
	if title := int32(len(w.title.text)); h.end <= title {
		return w.title.text[h.start:h.end]
	} else if from := h.start - title - 1; from >= 0 && h.end-title-1 <= int32(len(w.text.text)) {
		return w.text.text[from : h.end-title-1]
	}
	return ""
}

// laughter reports a word that repeats one sound: haha, jaja, wkwk, kkk, 555, 哈哈.
func laughter(s string) bool {
	r := []rune(s)
	for unit := 1; unit <= 2 && 2*unit <= len(r) && len(r) >= 2; unit++ {
		same := true
		for i := unit; i < len(r) && same; i++ {
			same = r[i] == r[i-unit]
		}
		if same {
			return true
		}
	}
	return s == "lol" || s == "xd" || s == "lmao"
}

// staged reports a text written as a dialogue: two speakers at the beginning of
// lines, one of them twice. An offer names each of its points once.
func (w *work) staged() bool {
	const most = 40 // lines looked at
	names := make([]string, 0, 8)
	twice := false
	_, text := w.seen()
	for line := range strings.Lines(text) {
		if cap(names)-len(names) == 0 || len(names) > most {
			break
		}
		head := line[:min(len(line), 44)]
		i := strings.IndexByte(head, ':')
		if k := strings.Index(head, "「"); k >= 0 && (i < 0 || k < i) {
			i = k
		}
		if i <= 0 || i > 40 || strings.ContainsFunc(line[:i], func(r rune) bool { return unicode.IsDigit(r) || r == '/' || r == '.' }) {
			continue
		}
		name := strings.TrimSpace(line[:i])
		switch known := indexOf(names, name); {
		case known < 0:
			names = append(names, name)
		default:
			twice = true
		}
	}
	return twice && len(names) >= 2
}

func indexOf(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return -1
}

// chapter reports a text that begins as a chapter, a scene or an article of a law
// does: one of the first words is a word of fiction or policy, and a number stands
// beside it.
func (w *work) chapter(k stanceClasses) bool {
	const head = 5 * unitsPerWord
	text := w.begin()
	for _, class := range [...]int{k.fiction, k.policy} {
		if class < 0 {
			continue
		}
		first := true
		for _, h := range w.hits.by[class] {
			at := h.p0
			if h.start > int32(len(w.title.text)) {
				at -= text
			}
			if at > head {
				break
			}
			rest := w.after(h)
			r, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest[:min(len(rest), 8)], " .:"))
			if unicode.IsNumber(r) || !first || !h.amb && strings.HasPrefix(strings.TrimLeft(rest[:min(len(rest), 2)], " "), ":") { // Chapter 14, 第十二章, Lecture notes:
				return true
			}
			first = false
		}
	}
	return false
}

// begin is the place, in units, of the first word of the text in view.
func (w *work) begin() int32 {
	_, from := w.view.of(w.text.text, int32(len(w.title.text))+1)
	return w.title.pos[len(w.title.text)] + blankUnits + w.text.pos[from]
}

// opens reports a word of a class among the first words of the text.
func (w *work) opens(class int) bool {
	text := w.begin()
	for _, h := range w.hits.by[class] {
		if h.start > int32(len(w.title.text)) {
			return h.p0-text <= 4*unitsPerWord
		}
	}
	return false
}

// narrated reports that somebody else's words are told: a word of saying follows a
// quotation or the dash that ends one.
func (w *work) narrated(k stanceClasses) bool {
	for _, h := range w.hits.by[k.reported] {
		for _, q := range w.quote {
			if d := h.start - q.end; d >= 0 && d <= 48 {
				return true
			}
		}
		before := strings.TrimRight(w.before(h), " ")
		if strings.HasSuffix(before, "—") || strings.HasSuffix(before, "–") {
			return true
		}
	}
	return false
}

// before and after are a few bytes of the text around h.
func (w *work) before(h hit) string {
	if i := h.start - int32(len(w.title.text)) - 1; i > 0 && i <= int32(len(w.text.text)) {
		return w.text.text[max(0, i-8):i]
	}
	return ""
}

func (w *work) after(h hit) string {
	if i := h.end - int32(len(w.title.text)) - 1; i >= 0 && i < int32(len(w.text.text)) {
		return w.text.text[i:]
	}
	return ""
}

// quotesOffer reports a quotation that speaks of work and of what it gives.
func (c *Classifier) quotesOffer(w *work) bool {
	k := c.stances
	for _, q := range append(w.apostrophes(), w.quote...) {
		if q.end-q.start < 24 { // bytes; a word to answer with is no offer
			continue
		}
		n := 0
		for i := range c.concepts {
			if c.weights[i].offers && slices.ContainsFunc(w.hits.by[c.conceptClass(i)], func(h hit) bool { return h.start >= q.start && h.end <= q.end+3 }) {
				if n++; n > 1 {
					return true
				}
			}
		}
		n = 0
		for _, class := range [...]int{k.job, k.hire, k.salary, k.flight, k.lodging, k.food, k.money, k.foreign, k.visa} {
			for _, h := range w.hits.by[class] {
				if h.start >= q.start && h.end <= q.end+3 && !h.amb {
					n++
					break
				}
			}
		}
		if n > 1 {
			return true
		}
	}
	return false
}

// apostrophes finds what stands between two of them as between quotation marks: one
// after a space, one before a space or a stop. Eight at most.
func (w *work) apostrophes() []span32 {
	var out []span32
	text, shift := w.text.text, int32(len(w.title.text))+1
	open := -1
	for i := strings.IndexByte(text, '\''); i >= 0 && len(out) < 8; {
		first := i == 0 || text[i-1] == ' ' || text[i-1] == '\n' || text[i-1] == '('
		last := i+1 == len(text) || strings.IndexByte(" \n.,;:!?)", text[i+1]) >= 0
		switch {
		case open >= 0 && last && i-open < 600:
			out = append(out, span32{int32(open) + shift, int32(i) + shift})
			open = -1
		case first && !last:
			open = i
		}
		next := strings.IndexByte(text[i+1:], '\'')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return out
}

// asked reports a question about whether something can be believed: a sentence
// that ends in a question mark and speaks of fraud, trust, licences or whom to ask.
func (w *work) asked(k stanceClasses) bool {
	classes := [...]int{k.question, k.scam, k.trust, k.licensed, k.advice}
	title := int32(len(w.title.text)) + 1
	for _, f := range [...]struct {
		*scan
		shift int32
	}{{&w.title, 0}, {&w.text, title}} {
		for _, i := range f.asks {
			lo, hi := f.sentenceBefore(i)+f.shift, i+f.shift
			if !w.view.holds(hi, hi) {
				continue
			}
			if w.said(classes[:], lo, hi) && !w.said([]int{k.debt}, lo, hi) { // "in debt?" asks the reader
				return true
			}
		}
	}
	return false
}

// sentenceBefore is where the sentence that ends at byte i begins, 600 bytes before it at most.
func (s *scan) sentenceBefore(i int32) int32 {
	const most = 600
	for j := i - 1; j >= 0 && i-j < most; j-- {
		switch c := s.text[j]; {
		case c == '.' || c == '!' || c == '\n' || c == '?':
			return j + 1
		case c < 0xc0: // of ASCII, or the middle of a rune
		default:
			switch r, n := utf8.DecodeRuneInString(s.text[j:]); r {
			case '。', '।', '॥', '۔', '።', '။', '៕', '។', '؟', '፧':
				return j + int32(n)
			}
		}
	}
	return max(0, i-most)
}

// said reports a word of some class, quoted or ambiguous ones aside, between two
// places of the text.
func (w *work) said(classes []int, from, to int32) bool {
	for _, class := range classes {
		if class < 0 {
			continue
		}
		for _, h := range w.hits.by[class] {
			if h.start >= from && h.end <= to && !h.amb && !w.quoted(h) {
				return true
			}
		}
	}
	return false
}

// maxQuotes bounds the quotations of one field.
const maxQuotes = 50

// quotes finds what stands in quotation marks, at most 600 bytes at a time. A text
// that is mostly quotation quotes nothing.
func (w *work) quotes(text string, at []int32, shift int32) {
	from := len(w.quote)
	var total int32
	next := 0
	for _, q := range at {
		i := int(q)
		if i < next {
			continue
		}
		if len(w.quote)-from >= maxQuotes {
			break
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		closer := closing(r)
		end := strings.IndexRune(text[i+n:min(len(text), i+n+600)], closer)
		if end < 0 {
			continue
		}
		w.quote = append(w.quote, span32{int32(i) + shift, int32(i+n+end) + shift})
		total += int32(n + end)
		next = i + n + end + 1
	}
	if int(total)*10 > len(text)*7 {
		w.quote = w.quote[:from]
	}
}

// closing is the mark that ends a quotation which r begins, or 0.
func closing(r rune) rune {
	switch r {
	case '"':
		return '"'
	case '«':
		return '»'
	case '「':
		return '」'
	case '『':
		return '』'
	case '“':
		return '”'
	case '„':
		return '“'
	case '《':
		return '》'
	}
	return 0
}

// quoted reports whether h lies inside quotation marks.
func (w *work) quoted(h hit) bool {
	for _, q := range w.quote {
		if h.start >= q.start && h.end <= q.end+3 {
			return true
		}
	}
	return false
}
