package frontier

import (
	"context"
	"time"
)

// Store is the state of every known URL. Implementations are safe for concurrent
// use by many goroutines and, where they say so, by many processes.
//
// Times are kept to the millisecond. A URL belongs to one site; the same URL
// under two sites is two entries.
type Store interface {
	// Add makes URLs known and due. One that is known already in the round of the
	// entry is left alone. It returns how many were new or became due again.
	Add(ctx context.Context, entries []Entry) (int, error)

	// Claim leases up to q.N due URLs. No URL is leased twice at a time, and no
	// host is handed to two owners at a time.
	Claim(ctx context.Context, q Query) ([]Lease, error)

	// Done records what became of leased URLs together with the links found
	// there, all or nothing. A result whose lease ran out and was taken by
	// another owner changes nothing but adds its links. It returns how many links
	// were new.
	Done(ctx context.Context, results []Result) (int, error)

	// Release gives leases back: the URLs are due at once, as if never claimed.
	Release(ctx context.Context, leases []Lease) error

	// Round returns the current round of a site. If fresh is set and none of its
	// URLs waits to be fetched, a new round begins, in which every URL counts as
	// new when it is added; otherwise the round that was broken off goes on.
	Round(ctx context.Context, site string, fresh bool) (int64, error)

	// Next is when the earliest URL of the sites becomes due, and whether there is
	// one. Leased URLs count with the end of their lease.
	Next(ctx context.Context, sites []string) (time.Time, bool, error)

	// Sites names the sites that the store has heard of, in order.
	Sites(ctx context.Context) ([]string, error)

	// Stat counts the URLs of a site.
	Stat(ctx context.Context, site string) (Stat, error)

	// Drop forgets URLs and returns how many. It goes in steps, so that others get
	// on meanwhile; when it fails, part may be gone.
	Drop(ctx context.Context, d Selection) (int, error)

	// Close gives back every lease of this owner.
	Close() error
}

// Entry is one URL to know.
type Entry struct {
	Site  string
	URL   string // canonical, see [Canonical]
	Round int64
	Depth int       // links from a seed
	Due   time.Time // zero means at once
	Fast  bool      // leads to a single post: claimed before others of its host
	// Changed is when the page changed last, by what a sitemap says of it; zero
	// when nothing is known. A URL that was settled before then is due again, in
	// whatever round; one that was settled since is left alone, even in a new round.
	Changed time.Time
	Fresh   bool // stands on a page that was looked at before: claimed before all
}

// Visit is what is remembered of the last good fetch of a URL, for the next.
type Visit struct {
	At       time.Time     // when it was last fetched whole; zero means never
	Digest   int64         // of what it held, as the crawler reckons it
	Every    time.Duration // pause that was learnt, until the next visit
	ETag     string        // as the host sent it, for asking whether it still is so
	Modified string        // likewise, its Last-Modified
	Lists    bool          // it leads to posts: visited again before pages that do not
}

// Query asks for work.
type Query struct {
	Sites   []string
	N       int      // leases in all
	PerHost int      // leases of one host, at least 1
	Busy    []string // hosts (as in [Lease]) that want no more now
	Lease   time.Duration
}

// Lease is one URL to fetch before Until.
type Lease struct {
	Key   int64 // of the URL in its store
	Site  string
	URL   string
	Host  string // host with port when it is not the scheme's own
	Round int64
	Depth int
	Tries int // earlier tries since the last success
	Until time.Time
	Last  Visit
}

// Result is what became of a lease.
type Result struct {
	Lease   Lease
	Outcome string    // class of the capture, or a word for why there is none
	Again   time.Time // when the URL is due next; zero means never in this round
	Retry   bool      // the try failed: the URL still waits, and the try counts
	Links   []Entry
	Visit   *Visit // to remember; nil leaves what is remembered
	// HostAfter keeps the whole host from being claimed before that time; zero
	// changes nothing.
	HostAfter time.Time
}

// Stat counts the URLs of a site.
type Stat struct {
	Known    int64
	Waiting  int64 // never fetched in this round, or to be tried again
	Due      int64 // to be fetched now, revisits counted too
	Leased   int64
	Hosts    int64
	Outcomes map[string]int64 // of those fetched
	Next     time.Time        // when the next one that is not due yet becomes due; zero when there is none
}

// Selection names what to drop. Site is required; the others narrow it.
type Selection struct {
	Site, Host, URL string
	Prefix          string // of URLs
	Try             bool   // drop nothing, only count what would be
}

// Ranks of a URL that waits: those of a low rank come first, but none forever,
// see [Serve].
const (
	RankFresh = iota // a post that appeared on a page looked at before
	RankPost         // a post never fetched
	RankList         // a page that leads to posts, to be looked at again
	RankPage         // any other page never fetched
	RankAgain        // any other page to be looked at again
	Ranks            // how many there are
)

// Rank is the rank of an entry.
func (e Entry) Rank() int {
	switch {
	case e.Fast && e.Fresh:
		return RankFresh
	case e.Fast:
		return RankPost
	}
	return RankPage
}

// Rank is the rank of a URL that was fetched and will be visited again.
func (r Result) Rank() int {
	v := &r.Lease.Last
	if r.Visit != nil {
		v = r.Visit
	}
	if v.Lists {
		return RankList
	}
	return RankAgain
}

// turns says whose turn it is: of 16 claims of a host eight go to fresh posts,
// four to posts, two to pages that list them, one to each of the other ranks. A
// turn that its rank has no use for goes to the lowest rank that waits.
const turns = "0102010301020104"

// Serve picks up to n of what waits on a host, by rank, each rank already in the
// order of its due times. turn is how many were picked of that host before.
func Serve[T any](waiting [Ranks][]T, turn int64, n int) []T {
	var out []T
	for len(out) < n {
		r := int(turns[(turn+int64(len(out)))%int64(len(turns))] - '0')
		for i := 0; len(waiting[r]) == 0; i++ {
			if i == Ranks {
				return out
			}
			r = i
		}
		out, waiting[r] = append(out, waiting[r][0]), waiting[r][1:]
	}
	return out
}
