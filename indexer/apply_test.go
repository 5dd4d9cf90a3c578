package indexer_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

var day = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// sighting makes a judged post: text at a minute, judged by a pack.
func sighting(text string, minute int, pack string) indexer.Change {
	p := post.Post{Source: "s", NativeID: "1", Text: text}
	at := day.Add(time.Duration(minute) * time.Minute)
	p.Seal(at)
	return indexer.Change{Judged: &post.Judged{
		Capture: post.Capture{ID: fmt.Sprint("urn:uuid:", minute), Record: post.Locator{File: "f", Offset: int64(minute)}},
		Post:    p,
		Verdict: post.Verdict{ID: p.ID, Level: post.Levels()[len(pack)%5], Pack: post.Pack{Version: pack, Hash: post.DigestOf([]byte(pack))}},
	}}
}

func decided(id string, act post.Act, undoes string, minute int) indexer.Change {
	return indexer.Change{Decision: &post.Decision{ID: id, Post: sighting("", 1, "").Post(), Act: act, Undoes: undoes, At: day.Add(time.Duration(minute) * time.Minute)}}
}

func happened(k post.EventKind, minute int) indexer.Change {
	e := post.Event{Kind: k, Post: sighting("", 1, "").Post(), At: day.Add(time.Duration(minute) * time.Minute), Capture: fmt.Sprint("urn:uuid:", minute)}
	e.ID = post.EventID(k, e.Post, e.Capture)
	return indexer.Change{Event: &e}
}

func apply(t *testing.T, changes ...indexer.Change) indexer.Doc {
	t.Helper()
	var doc *indexer.Doc
	for _, c := range changes {
		next, _, err := indexer.Apply(doc, c)
		if err != nil {
			t.Fatal(err)
		}
		doc = &next
	}
	return *doc
}

// TestApplyOrder puts the same changes in many orders, with redeliveries: the document is the same.
func TestApplyOrder(t *testing.T) {
	var changes []indexer.Change
	for m := range 20 {
		changes = append(changes, sighting(fmt.Sprint("text ", m%5), m+1, "1.9"), sighting(fmt.Sprint("text ", m%5), m+1, "1.10"))
	}
	for m := range 6 {
		changes = append(changes, happened([]post.EventKind{post.Changed, post.Vanished, post.Reappeared}[m%3], 2*m))
	}
	decisions := []indexer.Change{decided("a", post.ActConfirm, "", 1), decided("b", post.ActUndo, "a", 2), decided("c", post.ActDismiss, "", 3)}
	first := sighting("text 2", 5, "1.9") // a decision needs a post, and Order is the first's
	want := apply(t, append(append([]indexer.Change{first}, changes...), decisions...)...)
	if want.Sightings != 20 || len(want.Versions) != 5 || want.State != post.StateDismissed || want.Verdict.Pack.Version != "1.10" {
		t.Fatalf("sightings %d versions %d state %s pack %s", want.Sightings, len(want.Versions), want.State, want.Verdict.Pack.Version)
	}
	if want.Post.Text != "text 4" || !want.FirstSeen.Equal(day.Add(time.Minute)) || !want.LastSeen.Equal(day.Add(20*time.Minute)) {
		t.Fatalf("current %q, seen %v to %v", want.Post.Text, want.FirstSeen, want.LastSeen)
	}
	if len(want.Events) != 6 || want.Events[0].Kind != post.Reappeared || !want.HasChanged() || !want.VanishedAt().IsZero() {
		t.Fatalf("events %+v", want.Events)
	}
	for i, v := range want.Versions {
		if said, ok := want.Words(v.Digest); !ok || said.Text == "" || (v.Said == nil) != (i == 0) || said.Pack != "1.10" {
			t.Fatalf("version %d says %+v (%v): the current one is the document's, of the others the words are kept as the newest pack read them", i, said, ok)
		}
	}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		all := append(append([]indexer.Change{}, changes...), decisions...)
		all = append(all, changes[:r.IntN(len(changes))]...)
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		got := apply(t, append([]indexer.Change{first}, all...)...)
		got.Packs, want.Packs = nil, nil // which packs were passed over depends on the order; who judges does not
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
		}
	}
}

func TestApplyIsPure(t *testing.T) {
	changes := []indexer.Change{
		sighting("a", 5, "1"), sighting("b", 3, "1"), sighting("c", 9, "1"), sighting("c", 9, "2"),
		decided("x", post.ActConfirm, "", 5), decided("y", post.ActUndo, "x", 1), sighting("b", 12, "1"), happened(post.Vanished, 13), happened(post.Changed, 3),
	}
	doc := apply(t, changes[0])
	for i, c := range changes {
		before := apply(t, changes[:max(i, 1)]...)
		copied := apply(t, changes[:max(i, 1)]...)
		next, _, err := indexer.Apply(&before, c)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(before, copied) {
			t.Errorf("change %d wrote into the old document", i)
		}
		again, changed, err := indexer.Apply(&next, c)
		if err != nil || changed || !reflect.DeepEqual(next, again) {
			t.Errorf("change %d applied twice: changed %v, %v", i, changed, err)
		}
	}
	if doc.State != post.StateOpen {
		t.Errorf("state of a new document = %q", doc.State)
	}
}

