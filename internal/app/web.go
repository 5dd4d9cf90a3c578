package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/web"
)

// shutdownGrace is how long requests under way may take to end, at the end.
const shutdownGrace = 5 * time.Second

// Admin makes the first admin account where there is none, and says so once.
func (a *App) Admin(ctx context.Context) (name, password string, created bool, err error) {
	return a.ledger.EnsureAdmin(ctx)
}

// Listen takes the desk's address, so that a port in use is told before anything
// else starts.
func (a *App) Listen(ctx context.Context) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", a.cfg.Web.Listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("review desk: %s is in use by another program\nhint: stop it, or set web.listen (--set web.listen=127.0.0.1:0 takes any free port)", a.cfg.Web.Listen)
	case err != nil:
		return nil, fmt.Errorf("review desk: listen on %s: %w\nhint: set web.listen to an address of this machine", a.cfg.Web.Listen, err)
	}
	return l, nil
}

func (a *App) runWeb(ctx context.Context) error {
	l, err := a.Listen(ctx)
	if err != nil {
		return err
	}
	name, password, created, err := a.Admin(ctx)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if created { // never into the log, which others may read
		file := a.cfg.Path("first-admin-password")
		if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
			return errors.Join(fmt.Errorf("write the first password: %w\nhint: `lurewatch user password %s` makes another", err, name), l.Close())
		}
		a.log.Warn("first admin account made; log in, change its password, and delete the file", "name", name, "password_file", file)
	}
	if len(a.cfg.Push) > 0 { // what a crash left behind was never acknowledged, but is in the archive
		if err := a.recoverPending(ctx); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	a.log.Info("review desk", "url", "http://"+l.Addr().String()+"/")
	return a.Serve(ctx, l)
}

// Serve shows the desk on l until ctx ends.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	desk, err := web.New(web.Options{
		Index: a.index, Evidence: a, Ledger: a.ledger,
		Decided: func(context.Context, post.Decision) {
			select {
			case a.nudge <- struct{}{}:
			default: // a nudge is waiting already
			}
		},
		Status: func(context.Context) web.Status {
			c := a.Counts()
			return web.Status{Captured: c.Captured, Posts: c.Posts, Flagged: c.Flagged, Indexed: c.Indexed, Dead: c.Dead}
		},
		Rule: a.ruleText, Concept: a.conceptTitle, Sources: a.SourceReport, Metrics: a.Metrics(),
		Now: a.opt.Now, Log: a.log, SecureCookies: a.cfg.Web.SecureCookies,
	})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	push, err := newPush(a, a.cfg.Push)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	mux := http.NewServeMux()
	mux.Handle("POST /api/v1/posts", push)
	mux.Handle("/", desk)
	a.watch.desk.Store("http://" + l.Addr().String() + "/")
	return a.serve(ctx, l, mux)
}

// serve answers requests on l until ctx ends.
func (a *App) serve(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	grace, stop := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer stop()
	err := srv.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = srv.Close()
	}
	<-done //nolint:errcheck // Serve's error is known: it was shut down
	return err
}
