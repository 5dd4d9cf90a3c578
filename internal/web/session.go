package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/lurewatch/lurewatch/internal/ledger"
)

// How long a login lasts: at most a shift, less when nothing happens, and how
// long contacts stay shown.
const (
	lifetime  = 12 * time.Hour
	idle      = 2 * time.Hour
	shownFor  = 15 * time.Minute
	touchEach = 5 * time.Minute
)

// Keys of a session's values.
const (
	keyUser       = "user"
	keyGeneration = "generation"
	keySeen       = "seen"
	keyFlash      = "flash"
	keyFlashLink  = "flash_link"
	keyShown      = "shown"
	keyShownUntil = "shown_until"
)

func (d *Desk) newSessions() *scs.SessionManager {
	s := scs.New()
	s.Store = d.opt.Sessions
	s.Lifetime = lifetime
	s.Cookie.Name = "lurewatch"
	s.Cookie.HttpOnly = true
	s.Cookie.Path = "/"
	s.Cookie.Persist = false
	// Lax, not strict: the link in an alert mail must find the reviewer logged in.
	// Forms are kept from other sites by the cross-origin check.
	s.Cookie.SameSite = http.SameSiteLaxMode
	if d.opt.SecureCookies {
		s.Cookie.Secure = true
		s.Cookie.Name = "__Host-lurewatch"
	}
	s.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		d.fail(&visit{Request: r, w: w}, err)
	}
	return s
}

// sessionUser finds who is logged in. A change of password, role or access ends
// every session from before it.
func (d *Desk) sessionUser(ctx context.Context) (ledger.User, bool, error) {
	name := d.sessions.GetString(ctx, keyUser)
	if name == "" {
		return ledger.User{}, false, nil
	}
	if seen := time.Unix(d.sessions.GetInt64(ctx, keySeen), 0); d.opt.Now().Sub(seen) > idle {
		return ledger.User{}, false, d.sessions.Destroy(ctx)
	}
	u, err := d.opt.Ledger.User(ctx, name)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return ledger.User{}, false, err
	}
	if err != nil || u.Disabled || u.Generation != d.sessions.GetInt64(ctx, keyGeneration) {
		return ledger.User{}, false, d.sessions.Destroy(ctx)
	}
	return u, true, nil
}

// admit starts a session under a new token.
func (d *Desk) admit(ctx context.Context, u ledger.User) error {
	if err := d.sessions.RenewToken(ctx); err != nil {
		return err
	}
	d.sessions.Put(ctx, keyUser, u.Name)
	d.sessions.Put(ctx, keyGeneration, u.Generation)
	d.sessions.Put(ctx, keySeen, d.opt.Now().Unix())
	return nil
}

// touch notes that the session is in use, rarely enough to cost no write per page.
func (d *Desk) touch(ctx context.Context) {
	now := d.opt.Now()
	if now.Sub(time.Unix(d.sessions.GetInt64(ctx, keySeen), 0)) > touchEach {
		d.sessions.Put(ctx, keySeen, now.Unix())
	}
}

// flash keeps one line for the next page, with a link when path is set.
func (d *Desk) flash(ctx context.Context, text, path string) {
	d.sessions.Put(ctx, keyFlash, text)
	d.sessions.Put(ctx, keyFlashLink, path)
}

// showContacts remembers that the contacts of one post may be shown for a while.
func (d *Desk) showContacts(ctx context.Context, id string) {
	d.sessions.Put(ctx, keyShown, id)
	d.sessions.Put(ctx, keyShownUntil, d.opt.Now().Add(shownFor).Unix())
}

func (d *Desk) contactsShown(ctx context.Context, id string) bool {
	return d.sessions.GetString(ctx, keyShown) == id && d.opt.Now().Unix() < d.sessions.GetInt64(ctx, keyShownUntil)
}
