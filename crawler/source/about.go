package source

import (
	"strings"
	"time"
)

// About is what an operator has to know of a source before using it.
type About struct {
	Covers string        // what it reads, and what of that it cannot see
	Access string        // what the operator needs; "nothing" when the pages are public
	Pace   time.Duration // pause between two requests to one host when the configuration names none; 0 leaves it to crawl.pace
	Docs   string        // where whoever runs the site describes it; may be empty
	// API says that the answers are got with the operator's own token under the
	// terms of an API. robots.txt, which speaks to crawlers, is then not asked.
	API bool
}

// nothing is the access that public pages need.
const nothing = "nothing"

// About tells of auto.
func (auto) About() About {
	return About{Covers: "any page, feed or answer of an API: tries the others in turn", Access: nothing, Docs: "docs/sources.md"}
}

// About tells of telegram.
func (telegram) About() About {
	return About{
		Covers: "public channels as t.me/s/NAME shows them; no groups, no private channels, no comments: those come in as an export of Telegram Desktop",
		Access: nothing, Pace: 2 * time.Second, Docs: "https://telegram.org/faq_channels",
	}
}

// About tells of reddit.
func (reddit) About() About {
	return About{
		Covers: "submissions of a subreddit or a search as listings of the API (oauth.reddit.com/r/NAME/new); no replies under them, no chat",
		Access: "an OAuth token of an app of your own, as token: in the source; it ends after a day at most", Pace: 2 * time.Second, Docs: "https://www.reddit.com/dev/api", API: true,
	}
}

// About tells of discourse.
func (discourse) About() About {
	return About{Covers: "topics and latest posts of a Discourse forum as JSON (/latest.json, /t/ID.json)", Access: nothing + " where the forum is public", Pace: 2 * time.Second, Docs: "https://docs.discourse.org"}
}

// About tells of feed.
func (feed) About() About {
	return About{Covers: "RSS 0.9 to 2.0, Atom, JSON Feed; sitemaps and their indexes lead to pages", Access: nothing}
}

// About tells of jobfeed.
func (jobfeed) About() About {
	return About{Covers: "XML and JSON feeds of job boards that follow no standard, by the names of their fields", Access: "the address of the feed; some boards hand it out on request"}
}

// About tells of structured.
func (structured) About() About {
	return About{Covers: "schema.org JobPosting as JSON-LD, microdata or RDFa, broken JSON included", Access: nothing, Docs: "https://schema.org/JobPosting"}
}

// About tells of state.
func (state) About() About {
	return About{Covers: "the data that script-built pages carry along: Next, Nuxt 2 and 3, window.__INITIAL_STATE__", Access: nothing}
}

// About tells of forum.
func (forum) About() About {
	return About{
		Covers: "threads of phpBB 2 and 3, vBulletin, XenForo, Discuz!, MyBB, SMF, Discourse as HTML, Tieba: messages that read like an offer; no boards that ask for a login",
		Access: nothing + " where guests may read", Pace: 2 * time.Second,
	}
}

// About tells of generic.
func (generic) About() About {
	return About{Covers: "one ad on a page without structured data, by its words; an article, a list or a shop gives none", Access: nothing}
}

// About tells of a board.
func (b board) About() About {
	a := About{Covers: "job pages of " + strings.Join(b.hosts, " and "), Access: nothing, Pace: b.pace}
	if b.access != "" {
		a.Access = b.access
	}
	return a
}
