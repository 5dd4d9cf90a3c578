package main

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/stream"
)

// verb runs one verb in this process and returns its exit code and what it said.
func verb(t *testing.T, stdin string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, std{in: strings.NewReader(stdin), out: &o, err: &e, env: os.Environ()})
	return code, o.String(), e.String()
}

const lureLine = `{"id":"1","text":"Urgent hiring chat support in Poipet, no experience needed. Salary 1500 USD. Flight ticket, visa, room and food all covered by company. Enter on tourist visa, leave this week. Message only on Telegram @example_hr_desk","url":"https://board.example/1","lang":"en"}`

func importLines(t *testing.T, data string, lines ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "posts.jsonl")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := verb(t, "", "import", file, "--data-dir", data); code != exitFine {
		t.Fatalf("import = %d\n%s%s", code, out, errs)
	}
}

// TestADeadLetterFindsItsWayBack puts a message into the stream that no stage can
// read, and follows it.
func TestADeadLetterFindsItsWayBack(t *testing.T) {
	data := t.TempDir()
	s, err := stream.Open(t.Context(), stream.Options{Dir: filepath.Join(data, "stream"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Publish(t.Context(), s, stream.Topic[string]{Name: "captured"}, "no sighting"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	importLines(t, data, lureLine) // its classify stage meets the message
	dead := func(args ...string) (string, string) {
		t.Helper()
		code, out, errs := verb(t, "", append([]string{"dead", "--data-dir", data}, args...)...)
		if code != exitFine {
			t.Fatalf("dead %v = %d\n%s", args, code, errs)
		}
		return out, errs
	}
	out, _ := dead("list")
	if !strings.Contains(out, "classify") || strings.Count(out, "\n") != 1 {
		t.Fatalf("want one dead letter of the stage classify:\n%s", out)
	}
	var d stream.Dead
	if out, _ = dead("list", "--json"); json.Unmarshal([]byte(out), &d) != nil || d.Stage != "classify" || d.Topic != "captured" || d.Reason == "" {
		t.Errorf("dead list --json = %s", out)
	}
	if _, errs := dead("retry", "--all"); !strings.Contains(errs, "retry: 1 dead letters") {
		t.Errorf("retry said %q", errs)
	}
	if out, _ = dead("list"); out != "" {
		t.Errorf("what is tried again must leave the list:\n%s", out)
	}
	importLines(t, data, lureLine) // it fails again
	if out, _ = dead("list"); strings.Count(out, "\n") != 1 {
		t.Errorf("the message must be back:\n%s", out)
	}
	if _, errs := dead("drop", "--all"); !strings.Contains(errs, "drop: 1 dead letters") {
		t.Errorf("drop said %q", errs)
	}
	if out, _ = dead("list"); out != "" {
		t.Errorf("what is dropped must leave the list:\n%s", out)
	}
	if code, _, errs := verb(t, "", "dead", "retry", "--data-dir", data); code != exitUsage || !strings.Contains(errs, "--all") {
		t.Errorf("retry of nothing = %d, %q", code, errs)
	}
}

// decide makes a decision as the desk does, and lets it reach the index.
func decide(t *testing.T, data string, ds ...post.Decision) {
	t.Helper()
	cfg := config.Default()
	cfg.DataDir = data
	a, err := app.Open(t.Context(), app.Options{Config: cfg, Parts: app.Stream | app.Index | app.Ledger | app.Archive | app.Classifier})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.Ledger().Decide(t.Context(), ds...); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	err = a.WithLine(ctx, func(ctx context.Context) error { return a.FlushOutbox(ctx) })
	if err != nil {
		t.Fatal(err)
	}
}

func onlyPost(t *testing.T, data string) indexer.Doc {
	t.Helper()
	code, out, errs := verb(t, "", "search", "--json", "--data-dir", data)
	var page indexer.Page
	if code != exitFine || json.Unmarshal([]byte(out), &page) != nil || len(page.Hits) != 1 {
		t.Fatalf("search = %d %s%s", code, out, errs)
	}
	return page.Hits[0].Doc
}

// TestTakedownListsHoldWhatIsConfirmed and nothing else, without contacts, and
// survive a rebuild from archive and ledger.
func TestTakedownListsHoldWhatIsConfirmed(t *testing.T) {
	data := t.TempDir()
	importLines(t, data, lureLine)
	id := onlyPost(t, data).Post.ID
	export := func(args ...string) string {
		t.Helper()
		code, out, errs := verb(t, "", append([]string{"takedown", "export", "--data-dir", data}, args...)...)
		if code != exitFine {
			t.Fatalf("takedown export %v = %d\n%s", args, code, errs)
		}
		return out
	}
	rows := func(out string) int {
		t.Helper()
		all, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return len(all) - 1
	}
	if n := rows(export()); n != 0 {
		t.Fatalf("nothing is confirmed, yet %d rows are listed", n)
	}
	confirm := post.Decision{ID: ledger.NewDecisionID(), Post: id, Act: post.ActConfirm, By: "anong", At: time.Now().UTC()}
	decide(t, data, confirm)
	out := export()
	if rows(out) != 1 || !strings.Contains(out, "https://board.example/1") {
		t.Errorf("the confirmed post is not listed:\n%s", out)
	}
	if strings.Contains(out, "example_hr_desk") || strings.Contains(out, "anong") {
		t.Errorf("contacts and names of reviewers must be left out:\n%s", out)
	}
	if out = export("--format", "jsonl"); strings.Count(out, "\n") != 1 || !strings.Contains(out, id) {
		t.Errorf("jsonl:\n%s", out)
	}
	if code, _, errs := verb(t, "", "takedown", "export", "--contacts", "--data-dir", data); code != exitUsage || !strings.Contains(errs, "--reason") {
		t.Errorf("contacts without a reason = %d, %s", code, errs)
	}
	if out = export("--contacts", "--reason", "asked by the platform"); !strings.Contains(out, "example_hr_desk") {
		t.Errorf("contacts that are asked for with a reason must be there:\n%s", out)
	}
	if code, _, errs := verb(t, "", "rebuild", "--data-dir", data); code != exitFine || !strings.Contains(errs, "1 posts, 1 decisions") {
		t.Fatalf("rebuild = %d\n%s", code, errs)
	}
	if rows(export()) != 1 {
		t.Error("a rebuild lost the decision")
	}
	decide(t, data, post.Decision{ID: ledger.NewDecisionID(), Post: id, Act: post.ActUndo, Undoes: confirm.ID, By: "anong", At: time.Now().UTC()})
	if n := rows(export()); n != 0 {
		t.Errorf("the decision is undone, yet %d rows are listed", n)
	}
}

// TestAnArchiveOfAnotherCrawlerIsTakenIn: the archive of one crawl, as WARC and
// packed as WACZ, gives another lurewatch the same posts.
func TestAnArchiveOfAnotherCrawlerIsTakenIn(t *testing.T) {
	site := bigSite(t, 12)
	first := t.TempDir()
	code, out, errs := verb(t, "", "crawl", site.URL+"/", "--pace", "0", "--allow-net", "127.0.0.0/8", "--browser", "off", "--data-dir", first)
	if code != exitFine {
		t.Fatalf("crawl = %d\n%s%s", code, out, errs)
	}
	warcs, err := filepath.Glob(filepath.Join(first, "archive", "*.warc.gz"))
	if err != nil || len(warcs) != 1 {
		t.Fatalf("archive: %v %v", warcs, err)
	}
	wacz := filepath.Join(t.TempDir(), "crawl.wacz")
	pack(t, wacz, warcs[0])
	for name, file := range map[string]string{"WARC": warcs[0], "WACZ": wacz} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			code, out, errs := verb(t, "", "import", file, "--data-dir", data)
			if code != exitFine || !strings.Contains(out, "posts 12  ") {
				t.Fatalf("import = %d\n%s%s", code, out, errs)
			}
			if code, out, errs := verb(t, "", "rebuild", "--check", "--data-dir", data); code != exitFine || !strings.Contains(out, "archive 12:") {
				t.Errorf("check = %d\n%s%s", code, out, errs)
			}
		})
	}
	if code, _, errs := verb(t, "", "import", filepath.Join(first, "ledger.wacz"), "--data-dir", t.TempDir()); code != exitFailed || !strings.Contains(errs, "ledger.wacz") {
		t.Errorf("a file that is not there = %d, %s", code, errs)
	}
}

func pack(t *testing.T, to, warc string) {
	t.Helper()
	b, err := os.ReadFile(warc)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	w, err := z.Create("archive/data.warc.gz")
	if err == nil {
		_, err = w.Write(b)
	}
	if err = errors.Join(err, z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestATouchedLedgerLetsNothingOut changes an entry of the audit log behind its back.
func TestATouchedLedgerLetsNothingOut(t *testing.T) {
	data := t.TempDir()
	importLines(t, data, lureLine)
	if code, _, errs := verb(t, "", "user", "add", "anong", "reviewer", "--data-dir", data); code != exitFine {
		t.Fatal(errs)
	}
	if code, out, errs := verb(t, "", "audit", "verify", "--data-dir", data); code != exitFine || !strings.Contains(out, "entries, head ") {
		t.Fatalf("verify = %d %s%s", code, out, errs)
	}
	db, err := sql.Open("sqlite", filepath.Join(data, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"DROP TRIGGER audit_no_update", "UPDATE audit SET actor = 'x' WHERE seq = 1"} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"audit", "verify"}, {"takedown", "export"}} {
		code, out, errs := verb(t, "", append(args, "--data-dir", data)...)
		if code != exitFailed || out != "" || !strings.Contains(errs, "not whole: entry 1") {
			t.Errorf("%v = %d %q %q", args, code, out, errs)
		}
	}
}
