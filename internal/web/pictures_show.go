package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lurewatch/lurewatch/indexer"
	pictures "github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/post"
)

// codeKind is what a QR code is called among the contacts: where it leads is unknown,
// and nothing here goes there.
const codeKind = "QR code"

// seen is one picture of a post as the desk shows it.
type seen struct {
	post.Picture
	Num     int       // from 1
	Words   []segment // read by OCR
	Codes   []string  // masked unless contacts are shown
	Address string    // where it was fetched from
	Kept    bool      // the archive has it
	Show    bool      // it was asked for: only then is the evidence read
	Link    string    // that asks for it
	Image   string
}

// seenIn makes the pictures of a page, with the indicators in their words. A span of a
// picture does not say of which: its offsets are into the texts of all, one a line.
func (p *postPage) seenIn(marks []stretch, contacts []post.Contact, asked string) {
	at := 0
	for i, x := range p.Post.Pictures {
		var here []stretch
		for _, m := range marks {
			if m.Start >= at && m.End <= at+len(x.Text) {
				m.Start, m.End = m.Start-at, m.End-at
				here = append(here, m)
			}
		}
		at += len(x.Text) + 1
		n := strconv.Itoa(i + 1)
		x.Alt = hide(x.Alt, contacts)
		s := seen{
			Picture: x, Num: i + 1, Words: segments(x.Text, slices.Concat(here, hidden(x.Text, contacts))), Address: hide(x.URL, contacts),
			Kept: !x.Record.IsZero() && x.Digest != "", Show: asked == n, Image: postPath(p.Post.ID) + "/pictures/" + n,
			Link: postPath(p.Post.ID) + "?picture=" + n + "&back=" + url.QueryEscape(p.Back) + "#picture-" + n,
		}
		for _, c := range x.Codes {
			if !p.Shown {
				c = post.Mask(c)
			}
			s.Codes = append(s.Codes, c)
		}
		p.Seen = append(p.Seen, s)
	}
}

// codesOf are the QR codes of a post as contacts.
func codesOf(doc indexer.Doc) (out []post.Contact) {
	for _, x := range doc.Post.Pictures {
		for _, c := range x.Codes {
			out = append(out, post.Contact{Kind: codeKind, Value: c})
		}
	}
	return out
}

// wordsOf is the text of a post and -1; or where it has none, what was read from the
// first of its pictures that has words, and where that begins among those of all.
func wordsOf(p post.Post) (text string, at int) {
	if strings.TrimSpace(p.Text) == "" {
		for i, x := range p.Pictures {
			if x.Text != "" {
				return x.Text, i // those before are empty lines
			}
		}
	}
	return p.Text, -1
}

// pictureShow gives one picture of a post from the archive. The post's page shows it
// blurred until a reviewer asks for it.
func (d *Desk) pictureShow(v *visit) error {
	doc, err := d.doc(v)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(v.PathValue("n"))
	if err != nil || n < 1 || n > len(doc.Post.Pictures) || doc.Post.Pictures[n-1].Record.IsZero() {
		return &problem{http.StatusNotFound, "This post has no such picture in the archive."}
	}
	_, body, err := d.read(v, doc, doc.Post.Pictures[n-1].Record, "picture")
	if err != nil {
		return err
	}
	kind := pictures.Type(body)
	if kind == "" {
		return &problem{http.StatusUnsupportedMediaType, "The archived file is no PNG, JPEG, GIF or WebP."}
	}
	h := v.w.Header()
	h.Set("Content-Security-Policy", sandboxed)
	h.Set("Content-Type", kind)
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(body)
	return nil
}
