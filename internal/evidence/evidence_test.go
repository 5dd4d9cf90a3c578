package evidence

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/custody"
	"github.com/lurewatch/lurewatch/internal/post"
)

func TestSURT(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"host turned round, in lower case": {"https://Jobs.Example.COM/A", "com,example,jobs)/a"},
		"www and a usual port left out":    {"http://www2.example.com:80", "com,example)/"},
		"another port kept":                {"http://example.com:8080/", "com,example:8080)/"},
		"query sorted":                     {"https://example.com/p?b=2&a=1", "com,example)/p?a=1&b=2"},
		"session ids left out":             {"https://example.com/p?PHPSESSID=abc&a=1", "com,example)/p?a=1"},
		"an address":                       {"http://127.0.0.1:9/x", "1,0,0,127:9)/x"},
		"no address of a page":             {"urn:screenshot:https://example.com/A b", "urn:screenshot:https://example.com/a%20b"},
	} {
		if got := surt(c.in); got != c.want {
			t.Errorf("%s: surt(%q) = %q, want %q", name, c.in, got, c.want)
		}
	}
}

// archived is a record of a page as it stands in an archive.
func archived(t testing.TB, url, text string) []byte {
	t.Helper()
	body := "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + text
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprintf(z, "WARC/1.1\r\nWARC-Type: response\r\nWARC-Date: 2001-09-09T01:46:40Z\r\nWARC-Target-URI: %s\r\nWARC-Record-ID: <urn:uuid:%s>\r\nWARC-Payload-Digest: sha256:X\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n", url, text, len(body), body)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// contents is a small package: two records in two entries, with others between.
func contents(t testing.TB) Contents {
	t.Helper()
	l, err := custody.Open(custody.Options{Dir: t.TempDir(), Linger: time.Millisecond, Now: func() time.Time { return time.Unix(1e9, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	c := Contents{
		Post: post.Post{ID: "p1", Title: "Chat\nsupport    $ rm", URL: "https://jobs.example/1"}, Made: time.Unix(1e9, 0), Software: "lurewatch/test", By: "anong", Reason: "asked",
		Pages: []Page{{URL: "https://jobs.example/1", Title: "Chat", At: time.Unix(1e9, 0)}},
		Rules: []Rule{{ID: "r", Title: "R", Hash: "sha256:0", Text: []byte("title: R\n")}},
	}
	for n, text := range []string{"first member", "another post", "second member"} {
		file := string('a'+rune(n)) + ".warc.gz"
		raw := archived(t, "https://jobs.example/1", text)
		r := custody.Record{Type: "response", ID: "urn:uuid:" + text[:3], URL: "https://jobs.example/1", Length: int64(len(raw)), SHA256: sum(raw)}
		if n != 1 {
			c.Members = append(c.Members, Member{Record: r, File: file, Raw: raw})
		}
		if err := l.Append(t.Context(), custody.Entry{Kind: custody.KindCapture, Capture: &custody.Capture{File: file, Records: []custody.Record{r}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	head, faults, err := custody.Walk(t.Context(), l.Dir(), func(line custody.Line, _ custody.Entry) error {
		if line.Seq != 2 {
			c.Captures = append(c.Captures, line)
		}
		c.Proof = append([]custody.Link{line.Link}, c.Proof...)
		return nil
	})
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	c.Head = head
	return c
}

func TestAPackageIsWrittenAndChecked(t *testing.T) {
	c := contents(t)
	b, err := Write(c)
	if err != nil {
		t.Fatal(err)
	}
	rep := Check(b, nil)
	if len(rep.Faults) > 0 || rep.Records != 2 || rep.Captures != 2 || rep.Digest != sum(b) || !rep.By.IsZero() {
		t.Errorf("report %+v", rep)
	}
	again, err := Write(c)
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("the same contents give other bytes (%v)", err)
	}
	files, err := unpack(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.name == statement+".txt" && strings.Contains(string(f.data), "\nsupport") {
			t.Error("a title with a line end makes a line of the statement")
		}
	}
	for name, change := range map[string]func(*Contents){
		"no record":                        func(c *Contents) { c.Members = nil },
		"a record that is not the entry's": func(c *Contents) { c.Members[0].Raw = []byte("first membes") },
		"a record too few":                 func(c *Contents) { c.Members = c.Members[:1] },
		"an entry that is not proven":      func(c *Contents) { c.Proof = c.Proof[:1] },
		"a timestamp that is none": func(c *Contents) {
			c.Stamps = []Stamp{{Timestamp: custody.Timestamp{Head: c.Head.Hash, Authority: "http://tsa.example/"}}}
		},
	} {
		bad := contents(t)
		change(&bad)
		if _, err := Write(bad); err == nil {
			t.Errorf("%s: written", name)
		}
	}
}

func FuzzCheck(f *testing.F) {
	b, err := Write(contents(f))
	if err != nil {
		f.Fatal(err)
	}
	seeds := [][]byte{b, []byte("PK\x05\x06" + strings.Repeat("\x00", 18)), nil}
	for _, s := range seeds {
		f.Add(s)
	}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if rep := Check(in, nil); len(rep.Faults) == 0 && !bytes.Equal(in, b) {
			t.Errorf("a package of %d bytes that was not written is taken", len(in))
		}
	})
}
