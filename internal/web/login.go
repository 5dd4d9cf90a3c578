package web

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/ledger"
)

// login checks a password and starts a session.
func (d *Desk) login(v *visit) error {
	if err := v.ParseForm(); err != nil {
		return formProblem(err)
	}
	name := strings.TrimSpace(v.PostForm.Get("name"))
	next := localPath(v.PostForm.Get("next"))
	user, err := d.opt.Ledger.Login(v.Context(), name, v.PostForm.Get("password"), d.opt.Client(v.Request))
	var fault string
	status := http.StatusUnauthorized
	locked, isLocked := errors.AsType[*ledger.LockedError](err)
	switch {
	case isLocked:
		wait := locked.Until.Sub(d.opt.Now()).Round(time.Second)
		fault, status = fmt.Sprintf("Too many failed attempts. Try again in %s.", max(wait, time.Second)), http.StatusTooManyRequests
	case errors.Is(err, ledger.ErrLogin):
		fault = "That name and password do not match."
	case err != nil:
		return err
	default:
		if err := d.admit(v.Context(), user); err != nil {
			return err
		}
		return seeOther(v, next)
	}
	return d.render(v, status, "login", "Log in", loginPage{Name: name, Next: next, Fault: fault})
}

// clientOf is the address that failed logins are counted by: of IPv6 the /64,
// which is one customer's. Behind a proxy on the same machine all clients look
// alike; then there is none.
func clientOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return ""
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.IsLoopback() {
		return ""
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		return netip.PrefixFrom(addr, 64).Masked().String()
	}
	return addr.String()
}

func formProblem(err error) error {
	if p := asProblem(err); p.status == http.StatusRequestEntityTooLarge {
		return p
	}
	return &problem{http.StatusBadRequest, "The form could not be read."}
}
