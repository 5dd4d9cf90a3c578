package classifier

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules"
)

var builtin = sync.OnceValues(func() (*Classifier, error) {
	p, err := rules.Load(rules.Builtin())
	if err != nil {
		return nil, err
	}
	return New(p, Options{})
})

func open(t testing.TB) *Classifier {
	t.Helper()
	c, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func classify(t testing.TB, p post.Post) post.Verdict {
	t.Helper()
	v, err := open(t).Classify(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	checkVerdict(t, p, v)
	return v
}

// checkVerdict fails unless v keeps what [post.Verdict] promises.
func checkVerdict(t testing.TB, p post.Post, v post.Verdict) {
	t.Helper()
	if v.ID != p.ID {
		t.Errorf("verdict for %q, want %q", v.ID, p.ID)
	}
	if v.Score < 0 || v.Score > 1 {
		t.Errorf("score %v is not in 0 to 1", v.Score)
	}
	if v.Flagged && v.Stance != post.StanceOffer {
		t.Errorf("flagged, but the stance is %s", v.Stance)
	}
	if v.Help != (v.Stance == post.StanceTestimony) {
		t.Errorf("help is %v with stance %s", v.Help, v.Stance)
	}
	if len(v.Spans) > MaxSpans {
		t.Errorf("%d spans, want %d at most", len(v.Spans), MaxSpans)
	}
	for i, s := range v.Spans {
		field := p.Text
		if s.Field == "title" {
			field = p.Title
		}
		if s.Start < 0 || s.End > len(field) || s.Start >= s.End || field[s.Start:s.End] != s.Text {
			t.Fatalf("span %+v does not lie in its field", s)
		}
		if utf8.ValidString(field) && !utf8.ValidString(s.Text) {
			t.Errorf("span %+v cuts a rune", s)
		}
		if s.Concept == "" || s.Gloss == "" {
			t.Errorf("span %+v does not say what it means", s)
		}
		if i > 0 {
			if o := v.Spans[i-1]; o == s || o.Field == s.Field && (o.Start > s.Start || o.Start == s.Start && o.End > s.End) {
				t.Errorf("span %d comes before span %d: %+v, %+v", i, i-1, s, o)
			}
		}
	}
	if !slices.IsSorted(v.Facts.Concepts) {
		t.Errorf("concepts are not sorted: %q", v.Facts.Concepts)
	}
	for _, h := range v.Rules {
		if h.Level.Rank() > v.Level.Rank() {
			t.Errorf("level %s is below rule %s", v.Level, h.Title)
		}
	}
}

func TestConceptsOfOnePost(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string // found
		not  []string // not found
	}{
		"a payer at the end serves the whole list":    {"ticket visa room food all covered", []string{"free_airfare", "free_lodging", "free_meals"}, nil},
		"a payer before its noun":                     {"we cover your flight", []string{"free_airfare"}, nil},
		"a payer in the next sentence is another's":   {"Flight attendants wanted. Our hospital has a canteen with many dishes. Parking is free.", nil, []string{"free_airfare"}},
		"Thai without spaces":                         {"ที่พักฟรี อาหารฟรี", []string{"free_lodging", "free_meals"}, nil},
		"Chinese without spaces":                      {"包吃住包机票", []string{"free_airfare", "free_lodging"}, nil},
		"a Chinese air ticket is no Telegram":         {"机票自理", nil, []string{"contact_telegram"}},
		"a waiver beats the requirement":              {"tecrübe şart değil", []string{"no_experience"}, nil},
		"a denial is no scam word":                    {"Hiring chat staff, this is not a scam, no beating", []string{"legit_reassurance"}, []string{"violence_term"}},
		"letters pulled apart":                        {"f r e e  t i c k e t for all staff", []string{"free_airfare"}, nil},
		"digits for letters":                          {"fr3e fl1ght for all staff", []string{"free_airfare"}, nil},
		"look-alike letters":                          {"free flіght for staff", []string{"free_airfare"}, nil},
		"a word inside another is none":               {"the skidney bean and freedom flights", nil, []string{"kidney_donor", "free_airfare"}},
		"passport with the company":                   {"your passport is kept by the company", []string{"passport_handover"}, nil},
		"debt paid, then worked off":                  {"boss pays off your debt, you work it off later", []string{"company_pays_debt", "deducted_cost"}, nil},
		"out only with permission":                    {"going out only with permission of the leader", []string{"no_leave"}, nil},
		"leaving early costs double":                  {"if you quit early you pay double", []string{"debt_penalty"}, nil},
		"an ambiguous word alone says nothing":        {"the board met on the line about the game", nil, []string{"scam_jargon_ops", "scammer_open_role"}},
		"Khmer baht is not the word lost":             {"បាត់", nil, []string{"pay_foreign_currency"}},
		"a Korean syllable inside a word is no match": {"이미지 작업", nil, []string{"domestic_bait"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := classify(t, post.Post{ID: "x", Text: tt.text})
			for _, c := range tt.want {
				if !slices.Contains(v.Facts.Concepts, c) {
					t.Errorf("concepts of %q = %q, want %s among them", tt.text, v.Facts.Concepts, c)
				}
			}
			for _, c := range tt.not {
				if slices.Contains(v.Facts.Concepts, c) {
					t.Errorf("concepts of %q = %q, want no %s", tt.text, v.Facts.Concepts, c)
				}
			}
		})
	}
}

func TestStances(t *testing.T) {
	tests := map[string]struct {
		text string
		want post.Stance
	}{
		"an offer":                               {"We are hiring chat staff, free room, salary 900 USD. Message @hr_example", post.StanceOffer},
		"an offer that warns of fakes":           {"Hiring now! Beware of fake agents. Message @hr_example to apply, salary 900 USD, room free, ticket free", post.StanceOffer},
		"a warning that quotes the offer":        {"Police warning: posts such as \"hiring chat staff, free room, salary 900 USD, message us\" are a scam. Do not believe them.", post.StanceWarning},
		"a report":                               {"Police rescued 12 workers on Monday, a spokesman said. Three suspects were arrested and charged.", post.StanceNews},
		"somebody who was there":                 {"I was sold to another company and beaten. I escaped after my family paid the ransom.", post.StanceTestimony},
		"a family that searches":                 {"Please help us find my brother, he is missing since he went to Thailand. They ask for ransom.", post.StanceTestimony},
		"somebody who looks for work":            {"Saya sedang cari kerja, pengalaman 2 tahun", post.StanceSeeker},
		"a recipe":                               {"Cut the onions, fry them, add rice and water", post.StanceOther},
		"nothing":                                {"", post.StanceOther},
		"Thai: somebody who was there":           {"หนูถูกหลอกไปทำงาน โดนขังโดนช็อตไฟฟ้า ต้องจ่ายค่าไถ่ถึงได้กลับบ้าน", post.StanceTestimony},
		"Vietnamese: a warning of the police":    {"Công an cảnh báo thủ đoạn lừa đảo việc nhẹ lương cao, người dân không nên tin.", post.StanceWarning},
		"Chinese: rules of a group are no offer": {"本群禁止发布无公司名称的招聘，一律删除，谨防诈骗", post.StanceWarning},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if v := classify(t, post.Post{ID: "x", Text: tt.text}); v.Stance != tt.want {
				t.Errorf("stance of %q = %s, want %s (concepts %q)", tt.text, v.Stance, tt.want, v.Facts.Concepts)
			}
		})
	}
}

