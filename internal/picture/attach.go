package picture

import (
	"context"
	"errors"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Original is a picture that a post names, as it was had.
type Original struct {
	Body   []byte
	Record post.Locator // of the archive
	Why    string       // it could not be had
}

// Attach fills in the pictures that p names: get finds each by its URL, read is
// [Reader.Read] or [Identify]. A picture that cannot be had or read says so in its
// Error. When ctx runs out of time, what is left says so too; when it is cancelled,
// that is the error.
func Attach(ctx context.Context, p *post.Post, get func(url string) (Original, bool), read func(context.Context, []byte, Hint) (post.Picture, error)) error {
	h := Hint{Lang: p.Lang, Text: p.Title + "\n" + p.Text}
	for i := range p.Pictures {
		x := &p.Pictures[i]
		o, ok := get(x.URL)
		switch {
		case !ok && (x.Text != "" || len(x.Codes) > 0):
			continue // others have read it, and gave us only what it says
		case !ok:
			x.Error = "it was not kept"
			continue
		case o.Why != "":
			x.Error, x.Record = o.Why, o.Record
			continue
		}
		seen, err := read(ctx, o.Body, h)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			seen.Error = "no time was left to read it"
		case err != nil:
			return err
		}
		seen.URL, seen.Alt, seen.Record = x.URL, x.Alt, o.Record
		*x = seen
	}
	return nil
}
