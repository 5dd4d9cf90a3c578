package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lurewatch/lurewatch/crawler/intake"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/post"
)

// captureField is the WARC extension field that makes a record the one that
// posts are extracted from. Its value is the capture as one line of JSON.
const captureField = "Lurewatch-Capture"

// importAdapter marks captures that import made: the record is what intake read
// the posts from, in the format that its content type names.
const importAdapter = "import"

// captureOf reads the capture that a record belongs to, when it is the record
// that posts are extracted from.
func captureOf(loc post.Locator, r archive.Record) (post.Capture, bool, error) {
	v := r.Field(captureField)
	if v == "" {
		return post.Capture{}, false, nil
	}
	var c post.Capture
	if err := json.Unmarshal([]byte(v), &c); err != nil {
		return c, false, fmt.Errorf("record %s at %s:%d: %s: %w", r.ID, loc.File, loc.Offset, captureField, err)
	}
	c.Record = loc
	return c, true, nil
}

// gatherer puts together what a capture's posts are extracted from. Records go
// through take in the order of the archive: pictures and screenshot of a capture come before it.
type gatherer struct {
	pictures pictures
	shot     screenshot
}

// screenshot is where the picture of a page stands, and of which capture it is.
type screenshot struct {
	of string
	at post.Locator
}

// shotPrefix begins the target of the record of a screenshot, before the page's URL.
const shotPrefix = "urn:screenshot:"

// extractor makes posts of one record after the other.
type extractor struct {
	read readPicture
	gatherer
}

// see extracts the sightings of the next record: none from one that is no capture's own.
func (x *extractor) see(ctx context.Context, loc post.Locator, r archive.Record) ([]post.Sighting, error) {
	one, ok, err := x.take(loc, r)
	if err != nil || !ok {
		return nil, err
	}
	return one.sightings(ctx, x.read)
}

// gathered is one archived capture.
type gathered struct {
	capture  post.Capture
	record   archive.Record
	pictures map[string]picture.Original
}

// take takes the next record. It reports false for one that is no capture's own.
func (g *gatherer) take(loc post.Locator, r archive.Record) (gathered, bool, error) {
	if g.pictures.keep(loc, r) {
		return gathered{}, false, nil
	}
	if strings.HasPrefix(r.TargetURI, shotPrefix) && len(r.ConcurrentTo) > 0 {
		g.shot = screenshot{r.ConcurrentTo[0], loc}
	}
	c, ok, err := captureOf(loc, r)
	if err != nil || !ok {
		return gathered{}, false, err
	}
	if g.shot.of == c.ID {
		c.Screenshot = g.shot.at
	}
	return gathered{c, r, g.pictures.take(c.ID)}, true, nil
}

// sightings extracts the posts of an archived capture, exactly as the crawler and
// the import did when they made it.
func (x gathered) sightings(ctx context.Context, read readPicture) ([]post.Sighting, error) {
	if x.capture.Class != post.ClassContent {
		return nil, nil
	}
	posts, err := postsOf(ctx, x.capture, x.record)
	if err != nil {
		return nil, fmt.Errorf("extract %s at %s:%d: %w", x.record.ID, x.capture.Record.File, x.capture.Record.Offset, err)
	}
	if x.capture.Adapter == importAdapter && picture.Type(x.record.Block) != "" { // the capture is the picture
		x.pictures[""] = picture.Original{Body: x.record.Block, Record: x.capture.Record}
	}
	get := func(url string) (picture.Original, bool) { o, ok := x.pictures[url]; return o, ok }
	out := make([]post.Sighting, len(posts))
	for i, p := range posts {
		if err := picture.Attach(ctx, &p, get, read); err != nil {
			return nil, err
		}
		p.Source = x.capture.Source
		p.Seal(x.capture.FetchedAt)
		out[i] = post.Sighting{Capture: x.capture, Post: p}
	}
	return out, nil
}

func postsOf(ctx context.Context, c post.Capture, r archive.Record) ([]post.Post, error) {
	if c.Adapter == importAdapter {
		var out []post.Post
		o := intake.Options{Format: intake.FormatOf(c.ContentType), URL: c.FinalURL, MaxLine: len(r.Block) + 1, FetchedAt: c.FetchedAt, Again: true}
		for item, err := range intake.Read(bytes.NewReader(r.Block), o) {
			if err != nil {
				return nil, err
			}
			out = append(out, item.Post)
		}
		return out, nil
	}
	body := r.Block
	if r.Type == "response" {
		h, err := archive.SplitHTTP(r.Block)
		if err != nil {
			return nil, err
		}
		if body, err = h.Payload(c.Bytes); err != nil && len(body) == 0 {
			return nil, err
		}
	}
	url := c.FinalURL
	if url == "" {
		url = c.URL
	}
	adapter := c.Adapter
	if adapter == "" {
		adapter = "auto"
	}
	src, ok := source.Lookup(adapter)
	if !ok {
		return nil, fmt.Errorf("no source is named %q in this version", adapter)
	}
	found, err := src.Extract(ctx, source.Page{
		URL: url, ContentType: c.ContentType, Body: body, Rendered: c.Method == "browser", FetchedAt: c.FetchedAt, Pictures: c.Pictures,
	})
	return found.Posts, err
}

// oneLine is v as JSON without line breaks, as a WARC field wants it.
func oneLine(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return strings.ReplaceAll(string(b), "\n", " "), nil
}
