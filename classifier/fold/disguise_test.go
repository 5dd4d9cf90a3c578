package fold

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestDisguises hides a word inside a sentence, and wants it back at its place.
func TestDisguises(t *testing.T) {
	tests := map[string]struct {
		before, hidden, after string
		want, name            string
	}{
		"letters spaced":                          {"we are ", "h i r i n g", " now", "hiring", SpacedLetters},
		"letters spaced by two spaces":            {"we are ", "h  i  r  i  n  g", "!", "hiring", SpacedLetters},
		"letters with dashes and spaces":          {"good ", "s - a - l - a - r - y", " here", "salary", SpacedLetters},
		"kana spaced behind a comma":              {"寮あり、", "テ レ グ ラ ム", " → x", "テレグラム", SpacedLetters},
		"letters between middle dots":             {"the ", "c·a·s·i·n·o", " pays", "casino", SpacedLetters},
		"digits for letters, spaced":              {"we are ", "h 1 r 1 n g", " now", "hiring", Leetspeak},
		"two digits in a row, spaced":             {"job in ", "t h 4 1 l 4 n d", ", come", "thailand", Leetspeak},
		"a word of the trade in dots":             {"đi làm ở ", "Camp.u.chia", " lương tốt", "campuchia", SpacedLetters},
		"a word of the trade cut in two":          {"call me on ", "Tele.gram", " now", "telegram", SpacedLetters},
		"a star for a letter":                     {"not a ", "sc*m", ", I swear", "scam", MaskedLetters},
		"two stars for letters":                   {"go to ", "c*mb*dia", " today", "cambodia", MaskedLetters},
		"an upright for l":                        {"work ", "on|ine", " today", "online", MaskedLetters},
		"a star in Russian":                       {"новая ", "р*бота", " тут", "работа", MaskedLetters},
		"an at for a":                             {"come to ", "C@mbodia", " with us", "cambodia", Leetspeak},
		"Vietnamese with digits for vowels":       {"luong ", "c4o", " lam", "cao", Leetspeak},
		"a longer Vietnamese word":                {"viec ", "lu0ng", " cao", "luong", Leetspeak},
		"digits for most vowels":                  {"fly to ", "c4mb0d14", " free", "cambodia", Leetspeak},
		"digits doubled":                          {"free ", "m34ls", " daily", "meals", Leetspeak},
		"a digit in a Russian word":               {"нужна ", "р4бота", " срочно", "работа", Leetspeak},
		"a sign in a Russian word":                {"большая ", "з@рплата", " сразу", "зарплата", Leetspeak},
		"a digit that begins a Russian word":      {"твоя ", "3арплата", " сразу", "зарплата", Leetspeak},
		"a digit for a Russian o":                 {"есть ", "раб0та", " тут", "работа", Leetspeak},
		"half the letters look-alikes":            {"good ", "ѕаlаrу", " here", "salary", Homoglyph},
		"a word that could be of either alphabet": {"this is the ", "tор", " offer for you", "top", Homoglyph},
		"a word of look-alikes only":              {"we offer you good ", "рау", " every single month", "pay", Homoglyph},
		"Greek letters in a Latin word":           {"get your ", "pαsspοrt", " now", "passport", Homoglyph},
		"Armenian letters in a Latin word":        {"get your ", "passpօrt", " now", "passport", Homoglyph},
		"Lisu capitals in a Latin word":           {"get your ", "ꓑASSꓑORT", " now", "passport", Homoglyph},
		"letters of phonetics":                    {"get ", "hiriŋɡ", "", "hiriŋg", ""},
		"Thai spaced":                             {"หา ", "ง า น", " ทำ", "งาน", SpacedLetters},
		"Thai with stars between clusters":        {"หา", " ค*า*สิ*โ*น", " ทำ", " คาสิโน", SpacedLetters},
		"Thai with dots between clusters":         {"ไป ", "กั.ม.พู.ชา", " กัน", "กัมพูชา", SpacedLetters},
		"Thai spaced behind a number":             {"ได้ 3 ", "ห มื่ น กิ น", " ทำ", "หมื่นกิน", SpacedLetters},
		"Thai spaced before a number":             {"หา ", "เ งิ น เ ดื อ น", " 3 บาท", "เงินเดือน", SpacedLetters},
		"kana with sound marks of their own":      {"海外 ", "ハ゛イト", " 募集", "バイト", ""},
		"Japanese taken apart":                    {"海", "夕卜", "勤務", "外", SplitCharacters},
		"Khmer dotted":                            {"ត្រូវការ ", "រ.ក.ក.រ", " ថ្មី", "រកករ", SpacedLetters},
		"Lao with uprights":                       {"ຮັບ ", "ວ|ຽ|ກ", " ໃໝ່", "ວຽກ", SpacedLetters},
		"Burmese with stars":                      {"ထိုင်း ", "အ*လုပ်*ခေါ်", " သည်", "အလုပ်ခေါ်", SpacedLetters},
		"Hindi with stars":                        {"नई ", "नौ*क*री", " है", "नौकरी", SpacedLetters},
		"Tamil dotted":                            {"உடனே ", "க.ம்.போ.டி.யா", " செல்ல", "கம்போடியா", SpacedLetters},
		"Arabic dotted":                           {"عمل في ", "ك.م.ب.و.د.ي.ا", " اليوم", "كمبوديا", SpacedLetters},
		"Arabic with tatweel":                     {"عمل في ", "كـمـبـوديا", " اليوم", "كمبوديا", ""},
		"Chinese with a star":                     {"柬埔寨", "高*薪", "客服", "高薪", SpacedLetters},
		"Chinese with a middle dot":               {"做", "博·彩", "客服", "博彩", SpacedLetters},
		"Chinese with a slash":                    {"本公司", "招/聘", "客服", "招聘", SpacedLetters},
		"Chinese taken apart":                     {"加我微", "亻言", "聊", "信", SplitCharacters},
		"Chinese taken apart by common parts":     {"开", "贝者", "场", "赌", SplitCharacters},
		"marks between letters":                   {"we ", "h\u0336i\u0336r\u0336i\u0336n\u0336g\u0336", " now", "hiring", StyledLetters},
		"zero-width marks between letters":        {"we ", "h\u200bi\u200cr\u200di\u2060n\u200bg", " now", "hiring", ZeroWidth},
		"variation selectors between letters":     {"we ", "h\ufe0fi\ufe0fring", " now", "hiring", ZeroWidth},
		"letters in brackets":                     {"we ", "⒣⒤⒭⒤⒩⒢", " now", "hiring", StyledLetters},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x, ok := Fold(tt.before + tt.hidden + tt.after).Unleet()
			if (tt.name != "" && !slices.Contains(x.Disguises, tt.name)) || tt.name == "" && len(x.Disguises) > 0 {
				t.Errorf("fold(%q) names %q, want %q (read as leetspeak: %v)", x.Original, x.Disguises, tt.name, ok)
			}
			want := Fold(tt.want).Folded
			i := strings.Index(x.Folded, want)
			if i < 0 {
				t.Fatalf("fold(%q) = %q, no %q in it", x.Original, x.Folded, want)
			}
			start, end := x.Span(i, i+len(want))
			if got := x.Original[start:end]; strings.TrimRight(got, "\u0336\ufe0f") != strings.TrimRight(tt.hidden, "\u0336\ufe0f") {
				t.Errorf("span of %q in %q = %q, want %q", tt.want, x.Original, got, tt.hidden)
			}
			checkText(t, x)
		})
	}
}

