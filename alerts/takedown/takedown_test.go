package takedown

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// confirmed is one post with all that a list tells of it.
func confirmed(t *testing.T, id string, at time.Time, change func(*post.Post, *post.Verdict)) Item {
	t.Helper()
	p := post.Post{ID: id, Source: "jobs-example", URL: "https://www.jobs.example/ad/" + id, Title: "Customer service in Poipet, call +855 12 345 678", Digest: post.DigestOf([]byte(id)),
		Contacts: []post.Contact{{Kind: "telegram", Value: "hr_anna", Raw: "@hr_anna"}}}
	v := post.Verdict{ID: id, Flagged: true, Level: post.LevelHigh, Score: 0.93, Stance: post.StanceOffer, Lang: "en",
		Rules: []post.RuleHit{{ID: "lw-1", Title: "Free travel and no experience"}, {ID: "lw-2", Title: "Pay far above the usual; Poipet"}},
		Spans: []post.Span{{Concept: "free_airfare", Gloss: "air ticket paid"}, {Concept: "no_experience"}, {Concept: "free_airfare", Gloss: "air ticket paid"}},
		Facts: post.Facts{Concepts: []string{"border_town", "free_airfare"}, Contacts: []post.Contact{{Kind: "phone", Value: "+85512345678", Raw: "+855 12 345 678"}, {Kind: "telegram", Value: "hr_anna"}}}}
	if change != nil {
		change(&p, &v)
	}
	it, err := New(p, v, []post.Decision{{ID: "d" + id, Post: id, Act: post.ActConfirm, By: "Inspector NAME", Note: "NOTE", At: at}}, noon.Add(-48*time.Hour), noon.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return it
}

func sample(t *testing.T) []Item {
	return []Item{
		confirmed(t, "p3", noon.Add(time.Hour), nil),
		confirmed(t, "p2", noon, func(p *post.Post, v *post.Verdict) {
			p.Title, p.URL, v.Lang, v.Spans[0].Gloss = "=HYPERLINK(\"https://x\")\r\n\"高薪\", 客服 ๑๒๓๔๕๖๗๘", "https://facebook.example:8443/groups/1?id=2", "zh", "+free\tticket"
		}),
		confirmed(t, "p1", noon, func(p *post.Post, v *post.Verdict) {
			p.Title, p.URL, v.Rules, v.Spans, v.Facts = "@hr_anna hires", "", nil, nil, post.Facts{}
		}),
	}
}

func seq(items []Item, err error) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for _, it := range items {
			if !yield(it, nil) {
				return
			}
		}
		if err != nil {
			yield(Item{}, err)
		}
	}
}

func TestGolden(t *testing.T) {
	for name, tc := range map[string]struct {
		format Format
		with   []Profile
	}{
		"list.csv": {CSV, nil}, "list.jsonl": {JSONL, nil},
		"contacts.csv": {CSV, []Profile{ProfileContacts}}, "contacts.jsonl": {JSONL, []Profile{ProfileContacts}},
	} {
		t.Run(name, func(t *testing.T) {
			items := sample(t)
			var first []byte
			for round := range 2 {
				var b bytes.Buffer
				n, err := Write(&b, tc.format, seq(items, nil), tc.with...)
				if err != nil || n != 3 {
					t.Fatalf("write = %d, %v; want 3", n, err)
				}
				if round == 0 {
					first = b.Bytes()
				} else if !bytes.Equal(first, b.Bytes()) {
					t.Error("the order in which items come changes the list")
				}
				slices.Reverse(items)
			}
			golden := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(golden, first, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), string(first)); d != "" {
				t.Errorf("%s (-want +got):\n%s", name, d)
			}
			for _, hide := range []string{"NAME", "NOTE"} {
				if bytes.Contains(first, []byte(hide)) {
					t.Errorf("the list holds %s", hide)
				}
			}
			for _, contact := range []string{"hr_anna", "345 678", "12345678", "๑๒๓๔๕๖๗๘"} {
				if len(tc.with) == 0 && bytes.Contains(first, []byte(contact)) {
					t.Errorf("the list holds the contact %s", contact)
				}
			}
		})
	}
}

