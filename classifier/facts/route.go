package facts

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Route is the way that a post says people go: which places it names as where they
// leave, pass through and arrive, each once and in the order of the post.
type Route struct {
	From, Via, To []Place
}

// leg is what part of a way a place is.
type leg uint8

const (
	noLeg leg = iota
	legFrom
	legVia
	legTo
	legOver // by way of, or over there: the place at the end of the way
)

// legsBefore are the words right before a place that tell its part of the way,
// folded, apart by |.
var legsBefore = []struct {
	leg   leg
	words string
}{
	{legVia, "via|transit|transit in|transit at|transit di|transit ke|passing through|through|stopover in|layover in|lewat|melalui|quá cảnh|quá cảnh tại|quá cảnh ở|ผ่าน|แวะ|ต่อเครื่องที่|经|途经|经由|经过|转机|中转|取道|従由|через|транзит через|пересадка в|по пути через|par|en passant par|escale à|por|pelo|passando por|escala en|escala em|vía|عبر|مرورا ب|ترانزيت|kupitia|ຜ່ານ|តាម|ឆ្លងកាត់|ဖြတ်|daan sa|dadaan ng"},
	{legOver, "qua|đi qua|ngang qua"},
	{legFrom, "from|departure from|departing|depart from|leaving from|out of|starting from|pick up in|pick up at|pickup at|pickup in|dari|berangkat dari|jemput di|từ|xuất phát từ|đón tại|đón ở|จาก|เดินทางจาก|ออกจาก|รับจาก|รับที่|从|由|自|из|выезд из|вылет из|depuis|au départ de|départ de|desde|salida desde|saindo de|partindo de|من|مغادرة من|kutoka|toka|ከ|ຈາກ|ពី|မှ|mula|mula sa|galing|galing sa"}, //nolint:dupword // "pickup at" and "pickup in" are two of the words
	{legTo, "to|travel to|fly to|go to|sent to|send to|bound for|destination|destination:|heading to|ke|ke negara|tujuan|penempatan|berangkat ke|terbang ke|đến|tới|sang|qua bên|đi|bay sang|bay đi|bay đến|sang làm|ไป|ไปที่|ไปทำงานที่|ไปยัง|เดินทางไป|ปลายทาง|บินไป|ข้ามไป|去|到|赴|往|前往|飞|飞往|抵达|目的地|в|вылет в|выезд в|работа в|à destination de|vers|para|hacia|rumbo a|até|إلى|الي|الى|وجهة|kwenda|hadi|kuelekea|ወደ|ໄປ|ទៅ|ទៅធ្វើការ|papunta|papuntang|patungo|patungong|papunta sa"},
}

// legsAfter are the words right after a place.
var legsAfter = []struct {
	leg   leg
	words string
}{
	{legVia, "transit|経由|経由で|경유|中转|转机|过境|转|üzerinden|होते हुए|होकर|হয়ে|வழியாக|හරහා|मार्फत|हुँदै|via"},
	{legFrom, "から|発|에서 출발|출발|出发|起飞|接人|से|থেকে|سے|இலிருந்து|லிருந்து|සිට|देखि|बाट|'dan|'den|'tan|'ten|dan kalkış|departure|မှ|ကနေ"},
	{legTo, "へ|行き|に行|着|으로 출국|으로|로 출국|행|上班|工作|पहुंच|जाने|জন্য|جانے|செல்ல|යාමට|जान|'a gidiş|'ya gidiş|'ye gidiş|သို့|ကို"},
}

// arrows stand between two places of a way.
var arrows = []string{"→", "->", "=>", "➡", "⇒", ">>", "»", "✈", "🛫", "🛬", "--", "~>", "⟶"}

// How far from a place the words are that tell its part of the way, in bytes.
const reachLeg = 40

// legs are the words before and after places, by [legKey] of their last or first two
// bytes, longest first; small words may stand between a preposition and a place.
type legs struct{ before, after, small [256][]legWord }

// legKey tells words apart by two bytes of theirs.
func legKey(a, b byte) byte { return a*31 ^ b }

// smallWords may stand before the name of a place.
const smallWords = " the| negara| nước| ประเทศ|ประเทศ| ປະເທດ|ປະເທດ|ប្រទេស| la| le| el| o| a| دولة"

type legWord struct {
	word string
	leg  leg
}

// addLegs folds the words of ways.
func (x *Extractor) addLegs() {
	add := func(into *[256][]legWord, l leg, words string, tail bool) {
		for w := range strings.SplitSeq(words, "|") {
			for _, form := range folded(w) {
				if strings.HasPrefix(w, " ") {
					form = " " + strings.TrimSpace(form)
				}
				k := legKey(form[0], form[1])
				if tail {
					k = legKey(form[len(form)-2], form[len(form)-1])
				}
				into[k] = append(into[k], legWord{form, l})
			}
		}
	}
	for _, l := range legsBefore {
		add(&x.legs.before, l.leg, l.words, true)
	}
	for _, l := range legsAfter {
		add(&x.legs.after, l.leg, l.words, false)
	}
	add(&x.legs.small, noLeg, smallWords, true)
	for _, list := range []*[256][]legWord{&x.legs.before, &x.legs.after, &x.legs.small} {
		for k := range list {
			slices.SortStableFunc(list[k], func(a, b legWord) int { return len(b.word) - len(a.word) })
		}
	}
}

