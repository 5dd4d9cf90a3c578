package sitemap

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/crawler/source"
)

// entry is one <url> or <sitemap> while it is read.
type entry struct {
	open    bool
	depth   int // elements open inside
	field   string
	text    strings.Builder
	loc     string
	bare    strings.Builder // words directly inside: some files forget <loc>
	lastmod string
	news    string
}

// xml reads <urlset> and <sitemapindex>. Tokens are taken raw: no entity but the
// five of XML means anything, a document type is skipped, and no stack can overflow.
func (c *collector) xml(r io.Reader) error {
	dec := xml.NewDecoder(r)
	dec.Strict = false
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decoded already
	item := ""                                                                           // name of the elements that are entries, once the root is known
	var e entry
	for {
		tok, err := dec.RawToken()
		if err != nil {
			if item == "" {
				return ErrNotSitemap
			}
			if e.open {
				c.take(&e)
			}
			c.out.Cut = c.out.Cut || !errors.Is(err, io.EOF)
			return nil
		}
		switch t := tok.(type) {
		case xml.StartElement:
			name := strings.ToLower(t.Name.Local)
			switch {
			case item == "":
				switch name {
				case "urlset":
					item = "url"
				case "sitemapindex":
					item, c.out.Index = "sitemap", true
				default:
					return ErrNotSitemap
				}
			case name == item:
				if e.open && !c.take(&e) {
					return nil
				}
				e = entry{open: true}
			case e.open:
				if e.depth++; e.depth == 1 || name == "publication_date" {
					e.field = name
					e.text.Reset()
				}
			}
		case xml.EndElement:
			name := strings.ToLower(t.Name.Local)
			switch {
			case e.open && name == item:
				if !c.take(&e) {
					return nil
				}
				e = entry{}
			case e.open && e.depth > 0:
				e.close(name)
			}
		case xml.CharData:
			switch {
			case e.open && e.field != "" && e.text.Len()+len(t) <= 2*maxURL:
				e.text.Write(t)
			case e.open && e.depth == 0 && e.bare.Len()+len(t) <= 2*maxURL:
				e.bare.Write(t)
			}
		}
	}
}

// close ends the element name inside the entry.
func (e *entry) close(name string) {
	if name == e.field {
		switch s := strings.TrimSpace(e.text.String()); name {
		case "loc":
			if e.loc == "" {
				e.loc = s
			}
		case "lastmod":
			e.lastmod = s
		case "publication_date":
			e.news = s
		}
		e.field = ""
	}
	e.depth--
}

func (c *collector) take(e *entry) bool {
	loc := e.loc
	if bare := strings.TrimSpace(e.bare.String()); loc == "" && strings.HasPrefix(bare, "http") {
		loc = bare
	}
	changed := when(e.lastmod, c.file.FetchedAt)
	if n := when(e.news, c.file.FetchedAt); n.After(changed) {
		changed = n
	}
	if loc == "" {
		return true
	}
	return c.add(loc, changed)
}

// when reads a W3C date. One that lies in the future tells nothing; one without a
// time counts as the end of its day, so that a change later on it is not missed.
func when(s string, now time.Time) time.Time {
	if s = strings.TrimSpace(s); s == "" || len(s) > 64 {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		var ok bool
		if t, ok = source.ParseTime(s, time.Time{}); !ok {
			return time.Time{}
		}
	}
	t = t.UTC()
	if len(s) <= len("2006-01-02") {
		t = t.Add(24*time.Hour - time.Second)
	}
	if !now.IsZero() {
		switch {
		case t.After(now.Add(24 * time.Hour)):
			return time.Time{}
		case t.After(now):
			return now
		}
	}
	return t
}
