package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// turning is a site of adverts: later, a third of them is gone and a third edited.
type turning struct {
	*httptest.Server
	later  atomic.Bool
	served chan struct{} // one for each advert that was asked for
}

const turningJobs = 60

func newTurning(t *testing.T) *turning {
	t.Helper()
	s := &turning{served: make(chan struct{}, 100_000)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n int
		if _, err := fmt.Sscanf(r.URL.Path, "/job/%d", &n); err != nil {
			for i := range turningJobs {
				fmt.Fprintf(w, `<p><a href="/job/%d">job %d</a></p>`, i, i)
			}
			return
		}
		s.served <- struct{}{}
		text := "Chat support in Poipet, no experience, ticket, visa and room covered. Call +855 12 345 634."
		switch {
		case s.later.Load() && n%3 == 0:
			http.NotFound(w, r)
			return
		case s.later.Load() && n%3 == 1:
			text += " New number +855 12 999 678, ask for the day shift."
		}
		ld, _ := json.Marshal(map[string]any{"@context": "https://schema.org", "@type": "JobPosting", "title": fmt.Sprint("Chat support ", n),
			"description": text, "identifier": fmt.Sprint("j", n), "url": "http://" + r.Host + r.URL.Path})
		fmt.Fprintf(w, `<html><head><title>%d</title><script type="application/ld+json">%s</script></head><body></body></html>`, n, ld)
	}))
	t.Cleanup(s.Close)
	return s
}

// TestNoEventIsLostWhenTheProcessIsKilled: crawls of a site that has changed are killed
// at random pages until one comes to its end; each advert has its one event then, and a
// rebuild from the archive comes to the same documents.
func TestNoEventIsLostWhenTheProcessIsKilled(t *testing.T) {
	site, data := newTurning(t), t.TempDir()
	args := []string{"crawl", site.URL + "/", "--data-dir", data, "--allow-net", "127.0.0.0/8", "--browser", "off", "--pace", "15ms"}
	crawl := func() {
		t.Helper()
		if out, err := lurewatch(t.Context(), args...).CombinedOutput(); err != nil {
			t.Fatalf("crawl: %v\n%s", err, out)
		}
	}
	crawl()
	for len(site.served) > 0 {
		<-site.served
	}
	site.later.Store(true)
	rnd := rand.New(rand.NewPCG(20261122, 1))
	kills, ended := 0, false
	for round := 0; !ended && round < 40; round++ {
		ended = killed(t, site, 2+rnd.IntN(14), args)
		if !ended {
			kills++
		}
	}
	if kills < 3 || !ended {
		t.Fatalf("%d crawls were killed, the last one ended: %v", kills, ended)
	}
	crawl() // once more: the same pages bring nothing new
	before := readIndex(t, data+"/index.db")
	if len(before) != turningJobs {
		t.Fatalf("the index holds %d posts, the site had %d", len(before), turningJobs)
	}
	for id, d := range before {
		var n int
		if _, err := fmt.Sscanf(d.Post.NativeID, "j%d", &n); err != nil {
			t.Fatal(err)
		}
		var want, got []post.EventKind
		switch n % 3 {
		case 0:
			want = []post.EventKind{post.Vanished}
		case 1:
			want = []post.EventKind{post.Changed}
		}
		for _, e := range d.Events {
			got = append(got, e.Kind)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, job %d (-want +got):\n%s", id, n, diff)
		}
		if gone := !d.VanishedAt().IsZero(); gone != (n%3 == 0) || d.Post.Text == "" || d.Capture.Class != post.ClassContent {
			t.Errorf("%s, job %d: vanished %v, capture %s", id, n, gone, d.Capture.Class)
		}
	}
	var out bytes.Buffer
	rebuild := lurewatch(t.Context(), "rebuild", "--data-dir", data)
	rebuild.Stdout, rebuild.Stderr = &out, &out
	if err := rebuild.Run(); err != nil {
		t.Fatalf("rebuild: %v\n%s", err, &out)
	}
	after := readIndex(t, data+"/index.db")
	told := func(docs map[string]indexer.Doc) map[string][]post.Event {
		m := map[string][]post.Event{}
		for id, d := range docs {
			m[id] = d.Events
		}
		return m
	}
	if diff := cmp.Diff(told(before), told(after)); diff != "" {
		t.Errorf("events after a rebuild (-before +after):\n%s", diff)
	}
	t.Logf("%d crawls were killed", kills)
}

// killed runs a crawl and kills it after so many pages; it reports whether the crawl
// came to its end before.
func killed(t *testing.T, site *turning, after int, args []string) (ended bool) {
	t.Helper()
	cmd := lurewatch(context.Background(), args...)
	out := &watched{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exit := make(chan error, 1)
	var wg sync.WaitGroup
	wg.Go(func() { exit <- cmd.Wait() })
	defer wg.Wait()
	for range after {
		select {
		case <-site.served:
		case err := <-exit:
			if err != nil {
				t.Fatalf("crawl: %v\n%s", err, out)
			}
			return true
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Logf("it ended by itself: %v", err)
	}
	return <-exit == nil
}
