package archive

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/lurewatch/lurewatch/internal/post"
)

func plain(head string, block string) string {
	return "WARC/1.1\r\n" + head + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(block)) + block + "\r\n\r\n"
}

func TestParseRecord(t *testing.T) {
	typ := "WARC-Type: resource\r\n"
	for name, tc := range map[string]struct {
		in, why string // why it is damaged; empty: it is not
	}{
		"a record":                     {in: plain(typ, "abc")},
		"version 1.0":                  {in: strings.Replace(plain(typ, "abc"), "1.1", "1.0", 1)},
		"lines that end with LF only":  {in: "WARC/1.1\nWARC-Type: resource\nContent-Length: 0\n\n\r\n\r\n"},
		"a folded field":               {in: plain(typ+"X: a\r\n b\r\n", "abc")},
		"empty lines before":           {in: "\r\n\r\n" + plain(typ, "abc")},
		"bytes that are not UTF-8":     {in: plain(typ+"X: \xff\xfe\r\n", "abc")},
		"another version":              {in: "WARC/2.0\r\n\r\n", why: "version"},
		"no WARC at all":               {in: "<html>", why: "version"},
		"no length":                    {in: "WARC/1.1\r\n" + typ + "\r\n", why: "Content-Length"},
		"a negative length":            {in: "WARC/1.1\r\n" + typ + "Content-Length: -1\r\n\r\n", why: "Content-Length"},
		"two lengths":                  {in: "WARC/1.1\r\n" + typ + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", why: "Content-Length"},
		"a length beyond the limit":    {in: "WARC/1.1\r\n" + typ + "Content-Length: 9999999999\r\n\r\n", why: "limit"},
		"a block that is short":        {in: "WARC/1.1\r\n" + typ + "Content-Length: 10\r\n\r\nabc", why: "block"},
		"no line ends behind":          {in: "WARC/1.1\r\n" + typ + "Content-Length: 3\r\n\r\nabcdefgh", why: "line ends"},
		"a line that is no field":      {in: "WARC/1.1\r\nnonsense\r\n\r\n", why: "no field"},
		"a date that is none":          {in: plain(typ+"WARC-Date: yesterday\r\n", ""), why: "WARC-Date"},
		"a header without an end":      {in: "WARC/1.1\r\nX: " + strings.Repeat("a", maxHeader+1), why: "header"},
		"a header of too many fields":  {in: "WARC/1.1\r\n" + strings.Repeat("X: a\r\n", maxFields+2), why: "fields"},
		"a wrong digest in base32":     {in: plain(typ+"WARC-Block-Digest: sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA====\r\n", "abc"), why: "digest"},
		"a wrong digest in hex":        {in: plain(typ+"WARC-Block-Digest: sha256:"+strings.Repeat("0", 64)+"\r\n", "abc"), why: "digest"},
		"a digest that is not known":   {in: plain(typ+"WARC-Block-Digest: sha1:AAAA\r\n", "abc")},
		"a header that breaks off":     {in: "WARC/1.1\r\nWARC-Type: res", why: "header"},
		"a version that breaks off":    {in: "WARC/1", why: "version"},
		"an empty file is no record":   {in: "", why: "EOF"},
		"empty lines are no record":    {in: "\r\n\r\n", why: "EOF"},
		"ten thousand lines of spaces": {in: strings.Repeat("\n", maxHeader+5), why: "version"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := ParseRecord(bufio.NewReader(strings.NewReader(tc.in)), 1<<20)
			switch {
			case tc.why == "" && (err != nil || r.Type != "resource"):
				t.Errorf("parse = %+v, %v; want a record", r, err)
			case tc.why != "" && (err == nil || !strings.Contains(err.Error(), tc.why)):
				t.Errorf("parse: %v, want %q", err, tc.why)
			case tc.why != "" && tc.why != "EOF" && !errors.Is(err, ErrDamaged):
				t.Errorf("parse: %v is not damage", err)
			}
		})
	}
}

func FuzzParseRecord(f *testing.F) {
	seeds := [][]byte{[]byte(plain("WARC-Type: resource\r\nWARC-Date: 2026-05-04T12:00:00Z\r\nX: y\r\n", "abc")), []byte("WARC/1.0\r\nContent-Length: 99999999999999999999\r\n\r\n")}
	for _, r := range capture(1) {
		head, err := r.header()
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, append(append(head, r.Block...), "\r\n\r\n"...))
	}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := ParseRecord(bufio.NewReader(bytes.NewReader(in)), 1<<16)
		if err != nil {
			return
		}
		if len(r.Block) > 1<<16 || len(r.Block) > len(in) {
			t.Errorf("block of %d bytes from %d", len(r.Block), len(in))
		}
		for _, fl := range r.Fields {
			if strings.Contains(fl.Name+fl.Value, "\n") {
				t.Errorf("field %q holds a line end", fl)
			}
		}
	})
}

// FuzzScan feeds whole files: damage anywhere must be survived.
func FuzzScan(f *testing.F) {
	var file []byte
	p := newPacker()
	for _, r := range capture(1) {
		var err error
		if file, err = p.encode(file, r); err != nil {
			f.Fatal(err)
		}
	}
	if len(file) == 0 {
		f.Fatal("no seeds")
	}
	f.Add(file)
	f.Add(file[:len(file)-9])
	f.Add(append([]byte("\x1f\x8b\x08junk"), file...))
	f.Fuzz(func(t *testing.T, in []byte) {
		_ = ReadWARC(t.Context(), bytes.NewReader(in), 1<<16, func(Record) error { return nil })
		var end int64 // records and damage must cover the file without a gap
		next := func(at, n int64) error {
			if at != end || n <= 0 {
				t.Errorf("at %d after %d, length %d", at, end, n)
			}
			end = at + n
			return nil
		}
		err := newScanner(bytes.NewReader(in), "f", int64(len(in))).scan(t.Context(), 0,
			func(l post.Locator, _ Record) error { return next(l.Offset, l.Length) }, func(d Damage) error { return next(d.Offset, d.Length) })
		if err != nil || end != int64(len(in)) {
			t.Errorf("scanned %d of %d bytes: %v", end, len(in), err)
		}
	})
}