// route works out the way from the places of a post, which stand in its order.
func (x *Extractor) route(fields []field, places []Place) *Route {
	var out Route
	last := noLeg
	for i := range places {
		p := &places[i]
		f := &fields[fieldOf(fields, p.Span.Field)]
		if f.name != FieldTitle && f.name != FieldText && f.name != FieldPicture {
			continue
		}
		l := x.legBefore(f.Folded, p.Span.From)
		if l == noLeg {
			l = x.legAfter(f.Folded, p.Span.To)
		}
		if l == legOver {
			l = legVia
			if p.Kind != "transit" && !slices.ContainsFunc(places[i+1:], func(o Place) bool { return o.Span.Field == f.name && x.legBefore(f.Folded, o.Span.From) == legTo }) {
				l = legTo
			}
		}
		arrow := i > 0 && places[i-1].Span.Field == f.name && arrowBetween(f.Folded, places[i-1].Span.To, p.Span.From)
		if arrow {
			switch last { // what the last place was taken for, before the arrow showed
			case noLeg:
				out.add(legFrom, places[i-1])
			case legTo:
				if n := len(out.To); n > 0 && out.To[n-1].ID == places[i-1].ID {
					out.To = out.To[:n-1]
					if len(out.From) == 0 {
						out.add(legFrom, places[i-1])
					} else {
						out.add(legVia, places[i-1])
					}
				}
			}
			if l == noLeg {
				l = legTo
			}
		}
		out.add(l, *p)
		last = l
	}
	if len(out.To) == 0 { // a site that people are kept at is where a way ends
		for _, p := range places {
			if p.Risk == "high" && (p.Kind == "compound" || p.Kind == "cluster" || p.Kind == "town") && len(out.From) == 0 {
				out.add(legTo, p)
				break
			}
		}
	}
	if len(out.From)+len(out.Via)+len(out.To) == 0 {
		return nil
	}
	return &out
}

// maxLegs bounds the places of each part of a way.
const maxLegs = 8

func (r *Route) add(l leg, p Place) {
	var list *[]Place
	switch l {
	case legFrom:
		list = &r.From
	case legVia:
		list = &r.Via
	case legTo:
		list = &r.To
	default:
		return
	}
	if len(*list) < maxLegs && !slices.ContainsFunc(*list, func(o Place) bool { return o.ID == p.ID }) {
		if *list == nil {
			*list = make([]Place, 0, 1)
		}
		*list = append(*list, p)
	}
}

// legBefore is what the words right before a place at i make it.
func (x *Extractor) legBefore(s string, i int) leg {
	for n := 0; i > 0 && n < 3 && strings.IndexByte(" :\"'(*", s[i-1]) >= 0; n++ {
		i--
	}
	for range 2 { // one word may stand between: the, negara, nước
		if i < 2 {
			return noLeg
		}
		for _, w := range x.legs.before[legKey(s[i-2], s[i-1])] {
			if !strings.HasSuffix(s[:i], w.word) {
				continue
			}
			from := i - len(w.word)
			if r, _ := utf8.DecodeRuneInString(w.word); from > 0 && wordGoesOn(s, from, r) {
				continue
			}
			return w.leg
		}
		k := i
		for _, w := range x.legs.small[legKey(s[i-2], s[i-1])] {
			if strings.HasSuffix(s[:i], w.word) {
				k = i - len(w.word)
				break
			}
		}
		if k == i {
			return noLeg
		}
		i = k
	}
	return noLeg
}

// wordGoesOn reports a letter before from that belongs to the same word as r, which
// stands there.
func wordGoesOn(s string, from int, r rune) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:from])
	sp := spacingOf(r)
	return sp != free && sp != clusters && sp != kana && spacingOf(before) == sp || spacingOf(r) == spaced && before >= '0' && before <= '9'
}

// legAfter is what the words right after a place that ends at i make it.
func (x *Extractor) legAfter(s string, i int) leg {
	for n := 0; i < len(s) && n < 2 && s[i] == ' '; n++ {
		i++
	}
	if i+1 >= len(s) {
		return noLeg
	}
	for _, w := range x.legs.after[legKey(s[i], s[i+1])] {
		if !strings.HasPrefix(s[i:], w.word) {
			continue
		}
		if end := i + len(w.word); end < len(s) {
			last, _ := utf8.DecodeLastRuneInString(w.word)
			if next, _ := utf8.DecodeRuneInString(s[end:]); spacingOf(last) == spaced && spacingOf(next) == spaced || markLike(next) {
				continue
			}
		}
		return w.leg
	}
	return noLeg
}

// arrowBetween reports nothing but an arrow, flags and spaces from i to j.
func arrowBetween(s string, i, j int) bool {
	if i >= j || j-i > reachLeg {
		return false
	}
	for _, r := range s[i:j] {
		if spacingOf(r) != none || r == '\n' || r < utf8.RuneSelf && isDigit(byte(r)) {
			return false
		}
	}
	for _, a := range arrows {
		if strings.Contains(s[i:j], a) {
			return true
		}
	}
	return false
}

// fieldOf is the index of the field called name, or -1.
func fieldOf(fields []field, name string) int {
	for i := range fields {
		if fields[i].name == name {
			return i
		}
	}
	return -1
}
