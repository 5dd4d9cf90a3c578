package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/lurewatch/lurewatch/internal/ledger"
)

type accountPage struct {
	ledger.User
	Fault string
	Min   int
}

// accountShow shows one's own account.
func (d *Desk) accountShow(v *visit) error {
	return d.render(v, http.StatusOK, "account", "Your account", accountPage{User: v.user, Min: ledger.MinPassword})
}

// accountPassword changes one's own password. All other sessions of the user end.
func (d *Desk) accountPassword(v *visit) error {
	if err := v.ParseForm(); err != nil {
		return formProblem(err)
	}
	refuse := func(status int, why string) error {
		return d.render(v, status, "account", "Your account", accountPage{User: v.user, Fault: why, Min: ledger.MinPassword})
	}
	old, fresh := v.PostForm.Get("old"), v.PostForm.Get("new")
	if fresh != v.PostForm.Get("again") {
		return refuse(http.StatusUnprocessableEntity, "The two new passwords differ.")
	}
	if fresh == old {
		return refuse(http.StatusUnprocessableEntity, "The new password is the old one.")
	}
	_, err := d.opt.Ledger.Login(v.Context(), v.user.Name, old, d.opt.Client(v.Request)) // counts wrong guesses
	if _, locked := errors.AsType[*ledger.LockedError](err); locked || errors.Is(err, ledger.ErrLogin) {
		return refuse(http.StatusUnauthorized, "The old password is not right, or there were too many attempts.")
	}
	if err != nil {
		return err
	}
	err = d.opt.Ledger.SetPassword(v.Context(), v.user.Name, v.user.Name, fresh)
	if errors.Is(err, ledger.ErrInvalid) {
		return refuse(http.StatusUnprocessableEntity, strings.TrimSuffix(invalidProblem(err).text, " Go back and mend it."))
	}
	if err != nil {
		return err
	}
	user, err := d.opt.Ledger.User(v.Context(), v.user.Name)
	if err != nil {
		return err
	}
	if err := d.admit(v.Context(), user); err != nil {
		return err
	}
	d.flash(v.Context(), "Password changed.", "")
	return seeOther(v, "/queue")
}
