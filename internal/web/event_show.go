package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// event finds the post of a visit and which of its events the visit is about.
func (d *Desk) event(v *visit) (doc indexer.Doc, e post.Event, err error) {
	if doc, err = d.doc(v); err != nil {
		return doc, e, err
	}
	i := slices.IndexFunc(doc.Events, func(e post.Event) bool { return e.ID == v.PathValue("event") })
	if i < 0 {
		return doc, e, errNowhere
	}
	return doc, doc.Events[i], nil
}

// eventArchivedShow gives the capture that showed what happened as plain text, below a few
// lines that say what it is; its source alone with ?as=source. Each reading is in the audit log.
func (d *Desk) eventArchivedShow(v *visit) error {
	doc, e, err := d.event(v)
	if err != nil {
		return err
	}
	if e.Record.IsZero() {
		return &problem{http.StatusNotFound, "Nothing is archived for this."}
	}
	contentType, body, err := d.read(v, doc, e.Record, "page of event "+e.ID)
	if err != nil {
		return err
	}
	source := v.URL.Query().Get("as") == "source"
	text := toText(contentType, body, source)
	if !source {
		text = about(e, len(body)) + text
	}
	d.plain(v, doc.Post.ID, text)
	return nil
}

// about says what a capture is, before what it holds.
func about(e post.Event, size int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[lurewatch: capture of %s that shows: %s]\naddress  %s\n", e.At.UTC().Format("2 Jan 2006, 15:04:05 UTC"), e.Kind, e.URL)
	if e.Status != 0 {
		fmt.Fprintf(&b, "answered %d %s\n", e.Status, http.StatusText(e.Status))
	}
	fmt.Fprintf(&b, "record   %s at %d\n", e.Record.File, e.Record.Offset)
	if size == 0 {
		b.WriteString("body     none\n")
	}
	return b.String() + "[what follows is the page's]\n\n"
}

// eventScreenshotShow gives the picture that was taken with that capture.
func (d *Desk) eventScreenshotShow(v *visit) error {
	doc, e, err := d.event(v)
	if err != nil {
		return err
	}
	return d.screenshot(v, doc, e.Shot, "screenshot of event "+e.ID)
}
