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

	"golang.org/x/sync/errgroup"

	"github.com/lurewatch/lurewatch/crawler/intake"
	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/stream"
)

// How many items, and bytes of them, one write to the archive takes.
const (
	importBatch = 256
	importBytes = 64 << 20
)

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
	return a.ImportWith(ctx, files, intake.Options{Format: format}, refused)
}

// ImportWith is Import with what else a format asks for.
func (a *App) ImportWith(ctx context.Context, files []string, how intake.Options, refused func(error)) (Imported, error) {
	format := how.Format
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
		how.FetchedAt, how.Name = im.now, ""
		items, err := intake.Open(file, how)
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
	size   int // bytes in batch
}

func (im *importer) add(ctx context.Context, file string, item intake.Item) error {
	p := item.Post
	if p.Source == "" {
		p.Source = "import:" + filepath.Base(file)
	}
	if n := len(im.batch); n > 0 && sameBytes(im.batch[n-1].record.Block, item.Raw) && im.batch[n-1].capture.Source == p.Source {
		im.batch[n-1].posts = append(im.batch[n-1].posts, p) // another post of the same page
		return nil
	}
	if err := im.room(ctx, len(item.Raw)+size(item.Pictures)); err != nil {
		return err
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
	x := imported{capture: c, posts: []post.Post{p}, kept: map[string]picture.Original{}, record: archive.Record{
		Type: "resource", ID: c.ID, Date: c.FetchedAt, TargetURI: c.URL, ContentType: c.ContentType, Block: item.Raw,
		PayloadDigest: c.Digest, Fields: []archive.Field{{Name: captureField, Value: field}},
	}}
	for _, a := range item.Pictures {
		if a.URL == "" { // the item is the picture
			x.kept[""] = picture.Original{Body: a.Body}
			continue
		}
		field, err := oneLine(pictureOf{Of: c.ID, URL: a.URL})
		if err != nil {
			return err
		}
		x.kept[a.URL] = picture.Original{Body: a.Body}
		x.pictures = append(x.pictures, archive.Record{
			Type: "resource", Date: c.FetchedAt, TargetURI: "urn:lurewatch:picture:" + string(post.DigestOf(a.Body)), ContentType: a.ContentType, Block: a.Body,
			Fields: []archive.Field{{Name: pictureField, Value: field}},
		})
		x.urls = append(x.urls, a.URL)
	}
	im.batch = append(im.batch, x)
	return nil
}

func size(as []intake.Attached) (n int) {
	for _, a := range as {
		n += len(a.Body)
	}
	return n
}

// room makes room in the batch for an item of n bytes.
func (im *importer) room(ctx context.Context, n int) error {
	if len(im.batch) > 0 && (len(im.batch) >= importBatch || im.size+n > importBytes) {
		if err := im.flush(ctx); err != nil {
			return err
		}
	}
	im.size += n
	return nil
}

// imported is one record of the archive with the posts that were read from it.
type imported struct {
	capture  post.Capture
	record   archive.Record
	posts    []post.Post
	pictures []archive.Record            // that go before it
	urls     []string                    // under which the posts name them
	kept     map[string]picture.Original // nil: the posts are read and sealed
}

// finish reads the pictures of the posts, now that the archive has them, and seals them.
func (x *imported) finish(ctx context.Context, read readPicture) error {
	for i := range x.posts {
		p := &x.posts[i]
		if x.kept != nil {
			err := picture.Attach(ctx, p, func(url string) (picture.Original, bool) { o, ok := x.kept[url]; return o, ok }, read)
			if err != nil {
				return err
			}
		}
		p.Seal(x.capture.FetchedAt)
	}
	return nil
}

// place says where the pictures of posts that were read before are now.
func (x *imported) place(places map[string]post.Locator) {
	if x.kept != nil {
		return
	}
	for i := range x.posts {
		for k := range x.posts[i].Pictures {
			p := &x.posts[i].Pictures[k]
			if p.Record = places[p.URL]; p.Record.IsZero() && p.Digest == x.capture.Digest {
				p.Record = x.capture.Record // the capture is the picture
			}
		}
	}
}

// sameBytes reports whether a and b are one slice, as the posts of one page share it.
func sameBytes(a, b []byte) bool { return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0] }

// flush writes the batch to the archive, and then sends it down the line.
func (im *importer) flush(ctx context.Context) error {
	if len(im.batch) == 0 {
		return nil
	}
	var records []archive.Record
	for _, x := range im.batch {
		records = append(append(records, x.pictures...), x.record)
	}
	locs, err := im.app.archive.Append(ctx, records...)
	if err != nil {
		return fmt.Errorf("%w: %w", errLine, err)
	}
	im.out.Archived += len(im.batch)
	im.app.counts.captured.Add(int64(len(im.batch)))
	g, reading := errgroup.WithContext(ctx)
	g.SetLimit(2)
	at := 0
	for i := range im.batch {
		x := &im.batch[i]
		places := map[string]post.Locator{}
		for k, url := range x.urls {
			o := x.kept[url]
			o.Record, places[url] = locs[at+k], locs[at+k]
			if x.kept != nil {
				x.kept[url] = o
			}
		}
		at += len(x.pictures) + 1
		x.capture.Record = locs[at-1]
		if o, ok := x.kept[""]; ok {
			o.Record = x.capture.Record
			x.kept[""] = o
		}
		x.place(places)
		g.Go(func() error { return x.finish(reading, im.app.readPicture) })
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("%w: %w", errLine, err)
	}
	var ss []post.Sighting
	for _, x := range im.batch {
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
	im.batch, im.size = im.batch[:0], 0
	return nil
}
