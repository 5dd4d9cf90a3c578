package web

import (
	"bytes"
	"net/http"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// pngMagic begins every PNG file.
var pngMagic = []byte("\x89PNG\r\n\x1a\n")

// screenshotShow gives the picture that was taken with the capture. The post's
// page shows it blurred until a reviewer asks for it.
func (d *Desk) screenshotShow(v *visit) error {
	doc, err := d.doc(v)
	if err != nil {
		return err
	}
	return d.screenshot(v, doc, doc.Capture.Screenshot, "screenshot")
}

// screenshot gives an archived picture of a page.
func (d *Desk) screenshot(v *visit, doc indexer.Doc, l post.Locator, what string) error {
	if l.IsZero() {
		return &problem{http.StatusNotFound, "This capture has no screenshot."}
	}
	_, body, err := d.read(v, doc, l, what)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(body, pngMagic) {
		return &problem{http.StatusUnsupportedMediaType, "The archived screenshot is no PNG picture."}
	}
	h := v.w.Header()
	h.Set("Content-Security-Policy", sandboxed)
	h.Set("Content-Type", "image/png")
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(body)
	return nil
}
