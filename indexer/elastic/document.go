package elastic

import (
	"encoding/json"
	"fmt"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// document is a post as the mapping has it.
type document struct {
	Doc       *indexer.Doc  `json:"doc"`
	ID        string        `json:"id"`
	Order     int64         `json:"order"`
	Title     string        `json:"title"`
	Body      string        `json:"body"`
	Lang      string        `json:"lang"`
	Source    string        `json:"source"`
	Company   string        `json:"company,omitempty"`
	Countries []string      `json:"countries,omitempty"`
	Contacts  []string      `json:"contacts,omitempty"`
	Rules     []string      `json:"rules,omitempty"`
	Concepts  []string      `json:"concepts,omitempty"`
	Stance    post.Stance   `json:"stance"`
	State     post.State    `json:"state"`
	Level     string        `json:"level"`
	Rank      int           `json:"rank"`
	Flagged   bool          `json:"flagged"`
	Help      bool          `json:"help"`
	Vanished  bool          `json:"vanished"`
	Changed   bool          `json:"changed"`
	FirstSeen int64         `json:"first_seen"`
	Seen      int64         `json:"seen"`
	Posted    *int64        `json:"posted,omitempty"`
	Digests   []post.Digest `json:"digests"`
}

// encode makes the JSON of a document, on one line.
func encode(a *indexer.Analyzer, d indexer.Doc) ([]byte, error) {
	e := indexer.EntryOf(a, d)
	out := document{
		Doc: &d, ID: d.Post.ID, Order: d.Order, Title: e.Title, Body: e.Body,
		Lang: e.Lang, Source: e.Source, Company: e.Company, Countries: e.Countries, Contacts: e.Contacts,
		Rules: e.Rules, Concepts: e.Concepts, Stance: e.Stance, State: e.State, Level: string(e.Level), Rank: e.Level.Rank(),
		Flagged: e.Flagged, Help: e.Help, Vanished: e.Vanished, Changed: e.Changed, FirstSeen: e.FirstSeen.UnixMilli(), Seen: e.FirstSeen.UnixMicro(),
	}
	if e.Level == post.LevelNone {
		out.Level = indexer.LevelNone
	}
	if !e.Posted.IsZero() {
		us := e.Posted.UnixMicro()
		out.Posted = &us
	}
	for _, v := range d.Versions {
		out.Digests = append(out.Digests, v.Digest)
	}
	b, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("%w: encode %s: %w", indexer.ErrInvalid, d.Post.ID, err)
	}
	return b, nil
}
