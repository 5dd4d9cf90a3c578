package rules

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePattern(t *testing.T) {
	tests := map[string]struct{ in, want, err string }{
		"one class":                           {"DENIAL", "DENIAL", ""},
		"any of some":                         {"( FREE | COVERED|PROVIDE )", "(FREE|COVERED|PROVIDE)", ""},
		"brackets around one are not kept":    {"(FREE)", "FREE", ""},
		"near":                                {"FLIGHT ~5 FREE", "FLIGHT ~5 FREE", ""},
		"in order":                            {"COMPANY>12 LEGAL_FORM", "COMPANY >12 LEGAL_FORM", ""},
		"a chain with exclusions":             {"FLIGHT ~5 FREE !~8 (WARN|I_WAS) !NEWS_FRAME", "FLIGHT ~5 FREE !~8 (WARN|I_WAS) !NEWS_FRAME", ""},
		"chains anywhere in the post":         {"DEBT+ & JOB & @overseas_work", "DEBT+ & JOB & @overseas_work", ""},
		"different words counted":             {"SCAM_JARGON{2}", "SCAM_JARGON{2}", ""},
		"nothing":                             {"", "", "want a CLASS"},
		"no number":                           {"FLIGHT ~ FREE", "", "want a number from 1 to 60"},
		"too far":                             {"FLIGHT ~61 FREE", "", "want a number from 1 to 60"},
		"a count of one":                      {"FREE{1}", "", "want 2 or more"},
		"a small letter":                      {"flight", "", "want a CLASS"},
		"an open bracket":                     {"(FREE|COVERED", "", `want "|" or ")"`},
		"something left over":                 {"FREE COVERED", "", "or the end"},
		"an exclusion that counts":            {"FREE !WARN{2}", "", "counts no words"},
		"longer than any sane one":            {strings.Repeat("A|", 400), "", "longer than 500 bytes"},
		"more links than the matcher follows": {"A ~1 A ~1 A ~1 A ~1 A ~1 A ~1 A ~1 A", "", "more than 6 links"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := ParsePattern(tt.in)
			switch {
			case tt.err != "":
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("parse(%q) error = %v, want one with %q", tt.in, err, tt.err)
				}
			case err != nil:
				t.Errorf("parse(%q): %v", tt.in, err)
			case p.String() != tt.want:
				t.Errorf("parse(%q) prints %q, want %q", tt.in, p, tt.want)
			}
		})
	}
}

func FuzzPattern(f *testing.F) {
	p, err := Load(Builtin())
	if err != nil {
		f.Fatal(err)
	}
	seeds := 0
	for _, c := range p.Concepts {
		for _, s := range c.Texts {
			f.Add(s)
			seeds++
		}
	}
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePattern(s)
		if err != nil {
			return
		}
		q, err := ParsePattern(p.String())
		if err != nil {
			t.Fatalf("parse(%q) prints %q, which does not parse: %v", s, p, err)
		}
		if d := cmp.Diff(p, q); d != "" {
			t.Fatalf("parse(%q) prints %q, which means something else:\n%s", s, p, d)
		}
	})
}

func FuzzLexicon(f *testing.F) {
	seeds := []string{
		"lang: en\nname: English\nhome: GB US\nboundary: space\nsides:\n  NEG: before 3\nfunction: |\n  the\nnot_before: |\n  a b\nclasses:\n  FREE: |\n    free\n    ?gratis*\nphrases:\n  free_meals: |\n    free food = meals paid\n",
		"# only a comment\n", "lang: x\nclasses:\n  A: |\n    \n",
	}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := ParseLexicon("x.yaml", data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x.yaml") {
				t.Fatalf("error without its file: %v", err)
			}
			return
		}
		for class, ws := range l.Classes {
			for _, w := range ws {
				if w.Text == "" || len(w.Text) > MaxWord || strings.Contains(w.Text, "*") || w.Line < 1 {
					t.Fatalf("class %s took the word %+v", class, w)
				}
			}
		}
		l.Lint()
	})
}
