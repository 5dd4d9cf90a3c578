package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Bounds on the pictures of one page, whatever its posts name. What is over them is
// noted on the post.
const (
	maxPagePictures = 40
	maxPictureBytes = 8 << 20  // of one picture
	maxPageBytes    = 32 << 20 // of all of them
)

// Picture is one picture as it was fetched.
type Picture struct {
	URL    string
	HTTP   *fetch.Result // nil when nothing came
	Why    string        // it could not be had; empty when it could
	Record post.Locator  // filled in by the vault
}

// pictures fetches what posts name, through the same guard, robots.txt and pace as
// pages. A picture may be on any public host: channels keep theirs elsewhere. One that
// cannot be had says why; the error is of ctx.
func (c *Crawler) pictures(ctx context.Context, s *site, posts []post.Post) ([]Picture, error) {
	var out []Picture
	seen := map[string]bool{}
	began, room := c.opt.Now(), int64(maxPageBytes)
	for _, p := range posts {
		for _, x := range p.Pictures {
			if seen[x.URL] {
				continue
			}
			seen[x.URL] = true
			got := Picture{URL: x.URL}
			switch {
			case len(out) >= maxPagePictures || room <= 0:
				got.Why = "the page names more pictures than are fetched"
			case c.opt.Now().Sub(began) > c.opt.Lease/4:
				got.Why = "no time was left to fetch it"
			default:
				got.HTTP, got.Why = c.picture(ctx, s, x.URL, min(room, maxPictureBytes))
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if got.HTTP != nil {
				room -= int64(len(got.HTTP.Body))
			}
			out = append(out, got)
		}
	}
	return out, nil
}

// picture fetches one picture and says why it was not to be had.
func (c *Crawler) picture(ctx context.Context, s *site, raw string, most int64) (*fetch.Result, string) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, "its address cannot be parsed"
	}
	allow := func(ctx context.Context, to *url.URL) error { return c.allowPicture(ctx, s, to) }
	if err := allow(ctx, u); err != nil {
		return nil, err.Error()
	}
	res, err := c.opt.HTTP.Fetch(ctx, fetch.Request{Source: s.Name, URL: raw, Allow: allow, MaxBody: most, AnyType: true})
	if res != nil && len(res.Hops) == 0 {
		res = nil
	}
	if err := errors.Join(err, c.received(ctx, s, res)); err != nil {
		return res, err.Error()
	}
	return res, PictureTrouble(res.Status, string(res.Truncated))
}

// PictureTrouble says why an answer holds no whole picture, "" when it may: the same
// words at the crawl and at a rebuild.
func PictureTrouble(status int, truncated string) string {
	switch {
	case status != http.StatusOK:
		return fmt.Sprintf("the host answered with status %d", status)
	case truncated != "":
		return "it is larger than is fetched, or was cut off (" + truncated + ")"
	}
	return ""
}

// allowPicture asks robots.txt and waits for the pace of a picture's host.
func (c *Crawler) allowPicture(ctx context.Context, s *site, to *url.URL) error {
	host := hostPort(to)
	if !c.opt.IgnoreRobots {
		d, err := c.robots.CheckFor(ctx, s.Name, to)
		if errors.Is(err, errNotYet) {
			return errors.New("its host is to be left alone for now")
		}
		if err != nil {
			return err
		}
		if d.Delay > 0 {
			c.pace.asks(host, d.Delay)
		}
		if !d.Allow {
			return &robotsError{d.Why}
		}
	}
	if err := c.turn(ctx, s, host); errors.Is(err, errNotYet) {
		return errors.New("its host is to be left alone for now")
	} else if err != nil {
		return err
	}
	return nil
}

// look reads the pictures of posts, within a part of the lease.
func (c *Crawler) look(ctx context.Context, posts []post.Post, had []Picture) error {
	if len(had) == 0 {
		return nil
	}
	within, stop := context.WithTimeout(ctx, c.opt.Lease/4)
	defer stop()
	get := func(u string) (picture.Original, bool) {
		for _, h := range had {
			if h.URL == u {
				o := picture.Original{Record: h.Record, Why: h.Why}
				if h.HTTP != nil {
					o.Body = h.HTTP.Body
				}
				return o, true
			}
		}
		return picture.Original{}, false
	}
	for i := range posts {
		if err := picture.Attach(within, &posts[i], get, c.opt.Pictures.Read); err != nil {
			return err
		}
	}
	c.count(func(r *Report) { r.Pictures += int64(len(had)) })
	return ctx.Err()
}
