package web

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/lurewatch/lurewatch/internal/post"
)

// draw writes segments as text: [1 begins and 1] ends indicator 1, ~ hides, ? is found.
func draw(segs []segment) string {
	var b strings.Builder
	for _, s := range segs {
		for _, n := range s.Starts {
			fmt.Fprintf(&b, "[%d ", n)
		}
		switch {
		case s.Hidden:
			b.WriteString("~" + s.Text + "~")
		case s.Found:
			b.WriteString("?" + s.Text + "?")
		default:
			b.WriteString(s.Text)
		}
		for _, n := range s.Ends {
			fmt.Fprintf(&b, " %d]", n)
		}
	}
	return b.String()
}

func TestSegments(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		marks []stretch
		want  string
	}{
		"no marks":                          {"free ticket", nil, "free ticket"},
		"no text":                           {"", []stretch{{Start: 0, End: 3, Num: 1}}, ""},
		"one mark":                          {"a free ticket", []stretch{{Start: 2, End: 6, Num: 1}}, "a [1 free 1] ticket"},
		"one inside of another":             {"free air ticket", []stretch{{Start: 0, End: 15, Num: 1}, {Start: 5, End: 8, Num: 2}}, "[1 free [2 air 2] ticket 1]"},
		"one crosses another":               {"abcdef", []stretch{{Start: 0, End: 4, Num: 1}, {Start: 2, End: 6, Num: 2}}, "[1 ab[2 cd 1]ef 2]"},
		"the same place twice":              {"abc", []stretch{{Start: 1, End: 2, Num: 1}, {Start: 1, End: 2, Num: 2}}, "a[1 [2 b 1] 2]c"},
		"side by side":                      {"abcd", []stretch{{Start: 0, End: 2, Num: 1}, {Start: 2, End: 4, Num: 2}}, "[1 ab 1][2 cd 2]"},
		"not in order":                      {"abcd", []stretch{{Start: 3, End: 4, Num: 2}, {Start: 0, End: 1, Num: 1}}, "[1 a 1]bc[2 d 2]"},
		"beyond the end":                    {"abc", []stretch{{Start: 1, End: 99, Num: 1}}, "a[1 bc 1]"},
		"before the beginning":              {"abc", []stretch{{Start: -5, End: 1, Num: 1}}, "[1 a 1]bc"},
		"turned round":                      {"abc", []stretch{{Start: 2, End: 1, Num: 1}}, "abc"},
		"inside of a character":             {"aខb", []stretch{{Start: 2, End: 3, Num: 1}}, "a[1 ខ 1]b"},
		"a contact is hidden":               {"call 0812345", []stretch{{Start: 5, End: 12, Hidden: true}}, "call ~•••••••~"},
		"a hidden contact in an indicator":  {"call me 08", []stretch{{Start: 0, End: 10, Num: 1}, {Start: 8, End: 10, Hidden: true}}, "[1 call me ~••~ 1]"},
		"found words beside an indicator":   {"free ticket", []stretch{{Start: 5, End: 11, Num: 1}, {Start: 0, End: 4, Found: true}}, "?free? [1 ticket 1]"},
		"the length of a contact is hidden": {strings.Repeat("9", 40), []stretch{{Start: 0, End: 40, Hidden: true}}, "~••••••••••••~"},
	} {
		if got := draw(segments(c.text, c.marks)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestHide(t *testing.T) {
	contacts := []post.Contact{
		{Kind: "telegram", Value: "demo_01", Raw: "@Demo_01"},
		{Kind: "phone", Value: "+66000000000", Raw: "00-000 0000"},
		{Kind: "line", Value: "ab"},
	}
	for name, c := range map[string]struct{ in, want string }{
		"as the page wrote it":   {"tele @Demo_01 now", "tele •••••••• now"},
		"in other letters":       {"tele DEMO_01", "tele •••••••"},
		"twice":                  {"@demo_01 @demo_01", "•••••••• ••••••••"},
		"a number in groups":     {"call 00-000 0000!", "call •••••••••••!"},
		"too short to be safe":   {"ab abacus", "ab abacus"},
		"beside wide characters": {"加飞机@demo_01谢谢", "加飞机••••••••谢谢"},
		"nothing to hide":        {"hello", "hello"},
		"the sign of an address": {"İ@demo_01", "İ••••••••"},
	} {
		if got := hide(c.in, contacts); got != c.want {
			t.Errorf("%s: hide(%q) = %q, want %q", name, c.in, got, c.want)
		}
	}
}

func FuzzSegments(f *testing.F) {
	seeds := []string{"free ticket", "ប៉ោយប៉ែត", "缅甸\xff\xfe", "", "a\x00b"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for i, s := range seeds {
		f.Add(s, i, i+3, 1, 9)
	}
	f.Fuzz(func(t *testing.T, text string, a, b, c, d int) {
		segs := segments(text, []stretch{{Start: a, End: b, Num: 1}, {Start: c, End: d, Num: 2}})
		var joined strings.Builder
		starts, ends := 0, 0
		for _, s := range segs {
			joined.WriteString(s.Text)
			starts, ends = starts+len(s.Starts), ends+len(s.Ends)
			if utf8.ValidString(text) && !utf8.ValidString(s.Text) {
				t.Errorf("segment %q cuts a character of %q", s.Text, text)
			}
		}
		if joined.String() != text || starts != ends {
			t.Errorf("segments(%q) = %q with %d starts and %d ends", text, joined.String(), starts, ends)
		}
		for _, e := range [][]segment{excerpt(text, []stretch{{Start: a, End: b, Num: 1}}, nil, 20)} {
			for _, s := range e {
				if utf8.ValidString(text) && !utf8.ValidString(s.Text) {
					t.Errorf("excerpt %q cuts a character of %q", s.Text, text)
				}
			}
		}
	})
}

func FuzzReadable(f *testing.F) {
	seeds := []string{"<p>a<p>b", "<script>x</script>y", "<head><title>t</title><body>b", "</div></script>&lt;b&gt;", "<!--", "<svg><script>a</svg>b"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := readable(s); len(got) > 4*len(s)+16 {
			t.Errorf("readable makes %d bytes of %d", len(got), len(s))
		}
	})
}

func TestToText(t *testing.T) {
	for name, c := range map[string]struct {
		kind   string
		body   string
		source bool
		want   string
	}{
		"a page":                     {"text/html; charset=utf-8", "<html><head><title>t</title></head><body><h1>A &amp; B</h1><p>one<br>two</p><script>x()</script></body></html>", false, "A & B\n\none\ntwo\n"},
		"its source":                 {"text/html; charset=utf-8", "<p>one</p>", true, "<p>one</p>"},
		"Thai in TIS-620":            {"text/html; charset=tis-620", "<p>\xa7\xd2\xb9</p>", false, "งาน\n"},
		"a charset named in a meta":  {"text/html", "<meta charset=gbk><p>\xb9\xa4\xd7\xf7</p>", false, "工作\n"},
		"JSON":                       {"application/json", `{"a":"<b>"}`, false, `{"a":"<b>"}`},
		"bytes that are no text":     {"text/html; charset=utf-8", "<p>\xff\xfe</p>", false, "\uFFFD\uFFFD\n"},
		"a script that is not ended": {"text/html; charset=utf-8", "<p>a</p><script>alert(1)", false, "a\n"},
		"deep nesting":               {"text/html; charset=utf-8", strings.Repeat("<div>", 100_000) + "end", false, "end\n"},
	} {
		if diff := cmp.Diff(c.want, toText(c.kind, []byte(c.body), c.source)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := toText("text/plain", make([]byte, maxArchived+1), false); !strings.HasSuffix(got, "the page is longer]") {
		t.Error("a page beyond the bound is not marked as cut")
	}
}
