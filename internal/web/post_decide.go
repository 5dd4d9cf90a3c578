package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
)

// postDecide writes a reviewer's decision on one post.
func (d *Desk) postDecide(v *visit) error {
	doc, err := d.doc(v)
	if err != nil {
		return err
	}
	if err := v.ParseForm(); err != nil {
		return formProblem(err)
	}
	made, err := d.decide(v.Context(), post.Decision{
		ID:     v.PostForm.Get("id"),
		Post:   doc.Post.ID,
		Act:    post.Act(v.PostForm.Get("act")),
		Reason: v.PostForm.Get("reason"),
		Note:   v.PostForm.Get("note"),
		Undoes: v.PostForm.Get("undoes"),
		By:     v.user.Name,
	})
	if err != nil {
		return err
	}
	back := localPath(v.PostForm.Get("back"))
	if made[0].Act == post.ActUndo {
		back = postPath(doc.Post.ID)
	}
	d.flash(v.Context(), decidedWords(made[0]), postPath(doc.Post.ID))
	return seeOther(v, back)
}

// decide writes to the ledger first; the nudge only makes the news travel sooner.
func (d *Desk) decide(ctx context.Context, ds ...post.Decision) ([]post.Decision, error) {
	made, err := d.opt.Ledger.Decide(ctx, ds...)
	if decided, ok := errors.AsType[*ledger.DecidedError](err); ok {
		s := decided.Standing
		return nil, &problem{http.StatusConflict, fmt.Sprintf(
			"Meanwhile %s has decided: %s, at %s. Nothing was changed. Open the post again to see it.", s.By, decidedAs[s.Act], showTime(s.At))}
	}
	if errors.Is(err, ledger.ErrInvalid) {
		return nil, invalidProblem(err)
	}
	if err != nil {
		return nil, err
	}
	for _, m := range made {
		d.opt.Decided(ctx, m)
	}
	return made, nil
}

var decidedAs = map[post.Act]string{
	post.ActConfirm: "confirmed", post.ActDismiss: "dismissed", post.ActUndo: "undone",
}

func decidedWords(d post.Decision) string {
	switch d.Act {
	case post.ActConfirm:
		return "Confirmed as a possible lure."
	case post.ActDismiss:
		return "Dismissed: " + d.Reason + "."
	default:
		return "Decision undone. The post is open again."
	}
}
