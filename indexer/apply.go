package indexer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Apply merges one change into the document of its post and says whether that
// changed anything. old is nil for a post that is not held yet; it is never
// modified. Apply is pure.
//
// The same change applied twice changes nothing the second time. The order of
// changes does not matter either, within [MaxVersions] and [MaxSights], but for
// two things: Order is set by the change that arrives first, and of two
// packs with one version number the one that arrives last judges.
func Apply(old *Doc, c Change) (Doc, bool, error) {
	if err := check(c); err != nil {
		return Doc{}, false, err
	}
	switch {
	case c.Decision != nil:
		return applyDecision(old, *c.Decision)
	case c.Event != nil:
		return applyEvent(old, *c.Event)
	}
	doc, changed := applyJudged(old, *c.Judged)
	return doc, changed, nil
}

func check(c Change) error {
	switch {
	case set(c.Judged != nil)+set(c.Decision != nil)+set(c.Event != nil) != 1:
		return fmt.Errorf("%w: wants either a judged post, a decision or an event", ErrInvalid)
	case c.Post() == "":
		return fmt.Errorf("%w: no post id", ErrInvalid)
	case len(c.Post()) > 256:
		return fmt.Errorf("%w: post id of %d bytes", ErrInvalid, len(c.Post()))
	case c.Decision != nil && c.Decision.ID == "":
		return fmt.Errorf("%w: decision on %s has no id", ErrInvalid, c.Post())
	case c.Event != nil && (c.Event.ID == "" || c.Event.Kind == "" || c.Event.At.IsZero()):
		return fmt.Errorf("%w: event of %s has no id, kind or time", ErrInvalid, c.Post())
	case c.Judged != nil && c.Judged.Post.Version <= 0:
		return fmt.Errorf("%w: post %s has no version, it was never sealed", ErrInvalid, c.Post())
	case c.Judged != nil && c.Judged.Post.Digest == "":
		return fmt.Errorf("%w: post %s has no digest, it was never sealed", ErrInvalid, c.Post())
	case c.Judged != nil && c.Judged.Verdict.ID != "" && c.Judged.Verdict.ID != c.Post():
		return fmt.Errorf("%w: post %s comes with the verdict on %s", ErrInvalid, c.Post(), c.Judged.Verdict.ID)
	}
	return nil
}

func set(b bool) int {
	if b {
		return 1
	}
	return 0
}

