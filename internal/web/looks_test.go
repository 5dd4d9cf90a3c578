package web

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestContrast computes WCAG 2 contrast for every pair of colours that stand on
// each other, in both schemes. AA asks for 4.5, and 3 for marks that are no text.
func TestContrast(t *testing.T) {
	sheet, err := fs.ReadFile(staticFiles, "static/desk.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark, ok := strings.Cut(string(sheet), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("the sheet has no dark scheme")
	}
	grounds := []string{"ground", "panel"}
	text := []string{"ink", "soft", "link", "critical", "high", "medium", "low", "none", "bad"}
	pairs := [][2]string{{"on-accent", "accent"}, {"hit-ink", "hit"}, {"hit-ink", "deep"}, {"found-ink", "found"},
		{"ink", "note-ground"}, {"ink", "good-ground"}, {"ink", "bad-ground"}, {"soft", "good-ground"}, {"link", "note-ground"}, {"link", "good-ground"}}
	for _, g := range grounds {
		for _, c := range text {
			pairs = append(pairs, [2]string{c, g})
		}
	}
	for name, part := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]float64{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6})`).FindAllStringSubmatch(part, -1) {
			if _, seen := colours[m[1]]; !seen {
				colours[m[1]] = luminance(m[2])
			}
		}
		check := func(a, b string, least float64) {
			t.Helper()
			x, okX := colours[a]
			y, okY := colours[b]
			if !okX || !okY {
				t.Fatalf("%s: no colour %s or %s", name, a, b)
			}
			if ratio := (max(x, y) + 0.05) / (min(x, y) + 0.05); ratio < least {
				t.Errorf("%s: %s on %s has contrast %.2f, want %.1f", name, a, b, ratio, least)
			}
		}
		for _, p := range pairs {
			check(p[0], p[1], 4.5)
		}
		for _, g := range grounds {
			check("focus", g, 3)
			check("accent", g, 3)
		}
	}
}

func luminance(hex string) float64 {
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		return math.NaN()
	}
	channel := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}

// TestWordsWithCare reads every page's own text: it accuses nobody.
func TestWordsWithCare(t *testing.T) {
	harsh := regexp.MustCompile(`(?i)\b(` + strings.Join([]string{"vict" + "im", "traffick" + "er", "guil" + "ty", "crim" + "inal", "perpe" + "trator", "sus" + "pect"}, "|") + `)`)
	pages := 0
	err := fs.WalkDir(templateFiles, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		pages++
		b, err := fs.ReadFile(templateFiles, path)
		if m := harsh.Find(b); m != nil {
			t.Errorf("%s says %q", path, m)
		}
		if inline := regexp.MustCompile(`(?i)<style|style="|<script>|\son[a-z]+="|https?://`).Find(b); inline != nil {
			t.Errorf("%s holds %q, which the content policy forbids", path, inline)
		}
		return err
	})
	if err != nil || pages < len(pageNames) {
		t.Fatalf("%d pages were read, %v", pages, err)
	}
}