func TestApplyPacks(t *testing.T) {
	for name, c := range map[string]struct {
		packs []string
		want  string
	}{
		"newer pack judges":             {[]string{"1.9", "1.10"}, "1.10"},
		"older pack comes late":         {[]string{"1.10", "1.9"}, "1.10"},
		"dates are versions":            {[]string{"2026.11.2", "2026.2.28"}, "2026.11.2"},
		"no version is the oldest":      {[]string{"1", ""}, "1"},
		"leading zeros do not matter":   {[]string{"1.02", "1.1"}, "1.02"},
		"delivered again after a newer": {[]string{"1", "2", "1", "2", "1"}, "2"},
	} {
		var changes []indexer.Change
		for _, p := range c.packs {
			changes = append(changes, sighting("t", 1, p))
		}
		if got := apply(t, changes...).Verdict.Pack.Version; got != c.want {
			t.Errorf("%s: judged by %q, want %q", name, got, c.want)
		}
	}
	// Rules edited in place: one version, another hash.
	edited := sighting("t", 1, "1")
	edited.Judged.Verdict.Pack.Hash = "sha256:edited"
	if got := apply(t, sighting("t", 1, "1"), edited, sighting("t", 1, "1")).Verdict.Pack.Hash; got != "sha256:edited" {
		t.Errorf("edited pack, then the old one delivered again: judged by %q", got)
	}
}

func TestApplyBounds(t *testing.T) {
	var changes []indexer.Change
	for m := range indexer.MaxVersions + 100 {
		changes = append(changes, sighting(fmt.Sprint("text ", m), m+1, "1"))
	}
	doc := apply(t, changes...)
	if len(doc.Versions) != indexer.MaxVersions || len(doc.Sights) != indexer.MaxSights || doc.Sightings != len(changes) {
		t.Fatalf("versions %d, sights %d, sightings %d", len(doc.Versions), len(doc.Sights), doc.Sightings)
	}
	for _, c := range changes {
		next, changed, err := indexer.Apply(&doc, c)
		if err != nil || changed {
			t.Fatalf("redelivery of version %d: changed %v, %v", c.Judged.Post.Version, changed, err)
		}
		doc = next
	}
	kept := 0
	for _, v := range doc.Versions {
		if v.Said != nil {
			kept++
		}
	}
	if kept != indexer.MaxSaid {
		t.Errorf("the words of %d versions are kept, want %d", kept, indexer.MaxSaid)
	}
	for m := range indexer.MaxEvents + 10 {
		next, _, err := indexer.Apply(&doc, happened(post.Changed, m))
		if err != nil {
			t.Fatal(err)
		}
		doc = next
	}
	if _, changed, _ := indexer.Apply(&doc, happened(post.Changed, 1)); len(doc.Events) != indexer.MaxEvents || changed {
		t.Errorf("%d events, and an old one changes that: %v", len(doc.Events), changed)
	}
	if doc.Versions[0].Digest != changes[len(changes)-1].Judged.Post.Digest {
		t.Error("the newest version is not the first of the list")
	}
}

func TestApplyRefuses(t *testing.T) {
	good := sighting("t", 1, "1")
	broken := func(fn func(*post.Judged)) indexer.Change {
		j := *good.Judged
		fn(&j)
		return indexer.Change{Judged: &j}
	}
	for name, c := range map[string]struct {
		change indexer.Change
		want   error
	}{
		"nothing":                  {indexer.Change{}, indexer.ErrInvalid},
		"both":                     {indexer.Change{Judged: good.Judged, Decision: &post.Decision{}}, indexer.ErrInvalid},
		"no id":                    {broken(func(j *post.Judged) { j.Post.ID = "" }), indexer.ErrInvalid},
		"no version":               {broken(func(j *post.Judged) { j.Post.Version = 0 }), indexer.ErrInvalid},
		"no digest":                {broken(func(j *post.Judged) { j.Post.Digest = "" }), indexer.ErrInvalid},
		"verdict on another post":  {broken(func(j *post.Judged) { j.Verdict.ID = "p2" }), indexer.ErrInvalid},
		"decision without id":      {decided("", post.ActConfirm, "", 1), indexer.ErrInvalid},
		"event of unknown post":    {happened(post.Vanished, 1), indexer.ErrUnknownPost},
		"event of no kind":         {happened("", 1), indexer.ErrInvalid},
		"event and decision":       {indexer.Change{Event: happened(post.Vanished, 1).Event, Decision: &post.Decision{}}, indexer.ErrInvalid},
		"decision on unknown post": {decided("d", post.ActConfirm, "", 1), indexer.ErrUnknownPost},
	} {
		if _, _, err := indexer.Apply(nil, c.change); !errors.Is(err, c.want) {
			t.Errorf("%s: error = %v, want %v", name, err, c.want)
		}
	}
}
