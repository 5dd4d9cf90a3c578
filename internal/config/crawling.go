package config

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Sitemaps is which sitemaps of a source are read: off, auto, URLs, or auto and URLs.
// In the file one word stands for a list of one.
type Sitemaps []string

// UnmarshalYAML takes one word or a list.
func (s *Sitemaps) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*s = Sitemaps{n.Value}
		if n.Value == "" || n.Tag == "!!null" {
			*s = nil
		}
		return nil
	}
	var list []string
	if err := n.Decode(&list); err != nil {
		return err
	}
	*s = list
	return nil
}

// check says what is wrong with the links, sitemaps and budgets of a source.
func (s Source) check() error {
	var errs []error
	for _, list := range []struct {
		key   string
		exprs []string
	}{{"include", s.Include}, {"exclude", s.Exclude}} {
		for _, e := range list.exprs {
			if _, err := regexp.Compile(e); err != nil {
				errs = append(errs, fmt.Errorf("%s: %q is no regular expression: %w", list.key, e, err))
			}
		}
	}
	for _, m := range s.Sitemaps {
		u, err := url.Parse(m)
		switch {
		case m == "off" && len(s.Sitemaps) > 1:
			errs = append(errs, errors.New("sitemaps: off stands beside others"))
		case slices.Contains([]string{"off", "auto"}, m):
		case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
			errs = append(errs, fmt.Errorf("sitemaps: %q is none of off, auto and an http or https URL", m))
		}
	}
	for _, n := range []struct {
		key string
		n   int64
	}{
		{"max_links", int64(s.MaxLinks)}, {"max_alike", int64(s.MaxAlike) + 1}, {"max_bytes", s.MaxBytes + 1},
		{"max_requests_per_day", s.MaxRequestsPerDay}, {"max_bytes_per_day", s.MaxBytesPerDay},
	} {
		if n.n < 0 {
			errs = append(errs, fmt.Errorf("%s: a number below what it can be", n.key))
		}
	}
	return errors.Join(errs...)
}
