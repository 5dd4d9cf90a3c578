package web

import (
	"encoding/json"
	"net/http"
)

// statusShow gives the counters as JSON: pages refresh their last line with it.
func (d *Desk) statusShow(v *visit) error {
	if d.opt.Status == nil {
		return errNowhere
	}
	b, err := json.Marshal(d.opt.Status(v.Context()))
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json")
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(b)
	return nil
}
