package indexer_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

func TestTerms(t *testing.T) {
	for name, c := range map[string]struct {
		in      string
		want    string
		numbers []string
	}{
		"empty":                          {in: ""},
		"signs only":                     {in: "!!! — 💰✈️"},
		"words and case":                 {in: "Hello WORLD", want: "hello world"},
		"apostrophes":                    {in: "don't Don’t", want: "dont dont"},
		"apostrophe at an end":           {in: "'quoted'", want: "quoted"},
		"full width":                     {in: "ＨＥＬＬＯ　１２３", want: "hello 123"},
		"styled letters":                 {in: "𝐇𝐢𝐠𝐡 𝓢𝓪𝓵𝓪𝓻𝔂 Ⓥⓘⓢⓐ", want: "high salary visa"},
		"ligatures and sharp s":          {in: "ﬁne Straße STRASSE", want: "fine strasse strasse"},
		"zero-width space in a word":     {in: "pass\u200bport so\u00adft\ufeff", want: "passport soft"},
		"marks stacked on letters":       {in: "v\u0335\u0321i\u0338s\u0334a", want: "visa"},
		"vietnamese, composed":           {in: "Việc nhẹ Đồng", want: "viec nhe dong"},
		"vietnamese, decomposed":         {in: "Vie\u0323\u0302c nhe\u0323", want: "viec nhe"},
		"turkish":                        {in: "İŞ ılık", want: "is ilik"},
		"russian":                        {in: "Жильё ЙОГ и\u0306ог", want: "жилье йог йог"},
		"greek":                          {in: "Μισθός ΜΙΣΘΟΣ", want: "μισθοσ μισθοσ"},
		"arabic without points":          {in: "رَاتِبٌ عالـــٍ أُجرة", want: "راتب عال اجره"},
		"arabic and persian letters":     {in: "ی ك ک ى", want: "ي ك ك ي"},
		"hebrew points":                  {in: "שָׁלוֹם", want: "שלום"},
		"hindi keeps its vowels":         {in: "नौकरी टिकट", want: "नौकरी टिकट"},
		"han":                            {in: "高薪招聘", want: "高薪 薪招 招聘 聘"},
		"one han":                        {in: "金", want: "金"},
		"han, latin, digits":             {in: "月薪30000元加VX", want: "月薪 薪 30000 元加 加 vx"},
		"kana, half width":               {in: "ﾊﾞｲﾄ", want: "ハ\u3099イ イト ト"},
		"kana, full width":               {in: "バイト", want: "ハ\u3099イ イト ト"},
		"hangul":                         {in: "고수익 알바", want: "고수 수익 익 알바 바"},
		"hangul, decomposed":             {in: "\u1100\u1169\u1109\u116e\u110b\u1175\u11a8", want: "고수 수익 익"},
		"thai clusters":                  {in: "ที่พัก", want: "ที่พั พัก ก"},
		"thai sara am":                   {in: "ทำ", want: "ทํา า"},
		"thai, zero-width spaces":        {in: "งาน\u200bดี", want: "งา าน นดี ดี"},
		"khmer stacks":                   {in: "ប្រាក់", want: "ប្រាក់ ក់"},
		"burmese stacks":                 {in: "အလုပ်", want: "အလု လုပ် ပ်"},
		"lao":                            {in: "ເງິນ", want: "ເງິ ງິນ ນ"},
		"native digits":                  {in: "๓๐, ៥០០; ၁၂ x ٣٤ y ९", want: "30 500 12 x 34 y 9"},
		"thousands":                      {in: "1,500 25.000.000 3.5 12,34; 1,5000: 2,500.75; 6,000.", want: "1500 25000000 3 5 12 34 1 5000 2500 75 6000"},
		"letters part from digits":       {in: "5000usd hr88", want: "5000 usd hr 88"},
		"handle, mail, address":          {in: "@High_Pay88 a.b@c.io https://t.me/x", want: "high pay 88 a b c io https t me x"},
		"telephone in groups":            {in: "call 081-234 5678!", want: "call 081 234 5678", numbers: []string{"0812345678"}},
		"telephone with country":         {in: "+66 (0) 81.234.5678", want: "66 0 81 234 5678", numbers: []string{"660812345678"}},
		"numbers that are no group":      {in: "12 34, 2000000 and 5", want: "12 34 2000000 and 5"},
		"group too long for a telephone": {in: "1111 2222 3333 4444", want: "1111 2222 3333 4444"},
		"broken utf-8":                   {in: "ab\xffcd", want: "ab cd"},
		"gap sign":                       {in: "a ¶ b", want: "a b"},
		"very long word":                 {in: strings.Repeat("é", 100), want: strings.Repeat("e", 64)},
		"very long han-like cluster":     {in: "ก" + strings.Repeat("\u0e34", 50), want: "ก" + strings.Repeat("\u0e34", 20)},
	} {
		var a indexer.Analyzer
		got, numbers := a.Terms(c.in)
		if got != c.want || !slices.Equal(numbers, c.numbers) {
			t.Errorf("%s: Terms(%q) = %q, %q; want %q, %q", name, c.in, got, numbers, c.want, c.numbers)
		}
		if again, _ := a.Terms(c.in); again != got {
			t.Errorf("%s: the second time Terms(%q) = %q", name, c.in, again)
		}
	}
}

