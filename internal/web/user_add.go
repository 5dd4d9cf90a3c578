package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/lurewatch/lurewatch/internal/ledger"
)

// userAdd makes an account with a random password, shown once on the answer.
func (d *Desk) userAdd(v *visit) error {
	if err := v.ParseForm(); err != nil {
		return formProblem(err)
	}
	page := usersPage{EnteredName: strings.TrimSpace(v.PostForm.Get("name")), EnteredRole: ledger.Role(v.PostForm.Get("role"))}
	password := ledger.NewPassword()
	err := d.opt.Ledger.AddUser(v.Context(), v.user.Name, page.EnteredName, page.EnteredRole, password)
	switch {
	case errors.Is(err, ledger.ErrInvalid):
		page.Fault = strings.TrimSuffix(invalidProblem(err).text, " Go back and mend it.")
		return d.usersPage(v, http.StatusUnprocessableEntity, page)
	case errors.Is(err, ledger.ErrExists):
		page.Fault = "There is a user of this name."
		return d.usersPage(v, http.StatusConflict, page)
	case err != nil:
		return err
	}
	return d.usersPage(v, http.StatusOK, usersPage{Name: page.EnteredName, Password: password, PasswordIsNew: true})
}
