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

// extractor makes posts of archived captures, exactly as the crawler and the import
// did when they made them. Records go through see in the order of the archive: the
// pictures of a capture come before it.
type extractor struct {
	read     readPicture
	pictures pictures
}

// see extracts the sightings of a record: none from one that is not a capture's.
func (x *extractor) see(ctx context.Context, loc post.Locator, r archive.Record) (post.Capture, []post.Sighting, error) {
	if x.pictures.keep(loc, r) {
		return post.Capture{}, nil, nil
	}
	c, ok, err := captureOf(loc, r)
	if err != nil || !ok {
		return c, nil, err
	}
	ss, err := x.sightings(ctx, c, r)
	return c, ss, err
}

// sightings extracts the posts of a capture, with the pictures kept for it.
func (x *extractor) sightings(ctx context.Context, c post.Capture, r archive.Record) ([]post.Sighting, error) {
	kept := x.pictures.take(c.ID)
	if c.Class != post.ClassContent {
		return nil, nil
	}
	posts, err := postsOf(ctx, c, r)
	if err != nil {
		return nil, fmt.Errorf("extract %s at %s:%d: %w", r.ID, c.Record.File, c.Record.Offset, err)
	}
	if c.Adapter == importAdapter && picture.Type(r.Block) != "" { // the capture is the picture
		kept[""] = picture.Original{Body: r.Block, Record: c.Record}
	}
	out := make([]post.Sighting, len(posts))
	for i, p := range posts {
		err := picture.Attach(ctx, &p, func(url string) (picture.Original, bool) { o, ok := kept[url]; return o, ok }, x.read)
		if err != nil {
			return nil, err
		}
		p.Source = c.Source
		p.Seal(c.FetchedAt)
		out[i] = post.Sighting{Capture: c, Post: p}
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
