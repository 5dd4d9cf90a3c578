package web

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// maxReason bounds a reason in characters.
const maxReason = 500

// contactsReveal shows the contacts of one post for a while. The reason is in
// the audit log before anything is shown.
func (d *Desk) contactsReveal(v *visit) error {
	doc, err := d.doc(v)
	if err != nil {
		return err
	}
	if err := v.ParseForm(); err != nil {
		return formProblem(err)
	}
	reason := strings.TrimSpace(strings.ToValidUTF8(v.PostForm.Get("reason"), "\uFFFD"))
	if n := utf8.RuneCountInString(reason); n < 5 || n > maxReason {
		return &problem{http.StatusUnprocessableEntity, "Say in a few words why you need the contacts. Go back and try again."}
	}
	_, err = d.opt.Ledger.Record(v.Context(), v.user.Name, "reveal", doc.Post.ID,
		map[string]any{"reason": reason, "contacts": len(distinct(contactsOf(doc)))})
	if err != nil {
		return err
	}
	d.showContacts(v.Context(), doc.Post.ID)
	d.flash(v.Context(), "Contacts are shown for 15 minutes. This is in the audit log.", "")
	return seeOther(v, postPath(doc.Post.ID)+"#contacts")
}