// TestOrdinaryTextStays reads what looks like a disguise and is none.
func TestOrdinaryTextStays(t *testing.T) {
	for name, in := range map[string]string{
		"initials":                     "j. k. smith and j. r. r. tolkien",
		"a list of letters":            "a / b / c",
		"more letters":                 "a, b, c, d or a b c d e",
		"a phone number":               "call 0 8 1 2 3 4 5 6",
		"a phone number with dashes":   "+855-12-345-678",
		"dates":                        "1/2/2026 - 3.4.2026",
		"an amount with its currency":  "b500, s1500 and p20k",
		"an amount in ringgit":         "rm5k to rm4k a month",
		"a visa":                       "h1b visa, b2b, p2p, 4x4, mp3",
		"postcodes":                    "kitchener n2e 4e2, t1k7v1, l4n 9y9",
		"an e-mail address":            "hr@example.org or recruit@example",
		"a web address":                "https://www.example.org/a.b.c/d_e",
		"a handle":                     "@some_one and @h1ring_now",
		"a telephone model":            "iphone14promax, st5k",
		"an exclamation":               "apply!submit it now!",
		"a roman number":               "part viii, level iii",
		"an initialism of no vowel":    "cccd 12 so",
		"Tagalog":                      "maaari po, maaaring tumawag",
		"a class of goods in Korean":   "aaa급 상품",
		"a Korean initialism":          "t.p.c.는 회사",
		"Thai":                         "ออกแบบบรรจุภัณฑ์ ใน ม.ค. ถึง ก.พ. ที่ อ.บ้านบึง จ.ชลบุรี พ.ร.บ. แรงงาน",
		"Thai with signs of repeating": "ทำงานดี ๆ ไว ๆ มาก ๆ",
		"Lao abbreviation":             "ສ.ປ.ປ. ລາວ",
		"Hindi of short words":         "तो मैं भी था और वह भी थी",
		"Hindi initials":               "ए.पी.जे. अब्दुल कलाम",
		"Chinese names and lists":      "约翰·史密斯,男/女,上海-浦东,五险·双休",
		"Russian with Latin brands":    "нужен тестировщик на ios и android",
		"Russian numbers":              "от 3 до 5 лет, 3-й этаж, 3комнатная",
		"English with a Greek letter":  "the α value and π of it",
		"English with a Russian word":  "he lives in москва and works",
		"a hyphenated country":         "cam-pu-chia va viet-nam",
		"French":                       "il y a un an, c'est a dire l'ete",
		"multiplication":               "5*8 and a*b, 3+4",
		"file names":                   "salary.csv and casino.txt",
	} {
		t.Run(name, func(t *testing.T) {
			x, leet := Fold(in).Unleet()
			if x.Folded != in || leet || len(x.Disguises) > 0 {
				t.Errorf("fold(%q) = %q %q", in, x.Folded, x.Disguises)
			}
		})
	}
}

