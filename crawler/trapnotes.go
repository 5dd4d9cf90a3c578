package crawler

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What traps have counted is noted as the crawl goes, so that a restart, or a kill,
// gives no endless site its pages anew: a shape whenever another fiftieth of what it is
// given is used up, what is known to be no news in blocks, and all of it at the end.

// The kinds of notes.
const (
	trapNotes = "trap"      // key: site, space, shape
	seenNotes = "trap-seen" // key: site, space, number of the block
)

const (
	noteSteps = 50  // notes of a shape until it is left
	seenBlock = 500 // hashes in a block: a note is 4 KiB at most
	seenKept  = 400 // blocks of a site; then the oldest is written over
)

// trapNote is what is noted of one shape. It holds for the time that is counted from
// Since on, and for one round of a crawl.
type trapNote struct {
	Since    int64 `json:"since"` // seconds since 1970
	Round    int64 `json:"round"`
	Calendar bool  `json:"calendar,omitempty"`
	Posts    bool  `json:"posts,omitempty"`
	Useful   int   `json:"useful,omitempty"`
	Useless  int   `json:"useless,omitempty"`
	Pending  int   `json:"pending,omitempty"`
}

// holds reports whether what was noted since then, in a round, still counts.
func (t *traps) holds(since, round int64, now time.Time) bool {
	return round == t.round && since <= now.Unix() && now.Unix()-since < trapEpoch*3600
}

// trapPage is a note that is due.
type trapPage struct {
	kind, key string
	note      []byte
}

// step is how many pages that gave nothing one note of a shape lags behind.
func (t *traps) step() int { return max(1, t.most/noteSteps) }

// due gives the notes to write now: of what has come far enough since its last note, or
// with all of everything.
func (t *traps) due(all bool) (out []trapPage, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	names := t.ready
	if t.ready = nil; all {
		names = slices.Collect(maps.Keys(t.count))
	}
	for _, name := range names {
		n := t.count[name]
		if n == nil {
			continue // counted anew meanwhile
		}
		note := trapNote{t.since.Unix(), t.round, n.calendar, n.posts, n.useful, n.useless, n.pending}
		if note == n.noted || t.most < 0 {
			continue
		}
		b, err := json.Marshal(note)
		if err != nil {
			return nil, err
		}
		n.noted = note
		out = append(out, trapPage{trapNotes, name, b})
	}
	for len(t.news) >= seenBlock || len(t.news) > 0 && (all || len(out) > 0) {
		k := min(len(t.news), seenBlock)
		b := binary.LittleEndian.AppendUint64(nil, uint64(t.since.Unix()))
		b = binary.LittleEndian.AppendUint64(b, uint64(t.round))
		for _, h := range t.news[:k] {
			b = binary.LittleEndian.AppendUint64(b, h)
		}
		out = append(out, trapPage{seenNotes, strconv.Itoa(t.block % seenKept), b})
		if k < seenBlock {
			break // it is written again when it is full
		}
		t.news, t.block = append([]uint64(nil), t.news[k:]...), t.block+1
	}
	return out, nil
}

// restore takes up a note of a shape, and reports whether it still holds.
func (t *traps) restore(name string, n trapNote, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.holds(n.Since, n.Round, now) || n.Useful < 0 || n.Useless < 0 || n.Pending < 0 {
		return false
	}
	if len(t.names.known) >= maxShapes {
		return true // counted with others from now on
	}
	if t.names.known == nil {
		t.names.known = map[string]bool{}
	}
	t.names.known[name] = true
	t.since = earlier(t.since, time.Unix(n.Since, 0))
	c := &shapeCount{calendar: n.Calendar, posts: n.Posts, useful: n.Useful, useless: n.Useless, pending: n.Pending, noted: n}
	c.told = t.left(c)
	t.count[name] = c
	return true
}

// remember takes up a block of what was seen, and reports whether it still holds.
func (t *traps) remember(block int, b []byte, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(b) < 16 || len(b)%8 != 0 || block < 0 || block >= seenKept {
		return false
	}
	if !t.holds(int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint64(b[8:])), now) {
		return false
	}
	for b = b[16:]; len(b) > 0; b = b[8:] {
		t.seen.add(binary.LittleEndian.Uint64(b))
	}
	t.block = max(t.block, block+1) // one that is not full stays so
	return true
}

// recallTraps takes up what an earlier run counted of the same day and round, and
// forgets the rest.
func (c *Crawler) recallTraps(ctx context.Context) error {
	now := c.opt.Now()
	for name, s := range c.sites {
		s.traps.begin(c.rounds[name])
	}
	for _, kind := range []string{trapNotes, seenNotes} {
		notes, err := c.opt.Notebook.Notes(ctx, kind)
		if err != nil {
			return err
		}
		for key, b := range notes {
			name, rest, _ := strings.Cut(key, " ")
			s := c.sites[name]
			if s == nil {
				continue // of another crawl
			}
			holds := false
			if kind == trapNotes {
				var n trapNote
				holds = json.Unmarshal(b, &n) == nil && s.traps.restore(rest, n, now)
			} else if block, err := strconv.Atoi(rest); err == nil {
				holds = s.traps.remember(block, b, now)
			}
			if !holds {
				if err := c.opt.Notebook.Note(ctx, kind, key, nil); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// begin says of which round the count is.
func (t *traps) begin(round int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.round = round
}

// keepTraps notes what is due of one site; with all everything.
func (c *Crawler) keepTraps(ctx context.Context, s *site, all bool) error {
	pages, err := s.traps.due(all)
	if err != nil {
		return err
	}
	for _, p := range pages {
		if err := c.opt.Notebook.Note(context.WithoutCancel(ctx), p.kind, s.Name+" "+p.key, p.note); err != nil {
			return fmt.Errorf("keep count of shapes: %w", err)
		}
	}
	return nil
}

// hash64 is the same in every run: FNV-1a, mixed once more for the filter.
func hash64(parts ...string) uint64 {
	h := uint64(14695981039346656037)
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint64(p[i])) * 1099511628211
		}
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	return h ^ h>>33
}
