package crawler

import (
	"net/url"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/crawler/frontier"
)

// bearer is the operator's token for a page of s: only where a seed of the same
// origin stands, whatever the links of an answer lead to.
func (s *site) bearer(page string) string {
	if s.Token == "" || !slices.ContainsFunc(s.seeds, func(seed string) bool { return sameOrigin(seed, page) }) {
		return ""
	}
	return s.Token
}

func sameOrigin(a, b string) bool {
	x, err := url.Parse(a)
	y, err2 := url.Parse(b)
	return err == nil && err2 == nil && x.Scheme == y.Scheme && strings.EqualFold(x.Host, y.Host)
}

// asAPI reports a page that is no page but an answer to the operator's own token,
// under the terms of that API: robots.txt, which speaks to crawlers, is not asked.
func (s *site) asAPI(l frontier.Lease) bool {
	return s.adapter.About().API && s.bearer(l.URL) != ""
}
