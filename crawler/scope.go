package crawler

import (
	"errors"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/source"
)

var (
	errExcluded  = errors.New("left out by include or exclude of the source")
	errSkippable = errors.New("names a file that cannot hold posts")
)

// Accepts returns the function that a person's URLs for a site go through before
// they are added to the frontier: it answers the canonical form, or why the site
// would not fetch it.
func Accepts(s Site) (func(raw string) (string, error), error) {
	checked, err := newSite(s, source.Lookup, true)
	if err != nil {
		return nil, err
	}
	return func(raw string) (string, error) {
		u, host, err := frontier.Canonical(raw)
		switch {
		case err != nil:
			return "", err
		case !checked.inScope(host):
			return "", errOutOfScope
		case skippable(u):
			return "", errSkippable
		case !checked.wants(u, host):
			return "", errExcluded
		}
		return u, nil
	}, nil
}
