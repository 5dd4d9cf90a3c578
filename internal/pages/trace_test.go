package pages

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// visitsOf reads a story: one word a visit, an hour apart. "A1" is post A in version 1
// on its own page, "A1+B1" a page with both, "list:A1" a list that names only A,
// "404", "410" and "soft" (gone with status 200), "-" content without any post.
func visitsOf(story string) []Visit {
	var out []Visit
	for i, word := range strings.Fields(story) {
		v := Visit{Source: "s", URL: "http://a.example/1", At: noon.Add(time.Duration(i) * time.Hour), Capture: fmt.Sprintf("c%d", i), Status: 200}
		switch word {
		case "404", "410":
			v.Gone = true
			fmt.Sscan(word, &v.Status)
		case "soft":
			v.Gone = true
		case "-":
		default:
			list, isList := strings.CutPrefix(word, "list:")
			for p := range strings.SplitSeq(list, "+") {
				v.Posts = append(v.Posts, Held{ID: p[:1], Digest: post.Digest(p[1:]), Own: !isList})
			}
		}
		out = append(out, v)
	}
	return out
}

func tell(es []post.Event) (out []string) {
	for _, e := range es {
		s := fmt.Sprintf("%s %s by %s", e.Post, e.Kind, e.Capture)
		if e.Kind == post.Changed {
			s += fmt.Sprintf(" %s>%s", e.From, e.To)
		}
		out = append(out, s)
	}
	return out
}

