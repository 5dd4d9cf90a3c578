package main

import (
	"archive/zip"
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/internal/custody/stamptest"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

const lurePage = `<!DOCTYPE html><html lang="en"><head><title>Chat support</title>
<script type="application/ld+json">{"@context":"https://schema.org","@type":"JobPosting","title":"Chat support in Poipet",
"description":"Urgent hiring, no experience needed. Salary 1500 USD. Flight ticket, visa, room and food all covered by company. Enter on tourist visa, leave this week. Message only on Telegram @example_hr_desk",
"datePosted":"2026-05-01","hiringOrganization":{"@type":"Organization","name":"Example Desk"}}</script></head><body><p>Chat support</p></body></html>`

// captured is a data folder with one crawled page, beside other posts, and the id of its
// post. The site that it came from is gone.
func captured(t *testing.T, set ...string) (data, id string) {
	t.Helper()
	data, id, _ = capturedPage(t, lurePage, set...)
	return data, id
}

func capturedPage(t *testing.T, page string, set ...string) (data, id, url string) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/jobs/1":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, page)
		case "/jobs/1.json":
			_, _ = io.WriteString(w, drawnPost)
		default:
			http.NotFound(w, r)
		}
	}))
	defer srv.Close()
	data = t.TempDir()
	importLines(t, data, lureLine, strings.ReplaceAll(lureLine, `"1"`, `"2"`))
	args := []string{"crawl", srv.URL + "/jobs/1", "--data-dir", data, "--allow-net", "127.0.0.0/8", "--out", filepath.Join(t.TempDir(), "posts.jsonl"), "--set", "crawl.browser=off", "--set", "crawl.pace=0"}
	code, _, errs := verb(t, "", append(args, set...)...)
	if code != exitFine {
		t.Fatalf("crawl = %d\n%s", code, errs)
	}
	code, out, errs := verb(t, "", "search", "Poipet", "--json", "--data-dir", data)
	if code != exitFine {
		t.Fatalf("search = %d\n%s", code, errs)
	}
	m := regexp.MustCompile(`"id":"(p[0-9a-f]{32})"[^{}]*"url":"[^"]*/jobs/1"`).FindStringSubmatch(out)
	if m == nil {
		t.Fatal("the crawled post is not found")
	}
	return data, m[1], srv.URL + "/jobs/1"
}

// unzip unpacks a package as anybody would.
func unzip(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	z, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if err := os.CopyFS(dir, z); err != nil {
		t.Fatal(err)
	}
	return dir
}

// instructions are the lines that a statement tells its reader to run.
func instructions(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "evidence", "statement.txt"))
	if err != nil {
		t.Fatal(err)
	}
	_, how, ok := strings.Cut(string(b), "HOW TO CHECK IT")
	if !ok {
		t.Fatal("the statement does not say how to check it")
	}
	var script strings.Builder
	for line := range strings.Lines(how) {
		if rest, ok := strings.CutPrefix(line, "    "); ok {
			script.WriteString(rest)
		}
	}
	return script.String()
}

// follow does what the statement says, with sh, coreutils and openssl, and nothing of ours.
func follow(t *testing.T, dir, roots string) (ok bool, said string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", instructions(t, dir))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "ROOTS="+roots)
	out, err := cmd.CombinedOutput()
	return err == nil && strings.HasSuffix(string(out), "all checks passed\n"), string(out)
}

