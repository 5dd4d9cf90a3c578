package web

import (
	"context"
	"net/http"
	"time"
)

// healthz answers whether the desk can read its ledger. It tells nobody more.
func (d *Desk) healthz(w http.ResponseWriter, r *http.Request) {
	ctx, stop := context.WithTimeout(r.Context(), 5*time.Second)
	defer stop()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if _, err := d.opt.Ledger.Unpublished(ctx, 1); err != nil {
		d.opt.Log.Error("health check failed", "err", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("failing\n"))
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}
