package intake

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/lurewatch/lurewatch/crawler/source"
)

// savedFrom is how browsers and tools note where a page came from.
var savedFrom = regexp.MustCompile(`(?i)<!--[^>]{0,200}?(?:saved from url=\(\d+\)|url:\s*)(https?://[^\s<>"]{1,1000})`)

// readPage reads one saved document through the sources of the crawler. A page
// without a post yields nothing and is no error.
func readPage(r *bufio.Reader, o Options, yield func(Item, error) bool) {
	body, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		yield(Item{}, fmt.Errorf("read %s: %w", o.Name, err))
		return
	}
	if len(body) > MaxFile {
		yield(Item{}, fmt.Errorf("read %s: the page has more than %d bytes\nhint: split it, or save it without embedded pictures", o.Name, MaxFile))
		return
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return
	}
	src, ok := source.Lookup(o.Adapter)
	if !ok {
		yield(Item{}, fmt.Errorf("adapter %q is unknown\nhint: use one of %s", o.Adapter, strings.Join(source.Names(), ", ")))
		return
	}
	p := source.Page{URL: o.URL, ContentType: contentType(o.Name, body), Body: body, FetchedAt: o.FetchedAt}
	if p.URL == "" {
		if m := savedFrom.FindSubmatch(body[:min(len(body), 64<<10)]); m != nil {
			p.URL = html.UnescapeString(string(m[1]))
		}
	}
	found, err := src.Extract(context.Background(), p)
	if err != nil {
		if errors.Is(err, source.ErrNotText) {
			err = fmt.Errorf("%w\nhint: give saved HTML, JSON, XML, CSV or JSONL", err)
		}
		yield(Item{}, fmt.Errorf("read %s: %w", o.Name, err))
		return
	}
	for i, po := range found.Posts {
		it := Item{Post: po, Raw: body, ContentType: p.ContentType, TargetURI: p.URL, Line: i + 1}
		if it.TargetURI == "" {
			it.TargetURI = target(po, body)
		}
		if !yield(it, nil) {
			return
		}
	}
}

func contentType(name string, body []byte) string {
	switch filepath.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")) {
	case ".html", ".htm":
		return "text/html"
	case ".xhtml":
		return "application/xhtml+xml"
	case ".json":
		return "application/json"
	case ".xml":
		return "application/xml"
	case ".rss":
		return "application/rss+xml"
	case ".atom":
		return "application/atom+xml"
	case ".txt":
		return "text/plain"
	}
	switch b := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF")), " \t\r\n"); {
	case bytes.HasPrefix(b, []byte("{")), bytes.HasPrefix(b, []byte("[")):
		return "application/json"
	case bytes.HasPrefix(b, []byte("<?xml")):
		return "application/xml"
	case bytes.HasPrefix(b, []byte("<")):
		return "text/html"
	}
	return "text/plain"
}
