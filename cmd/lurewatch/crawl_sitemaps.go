package main

import (
	"fmt"
	"net/url"

	"github.com/lurewatch/lurewatch/crawler"
)

// addSitemaps gives each site the sitemaps of --sitemaps: auto and off go to all, an
// address to the sites that have a seed on its host.
func addSitemaps(sites []crawler.Site, list []string) error {
	for _, m := range list {
		if m == "auto" || m == "off" {
			for i := range sites {
				sites[i].Sitemaps = append(sites[i].Sitemaps, m)
			}
			continue
		}
		u, err := url.Parse(m)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return usageError{fmt.Errorf("--sitemaps %s: wants auto, off, or the address of a sitemap", m)}
		}
		found := false
		for i := range sites {
			if seeded(sites[i], u.Host) {
				sites[i].Sitemaps = append(sites[i].Sitemaps, m)
				found = true
			}
		}
		if !found {
			return usageError{fmt.Errorf("--sitemaps %s: none of the pages to begin with is on the host %s", m, u.Host)}
		}
	}
	return nil
}

func seeded(s crawler.Site, host string) bool {
	for _, seed := range s.Seeds {
		if u, err := url.Parse(seed); err == nil && u.Host == host {
			return true
		}
	}
	return false
}