func TestWhatTheVisitsOfAPageTell(t *testing.T) {
	for name, c := range map[string]struct {
		story string
		want  []string
	}{
		"seen again and again":                     {"A1 A1 A1", nil},
		"a 404 is told at once":                    {"A1 404 404", []string{"A vanished by c1"}},
		"so is a 410":                              {"A1 410", []string{"A vanished by c1"}},
		"one soft 404 says nothing":                {"A1 soft A1 soft A1", nil},
		"two in a row do, and name the first":      {"A1 soft soft soft", []string{"A vanished by c1"}},
		"a page without the post, twice":           {"A1 - -", []string{"A vanished by c1"}},
		"once without, then gone":                  {"A1 - 404", []string{"A vanished by c1"}},
		"comes back":                               {"A1 404 A1", []string{"A vanished by c1", "A reappeared by c2"}},
		"comes back with another text":             {"A1 404 A2", []string{"A vanished by c1", "A reappeared by c2", "A changed by c2 1>2"}},
		"vanishes twice":                           {"A1 404 A1 404", []string{"A vanished by c1", "A reappeared by c2", "A vanished by c3"}},
		"another text":                             {"A1 A2 A2 A1", []string{"A changed by c1 1>2", "A changed by c3 2>1"}},
		"another post takes the page":              {"A1 B1 B1 B2", []string{"A vanished by c1", "B changed by c3 1>2"}},
		"a list never makes a post vanish":         {"A1+B1 - - 404", nil},
		"nor one that names only one":              {"list:A1 - - 404", nil},
		"shown beside others it is still there":    {"A1 A1+B1 A1+B1", nil},
		"and its other text there counts":          {"A1 A2+B1", []string{"A changed by c1 1>2"}},
		"gone before it ever showed a post":        {"404 404 A1", nil},
		"nothing at all":                           {"- - -", nil},
		"a redirect to the front page, for a week": {"A1 B1+C1 B1+C1 B1+C1", []string{"A vanished by c1"}},
	} {
		t.Run(name, func(t *testing.T) {
			var tr Trace
			var got []post.Event
			for _, v := range visitsOf(c.story) {
				es, _ := tr.Step(v)
				got = append(got, es...)
			}
			if diff := cmp.Diff(c.want, tell(got)); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAVisitToldAgainBringsTheSameEvents: after a crash the archive tells the last
// captures again, those that are known already included.
func TestAVisitToldAgainBringsTheSameEvents(t *testing.T) {
	for _, story := range []string{"A1 404 A1", "A1 - -", "A1 B1 B1 B2", "A1 A2 A3 404 A3"} {
		visits := visitsOf(story)
		want := map[string]bool{}
		var once Trace
		for _, v := range visits {
			es, _ := once.Step(v)
			for _, e := range es {
				want[e.ID] = true
			}
		}
		for back := range visits {
			for cut := back; cut < len(visits); cut++ {
				// Visits up to cut; then, again, from back on.
				var tr Trace
				got := map[string]bool{}
				for _, v := range append(append([]Visit(nil), visits[:cut+1]...), visits[back:]...) {
					es, _ := tr.Step(v)
					for _, e := range es {
						got[e.ID] = true
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%q, told to %d and again from %d: events (-want +got):\n%s", story, cut, back, diff)
				}
				if diff := cmp.Diff(once, tr); diff != "" {
					t.Errorf("%q: the trace differs (-want +got):\n%s", story, diff)
				}
			}
		}
	}
	var tr Trace
	visits := visitsOf("A1 - -")
	for _, v := range visits {
		tr.Step(v)
	}
	if es, changed := tr.Step(visits[2]); len(es) != 1 || changed {
		t.Errorf("the visit that confirmed brings %d events when told again (changed %v), want its one", len(es), changed)
	}
}

func TestOnlyALookSaysSomething(t *testing.T) {
	c := post.Capture{ID: "c", Source: "s", URL: "http://a.example/jobs?id=7&ref=x", FetchedAt: noon, Class: post.ClassContent, Method: "http"}
	for name, x := range map[string]struct {
		change func(*post.Capture)
		ok     bool
	}{
		"content":    {func(*post.Capture) {}, true},
		"gone":       {func(c *post.Capture) { c.Class = post.ClassGone }, true},
		"challenge":  {func(c *post.Capture) { c.Class = post.ClassChallenge }, false},
		"login":      {func(c *post.Capture) { c.Class = post.ClassLogin }, false},
		"error":      {func(c *post.Capture) { c.Class = post.ClassError }, false},
		"an import":  {func(c *post.Capture) { c.Method = "import" }, false},
		"no address": {func(c *post.Capture) { c.URL = "" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := c
			x.change(&c)
			if _, ok := VisitOf(c, nil); ok != x.ok {
				t.Errorf("it counts: %v, want %v", ok, x.ok)
			}
		})
	}
	for of, want := range map[string]bool{
		"http://a.example/jobs?id=7&ref=x": true,
		"http://a.example/jobs?id=7":       true,
		"https://A.example/jobs/?id=7":     true,
		"http://a.example/jobs?id=8":       false,
		"http://a.example/jobs?page=1":     false,
		"http://a.example/job/7":           false,
		"http://b.example/jobs?id=7":       false,
		"":                                 false,
		"http://a.example/%zz":             false,
	} {
		v, _ := VisitOf(c, []post.Post{{ID: "p", URL: of}})
		if v.Posts[0].Own != want {
			t.Errorf("the page of a post at %q is its own: %v, want %v", of, v.Posts[0].Own, want)
		}
	}
}

// TestAnEventLeadsToItsCapture: what showed it, and the picture of the page where a browser
// made one.
func TestAnEventLeadsToItsCapture(t *testing.T) {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	c := post.Capture{ID: "c1", Source: "s", URL: "https://a.test/job/1", Class: post.ClassContent, Method: "browser", FetchedAt: at, Status: 200}
	p := post.Post{Source: "s", NativeID: "1", URL: c.URL, Text: "Typist"}
	p.Seal(at)
	var trace Trace
	first, ok := VisitOf(c, []post.Post{p})
	if !ok {
		t.Fatal("no visit")
	}
	trace.Step(first)
	c.ID, c.Class, c.Status, c.FetchedAt = "c2", post.ClassGone, 404, at.Add(time.Hour)
	c.Record, c.Screenshot = post.Locator{File: "a.warc.gz", Offset: 5}, post.Locator{File: "a.warc.gz", Offset: 3}
	gone, ok := VisitOf(c, nil)
	if !ok {
		t.Fatal("no visit")
	}
	events, _ := trace.Step(gone)
	if len(events) != 1 || events[0].Record != c.Record || events[0].Shot != c.Screenshot || events[0].Status != 404 {
		t.Errorf("events %+v, want one with the record and the screenshot of the capture", events)
	}
}