func TestLanguages(t *testing.T) {
	tests := map[string]struct{ text, said, want string }{
		"Thai":                                  {"รับสมัครพนักงาน", "", "th"},
		"Khmer":                                 {"ជ្រើសរើសបុគ្គលិក", "", "km"},
		"Lao":                                   {"ຮັບພະນັກງານ", "", "lo"},
		"Burmese":                               {"ဝန်ထမ်းခေါ်ယူခြင်း", "", "my"},
		"Japanese by its kana":                  {"電話対応スタッフを募集しています", "", "ja"},
		"Chinese":                               {"公司招聘客服人员", "", "zh"},
		"Korean":                                {"직원 모집합니다", "", "ko"},
		"Hindi, not Nepali":                     {"हमारी कंपनी में लड़के चाहिए, वेतन अच्छा है", "", "hi"},
		"Nepali, not Hindi":                     {"कम्पनीमा काम गर्न मान्छे चाहियो, तलब राम्रो छ", "", "ne"},
		"Urdu, not Arabic":                      {"کمپنی کو ملازم کی ضرورت ہے", "", "ur"},
		"Arabic":                                {"مطلوب موظفين في الشركة", "", "ar"},
		"Vietnamese":                            {"Công ty cần tuyển nhân viên cho văn phòng", "", "vi"},
		"Indonesian":                            {"Kami mencari karyawan yang bisa kerja di kantor dengan gaji tetap", "", "id"},
		"Filipino":                              {"Naghahanap po kami ng mga tao para sa trabaho na ito", "", "tl"},
		"Spanish":                               {"Buscamos personas para trabajar en la empresa con buen sueldo", "", "es"},
		"Portuguese":                            {"Precisamos de pessoas para trabalhar na empresa, salário bom, não é golpe", "", "pt"},
		"Hindi in Latin letters":                {"Company me ladke chahiye, salary acchi hai, khana rehna free hai", "", "hi"},
		"the source is believed when it can be": {"admin online", "ms", "ms"},
		"the source is not believed when it cannot": {"รับสมัครพนักงาน", "id", "th"},
		"a region in the tag is no matter":          {"公司招聘", "zh-Hant", "zh"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if v := classify(t, post.Post{ID: "x", Text: tt.text, Lang: tt.said}); v.Lang != tt.want {
				t.Errorf("language of %q = %s, want %s", tt.text, v.Lang, tt.want)
			}
		})
	}
}

