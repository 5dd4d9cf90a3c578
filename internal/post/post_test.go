package post

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func sealed(p Post, at time.Time) Post { p.Seal(at); return p }

func TestTheIdSaysWhatIdentifiesAPost(t *testing.T) {
	base := Post{Source: "board", NativeID: "7", URL: "http://a.example/7", Text: "hello"}
	for name, c := range map[string]struct {
		change func(*Post)
		same   bool
	}{
		"another text is the same post":                        {func(p *Post) { p.Text = "changed" }, true},
		"another address is the same post while its id stands": {func(p *Post) { p.URL = "http://b.example/7" }, true},
		"another id is another post":                           {func(p *Post) { p.NativeID = "8" }, false},
		"another source is another post":                       {func(p *Post) { p.Source = "other" }, false},
		"no id falls back to the address":                      {func(p *Post) { p.NativeID = "" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := base
			c.change(&p)
			if got := sealed(p, noon).ID == sealed(base, noon).ID; got != c.same {
				t.Errorf("same id = %v, want %v", got, c.same)
			}
		})
	}
	bare := Post{Source: "import", Text: "x"}
	if a, b := sealed(bare, noon), sealed(Post{Source: "import", Text: "y"}, noon); a.ID == b.ID {
		t.Error("posts with neither id nor address are told apart by what they say")
	}
}

func TestAChangedTextIsANewVersion(t *testing.T) {
	a := sealed(Post{Source: "s", NativeID: "1", Text: "old"}, noon)
	b := sealed(Post{Source: "s", NativeID: "1", Text: "new"}, noon.Add(time.Hour))
	if a.Digest == b.Digest || b.Version <= a.Version {
		t.Errorf("digest %s → %s, version %d → %d", a.Digest.Short(), b.Digest.Short(), a.Version, b.Version)
	}
	c := sealed(Post{Source: "s", NativeID: "1", Text: "old", PostedAt: noon}, noon)
	if a.Digest != c.Digest {
		t.Error("a date that slides must make no new version")
	}
}

func TestSealBoundsTheText(t *testing.T) {
	p := sealed(Post{Title: strings.Repeat("ก", MaxText), Text: "\xff" + strings.Repeat("ខ", MaxText)}, noon)
	if n := len(p.Title) + len(p.Text); n > MaxText {
		t.Errorf("%d bytes are left, over %d", n, MaxText)
	}
	if !utf8.ValidString(p.Title) || !utf8.ValidString(p.Text) {
		t.Error("cut inside a rune, or invalid bytes kept")
	}
}

func TestFoldForgetsTheOrderButNotTheSet(t *testing.T) {
	var a, b, c Fold
	a.Add("p1", "v1")
	a.Add("p2", "v1")
	b.Add("p2", "v1")
	b.Add("p1", "v1")
	c.Add("p1", "v1")
	c.Add("p2", "v2")
	if a != b {
		t.Errorf("the order shows: %s and %s", a, b)
	}
	if a == c {
		t.Error("another version leaves the same fold")
	}
	if a.Count() != 2 {
		t.Errorf("count = %d, want 2", a.Count())
	}
}

func TestDecisionsFoldIntoAState(t *testing.T) {
	confirm, dismiss := Decision{ID: "d1", Act: ActConfirm}, Decision{ID: "d2", Act: ActDismiss}
	for name, c := range map[string]struct {
		ds   []Decision
		want State
	}{
		"no decision leaves it open":           {nil, StateOpen},
		"the last word stands":                 {[]Decision{confirm, dismiss}, StateDismissed},
		"an undo brings back the one before":   {[]Decision{confirm, dismiss, {ID: "d3", Act: ActUndo, Undoes: "d2"}}, StateConfirmed},
		"undoing the only decision reopens it": {[]Decision{dismiss, {ID: "d3", Act: ActUndo, Undoes: "d2"}}, StateOpen},
		"an undo of something unknown is void": {[]Decision{confirm, {ID: "d3", Act: ActUndo, Undoes: "d9"}}, StateConfirmed},
	} {
		t.Run(name, func(t *testing.T) {
			if got, _ := StateOf(c.ds); got != c.want {
				t.Errorf("StateOf = %s, want %s", got, c.want)
			}
		})
	}
}

func TestAContactIsMaskedInALogLine(t *testing.T) {
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("seen", "contact", Contact{Kind: "phone", Value: "+6620000042"})
	if strings.Contains(out.String(), "20000") || !strings.Contains(out.String(), "42") {
		t.Errorf("logged %s", out.String())
	}
}

func TestLevelsAreOrdered(t *testing.T) {
	if !slices.IsSortedFunc(Levels(), func(a, b Level) int { return a.Rank() - b.Rank() }) || LevelNone.Rank() != 0 {
		t.Error("Levels must go from the lowest to the highest, above none")
	}
	if _, err := ParseLevel("severe"); err == nil {
		t.Error("an unknown level must be refused")
	}
	if l, err := ParseLevel(" High "); err != nil || l != LevelHigh {
		t.Errorf("ParseLevel = %q, %v", l, err)
	}
}

func TestAVerdictHasTheKeysThatScriptsRely(t *testing.T) {
	b, err := json.Marshal(Verdict{ID: "p1", Rules: []RuleHit{}, Spans: []Span{}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"p1","flagged":false,"level":"","score":0,"stance":"","lang":"","rules":[],"spans":[]}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
}
