package web

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/ledger"
)

type auditPage struct {
	Entries            []auditRow
	Actor, Act, Object string
	Chain              ledger.Chain
	Checked            bool // the chain was walked in time
	Older, First       string
	Exports            []ledger.Export
}

// auditRow is one entry, its details in lines.
type auditRow struct {
	ledger.Entry
	Post  bool // the object is a post
	Lines []auditLine
}

type auditLine struct{ Key, Value string }

// newAuditRow spreads the details of an entry; those of a decision come first.
// What the columns beside say already is left out.
func newAuditRow(e ledger.Entry) auditRow {
	row := auditRow{Entry: e, Post: postID.MatchString(e.Object)}
	var detail map[string]any
	if json.Unmarshal(e.Detail, &detail) != nil {
		row.Lines = []auditLine{{"details", string(e.Detail)}}
		return row
	}
	if made, ok := detail["decision"].(map[string]any); ok {
		for _, k := range []string{"act", "reason", "note", "undoes", "id"} {
			if val, ok := made[k].(string); ok {
				row.Lines = append(row.Lines, auditLine{k, val})
			}
		}
		delete(detail, "decision")
	}
	for _, k := range slices.Sorted(maps.Keys(detail)) {
		if val := fmt.Sprint(detail[k]); val != "" {
			row.Lines = append(row.Lines, auditLine{k, val})
		}
	}
	return row
}

var postID = regexp.MustCompile(`^p[0-9a-f]{32}$`)

// auditRows is how many entries a page of the log shows.
const auditRows = 100

// auditShow shows what was done by whom, and whether the log is whole.
func (d *Desk) auditShow(v *visit) error {
	q := v.URL.Query()
	page := auditPage{Actor: strings.TrimSpace(q.Get("actor")), Act: strings.TrimSpace(q.Get("act")), Object: strings.TrimSpace(q.Get("object"))}
	f := ledger.AuditFilter{Actor: page.Actor, Act: page.Act, Object: page.Object, Limit: auditRows}
	f.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64)
	entries, err := d.opt.Ledger.Audit(v.Context(), f)
	if err != nil {
		return err
	}
	for _, e := range entries {
		page.Entries = append(page.Entries, newAuditRow(e))
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
