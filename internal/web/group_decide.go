package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// groupDecide writes one decision for every post that the reviewer ticked, all or
// none. Each can be undone alone.
func (d *Desk) groupDecide(v *visit) error {
	doc, err := d.doc(v)
	if err != nil {
		return err
	}
	if err := v.ParseForm(); err != nil {
		return formProblem(err)
	}
	ticked := slices.Compact(slices.Sorted(slices.Values(v.PostForm["post"])))
	if len(ticked) == 0 || len(ticked) > maxGroup {
		return &problem{http.StatusUnprocessableEntity, fmt.Sprintf("Tick 1 to %d posts. Go back and try again.", maxGroup)}
	}
	// Only posts of this group: the form is not to be trusted with others.
	f, ok := groupFilter(doc)
	if !ok {
		return errNowhere
	}
	f.IDs = ticked
	p, err := d.find(v, indexer.Query{Filter: f, Limit: maxGroup})
	if err != nil {
		return err
	}
	if len(p.Hits) != len(ticked) {
		return &problem{http.StatusConflict, "Some of these posts are no longer in the group. Nothing was changed. Open the group again."}
	}
	ds := make([]post.Decision, len(p.Hits))
	for i, h := range p.Hits {
		ds[i] = post.Decision{Post: h.Doc.Post.ID, Act: post.Act(v.PostForm.Get("act")),
			Reason: v.PostForm.Get("reason"), Note: v.PostForm.Get("note"), By: v.user.Name}
		if ds[i].Act == post.ActUndo {
			return &problem{http.StatusUnprocessableEntity, "A group cannot be undone at once. Open each post."}
		}
	}
	made, err := d.decide(v.Context(), ds...)
	if err != nil {
		return err
	}
	d.flash(v.Context(), fmt.Sprintf("%d posts %s.", len(made), decidedAs[made[0].Act]), "")
	return seeOther(v, "/queue")
}
