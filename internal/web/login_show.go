package web

import "net/http"

type loginPage struct {
	Name, Next, Fault string
}

// loginShow asks for name and password. Who is logged in already goes on.
func (d *Desk) loginShow(v *visit) error {
	next := localPath(v.URL.Query().Get("next"))
	if v.user.Name != "" {
		return seeOther(v, next)
	}
	return d.render(v, http.StatusOK, "login", "Log in", loginPage{Next: next})
}
