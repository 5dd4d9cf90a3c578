package indexer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/internal/post"
)

// applyEvent adds what happened to a post. Events are a set by their ids, so order
// and repetition do not matter; the newest [MaxEvents] are kept.
func applyEvent(old *Doc, e post.Event) (Doc, bool, error) {
	if old == nil {
		return Doc{}, false, fmt.Errorf("event %s of %s: %w", e.ID, e.Post, ErrUnknownPost)
	}
	doc := *old
	if slices.ContainsFunc(doc.Events, func(x post.Event) bool { return x.ID == e.ID }) {
		return doc, false, nil
	}
	newest := func(a, b post.Event) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(b.ID, a.ID))
	}
	if len(doc.Events) >= MaxEvents && newest(e, doc.Events[len(doc.Events)-1]) > 0 {
		return doc, false, nil
	}
	at, _ := slices.BinarySearchFunc(doc.Events, e, newest)
	doc.Events = slices.Insert(slices.Clone(doc.Events), at, e)
	doc.Events = doc.Events[:min(len(doc.Events), MaxEvents)]
	return doc, true, nil
}

// remember keeps what versions said that are not current: before is what was current
// until j came. A version's words are those of its last sighting as the newest pack
// read them, so the order of arrival does not matter.
func (d *Doc) remember(before, j post.Judged) bool {
	if len(d.Versions) < 2 {
		return false
	}
	changed := false
	for i := range d.Versions {
		said := d.Versions[i].Said
		switch {
		case d.Versions[i].Digest == d.Post.Digest || i > MaxSaid:
			said = nil
		case d.Versions[i].Digest == before.Post.Digest:
			said = newerSaid(said, before)
		case d.Versions[i].Digest == j.Post.Digest:
			said = newerSaid(said, j)
		}
		if said == d.Versions[i].Said {
			continue
		}
		if !changed {
			d.Versions, changed = slices.Clone(d.Versions), true
		}
		d.Versions[i].Said = said
	}
	return changed
}

func newerSaid(was *post.Said, j post.Judged) *post.Said {
	if was != nil && cmp.Or(cmp.Compare(j.Post.Version, was.At), compareVersions(j.Verdict.Pack.Version, was.Pack)) <= 0 {
		return was
	}
	s := post.SaidBy(j)
	return &s
}
