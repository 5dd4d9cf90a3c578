package source

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPagesOfManyEngines measures what is read from ads of our own as many programs
// would show them. The figures are a golden file: a change of a reader shows its cost.
func TestPagesOfManyEngines(t *testing.T) {
	reports := map[string]*Report{}
	at := func(k string) *Report {
		if reports[k] == nil {
			reports[k] = &Report{Methods: map[string]Share{}, Fields: map[string]Share{}}
		}
		return reports[k]
	}
	for _, e := range engines() {
		const set = "seen"
		kind := "text"
		if e.structured {
			kind = "data"
		}
		for i, a := range adverts() {
			url := "https://board.example" + fmt.Sprintf(e.path, 1000+i)
			page := Page{URL: url, ContentType: "text/html; charset=utf-8", Body: []byte(e.page(a)), FetchedAt: sampled}
			f, err := auto{}.Extract(context.Background(), page)
			if err != nil {
				t.Fatal(err)
			}
			entry := pageEntry{File: e.name + "/" + a.lang, URL: url, Expected: e.expects(a)}
			set := set
			switch {
			case a.heldOut && e.heldOut:
				set = "both held out"
			case a.heldOut:
				set = "ad held out"
			case e.heldOut:
				set = "engine held out"
			}
			for _, k := range []string{set + ", " + kind, set + ", engine " + e.name, set + ", language " + a.lang} {
				r := at(k)
				r.Pages++
				r.judge(entry, page, f)
			}
		}
	}
	var b strings.Builder
	for _, k := range sortedKeys(reports) {
		r := reports[k]
		var all Share
		for _, s := range r.Fields {
			all.Right += s.Right
			all.Of += s.Of
		}
		fmt.Fprintf(&b, "%-36s %3d pages %4d of %4d fields (%5.1f %%)", k, r.Pages, all.Right, all.Of, 100*all.Rate())
		if strings.HasSuffix(k, "data") || strings.HasSuffix(k, "text") {
			for _, f := range sortedKeys(r.Fields) {
				fmt.Fprintf(&b, "  %s %d/%d", f, r.Fields[f].Right, r.Fields[f].Of)
			}
		}
		b.WriteString("\n")
		if target := map[bool]float64{true: TargetStructured, false: TargetOther}[strings.HasSuffix(k, "data")]; (strings.HasSuffix(k, "data") || strings.HasSuffix(k, "text")) && all.Rate() < target {
			t.Errorf("%s: %.1f %% of the fields, %.0f %% wanted", k, 100*all.Rate(), 100*target)
		}
		if c := r.Fields["contact"]; strings.HasPrefix(k, "seen") && c.Right < c.Of {
			t.Errorf("%s: %d of %d contacts are lost", k, c.Of-c.Right, c.Of)
		}
	}
	if os.Getenv("LUREWATCH_TEST_MISSES") != "" { // of those that may be looked at
		for _, k := range []string{"seen, data", "seen, text"} {
			for _, m := range reports[k].Misses {
				t.Logf("%+v", m)
			}
		}
	}
	same(t, "engines.golden", b.String())
}

// TestNoticesOfManyEngines: the same programs show texts that offer no work.
func TestNoticesOfManyEngines(t *testing.T) {
	wrong, of := 0, 0
	for _, e := range engines() {
		if e.structured || strings.ContainsAny(e.shows, "cls") { // what shows pay and employer shows no notice
			continue
		}
		for i, a := range notices() {
			of++
			f, err := auto{}.Extract(context.Background(), Page{URL: "https://town.example" + fmt.Sprintf(e.path, 2000+i), ContentType: "text/html; charset=utf-8", Body: []byte(e.page(a)), FetchedAt: sampled})
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Posts) > 0 {
				wrong++
				t.Logf("%s/%s: read as a post: %q", e.name, a.lang, f.Posts[0].Title)
			}
		}
	}
	if of < 20 || wrong*100 > of*2 {
		t.Errorf("%d of %d notices were read as posts, at most 2 %% wanted", wrong, of)
	}
	t.Logf("%d of %d notices were read as posts", wrong, of)
}

// expects is what a person reads on the page.
func (e engine) expects(a advert) map[string]any {
	m := map[string]any{"title": a.title}
	var contacts []any
	for _, c := range a.contacts {
		contacts = append(contacts, c)
	}
	m["contacts"] = contacts
	for letter, kv := range map[string][2]string{"c": {"company", a.company}, "l": {"location", a.place}, "d": {"date", a.iso}} {
		if strings.Contains(e.shows, letter) {
			m[kv[0]] = kv[1]
		}
	}
	if strings.Contains(e.shows, "s") && a.currency != "" {
		m["salary"] = jsonOf(map[string]any{"currency": a.currency, "value": map[string]any{"minValue": a.min, "maxValue": a.max}})
	}
	m["text"] = a.body[0]
	return m
}

// same compares with a golden file beside the tests.
func same(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got; -update rewrites):\n%s", name, d)
	}
}