func TestReadWARC(t *testing.T) {
	text := plain("WARC-Type: resource\r\nWARC-Target-URI: <urn:a>\r\n", "abc") + plain("WARC-Type: resource\r\nWARC-Target-URI: urn:b\r\n", "")
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	for name, in := range map[string]string{"plain": text, "gzip over all": zipped.String()} {
		var got []string
		if err := ReadWARC(t.Context(), strings.NewReader(in), 1<<20, func(r Record) error {
			got = append(got, r.TargetURI)
			return nil
		}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff([]string{"urn:a", "urn:b"}, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	if err := ReadWARC(t.Context(), strings.NewReader(text+"junk"), 1<<20, func(Record) error { return nil }); !errors.Is(err, ErrDamaged) {
		t.Errorf("junk behind: %v, want damage", err)
	}
}

func squeeze(t *testing.T, w io.WriteCloser, b *bytes.Buffer, text string) string {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHTTPPayload(t *testing.T) {
	const text = "ตั๋วเครื่องบินฟรี free ticket"
	var b1, b2, b3, b4, b5, b6 bytes.Buffer
	fl, _ := flate.NewWriter(&b3, 5)
	zs, _ := zstd.NewWriter(&b4)
	gz := squeeze(t, gzip.NewWriter(&b1), &b1, text)
	bomb := squeeze(t, gzip.NewWriter(&b5), &b5, strings.Repeat("0", 10<<20))
	for name, tc := range map[string]struct{ head, body, want, why string }{
		"as it is":                        {body: text, want: text},
		"chunked":                         {head: "Transfer-Encoding: chunked\r\n", body: fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(text), text), want: text},
		"chunked by name, but undone":     {head: "Transfer-Encoding: chunked\r\n", body: text, want: text},
		"chunked and cut short":           {head: "Transfer-Encoding: chunked\r\n", body: fmt.Sprintf("%x\r\n%s", len(text)+5, text), want: text, why: "EOF"},
		"gzip":                            {head: "Content-Encoding: gzip\r\n", body: gz, want: text},
		"chunked and gzip":                {head: "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n", body: fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(gz), gz), want: text},
		"deflate by the book":             {head: "Content-Encoding: deflate\r\n", body: squeeze(t, zlib.NewWriter(&b2), &b2, text), want: text},
		"deflate without its header":      {head: "Content-Encoding: deflate\r\n", body: squeeze(t, fl, &b3, text), want: text},
		"zstd":                            {head: "Content-Encoding: zstd\r\n", body: squeeze(t, zs, &b4, text), want: text},
		"gzip of nothing":                 {head: "Content-Encoding: gzip\r\n"},
		"brotli":                          {head: "Content-Encoding: br\r\n", body: squeeze(t, brotli.NewWriter(&b6), &b6, text), want: text},
		"a page that only says gzip":      {head: "Content-Encoding: gzip\r\n", body: "<p>" + text, want: "<p>" + text},
		"an encoding that is not known":   {head: "Content-Encoding: exi\r\n", body: "x", why: "not known"},
		"a bomb":                          {head: "Content-Encoding: gzip\r\n", body: bomb, want: strings.Repeat("0", 1<<20), why: "limit"},
		"gzip by name only":               {head: "Content-Encoding: gzip\r\n", body: text, why: "decode"},
		"more encodings than make sense":  {head: "Content-Encoding: gzip,gzip,gzip,gzip,gzip,gzip\r\n", body: gz, why: "6 encodings"},
		"a header line that is no header": {head: "nonsense\r\n", body: text, want: text},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := SplitHTTP([]byte("HTTP/1.1 200 OK\r\n" + tc.head + "\r\n" + tc.body))
			if err != nil {
				t.Fatal(err)
			}
			if h.Status() != 200 || string(h.Body) != tc.body {
				t.Errorf("status %d, body %q", h.Status(), h.Body)
			}
			got, err := h.Payload(1 << 20)
			if string(got) != tc.want {
				t.Errorf("payload = %.60q, want %.60q", got, tc.want)
			}
			if (err != nil) != (tc.why != "") || err != nil && !strings.Contains(err.Error(), tc.why) {
				t.Errorf("payload: %v, want %q", err, tc.why)
			}
		})
	}
	for _, in := range []string{"", "no http", "\r\n\r\n", strings.Repeat("a", 2<<20)} {
		if _, err := SplitHTTP([]byte(in)); err == nil {
			t.Errorf("split %.20q: no error", in)
		}
	}
}

func FuzzHTTP(f *testing.F) {
	seeds := []string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "GET / HTTP/1.1\nHost: x\n\n", "HTTP/2 200\r\nContent-Encoding: deflate\r\n\r\n\x78\x9c"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		h, err := SplitHTTP(in)
		if err != nil {
			return
		}
		if p, _ := h.Payload(1 << 16); len(p) > 1<<16 {
			t.Errorf("payload of %d bytes beyond the limit", len(p))
		}
	})
}
