package crawler

import (
	"crypto/sha256"
	"encoding/binary"
	"net/http"
	"slices"
	"time"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/post"
)

// outcomeSame is a page that its host says has not changed (304). There is no
// capture of it: nothing was seen that the last one does not show.
const outcomeSame = "unchanged"

// wholeAfter is how long a page is taken at its host's word: after that it is
// fetched whole again, since validators may lie, and links once left out may be
// wanted by now.
const wholeAfter = 30 * 24 * time.Hour

// pause is how long a page is left alone after a visit. It starts at the site's
// Recrawl, halves when the page has changed and grows by half when it has not,
// between a quarter of Recrawl and 16 times it. A page that leads to posts is where
// fresh ones appear: 4 times is its bound, and Recrawl itself that of a seed.
func (s *site) pause(l frontier.Lease, changed, lists bool) time.Duration {
	d := l.Last.Every
	switch {
	case l.Last.At.IsZero() || d <= 0:
		d = s.Recrawl
	case changed:
		d /= 2
	default:
		d += d / 2
	}
	most := 16 * s.Recrawl
	switch {
	case l.Depth == 0:
		most = s.Recrawl
	case lists:
		most = 4 * s.Recrawl
	}
	return min(max(d, s.Recrawl/4), most)
}

// validators are what to ask the host by, when a page may be answered with 304.
func (c *Crawler) validators(s *site, l frontier.Lease) fetch.Validators {
	// Outside a service each page of a round is needed for its links.
	if !c.opt.Service || s.Browser == BrowserOn || c.opt.Now().Sub(l.Last.At) >= wholeAfter {
		return fetch.Validators{}
	}
	return fetch.Validators{ETag: l.Last.ETag, Modified: l.Last.Modified}
}

// same settles a page that has not changed.
func (c *Crawler) same(s *site, l frontier.Lease) frontier.Result {
	c.count(func(r *Report) { r.Same++ })
	v := l.Last
	v.Every = s.pause(l, false, v.Lists)
	return frontier.Result{Lease: l, Outcome: outcomeSame, Again: c.opt.Now().Add(v.Every), Visit: &v}
}

// remember notes in res what the next visit of a page is to know, and when it is.
func (c *Crawler) remember(s *site, res *frontier.Result, g got, found source.Found) {
	switch g.Capture.Class {
	case post.ClassContent, post.ClassGone, post.ClassLogin:
	default:
		return // no state of the page itself
	}
	l := res.Lease
	v := frontier.Visit{At: g.Capture.FetchedAt, Digest: held(g.Capture, found), Lists: slices.ContainsFunc(found.Links, func(k source.Link) bool { return k.Post })}
	v.Every = s.pause(l, v.Digest != l.Last.Digest, v.Lists)
	// What a browser showed is made of more than the page that the validators are of.
	if r := g.HTTP; g.Browser == nil && r.Status == http.StatusOK && r.FinalURL == r.URL && r.Truncated == "" {
		k := fetch.ValidatorsOf(r.Header)
		v.ETag, v.Modified = k.ETag, k.Modified
	}
	res.Visit = &v
	if c.opt.Service {
		res.Again = c.opt.Now().Add(v.Every)
	}
}

// held stands for what a page held, so that tokens, counters and advertisements do
// not count as a change: its posts; else the posts that it leads to; else its
// links; else its bytes.
func held(cp post.Capture, found source.Found) int64 {
	var parts []string
	for _, p := range found.Posts {
		parts = append(parts, string(p.Digest))
	}
	for _, posts := range []bool{true, false} {
		for _, k := range found.Links {
			if len(found.Posts) == 0 && (k.Post || !posts) {
				parts = append(parts, k.URL)
			}
		}
		if len(parts) > 0 {
			break
		}
	}
	if len(parts) == 0 && cp.Class == post.ClassContent {
		parts = []string{string(cp.Digest)}
	}
	slices.Sort(parts)
	h := sha256.New()
	h.Write([]byte(cp.Class))
	for _, p := range slices.Compact(parts) {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	return int64(binary.BigEndian.Uint64(h.Sum(nil)))
}

// aSecond is how many pages of a host are claimed at a time for paced sites: what
// the slowest of them fetches in a second, and at least two, so that a claim, which
// may take a while, is made seldom.
func (c *Crawler) aSecond(names []string) int {
	slowest := time.Duration(1)
	for _, n := range names {
		slowest = max(slowest, c.sites[n].Pace)
	}
	return int(min(max(time.Second/slowest, 2), 32))
}