// TestEvidenceIsHandedOver goes the whole way: capture, timestamp, export, and checks of
// the package by py-wacz, by warcio, by the shell lines of its own statement, and by us.
func TestEvidenceIsHandedOver(t *testing.T) {
	one, two := stamptest.New(t, "one"), stamptest.New(t, "two")
	roots := filepath.Join(t.TempDir(), "roots.pem")
	a, err1 := os.ReadFile(one.Root)
	b, err2 := os.ReadFile(two.Root)
	if err := os.WriteFile(roots, append(a, b...), 0o600); err != nil || err1 != nil || err2 != nil {
		t.Fatal(err, err1, err2)
	}
	data, id := captured(t)
	stamps := []string{"--set", "evidence.timestamp_urls=" + one.URL + "," + two.URL, "--set", "evidence.timestamp_roots=" + roots}
	file := filepath.Join(t.TempDir(), "post.wacz")
	with := func(args ...string) []string { return append(append(args, "--data-dir", data), stamps...) }

	code, _, errs := verb(t, "", with("evidence", "export", id, "--out", file)...)
	if code != exitUsage || !strings.Contains(errs, "--reason") {
		t.Fatalf("without a reason: %d\n%s", code, errs)
	}
	two.Down(true)
	code, out, errs := verb(t, "", with("evidence", "timestamp")...)
	if code != exitPartly || !strings.Contains(out, one.URL) || !strings.Contains(errs, two.URL) {
		t.Fatalf("timestamp with one authority down: %d\n%s%s", code, out, errs)
	}
	two.Down(false)
	if code, out, errs = verb(t, "", with("evidence", "timestamp")...); code != exitFine || !strings.Contains(out, two.URL) {
		t.Fatalf("timestamp: %d\n%s%s", code, out, errs)
	}
	code, out, errs = verb(t, "", with("evidence", "export", id, "--out", file, "--reason", "request 2026/114")...)
	if code != exitFine || !strings.Contains(errs, "whole") {
		t.Fatalf("export: %d\n%s%s", code, out, errs)
	}
	digest, _, _ := strings.Cut(out, " ")
	if code, out, errs = verb(t, "", with("evidence", "verify")...); code != exitFine || !strings.Contains(out, "2 timestamps") {
		t.Errorf("verify: %d\n%s%s", code, out, errs)
	}
	log, err := filepath.Glob(filepath.Join(data, "custody", "*.jsonl"))
	if err != nil || len(log) != 1 {
		t.Fatal(log, err)
	}
	if b, err := os.ReadFile(log[0]); err != nil || !regexp.MustCompile(`"act":"export","of":"`+id+`"`).Match(b) {
		t.Errorf("the export is not in the custody log: %v\n%s", err, b)
	}

	dir := unzip(t, file)
	t.Run("verify without a data folder", func(t *testing.T) {
		code, out, errs := verb(t, "", "evidence", "verify", file, "--data-dir", filepath.Join(t.TempDir(), "none"), "--set", "evidence.timestamp_roots="+roots)
		if code != exitFine || !strings.Contains(out, "sha256: "+digest) || strings.Count(out, "stamped:") != 2 || errs != "" {
			t.Errorf("verify: %d\n%s%s", code, out, errs)
		}
		code, _, errs = verb(t, "", "evidence", "verify", file)
		if code != exitFine || !strings.Contains(errs, "timestamp_roots") {
			t.Errorf("without roots: %d\n%s", code, errs)
		}
		stranger := stamptest.New(t, "stranger")
		if code, out, _ := verb(t, "", "evidence", "verify", file, "--set", "evidence.timestamp_roots="+stranger.Root); code != exitFailed || !strings.Contains(out, "unknown authority") {
			t.Errorf("with roots of somebody else: %d\n%s", code, out)
		}
	})
	t.Run("the statement", func(t *testing.T) {
		text, err := os.ReadFile(filepath.Join(dir, "evidence", "statement.txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{id, "request 2026/114", "/jobs/1", "cannot be taken out", one.URL, two.URL, "lurewatch/"} {
			if !bytes.Contains(text, []byte(want)) {
				t.Errorf("the statement does not say %q:\n%s", want, text)
			}
		}
		if w := careless.Find(text); w != nil {
			t.Errorf("the statement says %q", w)
		}
		if bytes.Contains(text, []byte("/board.example/")) {
			t.Error("the statement names a post that is not asked for")
		}
		if ok, said := follow(t, dir, roots); !ok || strings.Count(said, "Time stamp:") != 2 {
			t.Errorf("followed by hand:\n%s", said)
		}
		if ok, said := follow(t, dir, one.Root); ok {
			t.Errorf("with the root of one authority only, both hold:\n%s", said)
		}
	})
	t.Run("wacz and warcio", func(t *testing.T) {
		bin := filepath.Dir(realtest.Oracles(t))
		said, err := exec.CommandContext(t.Context(), filepath.Join(bin, "wacz"), "validate", "-f", file).CombinedOutput()
		if err != nil || !strings.Contains(string(said), "the passed WACZ is valid") {
			t.Errorf("wacz validate: %v\n%s", err, said)
		}
		said, err = exec.CommandContext(t.Context(), filepath.Join(bin, "warcio"), "check", "-v", filepath.Join(dir, "archive", "evidence.warc.gz")).CombinedOutput()
		if err != nil || strings.Contains(string(said), "failed") || strings.Count(string(said), "digest pass") != 3 {
			t.Errorf("warcio check: %v\n%s", err, said)
		}
		said, err = exec.CommandContext(t.Context(), filepath.Join(bin, "cdxj-indexer"), "-s", filepath.Join(dir, "archive", "evidence.warc.gz")).Output()
		mine, err2 := os.ReadFile(filepath.Join(dir, "indexes", "index.cdx"))
		if err != nil || err2 != nil || compact(string(said)) != compact(string(mine)) {
			t.Errorf("another indexer writes (%v, %v)\n%s\nnot\n%s", err, err2, said, mine)
		}
	})
	t.Run("only this post", func(t *testing.T) {
		b, err := os.ReadFile(filepath.Join(dir, "evidence", "custody.jsonl"))
		if err != nil || bytes.Count(b, []byte("\n")) != 2 || bytes.Contains(b, []byte(`"act"`)) {
			t.Errorf("custody extract: %v\n%s", err, b)
		}
		acts := filepath.Join(t.TempDir(), "acts.wacz")
		if code, out, errs := verb(t, "", with("evidence", "export", id, "--out", acts, "--reason", "again", "--acts")...); code != exitFine {
			t.Fatalf("export --acts: %d\n%s%s", code, out, errs)
		}
		b, err = os.ReadFile(filepath.Join(unzip(t, acts), "evidence", "custody.jsonl"))
		if err != nil || !bytes.Contains(b, []byte(`"act":"export"`)) {
			t.Errorf("custody extract with acts: %v\n%s", err, b)
		}
		if ok, said := follow(t, unzip(t, acts), roots); !ok {
			t.Errorf("followed by hand:\n%s", said)
		}
	})
	t.Run("every flipped bit", func(t *testing.T) { flipPackage(t, file) })
	t.Run("by hand a change is found too", func(t *testing.T) {
		for name, c := range map[string]struct {
			file string
			at   float64
		}{
			"a record":            {"archive/evidence.warc.gz", 0.5},
			"an entry":            {"evidence/custody.jsonl", 0.5},
			"a proof":             {"evidence/proof.txt", 0.5},
			"a place":             {"evidence/records.txt", 0.99},
			"a token's signature": {"evidence/timestamp-1.tsr", 0.99},
			"the head of a token": {"evidence/timestamps.txt", 0.1},
		} {
			dir := unzip(t, file)
			flipIn(t, filepath.Join(dir, c.file), c.at)
			if ok, said := follow(t, dir, roots); ok || !strings.Contains(said, "FAULT") && !strings.Contains(said, "FAILED") {
				t.Errorf("%s is changed, and this is said:\n%s", name, said)
			}
			// With sums made anew, only what cannot be made anew is left.
			redo := exec.CommandContext(t.Context(), "sh", "-c", `cut -c67- evidence/sha256sums.txt | while read -r f; do sha256sum "$f"; done > s && mv s evidence/sha256sums.txt`)
			redo.Dir = dir
			if out, err := redo.CombinedOutput(); err != nil {
				t.Fatal(err, string(out))
			}
			if ok, said := follow(t, dir, roots); ok || !strings.Contains(said, "FAULT") {
				t.Errorf("%s is changed and the sums are made anew, and this is said:\n%s", name, said)
			}
		}
	})
}

// compact takes out the spaces that Python's JSON has.
func compact(s string) string { return strings.NewReplacer(`": "`, `":"`, `", "`, `","`).Replace(s) }

// flipIn flips the lowest bit of the byte at a part of a file.
func flipIn(t *testing.T, path string, part float64) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[int(part*float64(len(b)))] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// flipPackage flips bits at seeded places of a package, and cuts it.
func flipPackage(t *testing.T, file string) {
	t.Helper()
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.wacz")
	try := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out, _ := verb(t, "", "evidence", "verify", bad); code != exitFailed || !strings.Contains(out, "fault:") {
			t.Fatalf("%s: verify = %d\n%s", what, code, out)
		}
	}
	rnd := rand.New(rand.NewPCG(8, 5))
	for range 400 {
		bit := rnd.IntN(len(whole) * 8)
		b := bytes.Clone(whole)
		b[bit/8] ^= 1 << (bit % 8)
		try("a flipped bit", b)
	}
	try("half of it", whole[:len(whole)/2])
	try("nothing", nil)
	try("something behind it", append(bytes.Clone(whole), 0))
}

