package crawler

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/post"
)

// BrowserMode says when a site's pages go through the browser.
type BrowserMode string

// The browser modes. Empty means auto.
const (
	BrowserOff  BrowserMode = "off"
	BrowserAuto BrowserMode = "auto" // when the plain page holds no post but looks built by scripts
	BrowserOn   BrowserMode = "on"   // always
)

// Site is one configured source.
type Site struct {
	Name    string   // becomes post.Post.Source; letters, digits, - _ and .
	Seeds   []string // where to start
	Adapter string   // name of a source; default auto

	// AllowHosts lists hosts to crawl: "a.org", "a.org:8080", or "*.a.org" for a.org
	// and all below it. Default: the hosts of the seeds, with and without www.
	AllowHosts []string
	Include    []string // regular expressions; when given, a link must match one
	Exclude    []string // regular expressions; a link that matches one is not followed

	// Sitemaps says which sitemaps are read: "auto" for those that robots.txt of the
	// seeds' hosts names, else /sitemap.xml there; URLs for others. None by default.
	// Pages that they list count as one link from a seed, whatever MaxLinks says.
	Sitemaps    []string
	MaxSitemaps int // files of one run, or of a day in a service; 0 means 500

	MaxDepth int           // links from a seed; 0 means 10, negative means seeds only
	MaxLinks int           // links taken from one page; 0 means 500
	MaxPages int           // pages of one run; 0 means 10,000, negative means no limit
	MaxBytes int64         // of bodies, likewise; 0 means 10 GiB, negative means no limit
	MaxTime  time.Duration // of one run when not a service; 0 means 24 h

	// MaxRequestsPerDay and MaxBytesPerDay (as received) bound a day (UTC) over all
	// runs and processes that share [Options.Notebook]; 0 means no limit.
	MaxRequestsPerDay int64
	MaxBytesPerDay    int64

	// MaxAlike is how many pages of one shape of address may give nothing new before
	// the rest of them is left out; 0 means 1,000, negative means no limit. Shapes
	// that look like a calendar get a tenth.
	MaxAlike int

	// Token is the operator's access token for an API. It is sent to the origins of
	// the seeds alone and never recorded; see [fetch.Request].Bearer.
	Token string

	Browser BrowserMode
	Pace    time.Duration // between requests to one host; 0 means 1 s
	Unpaced bool          // no pace at all: for hosts of one's own. Logged at start.
	Recrawl time.Duration // until a page is visited again, in a service, before that is learnt of each page; 0 means 24 h

	// Pictures is how many pictures of each post are fetched and read, from whatever
	// public host the page names; 0 means none, at most [post.MaxPictures].
	Pictures int
}

// site is a Site with everything checked and compiled.
type site struct {
	Site
	adapter          source.Source
	seeds            []string // canonical
	hosts            map[string]bool
	under            []string // ".a.org"
	include, exclude []*regexp.Regexp
	traps            *traps
	lessons          *lessons
	sitemaps         []string        // canonical
	guessed          map[string]bool // those of them that are only guessed
}