func applyDecision(old *Doc, d post.Decision) (Doc, bool, error) {
	if old == nil {
		return Doc{}, false, fmt.Errorf("decision %s on %s: %w", d.ID, d.Post, ErrUnknownPost)
	}
	doc := *old
	if slices.ContainsFunc(doc.Decisions, func(x post.Decision) bool { return x.ID == d.ID }) {
		return doc, false, nil
	}
	doc.Decisions = append(slices.Clone(doc.Decisions), d)
	slices.SortFunc(doc.Decisions, func(a, b post.Decision) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	doc.State, _ = post.StateOf(doc.Decisions)
	return doc, true, nil
}

func applyJudged(old *Doc, j post.Judged) (Doc, bool) {
	seen := time.UnixMicro(j.Post.Version).UTC()
	if old == nil {
		return Doc{
			Post: j.Post, Verdict: j.Verdict, Capture: j.Capture,
			Order: j.Post.Version, FirstSeen: seen, LastSeen: seen, Sightings: 1,
			Versions: []Version{{Digest: j.Post.Digest, First: seen, Last: seen, Record: j.Capture.Record}},
			Sights:   []Sight{{Capture: j.Capture.ID, At: j.Post.Version}},
			State:    post.StateOpen,
		}, true
	}
	doc, changed := *old, false
	changed = doc.addSight(Sight{Capture: j.Capture.ID, At: j.Post.Version}) || changed
	changed = doc.addVersion(Version{Digest: j.Post.Digest, First: seen, Last: seen, Record: j.Capture.Record}) || changed
	if seen.Before(doc.FirstSeen) {
		doc.FirstSeen, changed = seen, true
	}
	if seen.After(doc.LastSeen) {
		doc.LastSeen, changed = seen, true
	}
	before := post.Judged{Post: doc.Post, Verdict: doc.Verdict}
	changed = doc.judge(j) || changed
	return doc, doc.remember(before, j) || changed
}

// judge makes j the current version if it is newer than the one held, or the
// current verdict if it is of the same version by a pack that has not judged it yet.
func (d *Doc) judge(j post.Judged) bool {
	newer := cmp.Or(
		cmp.Compare(j.Post.Version, d.Post.Version),
		strings.Compare(j.Capture.ID, d.Capture.ID), // two captures in one microsecond
		strings.Compare(string(j.Post.Digest), string(d.Post.Digest)),
	)
	switch {
	case newer < 0:
		return false
	case newer > 0:
		d.Post, d.Verdict, d.Capture, d.Packs = j.Post, j.Verdict, j.Capture, nil
		return true
	}
	was, is := d.Verdict.Pack, j.Verdict.Pack
	// A pack judges a version once: what it said first stands, so a verdict that is
	// delivered again after a newer pack's cannot come back.
	if was == is || compareVersions(is.Version, was.Version) < 0 || slices.Contains(d.Packs, string(is.Hash)) {
		return false
	}
	d.Packs = append(slices.Clone(d.Packs), string(was.Hash))
	if over := len(d.Packs) - maxPacks; over > 0 {
		d.Packs = d.Packs[over:]
	}
	d.Post, d.Verdict, d.Capture = j.Post, j.Verdict, j.Capture
	return true
}

const maxPacks = 16

// addSight counts a capture once. When the memory is full, a capture older than
// all that are remembered counts as known: it was dropped, or is very late.
func (d *Doc) addSight(s Sight) bool {
	if slices.ContainsFunc(d.Sights, func(x Sight) bool { return x.Capture == s.Capture }) {
		return false
	}
	order := func(a, b Sight) int { return cmp.Or(cmp.Compare(b.At, a.At), strings.Compare(b.Capture, a.Capture)) }
	if len(d.Sights) >= MaxSights && order(s, d.Sights[len(d.Sights)-1]) > 0 {
		return false
	}
	at, _ := slices.BinarySearchFunc(d.Sights, s, order)
	d.Sights = slices.Insert(slices.Clone(d.Sights), at, s)
	d.Sights = d.Sights[:min(len(d.Sights), MaxSights)]
	d.Sightings++
	return true
}

// addVersion notes that a text was seen; the same rule holds when the memory is full.
func (d *Doc) addVersion(v Version) bool {
	order := func(a, b Version) int {
		return cmp.Or(b.Last.Compare(a.Last), strings.Compare(string(b.Digest), string(a.Digest)))
	}
	at := slices.IndexFunc(d.Versions, func(x Version) bool { return x.Digest == v.Digest })
	if at < 0 {
		if len(d.Versions) >= MaxVersions && order(v, d.Versions[len(d.Versions)-1]) > 0 {
			return false
		}
		d.Versions = append(slices.Clone(d.Versions), v)
		slices.SortFunc(d.Versions, order)
		d.Versions = d.Versions[:min(len(d.Versions), MaxVersions)]
		return true
	}
	was := d.Versions[at]
	is := was
	if v.First.Before(is.First) {
		is.First = v.First
	}
	if cmp.Or(v.Last.Compare(is.Last), strings.Compare(v.Record.File, is.Record.File), cmp.Compare(v.Record.Offset, is.Record.Offset)) > 0 {
		is.Last, is.Record = v.Last, v.Record
	}
	if is == was {
		return false
	}
	d.Versions = slices.Clone(d.Versions)
	d.Versions[at] = is
	slices.SortFunc(d.Versions, order)
	return true
}

// compareVersions orders pack versions as people read them: 1.10 after 1.9.
func compareVersions(a, b string) int {
	for a != "" && b != "" {
		x, restA := piece(a)
		y, restB := piece(b)
		if isDigit(x[0]) && isDigit(y[0]) {
			x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			if c := cmp.Compare(len(x), len(y)); c != 0 {
				return c
			}
		}
		if c := strings.Compare(x, y); c != 0 {
			return c
		}
		a, b = restA, restB
	}
	return cmp.Compare(len(a), len(b))
}

// piece cuts the leading run of digits, or of anything else, off a non-empty s.
func piece(s string) (string, string) {
	n := 1
	for n < len(s) && isDigit(s[n]) == isDigit(s[0]) {
		n++
	}
	return s[:n], s[n:]
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
