package indexer

// Group is the part of a batch that is about one post.
type Group struct {
	ID      string
	Order   int64 // least version among its judged posts, 0 without any
	Changes []int // indexes in the batch, in its order
}

// Grouped sorts a batch by post, in the order in which posts first appear, and
// makes the list of errors, one a change, that Put answers. Changes without a post are in no
// group; their error is set.
func Grouped(changes []Change) ([]Group, []error) {
	errs := make([]error, len(changes))
	var groups []Group
	at := make(map[string]int, len(changes))
	for i, c := range changes {
		id := c.Post()
		if id == "" {
			errs[i] = check(c)
			continue
		}
		g, ok := at[id]
		if !ok {
			g = len(groups)
			at[id] = g
			groups = append(groups, Group{ID: id})
		}
		if c.Judged != nil && (groups[g].Order == 0 || c.Judged.Post.Version < groups[g].Order) {
			groups[g].Order = c.Judged.Post.Version
		}
		groups[g].Changes = append(groups[g].Changes, i)
	}
	return groups, errs
}

// Apply merges the group's changes into old, sets the errors of those that cannot
// be, and says whether the document changed.
func (g Group) Apply(old *Doc, changes []Change, errs []error) (doc Doc, changed bool) {
	for _, i := range g.Changes {
		next, ok, err := Apply(old, changes[i])
		if errs[i] = err; err != nil {
			continue
		}
		old, changed = &next, changed || ok
	}
	if old != nil {
		doc = *old
	}
	return doc, changed
}

// Fail sets the error of the group's changes that have none yet.
func (g Group) Fail(errs []error, err error) {
	for _, i := range g.Changes {
		if errs[i] == nil {
			errs[i] = err
		}
	}
}
