package compare

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
)

// shown writes pieces as people mark them: [-out-] and {+in+}.
func shown(ps []Piece) string {
	var b strings.Builder
	for _, p := range ps {
		switch p.Op {
		case Same:
			b.WriteString(p.Text)
		case Out:
			b.WriteString("[-" + p.Text + "-]")
		case In:
			b.WriteString("{+" + p.Text + "+}")
		}
	}
	return b.String()
}

func sides(ps []Piece) (old, now string) {
	for _, p := range ps {
		if p.Op != In {
			old += p.Text
		}
		if p.Op != Out {
			now += p.Text
		}
	}
	return old, now
}

func TestWords(t *testing.T) {
	for name, c := range map[string]struct{ old, now, want string }{
		"nothing":                 {"", "", ""},
		"the same":                {"a b", "a b", "a b"},
		"one word":                {"pay 800 USD a month", "pay 1500 USD a month", "pay [-800-]{+1500+} USD a month"},
		"put in":                  {"call me", "call or write me", "call {+or write +}me"},
		"taken out":               {"call or write me", "call me", "call [-or write -]me"},
		"all of it":               {"abc", "xyz", "[-abc-]{+xyz+}"},
		"the first":               {"", "new", "{+new+}"},
		"Khmer, letter by letter": {"ការងារ", "ការងារល្អ", "ការងារ{+ល្អ+}"},
		"Chinese":                 {"包吃包住", "包吃不包住", "包吃{+不+}包住"},
		"a telephone number":      {"tel +855 12 345 678", "tel +855 12 999 678", "tel +855 12 [-345-]{+999+} 678"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, shown(Words(c.old, c.now))); diff != "" {
				t.Errorf("Words (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWordsAreShortAndTrue: both texts can be read from the pieces, and no more is out
// and in than it takes, measured against the plain table of longest common words.
func TestWordsAreShortAndTrue(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		text := func() string {
			var b strings.Builder
			for range rng.IntN(14) {
				b.WriteByte("abc "[rng.IntN(4)])
			}
			return b.String()
		}
		old, now := text(), text()
		ps := Words(old, now)
		if a, b := sides(ps); a != old || b != now {
			t.Fatalf("%q and %q came back as %q and %q", old, now, a, b)
		}
		n := 0
		for _, p := range ps {
			if p.Op == Same {
				n += len(split(p.Text))
			}
		}
		if want := common(split(old), split(now)); n != want {
			t.Fatalf("%q to %q keeps %d words, %d are possible: %s", old, now, n, want, shown(ps))
		}
	}
}

func common(a, b []string) int {
	row := make([]int, len(b)+1)
	for i := range a {
		last := 0
		for k := range b {
			was := row[k+1]
			if a[i] == b[k] {
				row[k+1] = last + 1
			} else {
				row[k+1] = max(row[k+1], row[k])
			}
			last = was
		}
	}
	return row[len(b)]
}

func TestHugeTextsStayBounded(t *testing.T) {
	began := time.Now()
	for _, c := range [][2]string{
		{strings.Repeat("a ", post.MaxText/2), strings.Repeat("b ", post.MaxText/2)},
		{strings.Repeat("ក", post.MaxText/3), strings.Repeat("ខ", post.MaxText/3)},
		{strings.Repeat("a b ", 4000), strings.Repeat("b a c ", 3000)},
	} {
		if a, b := sides(Words(c[0], c[1])); a != c[0] || b != c[1] {
			t.Error("a huge text did not come back")
		}
	}
	if d := time.Since(began); d > 20*time.Second {
		t.Errorf("three huge comparisons took %v", d)
	}
}

func TestWhatDiffersInSentences(t *testing.T) {
	old := post.Said{Title: "Chat support", Text: "Call now for a job in town", Pay: "800 USD", Contacts: []post.Contact{{Kind: "phone", Value: "+85512345634"}, {Kind: "telegram", Value: "same_one"}}}
	now := old
	now.Contacts = []post.Contact{{Kind: "phone", Value: "+85512345678"}, {Kind: "telegram", Value: "same_one"}, {Kind: "line", Value: "newline1"}}
	now.Pay = "1500 USD"
	now.Text = "Call now for a job in the city by the sea with a view"
	ds := Differences(old, now)
	want := []string{
		"line added: ••••••e1", "telephone changed from ••••••••••34 to ••••••••••78",
		"pay changed from 800 USD to 1500 USD", "text changed: 1 words out, 8 in",
	}
	if diff := cmp.Diff(want, Sentences(ds, post.Mask)); diff != "" {
		t.Errorf("sentences (-want +got):\n%s", diff)
	}
	for _, s := range Sentences(ds, post.Mask) {
		if strings.Contains(s, "85512345") || strings.Contains(s, "newline") {
			t.Errorf("a contact stands open in %q", s)
		}
	}
	if !Material(ds) {
		t.Error("a new telephone number is news")
	}
	titled := old
	titled.Title = "Chat support, call +85512345634"
	for _, s := range Sentences(Differences(old, titled), post.Mask) {
		if strings.Contains(s, "8551234") {
			t.Errorf("a contact in the title stands open in %q", s)
		}
	}
	counter := old
	counter.Text = "Call now for a job in town 7"
	if ds := Differences(old, counter); len(ds) != 1 || Material(ds) {
		t.Errorf("a counter is no news: %+v", ds)
	}
	if ds := Differences(old, old); len(ds) != 0 || Material(ds) {
		t.Errorf("nothing differs, and it says %+v", ds)
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range [][2]string{{"a b c", "a c"}, {"ការងារ 1", "ការ 2"}, {"\xff\xfe", "\xff"}, {"a\u200d b", "a b"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, old, now string) {
		if a, b := sides(Words(old, now)); a != old || b != now {
			t.Errorf("%q and %q came back as %q and %q", old, now, a, b)
		}
	})
}
