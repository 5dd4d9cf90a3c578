package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/ledger"
)

// visit is one request with who makes it.
type visit struct {
	*http.Request
	w    http.ResponseWriter
	user ledger.User // zero for anybody
}

// handler answers a visit. An error becomes a page with an id; a [problem]
// tells the visitor what is wrong.
type handler func(*visit) error

// problem is an error that a visitor may read.
type problem struct {
	status int
	text   string
}

func (p *problem) Error() string { return p.text }

var errNowhere = &problem{http.StatusNotFound, "There is no such page."}

func (d *Desk) nowhere(*visit) error { return errNowhere }

// csp allows what the desk's own files need and nothing else.
const csp = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func (d *Desk) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		// Not no-referrer: it would make browsers send "Origin: null" with our own
		// forms, which the cross-origin check refuses where there is no TLS.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Cache-Control", "no-store")
		if d.opt.SecureCookies {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

func (d *Desk) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler { //nolint:errorlint // a value that was thrown, as net/http compares it
				panic(p)
			}
			d.fail(&visit{Request: r, w: w}, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}()
		next.ServeHTTP(w, r)
	})
}

func (d *Desk) crossOrigin(w http.ResponseWriter, r *http.Request) {
	d.fail(&visit{Request: r, w: w}, &problem{http.StatusForbidden, "This form was sent from another site. Open the desk itself and try again."})
}

// guard lets through who may see the route.
func (d *Desk) guard(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		v := &visit{Request: req, w: w}
		if err := d.enter(v, r); err != nil {
			d.fail(v, err)
		}
	})
}

func (d *Desk) enter(v *visit, r route) error {
	user, ok, err := d.sessionUser(v.Context())
	if err != nil {
		return err
	}
	v.user = user
	switch {
	case r.role == anyone:
	case !ok:
		return d.toLogin(v)
	case !user.Role.Includes(r.role):
		return &problem{http.StatusForbidden, "Your role does not include this page. An admin can change it."}
	case user.MustChange && !openWithOldPassword[v.URL.Path]:
		return seeOther(v, "/account")
	default:
		if v.URL.Path != "/status" { // pages ask for it by themselves: that keeps nobody logged in
			d.touch(v.Context())
		}
	}
	return r.do(v)
}

// openWithOldPassword is what a user can reach whose password somebody else chose.
var openWithOldPassword = map[string]bool{"/account": true, "/account/password": true, "/logout": true}

func (d *Desk) toLogin(v *visit) error {
	target := "/login"
	if v.Method == http.MethodGet && v.URL.Path != "/" && v.URL.Path != "/status" {
		target += "?next=" + url.QueryEscape(v.URL.RequestURI())
	}
	return seeOther(v, target)
}

func seeOther(v *visit, path string) error {
	http.Redirect(v.w, v.Request, path, http.StatusSeeOther)
	return nil
}

// localPath returns s when it is a path on this desk, else that of the queue.
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || len(s) > 2000 ||
		len(u.Path) == 0 || u.Path[0] != '/' || (len(u.Path) > 1 && (u.Path[1] == '/' || u.Path[1] == '\\')) {
		return "/queue"
	}
	return u.RequestURI()
}

// fail answers with a page that tells what a visitor may know; the log has the rest under the same id.
func (d *Desk) fail(v *visit, err error) {
	if errors.Is(err, context.Canceled) && v.Context().Err() != nil {
		return // nobody waits for the answer
	}
	p := asProblem(err)
	var b [6]byte
	rand.Read(b[:])
	id := hex.EncodeToString(b[:])
	if p.status >= 500 {
		d.opt.Log.Error("request failed", "id", id, "method", v.Method, "pattern", v.Pattern, "user", v.user.Name, "err", err)
	} else {
		d.opt.Log.Info("request refused", "id", id, "status", p.status, "method", v.Method, "pattern", v.Pattern, "user", v.user.Name)
	}
	page := errorPage{Status: p.status, Heading: http.StatusText(p.status), Text: p.text, ID: id}
	if err := d.render(v, p.status, "error", page.Heading, page); err != nil {
		d.opt.Log.Error("error page failed", "id", id, "err", err)
		http.Error(v.w, "error "+id, http.StatusInternalServerError)
	}
}

type errorPage struct {
	Status            int
	Heading, Text, ID string
}

// asProblem picks what to tell of err.
func asProblem(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &problem{http.StatusRequestEntityTooLarge, "What you sent is too large."}
	}
	switch {
	case errors.Is(err, indexer.ErrNotFound), errors.Is(err, ledger.ErrNotFound):
		return errNowhere
	case errors.Is(err, indexer.ErrCursor):
		return &problem{http.StatusGone, "This page of the list has expired. Start again from its first page."}
	case errors.Is(err, context.DeadlineExceeded):
		return &problem{http.StatusGatewayTimeout, "This took too long. Try again, or narrow the search."}
	}
	return &problem{http.StatusInternalServerError, "Something went wrong on our side. Tell an admin the id below: it finds the cause in the log."}
}
