package ledger

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/lurewatch/lurewatch/internal/post"
)

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(time.Millisecond)
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func open(t *testing.T, path string, c *clock) *Ledger {
	t.Helper()
	l, err := Open(Options{Path: path, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func fresh(t *testing.T) (*Ledger, *clock) {
	t.Helper()
	c := newClock()
	return open(t, filepath.Join(t.TempDir(), "a dir?#%", "ledger.db"), c), c
}

func confirm(postID string) post.Decision {
	return post.Decision{Post: postID, Act: post.ActConfirm, By: "anong"}
}

func TestDecideRefuses(t *testing.T) {
	l, _ := fresh(t)
	ctx := context.Background()
	standing, err := l.Decide(ctx, confirm("p1"))
	if err != nil {
		t.Fatal(err)
	}
	dismiss := func(reason, note string) post.Decision {
		return post.Decision{Post: "p2", Act: post.ActDismiss, Reason: reason, Note: note, By: "anong"}
	}
	for name, c := range map[string]struct {
		in   post.Decision
		want string
	}{
		"a dismissal without a reason":               {dismiss("", ""), "choose a reason"},
		"a reason that is not in the list":           {dismiss("because", ""), "choose a reason"},
		"another reason that is not told":            {dismiss("other", "  "), "what the other reason is"},
		"a note beyond the bound":                    {dismiss("duplicate", strings.Repeat("x", MaxNote+1)), "longer than"},
		"a note that is not text":                    {dismiss("duplicate", "\xff"), "not UTF-8"},
		"an unknown act":                             {post.Decision{Post: "p2", Act: "erase", By: "anong"}, "none of confirm"},
		"no reviewer":                                {post.Decision{Post: "p2", Act: post.ActConfirm}, "reviewer"},
		"no post":                                    {post.Decision{Act: post.ActConfirm, By: "anong"}, "post is not named"},
		"an id of another shape":                     {post.Decision{ID: "../x", Post: "p2", Act: post.ActConfirm, By: "anong"}, "32 hex"},
		"a decision over one that stands":            {confirm("p1"), "has decided already"},
		"an undo of nothing":                         {post.Decision{Post: "p2", Act: post.ActUndo, Undoes: standing[0].ID, By: "anong"}, "nothing stands"},
		"an undo of a decision that is not standing": {post.Decision{Post: "p1", Act: post.ActUndo, Undoes: NewDecisionID(), By: "anong"}, "has decided already"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := l.Decide(ctx, c.in)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Decide = %v, want an error that says %q", err, c.want)
			}
			_, decided := errors.AsType[*DecidedError](err)
			if !decided && !errors.Is(err, ErrInvalid) {
				t.Errorf("error %v is neither a DecidedError nor ErrInvalid", err)
			}
		})
	}
}

func TestDecisionsFoldAndPublish(t *testing.T) {
	l, _ := fresh(t)
	ctx := context.Background()
	first, err := l.Decide(ctx, confirm("p1"), confirm("p2"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := l.Decide(ctx, first[0]) // a form sent twice
	if err != nil || again[0] != first[0] {
		t.Fatalf("the same decision again = %v, %v; want %v", again, err, first[0])
	}
	undo, err := l.Decide(ctx, post.Decision{Post: "p1", Act: post.ActUndo, Undoes: first[0].ID, By: "rose"})
	if err != nil {
		t.Fatal(err)
	}
	ds, err := l.Decisions(ctx, "p1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]post.Decision{first[0], undo[0]}, ds); diff != "" {
		t.Error(diff)
	}
	if state, _ := post.StateOf(ds); state != post.StateOpen {
		t.Errorf("state after undo = %s", state)
	}

	out, err := l.Unpublished(ctx, 2)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, out); diff != "" {
		t.Error("the outbox is not in order:", diff)
	}
	if err := l.MarkPublished(ctx, out[0].ID, "d0", out[0].ID); err != nil {
		t.Fatal(err)
	}
	out, err = l.Unpublished(ctx, 10)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]post.Decision{first[1], undo[0]}, out); diff != "" {
		t.Error("after one was published:", diff)
	}

	var all []string
	if err := l.EachDecision(ctx, func(d post.Decision) error { all = append(all, d.ID); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{first[0].ID, first[1].ID, undo[0].ID}, all); diff != "" {
		t.Error(diff)
	}
}

func TestDecideAllOrNone(t *testing.T) {
	l, _ := fresh(t)
	ctx := context.Background()
	if _, err := l.Decide(ctx, confirm("p1"), post.Decision{Post: "p2", Act: post.ActDismiss, By: "anong"}); err == nil {
		t.Fatal("a group with a faulty decision was taken")
	}
	ds, err := l.Decisions(ctx, "p1")
	if err != nil || len(ds) != 0 {
		t.Errorf("after a failed group p1 has %v, %v", ds, err)
	}
	if es, err := l.Audit(ctx, AuditFilter{}); err != nil || len(es) != 0 {
		t.Errorf("after a failed group the audit log has %v, %v", es, err)
	}
}

func TestTwoReviewersAtOnce(t *testing.T) {
	l, _ := fresh(t)
	ctx := context.Background()
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range 8 {
		wg.Go(func() {
			if _, err := l.Decide(ctx, confirm("p1")); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			} else if _, ok := errors.AsType[*DecidedError](err); !ok {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d reviewers decided the same post, want 1", won)
	}
}

func TestNoticesAndExports(t *testing.T) {
	l, _ := fresh(t)
	ctx := context.Background()
	n := post.Notice{Key: "n1", Type: "post.flagged", Channel: "desk", Post: post.Post{ID: "p1"}, Verdict: post.Verdict{Level: post.LevelHigh}}
	if sent, err := l.Sent(ctx, "n1"); sent || err != nil {
		t.Fatalf("Sent before = %v, %v", sent, err)
	}
	for range 2 {
		if err := l.MarkSent(ctx, n); err != nil {
			t.Fatal(err)
		}
	}
	if sent, err := l.Sent(ctx, "n1"); !sent || err != nil {
		t.Fatalf("Sent after = %v, %v", sent, err)
	}
	ns, err := l.Notices(ctx, "p1")
	if err != nil || len(ns) != 1 || ns[0].Level != post.LevelHigh {
		t.Errorf("Notices = %v, %v; want one", ns, err)
	}
	if err := l.MarkSent(ctx, post.Notice{}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a notice without a key = %v", err)
	}
	e, err := l.LogExport(ctx, Export{Kind: "takedown", By: "rose", Reason: "weekly list", Items: 3, Digest: post.DigestOf(nil)})
	if err != nil {
		t.Fatal(err)
	}
	es, err := l.Exports(ctx, 10)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Export{e}, es); diff != "" {
		t.Error(diff)
	}
	entries, err := l.Audit(ctx, AuditFilter{})
	if err != nil || len(entries) != 2 || entries[0].Act != "export" || entries[1].Act != "notice" {
		t.Errorf("audit = %v, %v", entries, err)
	}
}

func TestOpenTellsWhatToDo(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(dir, "newer.db")
	l := open(t, newer, newClock())
	if _, err := l.writer.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, want string }{
		"no path":                     {"", "hint: set ledger.path"},
		"a folder that is a file":     {filepath.Join(file, "ledger.db"), "hint: "},
		"a file that is no ledger":    {file, "hint: " + file + " is damaged"},
		"a file of a newer lurewatch": {newer, "hint: run the newer version"},
		"a path that is a folder":     {dir, "hint: "},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := Open(Options{Path: c.path})
			if err == nil {
				l.Close()
				t.Fatal("it opened")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q lacks %q", err, c.want)
			}
		})
	}
}

func TestFileIsPrivate(t *testing.T) {
	l, _ := fresh(t)
	for _, f := range []string{l.opt.Path, l.opt.Path + "-wal"} {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", f, info.Mode().Perm())
		}
	}
	var mode string
	var sync int
	if err := l.writer.QueryRow("PRAGMA journal_mode").Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("journal_mode = %s, %v", mode, err)
	}
	if err := l.writer.QueryRow("PRAGMA synchronous").Scan(&sync); err != nil || sync != 2 {
		t.Errorf("synchronous = %d, %v; want 2 (FULL)", sync, err)
	}
}