// TestAnyMixture puts disguises of all kinds into one another.
func TestAnyMixture(t *testing.T) {
	parts := []string{
		"hiring", "работа", "高薪", "งาน", "រក", "ခေါ်", "नौकरी", "عمل", "λόγος", "Телe", "h", "i", "а", "е", "р", "高", "ง", "า", "រ", "1", "0", "4", "3", "@", "$", "*", ".", ". ", " ", "  ", "·", "-", "|", "/",
		"\n", "\u200b", "\u202e", "\u0301", "\ufe0f", "\u20e3", "亻言", "贝者", "sc*m", "tele.gram", "c4mb0d14", "р4бота", "aaa", "ооо", "บบบ", "ꓑ", "օ", "ｈ", "🅷", "🇰", "\xff", "\u17d2", "\u1039", "ျမန္မာ", "`",
	}
	r := rand.New(rand.NewPCG(7, 7))
	for range 30000 {
		var b strings.Builder
		for range 1 + r.IntN(14) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		x := Fold(b.String())
		checkText(t, x)
		if y := Fold(x.Folded); y.Folded != x.Folded && !slices.Contains(y.Disguises, Zawgyi) {
			t.Fatalf("fold(%q) = %q, folded again %q", x.Original, x.Folded, y.Folded)
		}
		if y, ok := x.Unleet(); ok {
			checkText(t, y)
			if len(y.Folded) != len(x.Folded) || !utf8.ValidString(y.Folded) {
				t.Fatalf("unleet(%q) = %q", x.Folded, y.Folded)
			}
		}
	}
}

// TestPairsAreThoseOfUnicode asks for every mark on every letter that has one.
func TestPairsAreThoseOfUnicode(t *testing.T) {
	tab := folds()
	letters, marks := map[rune]bool{}, map[rune]bool{}
	for pair := range tab.pairs {
		letters[pair[0]], marks[pair[1]] = true, true
	}
	for a := range letters {
		for b := range marks {
			want, ok := pairOf(a, b)
			if got, found := tab.pair(a, b); found != ok || ok && got != want {
				t.Errorf("pair %q and %q = %q %v, want %q %v", a, b, got, found, want, ok)
			}
		}
	}
}