func TestSpansShowTheOriginal(t *testing.T) {
	p := post.Post{ID: "x", Title: "Ｈｉｒｉｎｇ!", Text: "Come: F\u200br\u200be\u200be   𝗧𝗶𝗰𝗸𝗲𝘁 to Poipet"}
	v := classify(t, p)
	i := slices.IndexFunc(v.Spans, func(s post.Span) bool { return s.Concept == "free_airfare" })
	if i < 0 {
		t.Fatalf("no span for free_airfare in %+v", v.Spans)
	}
	want := post.Span{Field: "text", Start: 6, End: 6 + len("F\u200br\u200be\u200be   𝗧𝗶𝗰𝗸𝗲𝘁"), Concept: "free_airfare", Text: "F\u200br\u200be\u200be   𝗧𝗶𝗰𝗸𝗲𝘁", Gloss: v.Spans[i].Gloss}
	if d := cmp.Diff(want, v.Spans[i]); d != "" {
		t.Error(d)
	}
	if len(v.Facts.Evasion) == 0 {
		t.Error("no disguise is named")
	}
}

func TestClassifyIsPure(t *testing.T) {
	c := open(t)
	var posts []post.Post
	for _, l := range cases(t) {
		posts = append(posts, l.Post)
	}
	want := make([]post.Verdict, len(posts))
	for i, p := range posts {
		want[i] = classify(t, p)
	}
	var wg sync.WaitGroup
	for k := range 4 {
		wg.Go(func() {
			for n := range posts {
				i := (n*7 + k*13) % len(posts)
				got, err := c.Classify(context.Background(), posts[i])
				if err != nil {
					t.Error(err)
					return
				}
				if d := cmp.Diff(want[i], got); d != "" {
					t.Errorf("%s judged again:\n%s", posts[i].ID, d)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestClassifyStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t).Classify(ctx, post.Post{ID: "x"}); err == nil {
		t.Error("no error from a context that is done")
	}
}

// TestHostileTextIsLinear gives the classifier a megabyte built to make a naive
// matcher slow, and wants four times the text to take not much more than four
// times as long. It counts processor time: other work on the machine says nothing.
func TestHostileTextIsLinear(t *testing.T) {
	for name, unit := range map[string]string{
		"one word again and again":  "free ",
		"all sides of all patterns": "flight food room visa passport no not free covered keep debt pay leave compound kidney donor ",
		"no boundary anywhere":      "包吃住",
		"prefixes of long words":    "หนังสือเดินทา",
		"letters pulled apart":      "f r e e ",
		"open quotation marks":      "「\"«",
		"numbers":                   "1,000$ ",
		"lines":                     "\n\n- \n",
		"bytes that are no text":    "\xff\xfe",
		"marks without a letter":    "\u0e31\u0e49",
		"proclitics":                "والب",
		"handles":                   "@a_b t.me/x ",
	} {
		t.Run(name, func(t *testing.T) {
			took := func(n int) time.Duration {
				p := post.Post{ID: "x", Text: strings.Repeat(unit, n/len(unit))}
				best := time.Hour
				for range 2 {
					start := processorTime(t)
					classify(t, p)
					best = min(best, processorTime(t)-start)
				}
				return best
			}
			small, large := took(256<<10), took(1<<20)
			if large > 12*small+200*time.Millisecond {
				t.Errorf("256 KiB took %v, 1 MiB %v", small, large)
			}
		})
	}
}

func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano())
}

func TestLevelsAndScores(t *testing.T) {
	c := open(t)
	last := -1.0
	for _, l := range append([]post.Level{post.LevelNone}, post.Levels()...) {
		for _, concepts := range [][]string{nil, {"free_meals"}, {"free_meals", "no_leave"}, {"free_airfare", "free_meals", "no_leave", "passport_handover"}} {
			v := post.Verdict{Level: l, Stance: post.StanceOffer, Facts: post.Facts{Concepts: concepts}}
			got := c.score(&v)
			if got < last || got > 1 {
				t.Errorf("score of level %q with %q = %v, after %v", l, concepts, got, last)
			}
			last = got
			v.Stance = post.StanceNews
			if half := c.score(&v); half > 0.5 {
				t.Errorf("score of news = %v, want at most a half", half)
			}
		}
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := New(nil, Options{}); err == nil {
		t.Error("no error without a pack")
	}
	p, err := rules.Load(rules.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(p, Options{FlagAt: "dire"}); err == nil {
		t.Error("no error with a level that is none")
	}
}

func TestLexiconIsFolded(t *testing.T) {
	p, err := rules.Load(rules.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	bad := 0
	for _, l := range p.Lexicons {
		for class, ws := range l.Classes {
			for _, w := range ws {
				text, _ := readable(w.Text)
				plainText := text.Folded
				if plainText != w.Text && text.Original == w.Text {
					if bad++; bad <= 10 {
						t.Logf("%s:%d: %s: %q folds to %q", l.File, w.Line, class, w.Text, plainText)
					}
				}
			}
		}
	}
	// A word that folding changes can never match; a few spellings are unstable
	// under folding itself (digits read as letters among them).
	if bad > 100 {
		t.Errorf("%d words are not as text is folded: they never match", bad)
	}
}

// cases are the labelled posts of testdata/cases.jsonl and of the files beside it by language.
func cases(t testing.TB) []Labelled {
	t.Helper()
	files, err := filepath.Glob("testdata/cases/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var out []Labelled
	for _, name := range append([]string{"testdata/cases.jsonl"}, files...) {
		out = append(out, labelled(t, name, "cases")...)
	}
	return out
}

// labelled reads one file of labelled posts.
func labelled(t testing.TB, name, set string) (out []Labelled) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	err = ReadLabelled(bufio.NewReader(f), set, func(l Labelled) error {
		out = append(out, l)
		return nil
	}, func(line int, err error) { t.Fatalf("%s:%d: %v", name, line, err) })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func FuzzClassify(f *testing.F) {
	seeds := 0
	for _, l := range cases(f) {
		f.Add(l.Post.Title, l.Post.Text)
		seeds++
	}
	f.Add("\xff", "\u200d\u0e49機\U0001F468\u200d")
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, title, text string) {
		classify(t, post.Post{ID: "x", Title: title, Text: text})
	})
}

// BenchmarkClassify judges posts of about 2 KB in all languages: dense is lures and
// nothing else, ordinary is what most posts are.
func BenchmarkClassify(b *testing.B) {
	for name, labels := range map[string][]string{"dense": {"scam"}, "ordinary": {"legit", "news", "warning"}} {
		var posts []post.Post
		var part strings.Builder
		n := 0
		for _, l := range cases(b) {
			if !slices.Contains(labels, l.Label) {
				continue
			}
			part.WriteString(l.Post.Text + "\n")
			if part.Len() > 1900 {
				posts = append(posts, post.Post{ID: "x", Text: part.String()})
				n += part.Len()
				part.Reset()
			}
		}
		b.Run(name, func(b *testing.B) {
			c := open(b)
			b.SetBytes(int64(n / len(posts)))
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if _, err := c.Classify(b.Context(), posts[i%len(posts)]); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		p, err := rules.Load(rules.Builtin())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := New(p, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAPackWithoutSomeClassesIsJudgedWith judges with a pack that lacks every class:
// what reads them finds nothing.
func TestAPackWithoutSomeClassesIsJudgedWith(t *testing.T) {
	p, err := rules.Load(rules.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	p.Classes, p.Concepts, p.Rules = nil, nil, nil
	for _, l := range p.Lexicons {
		l.Classes, l.Phrases, l.Sides = nil, nil, nil
	}
	c, err := New(p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	v, err := c.Classify(t.Context(), post.Post{ID: "x", Text: `Hiring "chat" staff? 😂 Poipet 900 USD. A: yes B: no A: yes`})
	if err != nil || v.Flagged {
		t.Errorf("verdict %+v, error %v", v, err)
	}
}
