package sitemap

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Bounds of one file, those of sitemaps.org.
const (
	MaxURLs  = 50_000
	MaxBytes = 50 << 20 // unpacked
	maxURL   = 2048     // bytes of one address
)

// ErrNotSitemap is a body that is no sitemap: a page, a feed, a picture.
var ErrNotSitemap = errors.New("not a sitemap")

// URL is one entry.
type URL struct {
	Loc string // absolute, http or https, without fragment
	// Changed is when the page changed last, by <lastmod> or the publication date of
	// the news extension; zero when the file does not say, or says nonsense. A date
	// without a time counts as the end of its day.
	Changed time.Time
}

// Map is one sitemap.
type Map struct {
	Index bool  // URLs are sitemaps, not pages
	URLs  []URL // in the order of the file, each once
	Cut   bool  // the file was longer than is read, or broke off
}

// File is one sitemap as it was fetched.
type File struct {
	Body        []byte
	URL         *url.URL // where it came from
	ContentType string   // as served
	FetchedAt   time.Time
}

// Read reads a sitemap. What follows a fault in it is lost and Cut set; the error is
// [ErrNotSitemap] only.
func Read(f File) (Map, error) { return readWithin(f, MaxBytes) }

func readWithin(f File, most int64) (Map, error) {
	r, err := unpack(f.Body)
	if err != nil {
		return Map{}, err
	}
	limited := &io.LimitedReader{R: r, N: most + 1}
	in := bufio.NewReaderSize(limited, 64<<10)
	head, _ := in.Peek(1024) // as much as there is
	c := collector{file: f, seen: map[string]bool{}}
	text := transform.NewReader(in, decoderOf(head, f.ContentType).NewDecoder())
	start, plain := opening(head, f)
	switch {
	case plain:
		c.lines(text)
	case start:
		err = c.xml(clean{text})
	default:
		return Map{}, ErrNotSitemap
	}
	if err != nil {
		return Map{}, err
	}
	c.out.Cut = c.out.Cut || limited.N <= 0
	if c.generated() {
		for i := range c.out.URLs {
			c.out.URLs[i].Changed = time.Time{}
		}
	}
	return c.out, nil
}

// unpack takes off gzip, at most twice: some hosts pack what is packed.
func unpack(body []byte) (io.Reader, error) {
	var r io.Reader = bytes.NewReader(body)
	for range 2 {
		b := bufio.NewReader(r)
		r = b
		if magic, _ := b.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
			break
		}
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, ErrNotSitemap
		}
		r = z
	}
	return r, nil
}

// decoderOf finds the charset: byte order mark, then the XML declaration, then the
// header, then UTF-8.
func decoderOf(head []byte, contentType string) encoding.Encoding {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return unicode.UTF8BOM
	}
	_, label, ok := bytes.Cut(head[:max(0, bytes.IndexByte(head, '>'))], []byte("encoding="))
	if ok && len(label) > 2 {
		label = label[1:]
		if i := bytes.IndexAny(label, `"'`); i > 0 {
			if e, _ := charset.Lookup(string(label[:i])); e != nil {
				return e
			}
		}
	}
	if _, v, ok := strings.Cut(strings.ToLower(contentType), "charset="); ok {
		if e, _ := charset.Lookup(strings.Trim(v, `"' ;`)); e != nil {
			return e
		}
	}
	return unicode.UTF8
}

// opening reports whether a file begins like XML, or like a list of addresses.
func opening(head []byte, f File) (markup, plain bool) {
	if len(head) >= 2 && (head[0] == 0xff || head[0] == 0xfe) {
		return true, false // UTF-16: the XML reader will tell
	}
	s := strings.ToLower(strings.TrimLeft(string(head), "\ufeff \t\r\n"))
	if strings.HasPrefix(s, "<") {
		return true, false
	}
	listed := strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
	named := f.URL != nil && (strings.HasSuffix(f.URL.Path, ".txt") || strings.HasSuffix(f.URL.Path, ".txt.gz"))
	return false, listed && (named || strings.HasPrefix(strings.ToLower(f.ContentType), "text/plain"))
}

// collector gathers entries.
type collector struct {
	file File
	out  Map
	seen map[string]bool
}

// add takes one entry in and reports whether there is room for more.
func (c *collector) add(loc string, changed time.Time) bool {
	if len(c.out.URLs) >= MaxURLs {
		c.out.Cut = true
		return false
	}
	loc = strings.TrimSpace(loc)
	if loc == "" || len(loc) > maxURL {
		return true
	}
	u, err := url.Parse(loc)
	if err != nil {
		return true
	}
	if c.file.URL != nil {
		u = c.file.URL.ResolveReference(u)
	}
	u.Fragment, u.RawFragment = "", ""
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return true
	}
	if loc = u.String(); !c.seen[loc] {
		c.seen[loc] = true
		c.out.URLs = append(c.out.URLs, URL{loc, changed})
	}
	return true
}

// lines reads a list of addresses.
func (c *collector) lines(r io.Reader) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4096), 64<<10)
	for s.Scan() {
		line := strings.TrimSpace(strings.TrimPrefix(s.Text(), "\ufeff"))
		if !strings.HasPrefix(line, "http") { // nothing is relative here: a stray word is no address
			continue
		}
		if !c.add(line, time.Time{}) {
			return
		}
	}
	c.out.Cut = c.out.Cut || s.Err() != nil
}

// generatedFrom is how many equal dates show that a file tells when it was made, and
// not when its pages changed.
const generatedFrom = 20

// generated reports a file all of whose dates are one.
func (c *collector) generated() bool {
	n := 0
	var first time.Time
	for _, u := range c.out.URLs {
		switch {
		case u.Changed.IsZero():
		case n == 0:
			first, n = u.Changed, 1
		case !u.Changed.Equal(first):
			return false
		default:
			n++
		}
	}
	return n >= generatedFrom
}

// Freshest sorts entries in place: those that changed last first, those without a
// date after them, in the order of the file.
func Freshest(urls []URL) {
	slices.SortStableFunc(urls, func(a, b URL) int {
		if a.Changed.IsZero() != b.Changed.IsZero() {
			if a.Changed.IsZero() {
				return 1
			}
			return -1
		}
		return cmp.Compare(b.Changed.UnixNano(), a.Changed.UnixNano())
	})
}

// clean drops the control characters that XML forbids and files hold.
type clean struct{ r io.Reader }

func (c clean) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	kept := p[:0]
	for _, b := range p[:n] {
		if b >= ' ' || b == '\t' || b == '\n' || b == '\r' {
			kept = append(kept, b)
		}
	}
	return len(kept), err
}
