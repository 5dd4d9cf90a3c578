package source

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestShowsIsWhatAllWordsSay: random pages whose text is cut into pieces, with a title
// that they nearly hold.
func TestShowsIsWhatAllWordsSay(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	pieces := strings.Fields("Chef chef CHEF de de7 7 q Q q7 - é ' . <b> </b> <i> </i> <p> </p> <span hidden>Chef</span> <!--q--> &amp; ch ef")
	held := 0
	for range 30_000 {
		var page, title strings.Builder
		page.WriteString("<html><head><title>q7chef</title></head><body>")
		for range 1 + r.IntN(12) {
			page.WriteString(pieces[r.IntN(len(pieces))])
			if r.IntN(3) == 0 {
				page.WriteByte(' ')
			}
		}
		for range r.IntN(4) {
			title.WriteString(pieces[r.IntN(11)])
		}
		d := Page{ContentType: "text/html", Body: []byte(page.String())}.document()
		want := bytes.Contains(d.words(), []byte(squash(title.String())))
		if want && title.Len() > 0 {
			held++
		}
		if got := d.shows(squash(title.String())); got != want {
			t.Fatalf("shows(%q) = %v, want %v, on\n%s", squash(title.String()), got, want, page.String())
		}
		d.release()
	}
	if held < 1000 {
		t.Errorf("only %d pages hold their title: the test says little", held)
	}
}

func TestHasMark(t *testing.T) {
	for _, mark := range []string{"tgme_widget_message", "job-header-content", "job-result-card__title", "plain", "_"} {
		for _, around := range []string{"", "_", "j", "_message", mark[:len(mark)-1], "tgme_widget_", strings.Repeat("_", 40)} {
			for _, page := range []string{around, around + mark, mark + around, around + mark + around, around + mark[1:], around + mark[:len(mark)-1]} {
				if got, want := hasMark(page, mark), strings.Contains(page, mark); got != want {
					t.Errorf("hasMark(%q, %q) = %v, want %v", page, mark, got, want)
				}
			}
		}
	}
}

// slowJSON is [strict] without the short way.
func slowJSON(s string) (any, bool) {
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil || len(bytes.TrimLeft([]byte(s[dec.InputOffset():]), " \t\r\n")) > 0 {
		return nil, false
	}
	return numbers(v, 0), true
}

// FuzzPlainJSON: whatever it takes, it reads as encoding/json does, and it takes all
// that is well-formed, in UTF-8 and not deep.
func FuzzPlainJSON(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,-2.5e+3,0,01,"x\u00e9\n",true,false,null],"b":{"c":"\ud83d\ude00"},"a":""}`, ` [ ] `, `{}`, `{ "a" : { } }x`, `"\x"`, "\"\t\"", `-`, `1.`, `1e`, `[1,]`, `{"a":1,}`,
		`123456789012345678`, `"é"`, `{"a" "b"}`, `nul`, `"`, `"\`, `{"a":1]`, "\"\xff\"", `1e999`, `tru`, `-0`, `"\u12"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := plainJSON(s)
		want, wellFormed := slowJSON(s)
		if ok && (!wellFormed || !cmp.Equal(got, want)) {
			t.Fatalf("plainJSON(%q) = %#v, want %#v (%v)", s, got, want, wellFormed)
		}
		if !ok && wellFormed && strings.ToValidUTF8(s, "") == s && strings.Count(s, "[")+strings.Count(s, "{") < plainDepth {
			t.Fatalf("plainJSON(%q) gave up", s)
		}
	})
}
