package web

import (
	"net/http"

	"github.com/lurewatch/lurewatch/internal/ledger"
)

// userPassword gives a user a new random password, shown once on the answer.
func (d *Desk) userPassword(v *visit) error {
	name := v.PathValue("name")
	if name == v.user.Name {
		return seeOther(v, "/account") // one's own is changed where the old one is asked for
	}
	password := ledger.NewPassword()
	if err := d.opt.Ledger.SetPassword(v.Context(), v.user.Name, name, password); err != nil {
		return err
	}
	return d.usersPage(v, http.StatusOK, usersPage{Name: name, Password: password})
}
