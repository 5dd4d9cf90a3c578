package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

// posters are the ones that the tests of internal/picture read.
const posters = "../../internal/picture/testdata/"

// say runs lurewatch and gives stdout, stderr and the exit code.
func say(t *testing.T, env []string, args ...string) (string, string, int) {
	t.Helper()
	cmd := lurewatch(t.Context(), args...)
	cmd.Env = append(cmd.Env, env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	code := 0
	if err := cmd.Run(); err != nil {
		exit, ok := err.(*exec.ExitError) //nolint:errorlint // Run wraps nothing
		if !ok {
			t.Fatal(err)
		}
		code = exit.ExitCode()
	}
	return out.String(), errs.String(), code
}

func TestExtractReadsAPoster(t *testing.T) {
	realtest.Tesseract(t)
	out, errs, code := say(t, nil, "extract", posters+"th.png", posters+"poster.webp")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), out)
	}
	for i, want := range []string{"เงินเดือน 30,000 - 50,000 บาท", "Free flight ticket"} {
		var p post.Post
		if err := json.Unmarshal([]byte(lines[i]), &p); err != nil {
			t.Fatal(err)
		}
		if len(p.Pictures) != 1 || !strings.Contains(p.Pictures[0].Text, want) || p.Text != "" || p.Method != "picture" || p.ID == "" {
			t.Errorf("post %d: %s", i, lines[i])
		}
	}
	status, errs, code := say(t, nil, "config", "check")
	if code != 0 || !strings.Contains(status+errs, "words in pictures: tesseract 5") {
		t.Errorf("config check, exit %d: %s%s", code, status, errs)
	}
}

func TestPicturesThatAreRefused(t *testing.T) {
	dir := t.TempDir()
	for name, b := range map[string]string{"drawing.svg": `<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`, "empty.png": "", "page.png": "<!doctype html><p>x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, errs, code := say(t, nil, "extract", "--set", "pictures.tesseract=off", filepath.Join(dir, "drawing.svg"), filepath.Join(dir, "empty.png"), posters+"th.png")
	if code != 3 || !strings.Contains(errs, "SVG") || !strings.Contains(errs, "empty") {
		t.Errorf("extract: exit %d, %s", code, errs)
	}
	_, errs, code = say(t, nil, "import", "--set", "pictures.tesseract=off", "--data-dir", filepath.Join(dir, "data"), filepath.Join(dir, "drawing.svg"), filepath.Join(dir, "empty.png"), filepath.Join(dir, "page.png"), posters+"th.png")
	if code != 3 || strings.Count(errs, "the picture is not taken in") != 3 {
		t.Errorf("import: exit %d, %s", code, errs)
	}
}

func TestWithoutTesseractAPosterIsStillAPost(t *testing.T) {
	out, errs, code := say(t, []string{"PATH=" + t.TempDir()}, "extract", posters+"th.png", posters+"km.png")
	if code != 0 || strings.Count(out, `"digest":"sha256:`) < 2 || strings.Contains(out, "confidence") {
		t.Errorf("exit %d: %s", code, out)
	}
	if strings.Count(errs, "words in pictures are not read") != 1 {
		t.Errorf("it is to be said once: %s", errs)
	}
	_, errs, code = say(t, []string{"PATH=" + t.TempDir()}, "config", "check")
	if code != 0 || !strings.Contains(errs, "words in pictures: off: tesseract is not installed") {
		t.Errorf("config check, exit %d: %s", code, errs)
	}
	_, errs, code = say(t, nil, "extract", "--set", "pictures.tesseract=/nonexistent", posters+"th.png")
	if code != 1 || !strings.Contains(errs, "hint: ") {
		t.Errorf("a Tesseract that is named must work: exit %d, %s", code, errs)
	}
}
