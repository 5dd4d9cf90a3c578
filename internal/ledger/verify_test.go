package ledger

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/internal/post"
)

func TestAppendOnly(t *testing.T) {
	l, _ := fresh(t)
	ctx := context.Background()
	if _, err := l.Decide(ctx, confirm("p1")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.LogExport(ctx, Export{Kind: "takedown", By: "rose"}); err != nil {
		t.Fatal(err)
	}
	for _, stmt := range []string{
		"UPDATE audit SET actor = 'x'", "DELETE FROM audit",
		"UPDATE decisions SET post = 'x'", "DELETE FROM decisions",
		"UPDATE exports SET items = 0", "DELETE FROM exports",
	} {
		if _, err := l.writer.Exec(stmt); err == nil || !strings.Contains(err.Error(), "cannot be") {
			t.Errorf("%s = %v, want it refused", stmt, err)
		}
	}
}

func TestVerifyFindsTampering(t *testing.T) {
	const noTriggers = "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER decisions_no_update; DROP TRIGGER decisions_no_delete; PRAGMA foreign_keys = 0; "
	for name, c := range map[string]struct {
		stmt string
		seq  int64 // at fault; 0 for none
	}{
		"nothing was touched":               {"", 0},
		"a word of a detail":                {"UPDATE audit SET detail = replace(detail, 'p3', 'p9') WHERE seq = 3", 3},
		"the actor":                         {"UPDATE audit SET actor = 'rose' WHERE seq = 2", 2},
		"the time":                          {"UPDATE audit SET at = '2026-01-01T00:00:00.000000Z' WHERE seq = 4", 4},
		"a time that is none":               {"UPDATE audit SET at = 'soon' WHERE seq = 4", 4},
		"the first entry is gone":           {"DELETE FROM audit WHERE seq = 1", 1},
		"an entry in the middle is gone":    {"DELETE FROM audit WHERE seq = 3", 3},
		"the end is cut off":                {"DELETE FROM audit WHERE seq >= 5", 5},
		"two entries are swapped":           {"UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 99", 2},
		"an entry was put in":               {"INSERT INTO audit VALUES (7, '2026-11-01T08:00:00.000000Z', 'x', 'login', 'x', '{}', '', 'x')", 7},
		"a hash was made anew":              {"UPDATE audit SET hash = 'x' WHERE seq = 6", 6},
		"a decision was turned round":       {"UPDATE decisions SET body = replace(body, 'confirm', 'dismiss') WHERE seq = 2", 2},
		"a decision is gone":                {"DELETE FROM decisions WHERE seq = 4", 4},
		"a decision was given to another":   {"UPDATE decisions SET id = 'd0' WHERE seq = 4", 4},
		"a decision was put in by the side": {"INSERT INTO decisions (id, post, body, audit_seq) SELECT 'd1', 'p1', body, 77 FROM decisions WHERE seq = 1", 77},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := fresh(t)
			ctx := context.Background()
			for i := range 6 {
				if _, err := l.Decide(ctx, confirm(fmt.Sprintf("p%d", i+1))); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := l.writer.Exec(noTriggers + c.stmt); err != nil {
				t.Fatal(err)
			}
			chain, err := l.Verify(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if chain.FaultSeq != c.seq || chain.OK() != (c.seq == 0) {
				t.Errorf("Verify = %+v, want the fault at %d", chain, c.seq)
			}
			if c.seq == 0 && (chain.Entries != 6 || len(chain.Head) != 64) {
				t.Errorf("Verify = %+v, want 6 entries and a head", chain)
			}
		})
	}
}

func TestAuditFilterAndDetail(t *testing.T) {
	l, _ := fresh(t)
	ctx := context.Background()
	for i := range 5 {
		if _, err := l.Record(ctx, "anong", "reveal", fmt.Sprintf("p%d", i%2), map[string]any{"z": "<b>", "a": i}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Decide(ctx, post.Decision{Post: "p0", Act: post.ActConfirm, By: "rose"}); err != nil {
		t.Fatal(err)
	}
	seqs := func(f AuditFilter) string {
		es, err := l.Audit(ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		s := ""
		for _, e := range es {
			s += fmt.Sprint(e.Seq, " ")
		}
		return strings.TrimSpace(s)
	}
	for name, c := range map[string]struct {
		f    AuditFilter
		want string
	}{
		"all, newest first": {AuditFilter{}, "6 5 4 3 2 1"},
		"one object":        {AuditFilter{Object: "p0"}, "6 5 3 1"},
		"one actor":         {AuditFilter{Actor: "rose"}, "6"},
		"one act":           {AuditFilter{Act: "reveal", Limit: 2}, "5 4"},
		"the next page":     {AuditFilter{Before: 4}, "3 2 1"},
	} {
		if got := seqs(c.f); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	es, _ := l.Audit(ctx, AuditFilter{Act: "reveal", Limit: 1})
	if got := string(es[0].Detail); got != `{"a":4,"z":"<b>"}` {
		t.Errorf("detail = %s", got)
	}
}
