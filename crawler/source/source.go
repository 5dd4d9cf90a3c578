package source

import (
	"context"
	"errors"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Bounds on what is read from one page.
const (
	MaxBody  = 16 << 20         // bytes of a body; what follows is not read
	MaxText  = 2 * post.MaxText // bytes of one post's text; [post.Post.Seal] cuts further
	MaxLinks = 1000             // links of one page
	MaxPosts = 2000             // posts of one page or feed
)

// ErrNotText is returned for a body that is no text at all: a picture, an
// archive, a PDF.
var ErrNotText = errors.New("not a text document")

// Page is one document as it was fetched or read from a file.
type Page struct {
	URL         string    // final URL, absolute; may be empty for files
	ContentType string    // as served; may be empty or wrong
	Body        []byte    // transfer and content encodings undone, charset as served
	Rendered    bool      // the body is a browser's DOM, serialised
	FetchedAt   time.Time // base of relative dates such as "3 days ago"; zero leaves them unread
	Pictures    int       // how many pictures each post may name, by URL; 0 names none

	doc *document // what auto has parsed already
}

// Link is one place that a page leads to.
type Link struct {
	URL      string `json:"url"`                // absolute, http or https, without fragment
	Post     bool   `json:"post,omitempty"`     // leads to a single post
	Next     bool   `json:"next,omitempty"`     // leads to another page of the same listing
	NoFollow bool   `json:"nofollow,omitempty"` // the page asks that it be not followed
}

// Found is what a page holds.
type Found struct {
	Posts        []post.Post // not sealed, Source empty: the crawler knows under which name it crawls
	Links        []Link      // at most MaxLinks, in page order, each once
	Canonical    string      // what the page calls its own address, when that is believable
	NeedsBrowser bool        // the plain page holds no whole post but looks script-built
	Adapter      string      // what read the posts: the name of a source of All, or of a part of auto
}

// Source reads pages of one kind. Implementations keep no state and are safe for
// concurrent use. A page of another kind is no error: it yields nothing.
type Source interface {
	Name() string
	About() About
	Extract(ctx context.Context, p Page) (Found, error)
}

// Claimer is a Source that can tell its own pages cheaply from others, by host
// or by a mark in the markup. Auto asks the claimers in the order of [All].
type Claimer interface {
	Source
	Claims(p Page) bool
}

// All lists every source, auto first. A new source is one file and one line here.
func All() []Source {
	all := []Source{
		auto{},
		telegram{},
		reddit{},
		metaads{},
		discourse{},
		feed{},
		jobfeed{},
		structured{},
		state{},
		forum{},
		generic{},
	}
	for _, b := range boards {
		all = append(all, b)
	}
	return all
}

// Lookup finds a source by name. The empty name is auto.
func Lookup(name string) (Source, bool) {
	if name == "" {
		name = "auto"
	}
	for _, s := range All() {
		if s.Name() == name {
			return s, true
		}
	}
	return nil, false
}

// Names lists the names of all sources, for messages and completion.
func Names() []string {
	var out []string
	for _, s := range All() {
		out = append(out, s.Name())
	}
	return out
}
