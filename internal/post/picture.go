package post

import (
	"slices"
	"strings"
)

// Bounds of what a post keeps of its pictures. With [MaxText] they keep one
// message under the broker's 1 MiB.
const (
	MaxPictures    = 10
	MaxPictureText = 16 << 10 // bytes of Text of one picture
	MaxCodes       = 8        // of one picture
	MaxCode        = 2 << 10  // bytes of one code
	maxPictureNote = 1 << 10  // bytes of URL, Alt and Error
)

// Picture is one picture of a post and what was read from it. The picture itself
// is in the archive. Text is read by OCR and may be wrong: it is a reason to look
// at the picture, never evidence without it.
type Picture struct {
	Digest     Digest   `json:"digest,omitempty"` // of the picture's bytes; empty when they could not be had
	Type       string   `json:"type,omitempty"`   // media type told by the bytes: image/png, image/jpeg, image/gif, image/webp
	Width      int      `json:"width,omitempty"`  // pixels
	Height     int      `json:"height,omitempty"` // pixels
	Text       string   `json:"text,omitempty"`   // read by OCR
	Lang       string   `json:"lang,omitempty"`   // languages that OCR was told to expect: BCP 47 subtags joined by +
	Confidence float64  `json:"confidence,omitempty"`
	Codes      []string `json:"codes,omitempty"` // payloads of QR codes as they are, never followed
	Hash       string   `json:"hash,omitempty"`  // perceptual: 16 hex digits of a 64-bit difference hash; near pictures differ in few bits
	URL        string   `json:"url,omitempty"`
	Alt        string   `json:"alt,omitempty"`   // what the page says it shows
	Error      string   `json:"error,omitempty"` // why it, or part of it, was not read
	Record     Locator  `json:"record,omitzero"` // where the archive keeps it
}

// boundPictures cuts what a post keeps of its pictures.
func (p *Post) boundPictures() {
	if len(p.Pictures) == 0 {
		return
	}
	ps := slices.Clone(p.Pictures[:min(len(p.Pictures), MaxPictures)])
	for i := range ps {
		x := &ps[i]
		x.Text = cut(x.Text, MaxPictureText)
		x.URL, x.Alt, x.Error = cut(x.URL, maxPictureNote), cut(x.Alt, maxPictureNote), cut(x.Error, maxPictureNote)
		x.Codes = slices.Clone(x.Codes[:min(len(x.Codes), MaxCodes)])
		for k := range x.Codes {
			x.Codes[k] = cut(x.Codes[k], MaxCode)
		}
	}
	p.Pictures = ps
}

// WithoutCodes is pictures without what their codes say: those are contacts, and stay
// behind where contacts do.
func WithoutCodes(pictures []Picture) []Picture {
	out := slices.Clone(pictures)
	for i := range out {
		out[i].Codes = nil
	}
	return out
}

// version is what of a picture makes a version of its post: the picture, whatever
// OCR makes of it. Of a picture without bytes it is what was said of it; one that
// could only not be had is nothing.
func (x Picture) version() string {
	switch {
	case x.Digest != "":
		return string(x.Digest)
	case x.Text != "" || len(x.Codes) > 0:
		return string(DigestOf([]byte(x.Text + "\x1e" + strings.Join(x.Codes, "\x1e"))))
	}
	return ""
}
