package web

import (
	"errors"
	"net/http"

	"github.com/lurewatch/lurewatch/internal/ledger"
)

// userAccess changes a role, or switches an account off or on.
func (d *Desk) userAccess(v *visit) error {
	if err := v.ParseForm(); err != nil {
		return formProblem(err)
	}
	name := v.PathValue("name")
	err := d.opt.Ledger.SetAccess(v.Context(), v.user.Name, name, ledger.Role(v.PostForm.Get("role")), v.PostForm.Get("disabled") == "on")
	switch {
	case errors.Is(err, ledger.ErrLast):
		return d.usersPage(v, http.StatusConflict, usersPage{Fault: "This is the last admin who can log in. Make another one first."})
	case errors.Is(err, ledger.ErrInvalid):
		return invalidProblem(err)
	case err != nil:
		return err
	}
	d.flash(v.Context(), "Access of "+name+" changed. They have to log in again.", "")
	return seeOther(v, "/users")
}
