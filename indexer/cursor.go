package indexer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// Place is where the next page begins. Backends keep in it what they need; to
// everyone else it is the opaque string of Page.Next.
type Place struct {
	Order  int64   `json:"o,omitempty"`
	ID     string  `json:"i,omitempty"`
	Score  float64 `json:"s,omitempty"`
	Offset int     `json:"n,omitempty"`
	View   string  `json:"v,omitempty"` // a view that the server keeps for the reader
}

type cursor struct {
	Query string `json:"q"`
	Place Place  `json:"p"`
}

// Next makes the cursor of the page that begins behind p.
func (q Query) Next(p Place) string {
	b, err := json.Marshal(cursor{q.fingerprint(), p})
	if err != nil {
		return "" // cannot happen: all fields are plain; NaN scores are not made
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Place reads q.Cursor; nil when there is none. A cursor of another query is
// refused with [ErrCursor]: half of each list would be no list at all.
func (q Query) Place() (*Place, error) {
	if q.Cursor == "" {
		return nil, nil //nolint:nilnil // as documented: no cursor, no place
	}
	const hint = "hint: search again without it"
	b, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	if err != nil {
		return nil, fmt.Errorf("%w: not one of ours; %s", ErrCursor, hint)
	}
	var c cursor
	if err := json.Unmarshal(b, &c); err != nil {
		return nil, fmt.Errorf("%w: not one of ours; %s", ErrCursor, hint)
	}
	if c.Query != q.fingerprint() {
		return nil, fmt.Errorf("%w: belongs to another query; %s", ErrCursor, hint)
	}
	if c.Place.Offset < 0 || c.Place.Offset > MaxRelevant {
		return nil, fmt.Errorf("%w: too deep; %s", ErrCursor, hint)
	}
	return &c.Place, nil
}

// fingerprint is of what decides which documents are listed, and in which order.
// It must be taken after Check, which brings the filter into its normal form.
func (q Query) fingerprint() string {
	b, err := json.Marshal(struct {
		Text   string
		Filter Filter
		Sort   Sort
	}{q.Text, q.Filter, q.Sort})
	if err != nil {
		return "" // cannot happen but for years past 9999, which no stored time has
	}
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}
