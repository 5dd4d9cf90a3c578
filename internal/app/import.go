package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/crawler/intake"
	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/stream"
)

// importBatch is how many items one write to the archive takes.
const importBatch = 256

// Imported is what an import did. Posts of one id count once in Unique.
type Imported struct {
	Read     int `json:"read"`     // items in the files
	Refused  int `json:"refused"`  // items that could not be read, each reported
	Archived int `json:"archived"` // records written
	Posts    int `json:"posts"`    // messages sent down the line
	Unique   int `json:"unique"`   // distinct posts among them

	ids map[string]bool
}

// Tally counts, of the posts of an import, those that the index holds, judged, and
// those of them that are flagged: whichever process did the work.
func (a *App) Tally(ctx context.Context, im Imported) (indexed, flagged int, err error) {
	for ids := range slices.Chunk(slices.Collect(maps.Keys(im.ids)), tallyBatch) {
		page, err := a.index.Search(ctx, indexer.Query{Filter: indexer.Filter{IDs: ids}, Limit: tallyBatch})
		if err != nil {
			return 0, 0, err
		}
		for _, h := range page.Hits {
			if h.Doc.Verdict.Pack.Hash == "" {
				continue
			}
			indexed++
			if h.Doc.Verdict.Flagged {
				flagged++
			}
		}
	}
	return indexed, flagged, nil
}

// tallyBatch is how many ids one query may name.
const tallyBatch = 500

// Import takes files in: each item goes into the archive and down the line. The
// format is told by each file where it is [intake.Auto]. An
// item that cannot be read is reported and stepped over. It returns when all is
// published; see [App.WithLine].
func (a *App) Import(ctx context.Context, files []string, format intake.Format, refused func(error)) (Imported, error) {
	if err := a.recoverPending(ctx); err != nil {
		return Imported{}, err
	}
	im := importer{app: a, now: a.opt.Now().UTC(), unique: map[string]bool{}}
	for _, file := range files {
		before := im.out.Read
		if format == intake.Auto && isWARC(file) {
			if err := im.warc(ctx, file, refused); err != nil {
				return im.out, err
			}
			im.found(file, before, refused)
			continue
		}
		items, err := intake.Open(file, intake.Options{Format: format, FetchedAt: im.now})
		if err != nil {
			return im.out, err
		}
		for item, err := range items {
			im.out.Read++
			var line *intake.LineError
			switch {
			case errors.As(err, &line):
				im.out.Refused++
				refused(line)
				continue
			case err == nil:
				err = im.add(ctx, file, item)
			}
			if err = cmp.Or(err, ctx.Err()); err != nil {
				return im.out, err
			}
		}
		im.found(file, before, refused)
	}
	err := im.flush(ctx)
	im.out.Unique, im.out.ids = len(im.unique), im.unique
	return im.out, err
}

// found reports a file that held nothing.
func (im *importer) found(file string, before int, refused func(error)) {
	if im.out.Read == before {
		im.out.Refused++
		refused(fmt.Errorf("%s: no post was found in it", file))
	}
}

// errLine marks what is wrong with our own line, not with an item.
var errLine = errors.New("import stopped")

type importer struct {
	app    *App
	now    time.Time
	out    Imported
	unique map[string]bool
	batch  []imported
}

func (im *importer) add(ctx context.Context, file string, item intake.Item) error {
	p := item.Post
	if p.Source == "" {
		p.Source = "import:" + filepath.Base(file)
	}
	if n := len(im.batch); n > 0 && sameBytes(im.batch[n-1].record.Block, item.Raw) && im.batch[n-1].capture.Source == p.Source {
		im.batch[n-1].add(p) // another post of the same page
		return nil
	}
	if len(im.batch) >= importBatch {
		if err := im.flush(ctx); err != nil {
			return err
		}
	}
	c := post.Capture{
		ID: archive.NewID(), Source: p.Source, Adapter: importAdapter, URL: item.TargetURI, FetchedAt: im.now,
		ContentType: item.ContentType, Class: post.ClassContent, Method: "import", Digest: post.DigestOf(item.Raw), Bytes: int64(len(item.Raw)),
	}
	if intake.FormatOf(item.ContentType) == intake.Page && strings.HasPrefix(item.TargetURI, "http") {
		c.FinalURL = item.TargetURI
	}
	field, err := oneLine(c)
	if err != nil {
		return err
	}
	im.batch = append(im.batch, imported{capture: c, record: archive.Record{
		Type: "resource", ID: c.ID, Date: c.FetchedAt, TargetURI: c.URL, ContentType: c.ContentType, Block: item.Raw,
		PayloadDigest: c.Digest, Fields: []archive.Field{{Name: captureField, Value: field}},
	}})
	im.batch[len(im.batch)-1].add(p)
	return nil
}

// imported is one record of the archive with the posts that were read from it.
type imported struct {
	capture post.Capture
	record  archive.Record
	posts   []post.Post
}

func (x *imported) add(p post.Post) {
	p.Seal(x.capture.FetchedAt)
	x.posts = append(x.posts, p)
}

// sameBytes reports whether a and b are one slice, as the posts of one page share it.
func sameBytes(a, b []byte) bool { return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0] }

// flush writes the batch to the archive, and then sends it down the line.
func (im *importer) flush(ctx context.Context) error {
	if len(im.batch) == 0 {
		return nil
	}
	records := make([]archive.Record, len(im.batch))
	for i, x := range im.batch {
		records[i] = x.record
	}
	locs, err := im.app.archive.Append(ctx, records...)
	if err != nil {
		return fmt.Errorf("%w: %w", errLine, err)
	}
	im.out.Archived += len(locs)
	im.app.counts.captured.Add(int64(len(locs)))
	var ss []post.Sighting
	for i, x := range im.batch {
		x.capture.Record = locs[i]
		for _, p := range x.posts {
			ss = append(ss, post.Sighting{Capture: x.capture, Post: p})
			im.unique[p.ID] = true
		}
	}
	if err := stream.Publish(ctx, im.app.stream, captured, ss...); err != nil {
		return fmt.Errorf("%w: %w", errLine, err)
	}
	im.out.Posts += len(ss)
	im.app.counts.posts.Add(int64(len(ss)))
	im.app.archive.Done(locs[len(locs)-1])
	im.batch = im.batch[:0]
	return nil
}
