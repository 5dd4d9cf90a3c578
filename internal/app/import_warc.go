package app

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/post"
)

// maxBlock bounds one record of a foreign archive, bytes; a larger one ends its file.
const maxBlock = 64 << 20

// isWARC reports whether a file's name says that it is a WARC or a WACZ.
func isWARC(file string) bool {
	name := strings.ToLower(file)
	return strings.HasSuffix(name, ".warc") || strings.HasSuffix(name, ".warc.gz") || strings.HasSuffix(name, ".wacz")
}

// warc takes in the pages of a WARC, or of the WARCs in a WACZ, that hold posts.
func (im *importer) warc(ctx context.Context, file string, refused func(error)) error {
	if !strings.HasSuffix(strings.ToLower(file), ".wacz") {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		return im.records(ctx, file, f, refused)
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		return fmt.Errorf("%s: %w\nhint: a WACZ is a ZIP file with archive/*.warc.gz in it", file, err)
	}
	defer z.Close()
	found := false
	for _, f := range z.File {
		if path.Dir(path.Clean(f.Name)) != "archive" || !isWARC(f.Name) {
			continue
		}
		found = true
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("%s: %s: %w", file, f.Name, err)
		}
		err = im.records(ctx, file, r, refused)
		if err = errors.Join(err, r.Close()); err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("%s: no WARC in it\nhint: a WACZ holds its records in archive/*.warc.gz", file)
	}
	return nil
}

// records reads one WARC. Damage ends it, and is reported; what came before is taken in.
func (im *importer) records(ctx context.Context, file string, r io.Reader, refused func(error)) error {
	var g gatherer
	err := archive.ReadWARC(ctx, r, maxBlock, func(rec archive.Record) error {
		if g.pictures.keep(post.Locator{}, rec) {
			return nil
		}
		c, ok := im.foreign(file, rec)
		if !ok {
			return nil
		}
		im.out.Read++
		before := g.pictures.records(c.ID)
		ss, err := gathered{c, rec, g.pictures.take(c.ID)}.sightings(ctx, im.app.readPicture)
		if err != nil {
			im.out.Refused++
			refused(fmt.Errorf("%s: %s: %w", file, rec.TargetURI, err))
			return nil
		}
		return im.record(ctx, c, rec, before, ss)
	})
	if err != nil && ctx.Err() == nil && !errors.Is(err, errLine) {
		im.out.Refused++
		refused(fmt.Errorf("%s: %w", file, err))
		return nil
	}
	return err
}

// foreign makes the capture of a foreign record, if it is a page that can hold
// posts. Our own records bring theirs along.
func (im *importer) foreign(file string, rec archive.Record) (post.Capture, bool) {
	if v := rec.Field(captureField); v != "" {
		var c post.Capture
		return c, json.Unmarshal([]byte(v), &c) == nil && c.Class == post.ClassContent
	}
	if rec.Type != "response" || !strings.HasPrefix(rec.ContentType, "application/http") {
		return post.Capture{}, false
	}
	h, err := archive.SplitHTTP(rec.Block)
	if err != nil || h.Status() != http.StatusOK {
		return post.Capture{}, false
	}
	body, err := h.Payload(source.MaxBody)
	if err != nil && len(body) == 0 {
		return post.Capture{}, false
	}
	ct := h.Header.Get("Content-Type")
	if kind, _, err := mime.ParseMediaType(ct); err == nil && !strings.HasPrefix(kind, "text/") && !strings.HasSuffix(kind, "json") && !strings.HasSuffix(kind, "xml") {
		return post.Capture{}, false
	}
	return post.Capture{
		ID: archive.NewID(), Source: "import:" + filepath.Base(file), Adapter: "auto", URL: rec.TargetURI, FinalURL: rec.TargetURI,
		FetchedAt: rec.Date.UTC(), Status: h.Status(), ContentType: ct, Class: post.ClassContent, Method: "http",
		Digest: post.DigestOf(body), Bytes: int64(len(body)),
	}, true
}

// record keeps a foreign record that holds posts, byte for byte, under our own
// header; one without posts is left where it is.
func (im *importer) record(ctx context.Context, c post.Capture, rec archive.Record, before []archive.Record, ss []post.Sighting) error {
	if len(ss) == 0 {
		return nil
	}
	n := len(rec.Block)
	for _, b := range before {
		n += len(b.Block)
	}
	if err := im.room(ctx, n); err != nil {
		return err
	}
	field, err := oneLine(c)
	if err != nil {
		return err
	}
	x := imported{capture: c, pictures: before, urls: urlsOf(before), record: archive.Record{
		Type: rec.Type, ID: c.ID, Date: rec.Date, TargetURI: rec.TargetURI, ContentType: rec.ContentType, IP: rec.IP, Truncated: rec.Truncated,
		Block: rec.Block, Fields: []archive.Field{{Name: captureField, Value: field}, {Name: "Lurewatch-Imported-From", Value: rec.ID}},
	}}
	for _, s := range ss {
		x.posts = append(x.posts, s.Post)
	}
	im.batch = append(im.batch, x)
	return nil
}
