package app

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"time"

	"github.com/lurewatch/lurewatch/crawler"
	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/post"
)

// pictureField is the WARC extension field of a record that holds a picture. Its
// value says of which capture, and under which URL the posts of it name it.
const pictureField = "Lurewatch-Picture"

type pictureOf struct {
	Of  string `json:"of"` // Capture.ID
	URL string `json:"url"`
}

// readPicture is [picture.Reader.Read], or [picture.Identify] where only the
// version of a post is asked for.
type readPicture = func(context.Context, []byte, picture.Hint) (post.Picture, error)

// pictures keeps the pictures of the capture that is about to come. They are in its
// group of records, which stand together in the archive.
type pictures struct {
	of   string // Capture.ID
	kept map[string]picture.Original
	recs []archive.Record // as they are, for an import that keeps them
	size int
}

// maxKept bounds the bytes of pictures of one capture: a foreign archive may say
// anything.
const maxKept = 256 << 20

// keep takes a record that holds a picture, and reports whether it was one.
func (p *pictures) keep(loc post.Locator, r archive.Record) bool {
	v := r.Field(pictureField)
	if v == "" {
		return false
	}
	var of pictureOf
	if json.Unmarshal([]byte(v), &of) != nil || of.Of == "" {
		return true
	}
	if of.Of != p.of {
		*p = pictures{of: of.Of, kept: map[string]picture.Original{}}
	}
	if p.size += len(r.Block); p.size <= maxKept {
		p.kept[of.URL] = original(loc, r)
		p.recs = append(p.recs, r)
	}
	return true
}

// records are the records of a capture's pictures, as another archive keeps them.
func (p *pictures) records(capture string) (out []archive.Record) {
	if p.of != capture {
		return nil
	}
	for _, r := range p.recs {
		out = append(out, archive.Record{
			Type: r.Type, Date: r.Date, TargetURI: r.TargetURI, ContentType: r.ContentType, IP: r.IP, Truncated: r.Truncated, Block: r.Block,
			Fields: []archive.Field{{Name: pictureField, Value: r.Field(pictureField)}},
		})
	}
	return out
}

// urlsOf are the URLs under which posts name the pictures of records.
func urlsOf(recs []archive.Record) (out []string) {
	for _, r := range recs {
		var of pictureOf
		if json.Unmarshal([]byte(r.Field(pictureField)), &of) == nil {
			out = append(out, of.URL)
		}
	}
	return out
}

// take gives the pictures of a capture, by URL, and forgets them.
func (p *pictures) take(capture string) map[string]picture.Original {
	kept := map[string]picture.Original{}
	if p.of == capture {
		maps.Copy(kept, p.kept)
	}
	*p = pictures{}
	return kept
}

// original is the picture that a record holds.
func original(loc post.Locator, r archive.Record) picture.Original {
	o := picture.Original{Record: loc}
	if r.Type != "response" {
		o.Body = r.Block
		return o
	}
	h, err := archive.SplitHTTP(r.Block)
	if err != nil {
		o.Why = err.Error()
		return o
	}
	if o.Why = crawler.PictureTrouble(h.Status(), r.Truncated); o.Why != "" {
		return o
	}
	if o.Body, err = h.Payload(maxShown); err != nil {
		o.Body, o.Why = nil, err.Error()
	}
	return o
}

// PictureOptions are the options of a reader of pictures by a configuration.
func PictureOptions(c config.Pictures, log *slog.Logger, now func() time.Time) picture.Options {
	o := picture.Options{Tesseract: c.Tesseract, Langs: c.Languages, Timeout: c.Timeout, Memory: c.Memory, Log: log, Now: now}
	if o.Tesseract == "auto" {
		o.Tesseract = ""
	}
	return o
}

// reader is the one reader of pictures of this process, made when it is first needed:
// it starts Tesseract to ask what it can.
func (a *App) reader(ctx context.Context) (*picture.Reader, error) {
	a.looking.Lock()
	defer a.looking.Unlock()
	if a.pictures == nil {
		r, err := picture.New(ctx, PictureOptions(a.cfg.Pictures, a.log, a.opt.Now))
		if err != nil {
			return nil, err
		}
		a.pictures = r
	}
	return a.pictures, nil
}

// readPicture reads with the reader of this process. Where that cannot be had, the
// picture says so: its post is worth more than its words.
func (a *App) readPicture(ctx context.Context, b []byte, h picture.Hint) (post.Picture, error) {
	r, err := a.reader(ctx)
	if err == nil {
		return r.Read(ctx, b, h)
	}
	if ctx.Err() != nil {
		return post.Picture{}, ctx.Err()
	}
	a.log.Warn("pictures are not read", "err", err)
	x, _ := picture.Identify(ctx, b, h)
	x.Error = "not read: " + err.Error()
	return x, nil
}
