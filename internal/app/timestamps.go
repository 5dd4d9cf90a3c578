package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/lurewatch/lurewatch/internal/custody/stamp"
)

// runTimestamps has the head of the custody log stamped as the configuration says. Of
// several processes, and roles, one does it.
func (a *App) runTimestamps(ctx context.Context) error {
	s, err := a.stamper()
	if errors.Is(err, errNoAuthority) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.Run(ctx)
}

var errNoAuthority = errors.New("no timestamp authority is configured\nhint: set evidence.timestamp_urls")

func (a *App) stamper() (*stamp.Stamper, error) {
	e := a.cfg.Evidence
	if len(e.TimestampURLs) == 0 || a.custody == nil {
		return nil, errNoAuthority
	}
	roots, err := a.roots()
	if err != nil {
		return nil, err
	}
	return stamp.New(stamp.Options{Log: a.custody, URLs: e.TimestampURLs, Every: e.TimestampEvery, Roots: roots, Now: a.opt.Now, Logger: a.log})
}

// roots are the configured roots of authorities, nil for none.
func (a *App) roots() (*x509.CertPool, error) {
	if a.cfg.Evidence.TimestampRoots == "" {
		return nil, nil //nolint:nilnil // no roots is what the checks of stamp take for no roots
	}
	roots, err := stamp.Roots(a.cfg.Evidence.TimestampRoots)
	if err != nil {
		return nil, fmt.Errorf("%w\nhint: set evidence.timestamp_roots to a file of root certificates in PEM, or leave it empty", err)
	}
	return roots, nil
}

// Timestamp has the head stamped now, by every authority that is configured.
func (a *App) Timestamp(ctx context.Context) (stamp.Report, error) {
	s, err := a.stamper()
	if err != nil {
		return stamp.Report{}, err
	}
	if err := a.custody.Flush(ctx); err != nil {
		return stamp.Report{}, err
	}
	if err := a.EnterActs(ctx); err != nil {
		return stamp.Report{}, err
	}
	return s.Go(ctx, true)
}
