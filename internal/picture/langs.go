package picture

import (
	"slices"
	"strings"
	"unicode"
)

// tongue is one language that Tesseract may have been taught.
type tongue struct {
	name   string // Tesseract's
	bcp    string // BCP 47 primary subtag
	script string // Unicode's name
	first  bool   // stands for its script when nothing is known yet
}

// tongues lists the languages that the rules know, and the scripts they are written in.
var tongues = []tongue{
	{"eng", "en", "Latin", true}, {"khm", "km", "Khmer", true}, {"tha", "th", "Thai", true}, {"vie", "vi", "Latin", false},
	{"mya", "my", "Myanmar", true}, {"lao", "lo", "Lao", true}, {"chi_sim", "zh", "Han", true}, {"chi_tra", "zh", "Han", false},
	{"hin", "hi", "Devanagari", true}, {"nep", "ne", "Devanagari", false}, {"ben", "bn", "Bengali", true}, {"ara", "ar", "Arabic", true},
	{"urd", "ur", "Arabic", false}, {"rus", "ru", "Cyrillic", true}, {"jpn", "ja", "Hiragana", true}, {"kor", "ko", "Hangul", true},
	{"sin", "si", "Sinhala", true}, {"tam", "ta", "Tamil", true}, {"amh", "am", "Ethiopic", true}, {"ind", "id", "Latin", false},
	{"msa", "ms", "Latin", false}, {"fil", "tl", "Latin", false}, {"spa", "es", "Latin", false}, {"fra", "fr", "Latin", false},
	{"por", "pt", "Latin", false}, {"tur", "tr", "Latin", false}, {"swa", "sw", "Latin", false},
}

// plan is which languages to try, in this order; each try is made only when the one
// before left doubt.
type plan [][]string

func (p plan) key() string {
	var b strings.Builder
	for _, langs := range p {
		b.WriteString("\x1f" + strings.Join(langs, "+"))
	}
	return b.String()
}

// plan says what to expect of a picture beside a post: first the language that the
// post is in, then one language of each script.
func (e *engine) plan(h Hint) plan {
	if e == nil {
		return nil
	}
	var p plan
	add := func(langs []string) {
		if len(langs) > 0 && !slices.ContainsFunc(p, func(was []string) bool { return slices.Equal(was, langs) }) {
			p = append(p, langs)
		}
	}
	lang := strings.ToLower(h.Lang)
	if script := scriptOf(h.Text); script != "" && script != "Latin" {
		lang = langOf(script, lang)
	}
	add(e.with(lang))
	var wide []string
	for _, t := range tongues {
		if t.first && slices.Contains(e.langs, t.name) {
			wide = append(wide, t.name)
		}
	}
	add(wide)
	if len(p) == 0 {
		add(e.langs) // names that are not known here, but were asked for
	}
	return p
}

// with is the languages of a BCP 47 subtag, and English, which is on every poster.
func (e *engine) with(bcp string) (out []string) {
	for _, t := range tongues {
		if t.bcp == bcp && slices.Contains(e.langs, t.name) {
			out = append(out, t.name)
		}
	}
	// English letters are on every poster. Of the other languages that are written
	// in them only Vietnamese has signs that English misreads and that change words.
	for _, name := range []string{"eng", "vie"} {
		if !slices.Contains(out, name) && slices.Contains(e.langs, name) && (name == "eng" || len(out) == 1 && out[0] == "eng") {
			out = append(out, name)
		}
	}
	return out
}

// langOf is the language to expect of a script: lang when it is written in it.
func langOf(script, lang string) string {
	best := ""
	for _, t := range tongues {
		if t.script != script {
			continue
		}
		if t.bcp == lang {
			return lang
		}
		if best == "" || t.first {
			best = t.bcp
		}
	}
	return best
}

// scriptOf is the script of most letters of s, among those of tongues; Kana counts as
// one, and makes the Han beside it Japanese.
func scriptOf(s string) string {
	count := map[string]int{}
	for _, r := range s {
		if unicode.IsLetter(r) {
			count[runeScript(r)]++
		}
	}
	best := ""
	for _, t := range tongues {
		if n := count[t.script]; n > count[best] && n > 0 {
			best = t.script
		}
	}
	if count["Hiragana"] > 0 && best == "Han" {
		return "Hiragana"
	}
	return best
}

// narrowed is what to read again with, now that a first reading shows the scripts: the
// languages of those scripts, the main one first, since Tesseract leans towards it. It
// is nil when there is nothing to gain.
func (e *engine) narrowed(text string, was []string) []string {
	count, all := map[string]int{}, 0
	for _, r := range text {
		if s := runeScript(r); s != "" && unicode.IsLetter(r) {
			count[s]++
			all++
		}
	}
	if all == 0 {
		return nil
	}
	viet := vietnamese(text)
	var out []string
	for _, t := range tongues {
		switch {
		case !slices.Contains(e.langs, t.name) || t.name == "eng":
		case t.script == "Latin": // English letters serve the others
			if viet && t.name == "vie" {
				out = append(out, t.name)
			}
		case count[t.script]*5 >= all && count[t.script] > 2:
			out = append(out, t.name)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return count[scriptName(b)] - count[scriptName(a)] })
	if slices.Contains(e.langs, "eng") {
		out = append(out, "eng")
	}
	if len(out) == 0 || slices.Equal(out, was) || len(was) <= 2 && was[0] == out[0] {
		return nil
	}
	return out
}

// runeScript is the script of r among those of tongues, or "".
func runeScript(r rune) string {
	if r < 0x80 {
		if r|0x20 >= 'a' && r|0x20 <= 'z' {
			return "Latin"
		}
		return ""
	}
	for _, t := range tongues {
		if t.first && unicode.Is(unicode.Scripts[t.script], r) {
			return t.script
		}
	}
	return ""
}

func scriptName(tesseract string) string {
	for _, t := range tongues {
		if t.name == tesseract {
			return t.script
		}
	}
	return ""
}

// vietnamese reports letters that no other language of ours has.
func vietnamese(s string) bool {
	return strings.ContainsAny(s, "ơưđăạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹĐƯƠẤẦẾỀỂỄỆỐỒỘỚỜỢỤỨỪỰ")
}

// subtags are the BCP 47 subtags of Tesseract's names, joined by +.
func subtags(langs []string) string {
	var out []string
	for _, l := range langs {
		for _, t := range tongues {
			if t.name == l {
				l = t.bcp
			}
		}
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return strings.Join(out, "+")
}
