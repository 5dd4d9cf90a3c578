package custody

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Head is the newest entry of a log.
type Head struct {
	Seq  int64  `json:"seq"`  // 0 in an empty log
	Hash string `json:"hash"` // Zero in an empty log
}

// state is what a writer must know of a log to go on with it. It can be made again by
// reading the log, and is kept beside it only to save that.
type state struct {
	Head
	Stack []Head           `json:"stack"` // what the shortcuts of later entries can lead to, the newest last
	File  string           `json:"file"`  // that the newest entry stands in
	Size  int64            `json:"size"`  // of File
	Files map[string]int64 `json:"files"` // up to where each archive file is entered
	Audit int64            `json:"audit"` // up to which audit entry acts are entered
	Stamp map[string]int64 `json:"stamp"` // the newest entry that each authority has stamped
}

func newState() state {
	return state{Head: Head{Hash: Zero}, Files: map[string]int64{}, Stamp: map[string]int64{}}
}

func (s state) clone() state {
	s.Stack, s.Files, s.Stamp = slices.Clone(s.Stack), maps.Clone(s.Files), maps.Clone(s.Stamp)
	return s
}

// next is the link of the entry after the newest, with data of this digest.
func (s state) next(digest string) Link {
	l := Link{Seq: s.Seq + 1, Prev: s.Hash, Skip: Zero, Digest: digest}
	if i := s.find(SkipOf(l.Seq)); i >= 0 {
		l.Skip = s.Stack[i].Hash
	}
	return l
}

func (s state) find(seq int64) int {
	return slices.IndexFunc(s.Stack, func(h Head) bool { return h.Seq == seq })
}

// add takes an entry in.
func (s *state) add(l Link, hash string, e Entry) {
	s.Stack = append(s.Stack[:s.find(SkipOf(l.Seq))+1], Head{l.Seq, hash})
	s.Head = Head{l.Seq, hash}
	switch {
	case e.Capture != nil:
		for _, r := range e.Capture.Records {
			s.Files[e.Capture.File] = max(s.Files[e.Capture.File], r.Offset+r.Length)
		}
	case e.Act != nil:
		s.Audit = max(s.Audit, e.Act.Seq)
	case e.Timestamp != nil:
		s.Stamp[e.Timestamp.Authority] = max(s.Stamp[e.Timestamp.Authority], e.Timestamp.Seq)
	}
}

// check holds a line against the state before it.
func (s state) check(l Line) error {
	want := s.next(l.Digest)
	switch {
	case l.Seq != want.Seq:
		return fmt.Errorf("entry %d stands where %d belongs", l.Seq, want.Seq)
	case l.Prev != want.Prev:
		return errors.New("it does not follow the entry before it")
	case l.Skip != want.Skip:
		return errors.New("its shortcut leads to another entry")
	case l.Stated != l.Hash():
		return errors.New("its data does not match its hash")
	}
	return nil
}

// HeadFile holds the state of some moment, with a sum over it. It is bookkeeping, and the
// one place that knows of an end which was cut off.
const HeadFile = "head.json"

type savedState struct {
	State json.RawMessage `json:"state"`
	Sum   string          `json:"sum"`
}

func (s state) bytes() ([]byte, error) {
	body, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return json.Marshal(savedState{body, sum(body)})
}

func (s state) save(dir string) error {
	b, err := s.bytes()
	if err != nil {
		return err
	}
	name := filepath.Join(dir, HeadFile)
	if err := os.WriteFile(name+".new", b, 0o640); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// loadState reads a saved state; ok is false where there is none, or a damaged one.
func loadState(dir string) (s state, ok bool) {
	b, err := os.ReadFile(filepath.Join(dir, HeadFile))
	var w savedState
	if err != nil || json.Unmarshal(b, &w) != nil || sum(w.State) != w.Sum {
		return newState(), false
	}
	s = newState()
	if json.Unmarshal(w.State, &s) != nil || s.Files == nil || s.Stamp == nil || s.File != "" && filepath.Base(s.File) != s.File {
		return newState(), false
	}
	again, err := s.bytes() // JSON reads more than it writes: key case, spaces
	return s, err == nil && bytes.Equal(again, b)
}

const suffix = ".jsonl"

// segmentName is the file that begins with entry seq.
func segmentName(seq int64) string { return fmt.Sprintf("custody-%015d%s", seq, suffix) }

// segments lists the files of a log, oldest first.
func segments(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list custody log: %w", err)
	}
	var out []string
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasPrefix(e.Name(), "custody-") && strings.HasSuffix(e.Name(), suffix) {
			out = append(out, e.Name())
		}
	}
	return out, nil // ReadDir sorts by name, which is the number of the first entry
}
