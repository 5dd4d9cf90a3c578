package web

// logout ends the session.
func (d *Desk) logout(v *visit) error {
	if err := d.sessions.Destroy(v.Context()); err != nil {
		return err
	}
	return seeOther(v, "/login")
}

// home leads to the queue.
func (d *Desk) home(v *visit) error { return seeOther(v, "/queue") }