func TestOnlyConfirmedPosts(t *testing.T) {
	p := post.Post{ID: "p1"}
	for name, ds := range map[string][]post.Decision{
		"no decision":         nil,
		"dismissed":           {{ID: "d1", Post: "p1", Act: post.ActDismiss}},
		"confirmed, undone":   {{ID: "d1", Post: "p1", Act: post.ActConfirm}, {ID: "d2", Post: "p1", Act: post.ActUndo, Undoes: "d1"}},
		"confirmed elsewhere": {{ID: "d1", Post: "p2", Act: post.ActConfirm}},
	} {
		if _, err := New(p, post.Verdict{}, ds, noon, noon); !errors.Is(err, ErrNotConfirmed) {
			t.Errorf("%s: %v, want %v", name, err, ErrNotConfirmed)
		}
	}
	if _, err := Write(&bytes.Buffer{}, CSV, seq([]Item{{PostID: "p1"}}, nil)); !errors.Is(err, ErrNotConfirmed) {
		t.Errorf("an item made by hand: %v, want %v", err, ErrNotConfirmed)
	}
}

func TestWriteFailures(t *testing.T) {
	boom := errors.New("boom")
	var b bytes.Buffer
	if n, err := Write(&b, CSV, seq(sample(t), boom)); !errors.Is(err, boom) || n != 0 || b.Len() != 0 {
		t.Errorf("a source that fails: %d, %v, %d bytes; want nothing written", n, err, b.Len())
	}
	if _, err := Write(&b, "xml", seq(nil, nil)); err == nil {
		t.Error("a format that is none: no error")
	}
	if _, err := Write(&b, CSV, seq(nil, nil), "everything"); err == nil {
		t.Error("a profile that is none: no error")
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	for _, f := range []Format{CSV, JSONL} {
		if n, err := Write(full, f, seq(sample(t), nil)); err == nil || n != 0 {
			t.Errorf("%s to a full disk: %d, %v; want an error", f, n, err)
		}
	}
}

func TestTheSamePostOnce(t *testing.T) {
	old, renewed := confirmed(t, "p1", noon, nil), confirmed(t, "p1", noon.Add(time.Hour), nil)
	renewed.DecisionID = "dnew"
	for _, items := range [][]Item{{old, renewed}, {renewed, old}} {
		var b bytes.Buffer
		if n, err := Write(&b, JSONL, seq(items, nil)); err != nil || n != 1 || !strings.Contains(b.String(), `"dnew"`) {
			t.Errorf("write = %d, %v: %s; want the newer decision", n, err, &b)
		}
	}
}

func TestCellsAreNeverFormulas(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1":         "'=1+1",
		"+1":           "'+1",
		"-1":           "'-1",
		"@x":           "'@x",
		"\t=1":         "' =1",
		"\r\n=1":       "'  =1",
		"\ufeff=1":     "'\ufeff=1",
		"\u200b=1":     "'\u200b=1",
		"＝1":           "'＝1",
		"|calc":        "'|calc",
		"a=1":          "a=1",
		"two\nlines":   "two lines",
		"bell\x07":     "bell",
		"":             "",
		"\u202a=cmd()": "'\u202a=cmd()",
	} {
		if got := cell(in); got != want {
			t.Errorf("cell(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzCell checks the guard as a spreadsheet would read the line.
func FuzzCell(f *testing.F) {
	seeds := []string{"=1", "a,b\"c", "\r\n@x", "\ufeff\t=x"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		if err := w.Write([]string{"id", cell(in)}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(rows) != 1 || len(rows[0]) != 2 {
			t.Fatalf("rows %q, %v", rows, err)
		}
		got := strings.TrimSpace(rows[0][1])
		if got != "" && strings.ContainsRune("=+-@", rune(got[0])) {
			t.Errorf("cell(%q) = %q", in, got)
		}
	})
}
