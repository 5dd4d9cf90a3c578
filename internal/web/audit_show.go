package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/ledger"
)

type auditPage struct {
	Entries            []ledger.Entry
	Actor, Act, Object string
	Chain              ledger.Chain
	Checked            bool // the chain was walked in time
	Older, First       string
	Exports            []ledger.Export
}

// auditRows is how many entries a page of the log shows.
const auditRows = 100

// auditShow shows what was done by whom, and whether the log is whole.
func (d *Desk) auditShow(v *visit) error {
	q := v.URL.Query()
	page := auditPage{Actor: strings.TrimSpace(q.Get("actor")), Act: strings.TrimSpace(q.Get("act")), Object: strings.TrimSpace(q.Get("object"))}
	f := ledger.AuditFilter{Actor: page.Actor, Act: page.Act, Object: page.Object, Limit: auditRows}
	f.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64)
	var err error
	if page.Entries, err = d.opt.Ledger.Audit(v.Context(), f); err != nil {
		return err
	}
	keep := url.Values{}
	for k, val := range map[string]string{"actor": page.Actor, "act": page.Act, "object": page.Object} {
		if val != "" {
			keep.Set(k, val)
		}
	}
	if f.Before > 0 {
		page.First = "/audit?" + keep.Encode()
	}
	if len(page.Entries) == auditRows {
		keep.Set("before", strconv.FormatInt(page.Entries[auditRows-1].Seq, 10))
		page.Older = "/audit?" + keep.Encode()
	}
	ctx, stop := context.WithTimeout(v.Context(), 10*time.Second)
	defer stop()
	if page.Chain, err = d.opt.Ledger.Verify(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	page.Checked = err == nil
	if page.Exports, err = d.opt.Ledger.Exports(v.Context(), 10); err != nil {
		return err
	}
	return d.render(v, http.StatusOK, "audit", "Audit log", page)
}
