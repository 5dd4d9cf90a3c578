package app

import (
	"context"
	"fmt"
	"mime"
	"net/url"

	"github.com/lurewatch/lurewatch/crawler"
	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/post"
)

// vault is the archive as the crawler sees it: one capture is one group of
// records, the last of which is done when its posts are published.
type vault struct{ a *App }

var _ crawler.Vault = vault{}

// Put writes every exchange of the fetch as request and response, and what the
// browser made as resources; before them the pictures of the posts, each of which
// names the capture that it belongs to. Posts are extracted from the browser's document, or
// else from the last response: that record carries the capture.
func (v vault) Put(ctx context.Context, e crawler.Evidence) (post.Capture, error) {
	c := e.Capture
	c.ID = archive.NewID()
	recs, pictures, err := pictureRecords(c.ID, e.Pictures)
	if err != nil {
		return c, err
	}
	before := len(recs)
	if e.HTTP != nil {
		recs = append(recs, exchanges(e.HTTP)...)
	}
	primary, shot := len(recs)-1, -1
	if e.Browser != nil {
		recs = append(recs, exchanges(e.Browser)...)
		if len(e.Browser.Screenshot) > 0 {
			shot = len(recs)
			recs = append(recs, archive.Record{
				Type: "resource", Date: e.Browser.FetchedAt, TargetURI: shotPrefix + pageURL(e.Browser), ContentType: "image/png", Block: e.Browser.Screenshot,
			})
		}
		if len(e.Browser.Snapshot) > 0 {
			recs = append(recs, archive.Record{
				Type: "resource", Date: e.Browser.FetchedAt, TargetURI: "urn:mhtml:" + pageURL(e.Browser), ContentType: "multipart/related", Block: e.Browser.Snapshot,
			})
		}
		primary = len(recs) // the last of its group: Done is told of it
		recs = append(recs, archive.Record{
			Type: "resource", Date: e.Browser.FetchedAt, TargetURI: pageURL(e.Browser), ContentType: "text/html; charset=utf-8", Block: e.Browser.DOM,
			Truncated: string(e.Browser.Truncated),
		})
	}
	if primary < before { // the host could not be reached: there is nothing to keep
		return c, nil
	}
	field, err := oneLine(c)
	if err != nil {
		return c, err
	}
	if shot >= 0 {
		recs[shot].ConcurrentTo = []string{c.ID}
	}
	rename(recs, primary, c.ID)
	recs[primary].Fields = append(recs[primary].Fields, archive.Field{Name: captureField, Value: field})
	locs, err := v.a.archive.Append(ctx, recs...)
	if err != nil {
		return c, err
	}
	c.Record = locs[primary]
	if shot >= 0 {
		c.Screenshot = locs[shot]
	}
	for i, at := range pictures {
		if at >= 0 {
			e.Pictures[i].Record = locs[at]
		}
	}
	return c, nil
}

// rename gives the record that posts are extracted from its id, also where others name it.
func rename(recs []archive.Record, primary int, id string) {
	old := recs[primary].ID
	recs[primary].ID = id
	for i := range recs {
		for k, to := range recs[i].ConcurrentTo {
			if old != "" && to == old {
				recs[i].ConcurrentTo[k] = id
			}
		}
	}
}

// pictureRecords are the records of the pictures of one capture, and which of them
// holds which picture: -1 for one that nothing came of.
func pictureRecords(capture string, ps []crawler.Picture) (recs []archive.Record, at []int, err error) {
	for _, p := range ps {
		if p.HTTP == nil || len(p.HTTP.Hops) == 0 {
			at = append(at, -1)
			continue
		}
		recs = append(recs, exchanges(p.HTTP)...)
		last := &recs[len(recs)-1]
		field, err := oneLine(pictureOf{Of: capture, URL: p.URL})
		if err != nil {
			return nil, nil, err
		}
		last.Fields = append(last.Fields, archive.Field{Name: pictureField, Value: field})
		at = append(at, len(recs)-1)
	}
	return recs, at, nil
}

// Done says that the posts of c are published.
func (v vault) Done(c post.Capture) {
	if !c.Record.IsZero() {
		v.a.archive.Done(c.Record)
	}
}

// maskedField says in a record that it is not what was on the wire, and why.
const maskedField = "Lurewatch-Masked"

func exchanges(r *fetch.Result) (out []archive.Record) {
	for _, h := range r.Hops {
		resp := archive.Record{
			Type: "response", ID: archive.NewID(), Date: h.Started, TargetURI: h.URL, ContentType: "application/http; msgtype=response",
			Block: h.Response, Truncated: string(h.Truncated),
		}
		if h.IP.IsValid() {
			resp.IP = h.IP.String()
		}
		req := archive.Record{
			Type: "request", Date: h.Started, TargetURI: h.URL, ContentType: "application/http; msgtype=request",
			Block: h.Request, IP: resp.IP, ConcurrentTo: []string{resp.ID},
		}
		if h.Masked > 0 {
			note := archive.Field{Name: maskedField, Value: fmt.Sprintf("operator's access token, %d places in request and response, x for each byte", h.Masked)}
			req.Fields, resp.Fields = append(req.Fields, note), append(resp.Fields, note)
		}
		if h.TLS != nil {
			resp.Fields = append(resp.Fields, tlsFields(h.TLS)...)
			if len(h.TLS.Chain) > 0 {
				out = append(out, certificates(h, resp))
			}
		}
		out = append(out, req, resp) // the response last: see Put
	}
	return out
}

func pageURL(r *fetch.Result) string {
	if _, err := url.Parse(r.FinalURL); err == nil && r.FinalURL != "" {
		return r.FinalURL
	}
	return r.URL
}

// Read gives the payload of a record, for the desk: the body of a response with
// its encodings undone, or a resource as it is.
func (a *App) Read(ctx context.Context, l post.Locator) (contentType string, body []byte, err error) {
	r, err := a.archive.Read(ctx, l)
	if err != nil {
		return "", nil, err
	}
	if r.Type != "response" {
		return r.ContentType, r.Block, nil
	}
	h, err := archive.SplitHTTP(r.Block)
	if err != nil {
		return "", nil, err
	}
	if body, err = h.Payload(maxShown); err != nil && len(body) == 0 {
		return "", nil, err
	}
	ct := h.Header.Get("Content-Type")
	if _, _, err := mime.ParseMediaType(ct); err != nil {
		ct = "application/octet-stream"
	}
	return ct, body, nil
}

// maxShown bounds an archived body on the desk, bytes.
const maxShown = 8 << 20
