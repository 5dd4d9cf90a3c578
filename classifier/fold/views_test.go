package fold

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestStripped(t *testing.T) {
	tests := map[string]struct {
		in, want string
		ok       bool
	}{
		"plain text has nothing to strip": {in: "hiring now", want: "hiring now"},
		"French":                          {in: "Salaire élevé à Phnom Penh", want: "salaire eleve a phnom penh", ok: true},
		"Portuguese":                      {in: "vagas, não precisa experiência", want: "vagas, nao precisa experiencia", ok: true},
		"Vietnamese typed in a hurry":     {in: "việc nhẹ lương cao, đi Campuchia", want: "viec nhe luong cao, di campuchia", ok: true},
		"Russian has no accents":          {in: "работа", want: "работа"},
		"Thai has no accents":             {in: "รับสมัคร", want: "รับสมัคร"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := Fold(tt.in).Stripped()
			if got.Folded != tt.want || ok != tt.ok {
				t.Errorf("stripped(%q) = %q, %v, want %q, %v", tt.in, got.Folded, ok, tt.want, tt.ok)
			}
			checkText(t, got)
		})
	}
}

func TestUnleet(t *testing.T) {
	tests := map[string]struct {
		in, want string
		ok       bool
	}{
		"a digit inside a word":       {in: "h1ring in c4sino", want: "hiring in casino", ok: true},
		"a dollar at the beginning":   {in: "$alary 0nline", want: "salary online", ok: true},
		"a price is no word":          {in: "$800 25k 1500usd", want: "$800 25k 1500usd"},
		"a handle is a name":          {in: "@hr_j0hn t.me/j0bs", want: "@hr_j0hn t.me/j0bs"},
		"an ordinal is no word":       {in: "3rd 1st 5star b2b", want: "3rd 1st 5star b2b"},
		"digits at the end of a word": {in: "covid19 web3", want: "covid19 web3"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := Fold(tt.in).Unleet()
			if got.Folded != tt.want || ok != tt.ok || slices.Contains(got.Disguises, Leetspeak) != tt.ok {
				t.Errorf("unleet(%q) = %q, %v %q, want %q, %v", tt.in, got.Folded, ok, got.Disguises, tt.want, tt.ok)
			}
			checkText(t, got)
		})
	}
}

func TestSpan(t *testing.T) {
	tests := map[string]struct{ in, folded, want string }{
		"through a zero-width space":     {in: "your pass\u200bport now", folded: "passport", want: "pass\u200bport"},
		"not the zero-width space after": {in: "job\u200b offer", folded: "job", want: "job"},
		"letters pulled apart":           {in: "we are h i r i n g !", folded: "hiring", want: "h i r i n g"},
		"a Traditional character":        {in: "柬埔寨園區招聘", folded: "园区", want: "園區"},
		"full-width among Chinese":       {in: "加ＷＸ：abc", folded: "wx", want: "ＷＸ"},
		"Thai digits":                    {in: "เงินเดือน ๑๕๐๐๐ บาท", folded: "15000", want: "๑๕๐๐๐"},
		"Zawgyi":                         {in: "abc ျမန္မာႏိုင္ငံ def", folded: Fold("မြန်မာနိုင်ငံ").Folded, want: "ျမန္မာႏိုင္ငံ"},
		"two layers":                     {in: "Ｐ а ｓ ｓ ｐ о r t", folded: "passport", want: "Ｐ а ｓ ｓ ｐ о r t"},
		"a drawn-out word":               {in: "so urgenttttt!", folded: "urgent", want: "urgent"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := Fold(tt.in)
			i := strings.Index(x.Folded, tt.folded)
			if i < 0 {
				t.Fatalf("fold(%q) = %q, no %q in it", tt.in, x.Folded, tt.folded)
			}
			start, end := x.Span(i, i+len(tt.folded))
			if got := x.Original[start:end]; got != tt.want {
				t.Errorf("span of %q in %q = %q, want %q", tt.folded, tt.in, got, tt.want)
			}
		})
	}
}

func TestSpanOutOfBounds(t *testing.T) {
	x := Fold("ＡＢ")
	for name, tt := range map[string]struct{ i, j, start, end int }{
		"before the text": {-5, 1, 0, 3},
		"after the text":  {1, 99, 3, 6},
		"nothing":         {1, 1, 3, 3},
		"the wrong way":   {2, 0, 6, 6},
		"all of the text": {0, 2, 0, 6},
		"beyond the text": {50, 60, 6, 6},
	} {
		if start, end := x.Span(tt.i, tt.j); start != tt.start || end != tt.end {
			t.Errorf("%s: span(%d, %d) = %d, %d, want %d, %d", name, tt.i, tt.j, start, end, tt.start, tt.end)
		}
	}
}

// hostile are units that cost most when they are heaped up.
var hostile = map[string]string{
	"combining marks": "\u0301", "marks on one letter": "a\u0301\u0323", "tones": "\u0e48", "tones and vowels": "\u0e48\u0e35", "tones and vowels on letters": "ก\u0e48\u0e35", "coeng": "\u17d2", "coeng pairs": "\u17d2\u178a",
	"asat": "\u1039", "Zawgyi vowels": "\u1031", "zero-width spaces": "\u200b", "not UTF-8": "\xff", "surrogates": "\xed\xa0\x80", "letters apart": "a b ", "dots": "a.", "flags": "🇰",
	"mixed scripts": "aа", "one letter": "a", "jamo": "\u1161", "radicals": "亻", "ligatures": "ﷺ", "kana marks": "\u3099", "keycaps": "\ufe0f\u20e3", "joiners": "\u200d",
	"stars": "a*", "stars in Chinese": "高*", "middle dots": "a·", "leetspeak": "h1r1ng ", "Cyrillic leetspeak": "р4бота ", "clusters apart": "ก.า.", "masked words": "sc*m ", "split words": "tele.gram ", "capitals": "A", "full width": "Ａ",
	"traditional Chinese": "萬", "digits and signs": "1@", "words of two scripts": "аb c ", "Greek and Latin": "αa ", "parts": "贝者",
}

// TestHostileInputIsLinear folds a mebibyte of each kind of heap. A quadratic step
// would take minutes.
func TestHostileInputIsLinear(t *testing.T) {
	const size = 1 << 20
	for name, unit := range hostile {
		s := strings.Repeat(unit, size/len(unit))
		began := time.Now()
		x := Fold(s)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: %v", name, took)
		}
		x.Stripped()
		x.Unleet()
		if _, end := x.Span(0, len(x.Folded)); end > len(s) {
			t.Errorf("%s: span ends at %d of %d", name, end, len(s))
		}
	}
}

// TestLeetspeakInsideWordsThatBeginLikeMoney reads words whose first letter is a currency's.
func TestLeetspeakInsideWordsThatBeginLikeMoney(t *testing.T) {
	for in, want := range map[string]string{
		"b0ss": "boss", "p0ipet": "poipet", "s@les": "sales", "s@l@ry": "salary", "k@mb0dia": "kambodia",
		"s500": "s500", "p1.5k": "p1.5k", "rm5k": "rm5k",
	} {
		u, _ := Fold("our " + in + " now").Unleet()
		if u.Folded != "our "+want+" now" {
			t.Errorf("%q is read as %q, want %q", in, u.Folded, want)
		}
	}
}