// TestEvidenceWithoutAuthorities: a package says plainly that nothing vouches for its time.
func TestEvidenceWithoutAuthorities(t *testing.T) {
	data, id := captured(t)
	file := filepath.Join(t.TempDir(), "post.wacz")
	code, _, errs := verb(t, "", "evidence", "export", id, "--out", file, "--reason", "training", "--data-dir", data)
	if code != exitFine || !strings.Contains(errs, "no authority has stamped") {
		t.Fatalf("export: %d\n%s", code, errs)
	}
	dir := unzip(t, file)
	if text, err := os.ReadFile(filepath.Join(dir, "evidence", "statement.txt")); err != nil || !bytes.Contains(text, []byte("NO TIMESTAMP")) {
		t.Errorf("the statement does not say so: %v\n%s", err, text)
	}
	if ok, said := follow(t, dir, "/none"); !ok {
		t.Errorf("followed by hand:\n%s", said)
	}
	if code, _, errs := verb(t, "", "evidence", "verify", file); code != exitFine || !strings.Contains(errs, "no timestamp") {
		t.Errorf("verify: %d\n%s", code, errs)
	}
	for name, c := range map[string]struct {
		args []string
		want int
		says string
	}{
		"no authority is configured": {[]string{"evidence", "timestamp"}, exitFailed, "evidence.timestamp_urls"},
		"a post that is not there":   {[]string{"evidence", "export", "p0", "--reason", "x", "--out", file + ".2"}, exitFailed, "p0"},
		"a file that is not there":   {[]string{"evidence", "verify", file + ".3"}, exitFailed, "no such file"},
		"a file that is no package":  {[]string{"evidence", "verify", filepath.Join(dir, "evidence", "proof.txt")}, exitFailed, ""},
	} {
		if code, out, errs := verb(t, "", append(c.args, "--data-dir", data)...); code != c.want || !strings.Contains(errs, c.says) {
			t.Errorf("%s: %d\n%s%s", name, code, out, errs)
		}
	}
	if _, err := os.Stat(file + ".2"); err == nil {
		t.Error("a failed export left a file")
	}
	warcs, err := filepath.Glob(filepath.Join(data, "archive", "*.warc.gz"))
	if err != nil || len(warcs) == 0 {
		t.Fatal(err)
	}
	for _, w := range warcs {
		flipIn(t, w, 0.9)
	}
	code, out, errs := verb(t, "", "evidence", "verify", "--data-dir", data)
	if code != exitFailed || strings.Count(out, "fault: archive file") != len(warcs) || !strings.Contains(errs, "hint:") {
		t.Errorf("verify of a damaged archive: %d\n%s%s", code, out, errs)
	}
}
