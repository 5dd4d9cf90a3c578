package facts

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/classifier/fold"
)

// boardInputs are ordinary posts of about 2 KB, a lure in every third, made of the
// examples that the classifier is tested with.
func boardInputs(t testing.TB) (in []Input, size int) {
	t.Helper()
	f, err := os.Open("../testdata/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	type texts struct{ others, lures []string }
	byLang := map[string]*texts{}
	var langs []string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var c struct{ Lang, Label, Text string }
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if byLang[c.Lang] == nil {
			byLang[c.Lang] = &texts{}
			langs = append(langs, c.Lang)
		}
		if l := byLang[c.Lang]; c.Label == "scam" {
			l.lures = append(l.lures, c.Text)
		} else {
			l.others = append(l.others, c.Text)
		}
	}
	for _, lang := range langs {
		l := byLang[lang]
		if len(l.others) == 0 {
			continue
		}
		for n := range 3 {
			var b strings.Builder
			if n == 0 && len(l.lures) > 0 {
				b.WriteString(l.lures[0] + "\n")
			}
			for i := n; b.Len() < 1800; i++ {
				b.WriteString(l.others[i%len(l.others)] + "\n")
			}
			in = append(in, Input{Text: fold.Fold(b.String()), Lang: lang})
			size += b.Len()
		}
	}
	return in, size
}

// BenchmarkBoard reads the facts of ordinary posts of all languages in turn.
func BenchmarkBoard(b *testing.B) {
	x := open(b)
	in, size := boardInputs(b)
	for _, p := range in { // the tables of the numbering plans are made when first needed
		x.Extract(p)
	}
	b.SetBytes(int64(size / len(in)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		x.Extract(in[i%len(in)])
	}
}

// BenchmarkLexer is the part of [BenchmarkBoard] that looks for words.
func BenchmarkLexer(b *testing.B) {
	x := open(b)
	in, size := boardInputs(b)
	b.SetBytes(int64(size / len(in)))
	var f field
	for i := 0; b.Loop(); i++ {
		f.open(x, FieldText, in[i%len(in)].Text, nil)
	}
}

// BenchmarkReaders is what the readers take for an ordinary post beside the lexer, in
// µs: of each post the quickest of many runs, so that other work on the machine counts little.
func BenchmarkReaders(b *testing.B) {
	x := open(b)
	in, _ := boardInputs(b)
	var f field
	readers := time.Duration(0)
	for b.Loop() {
		readers = 0
		for _, p := range in {
			all, lexer := time.Hour, time.Hour
			for range 100 {
				start := time.Now()
				x.Extract(p)
				all = min(all, time.Since(start))
				start = time.Now()
				f.open(x, FieldText, p.Text, nil)
				lexer = min(lexer, time.Since(start))
			}
			readers += all - lexer
		}
	}
	b.ReportMetric(float64(readers.Nanoseconds())/float64(len(in))/1e3, "readers-µs/post")
}
