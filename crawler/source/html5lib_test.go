package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDeclarationsOfHTML5Lib reads the pages of html5lib's encoding tests: what they
// declare is what we take, where their bytes do not say otherwise.
func TestDeclarationsOfHTML5Lib(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t), "conformance", "html5lib_tests", "encoding", "*.dat"))
	if err != nil || len(files) == 0 {
		t.Skip("no tests of encodings")
	}
	right, of := 0, 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range strings.Split("\n"+string(b), "\n#data\n")[1:] {
			data, want, ok := strings.Cut(c, "\n#encoding\n")
			if !ok {
				continue
			}
			want = strings.ToLower(strings.TrimSpace(want))
			if n := canonicalCharset(want); n != "" {
				want = n
			}
			_, got := Decode([]byte(data), "")
			of++
			if got == want || got == "utf-8" && want == "windows-1252" && !strings.ContainsFunc(data, func(r rune) bool { return r >= 0x80 }) { // ASCII reads the same in both
				right++
			} else {
				t.Logf("%s: %.120q: %s, want %s", filepath.Base(f), data, got, want)
			}
		}
	}
	t.Logf("%d of %d declarations", right, of)
	if of == 0 || right*100 < of*90 {
		t.Errorf("%d of %d", right, of)
	}
}
