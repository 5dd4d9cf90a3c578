package post

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxText bounds Title plus Text of one post, in bytes. Longer text is cut at a
// rune boundary when the post is made, so that one message always stays under
// the broker's 1 MiB. The archive keeps the whole page.
const MaxText = 256 << 10

// Post is one job post or ad found in a capture.
type Post struct {
	ID        string    `json:"id"`
	Version   int64     `json:"version,omitempty"` // Unix microseconds of the capture that showed this text; the newest is current
	Digest    Digest    `json:"digest,omitempty"`  // of what it says, see [Post.Seal]
	Source    string    `json:"source,omitempty"`
	NativeID  string    `json:"native_id,omitempty"` // the source's own id, when it has one
	URL       string    `json:"url,omitempty"`       // canonical
	Title     string    `json:"title,omitempty"`
	Text      string    `json:"text"`
	Company   string    `json:"company,omitempty"`
	Locations []string  `json:"locations,omitempty"`
	Salary    *Salary   `json:"salary,omitempty"`
	Contacts  []Contact `json:"contacts,omitempty"`
	Pictures  []Picture `json:"pictures,omitempty"`
	PostedAt  time.Time `json:"posted_at,omitzero"`
	Lang      string    `json:"lang,omitempty"`   // BCP 47 primary subtag
	Method    string    `json:"method,omitempty"` // json-ld | microdata | rdfa | adapter | generic | import | picture
}

// Salary is pay as a post states it, and what it comes to in a month.
type Salary struct {
	Min      float64 `json:"min,omitempty"`
	Max      float64 `json:"max,omitempty"`
	Currency string  `json:"currency,omitempty"` // ISO 4217, or USDT
	Period   string  `json:"period,omitempty"`   // hour | day | week | month | year
	USDMonth float64 `json:"usd_month,omitempty"`
	Ratio    float64 `json:"ratio,omitempty"` // USDMonth over the benchmark of the group that the post addresses; 0 when unknown
	Raw      string  `json:"raw,omitempty"`
}

// Contact is one way to reach a poster.
type Contact struct {
	Kind  string `json:"kind"`  // phone telegram whatsapp line wechat viber zalo signal kakaotalk facebook qq email url wallet, or code: what a QR code says
	Value string `json:"value"` // normal form: E.164 for a phone, lower case without @ for a handle
	Raw   string `json:"raw,omitempty"`
}

// LogValue masks the contact. slog calls it only on an attribute itself, never
// inside a struct or slice, so log ids and counts, not posts.
func (c Contact) LogValue() slog.Value {
	return slog.StringValue(c.Kind + ":" + Mask(c.Value))
}

// Mask hides all but the last two characters of s.
func Mask(s string) string {
	n := utf8.RuneCountInString(s)
	if n <= 4 {
		return strings.Repeat("•", n)
	}
	r := []rune(s)
	return strings.Repeat("•", n-2) + string(r[n-2:])
}

// Seal fills in ID, Digest and Version from what p says and when it was seen,
// and bounds its text. The id is a digest of what identifies the post: its
// source and, in this order, the source's own id, its canonical URL, or its
// content. Call it once, after every other field is set.
func (p *Post) Seal(seen time.Time) {
	p.Title, p.Text = cut(p.Title, MaxText/8), cut(p.Text, MaxText-MaxText/8)
	p.boundPictures()
	p.Digest = p.contentDigest()
	switch {
	case p.NativeID != "":
		p.ID = ID(p.Source, "id", p.NativeID)
	case p.URL != "":
		p.ID = ID(p.Source, "url", p.URL)
	default:
		p.ID = ID(p.Source, "text", string(p.Digest))
	}
	p.Version = seen.UTC().UnixMicro()
}

// contentDigest is over what a reader would call the post: a change in anything
// else (a view counter, a date that slides) makes no new version.
func (p *Post) contentDigest() Digest {
	parts := append([]string{p.Title, p.Text, p.Company}, p.Locations...)
	if s := p.Salary; s != nil {
		parts = append(parts, s.Raw)
	}
	for _, x := range p.Pictures {
		if v := x.version(); v != "" {
			parts = append(parts, "picture "+v)
		}
	}
	return DigestOf([]byte(strings.Join(parts, "\x1f")))
}

// ID makes the deterministic id of a post from the parts that identify it:
// "p" and 32 hex digits.
func ID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x1f")))
	return "p" + hex.EncodeToString(sum[:16])
}

func cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Sighting is one post as one capture showed it: the message between crawler
// and classifier.
type Sighting struct {
	Capture Capture `json:"capture"`
	Post    Post    `json:"post"`
}

// Key is the idempotency key of s: the same post in the same capture is one sighting.
func (s Sighting) Key() string { return s.Post.ID + "@" + s.Capture.ID }