func seeds() []string {
	return []string{
		"Free ticket, 1,500 USD", "高薪招聘 30000元", "ตั๋วเครื่องบินฟรี", "ប្រាក់ខែខ្ពស់", "လစာကောင်း", "ເງິນເດືອນ", "Việc nhẹ lương cao",
		"ﾊﾞｲﾄ 고수익", "رَاتِب", "नौकरी", "081-234-5678", "pass\u200bport", "\xff\u0306\u1161", `"a b"* -(c OR d)`, "((((", "NOT NOT x", "-- a", `“curly” OR „low”`,
		"-(vanished:yes OR a) changed:no",
	}
}

func FuzzTerms(f *testing.F) {
	if len(seeds()) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var a indexer.Analyzer
		terms, numbers := a.Terms(s)
		for _, term := range append(strings.Fields(terms), numbers...) {
			if len(term) == 0 || len(term) > 64 || !utf8.ValidString(term) || strings.Contains(term, indexer.Gap) {
				t.Fatalf("Terms(%q): term %q", s, term)
			}
			for _, r := range term {
				if !unicode.In(r, unicode.L, unicode.M) && (r < '0' || r > '9') {
					t.Fatalf("Terms(%q): %q in term %q would be split by a backend", s, r, term)
				}
			}
		}
		if again, _ := a.Terms(terms); strings.Join(strings.Fields(again), "") == "" && terms != "" {
			t.Fatalf("the terms of %q have no terms", s)
		}
		e, err := indexer.Parse(s)
		if err != nil {
			return
		}
		for _, h := range indexer.Highlights(&a, e, post.Post{Title: s, Text: s}) {
			if h.Start < 0 || h.Start >= h.End || h.End > len(s) {
				t.Fatalf("highlight %+v of %q", h, s)
			}
			if utf8.ValidString(s) && !utf8.ValidString(s[h.Start:h.End]) {
				t.Fatalf("highlight %+v of %q cuts a letter", h, s)
			}
		}
	})
}

func TestContactKey(t *testing.T) {
	for in, want := range map[string]string{
		"@Recruiter_1": "recruiter_1", " +66 81-234 5678": "66812345678", "(081) 234.5678": "0812345678",
		"t.me/Name": "t.me/name", "TXyz123": "txyz123", "@": "", "+": "+", "a@b.co": "a@b.co",
	} {
		if got := indexer.ContactKey(in); got != want {
			t.Errorf("ContactKey(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEntryOf(t *testing.T) {
	long := strings.Repeat("é", 400)
	d := indexer.Doc{
		Post: post.Post{
			Title: "Job", Text: "text 081-234-5678", Company: long, Locations: []string{"Mae Sot"}, Lang: "EN",
			Contacts: []post.Contact{{Value: "Name"}},
		},
		Verdict: post.Verdict{Facts: post.Facts{Contacts: []post.Contact{{Value: "name"}, {Value: "+66812345678"}}, Places: []post.Place{{Country: "th"}, {Country: "TH"}, {}}}},
	}
	e := indexer.EntryOf(&indexer.Analyzer{}, d)
	if len(e.Company) != 512 || !utf8.ValidString(e.Company) {
		t.Errorf("company of %d bytes", len(e.Company))
	}
	e.Company = ""
	want := indexer.Entry{
		Title: "job", Body: "text 081 234 5678 ¶ " + strings.Repeat("e", 64) + " ¶ mae sot ¶ 66812345678 ¶ name ¶ name ¶ 0812345678",
		Lang: "en", Countries: []string{"TH"}, Contacts: []string{"66812345678", "name"},
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
	if got := indexer.EntryOf(nil, d); got.Title != "" || got.Body != "" || got.Lang != "en" {
		t.Errorf("entry without terms = %+v", got)
	}
}
