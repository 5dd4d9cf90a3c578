package web

import (
	"net/http"

	"github.com/lurewatch/lurewatch/internal/ledger"
)

type usersPage struct {
	Users         []ledger.User
	Roles         []ledger.Role
	Fault         string
	Name          string // of a user that was just given a password
	Password      string // shown this once
	EnteredName   string
	EnteredRole   ledger.Role
	PasswordIsNew bool
}

// usersShow lists the accounts.
func (d *Desk) usersShow(v *visit) error {
	return d.usersPage(v, http.StatusOK, usersPage{})
}

func (d *Desk) usersPage(v *visit, status int, page usersPage) error {
	var err error
	if page.Users, err = d.opt.Ledger.Users(v.Context()); err != nil {
		return err
	}
	page.Roles = ledger.Roles()
	return d.render(v, status, "users", "Users", page)
}