func newSite(s Site, lookup func(string) (source.Source, bool), browser bool) (*site, error) {
	fail := func(format string, a ...any) (*site, error) {
		return nil, fmt.Errorf("site %q: %w", s.Name, fmt.Errorf(format, a...))
	}
	if s.Name == "" || len(s.Name) > 100 || strings.ContainsFunc(s.Name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:", r))
	}) {
		return fail("name must be letters, digits, - _ . and at most 100 bytes")
	}
	def(&s.Adapter, "auto")
	def(&s.MaxDepth, 10)
	def(&s.MaxLinks, 500)
	def(&s.MaxPages, 10_000)
	def(&s.MaxBytes, 10<<30)
	def(&s.MaxTime, 24*time.Hour)
	def(&s.MaxSitemaps, 500)
	def(&s.MaxAlike, giveShape)
	def(&s.Browser, BrowserAuto)
	def(&s.Pace, time.Second)
	def(&s.Recrawl, 24*time.Hour)
	s.MaxDepth = max(s.MaxDepth, 0)
	if s.Pace < 0 || s.MaxLinks < 0 || s.MaxTime < 0 || s.MaxSitemaps < 0 || s.Recrawl < time.Minute || s.Recrawl > 366*24*time.Hour {
		return fail("pace %v, links %d, time %v or recrawl %v is out of range\nhint: set unpaced to turn pacing off", s.Pace, s.MaxLinks, s.MaxTime, s.Recrawl)
	}
	if s.MaxRequestsPerDay < 0 || s.MaxBytesPerDay < 0 {
		return fail("%d requests or %d bytes a day are out of range", s.MaxRequestsPerDay, s.MaxBytesPerDay)
	}
	if s.Pictures < 0 || s.Pictures > post.MaxPictures {
		return fail("pictures %d is not between 0 and %d", s.Pictures, post.MaxPictures)
	}
	if s.Unpaced {
		s.Pace = 0
	}
	switch {
	case s.Browser != BrowserOff && s.Browser != BrowserAuto && s.Browser != BrowserOn:
		return fail("browser %q is none of off, auto, on", s.Browser)
	case s.Browser == BrowserOn && !browser:
		return fail("it needs a browser and there is none\nhint: install Chromium, or set browser: off")
	}
	out := &site{Site: s, hosts: map[string]bool{}}
	var ok bool
	if out.adapter, ok = lookup(s.Adapter); !ok {
		return fail("there is no adapter %q", s.Adapter)
	}
	if len(s.Seeds) == 0 {
		return fail("no seed")
	}
	for _, raw := range s.Seeds {
		c, host, err := frontier.Canonical(raw)
		if err != nil {
			return fail("seed %q: %w", raw, err)
		}
		out.seeds = append(out.seeds, c)
		if len(s.AllowHosts) == 0 {
			out.allow(host)
			if bare, ok := strings.CutPrefix(host, "www."); ok {
				out.allow(bare)
			} else if !strings.Contains(host, ":") {
				out.allow("www." + host)
			}
		}
	}
	for _, h := range s.AllowHosts {
		h = strings.ToLower(strings.TrimSpace(h))
		if h == "" || strings.ContainsAny(h, "/ ") || strings.Contains(strings.TrimPrefix(h, "*."), "*") {
			return fail("host to allow %q is malformed\nhint: write a.org, a.org:8080 or *.a.org", h)
		}
		out.allow(h)
	}
	var err error
	if out.include, err = compile(s.Include); err != nil {
		return fail("include: %w", err)
	}
	if out.exclude, err = compile(s.Exclude); err != nil {
		return fail("exclude: %w", err)
	}
	if err := out.setSitemaps(); err != nil {
		return fail("%w", err)
	}
	return out, nil
}

func compile(exprs []string) ([]*regexp.Regexp, error) {
	var out []*regexp.Regexp
	for _, e := range exprs {
		re, err := regexp.Compile(e)
		if err != nil {
			return nil, err
		}
		out = append(out, re)
	}
	return out, nil
}

func (s *site) allow(host string) {
	if base, ok := strings.CutPrefix(host, "*."); ok {
		s.under = append(s.under, "."+base)
		host = base
	}
	s.hosts[host] = true
}

var errOutOfScope = errors.New("outside the site's hosts")

// inScope reports whether a host (with its odd port) belongs to the site.
func (s *site) inScope(host string) bool {
	return s.hosts[host] || slices.ContainsFunc(s.under, func(suffix string) bool { return strings.HasSuffix(host, suffix) })
}

// hostPort is the host of u as the frontier names it: without the scheme's own port.
func hostPort(u *url.URL) string {
	h := strings.ToLower(u.Host)
	if p := u.Port(); p == "80" && u.Scheme == "http" || p == "443" && u.Scheme == "https" {
		h = strings.TrimSuffix(h, ":"+p)
	}
	return h
}

// wants reports whether a link is to be followed.
func (s *site) wants(canonical, host string) bool {
	match := func(re *regexp.Regexp) bool { return re.MatchString(canonical) }
	return s.inScope(host) && !skippable(canonical) && (len(s.include) == 0 || slices.ContainsFunc(s.include, match)) && !slices.ContainsFunc(s.exclude, match)
}

// skippable reports whether a URL names a file that cannot hold posts.
func skippable(u string) bool {
	if i := strings.IndexAny(u, "?#"); i >= 0 {
		u = u[:i]
	}
	slash, dot := strings.LastIndexByte(u, '/'), strings.LastIndexByte(u, '.')
	if dot < slash || len(u)-dot > 6 {
		return false
	}
	switch strings.ToLower(u[dot+1:]) {
	case "jpg", "jpeg", "png", "gif", "webp", "avif", "bmp", "ico", "svg", "tif", "tiff", "heic",
		"mp3", "mp4", "m4a", "m4v", "avi", "mov", "mkv", "webm", "ogg", "wav", "flv", "wmv",
		"pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "epub",
		"zip", "rar", "7z", "tar", "tgz", "bz2", "xz", "exe", "msi", "dmg", "apk", "iso", "bin", "deb", "rpm",
		"css", "js", "mjs", "map", "woff", "woff2", "ttf", "otf", "eot", "wasm", "swf":
		return true
	}
	return false
}
