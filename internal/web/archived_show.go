package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
	"golang.org/x/net/html/charset"
)

// maxArchived bounds how much of a page is shown, in bytes.
const maxArchived = 4 << 20

// sandboxed keeps a browser from doing anything with bytes that a page chose.
const sandboxed = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// archivedShow gives an archived page as plain text, its source with ?as=source.
// Each reading is in the audit log.
func (d *Desk) archivedShow(v *visit) error {
	doc, err := d.doc(v)
	if err != nil {
		return err
	}
	l, err := recordOf(doc, v.PathValue("digest"))
	if err != nil {
		return err
	}
	contentType, body, err := d.read(v, doc, l, "page")
	if err != nil {
		return err
	}
	d.plain(v, doc.Post.ID, toText(contentType, body, v.URL.Query().Get("as") == "source"))
	return nil
}

// plain answers with text that no browser takes for anything else.
func (d *Desk) plain(v *visit, id, text string) {
	h := v.w.Header()
	h.Set("Content-Security-Policy", sandboxed)
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="`+fileName(id)+`.txt"`)
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write([]byte(text))
}

// recordOf finds the record of the current version, or of the one with digest.
func recordOf(doc indexer.Doc, digest string) (post.Locator, error) {
	l := doc.Capture.Record
	if digest != "" {
		i := slices.IndexFunc(doc.Versions, func(ver indexer.Version) bool { return string(ver.Digest) == digest })
		if i < 0 {
			return l, errNowhere
		}
		l = doc.Versions[i].Record
	}
	if l.IsZero() {
		return l, &problem{http.StatusNotFound, "Nothing is archived for this."}
	}
	return l, nil
}

// read notes who reads which evidence, then reads it.
func (d *Desk) read(v *visit, doc indexer.Doc, l post.Locator, what string) (string, []byte, error) {
	_, err := d.opt.Ledger.Record(v.Context(), v.user.Name, "read_evidence", doc.Post.ID,
		map[string]any{"what": what, "file": l.File, "offset": l.Offset})
	if err != nil {
		return "", nil, err
	}
	contentType, body, err := d.opt.Evidence.Read(v.Context(), l)
	if err != nil {
		return "", nil, fmt.Errorf("read evidence %s at %d: %w", l.File, l.Offset, err)
	}
	return contentType, body, nil
}

// toText decodes body and, unless source is asked for, leaves out what a browser would not show.
func toText(contentType string, body []byte, source bool) string {
	cutNote := ""
	if len(body) > maxArchived {
		body, cutNote = body[:maxArchived], "\n\n[cut here by lurewatch: the page is longer]"
	}
	enc, _, _ := charset.DetermineEncoding(body[:min(len(body), 1024)], contentType)
	if decoded, err := enc.NewDecoder().Bytes(body); err == nil {
		body = decoded
	}
	text := strings.ToValidUTF8(string(body), "\uFFFD")
	if kind := strings.ToLower(contentType); !source && (strings.Contains(kind, "html") || kind == "") {
		text = readable(text)
	}
	return text + cutNote
}

// fileName is id without anything that means something in a header or a path.
func fileName(id string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			return r
		}
		return '-'
	}, id[:min(len(id), 60)])
}
