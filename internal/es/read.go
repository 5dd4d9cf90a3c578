package es

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Ref names a document; Routing is empty when its id is its routing.
type Ref struct {
	ID      string `json:"_id"`
	Routing string `json:"routing,omitempty"`
}

// Got is a document as it was read; Source is nil when it is not there.
type Got[T any] struct {
	Source      *T
	SeqNo, Term int64 // what a write that follows can be made to depend on
}

// Read gets documents as they are at this moment, whether a search finds them yet or
// not. The answer has one entry for each of refs, in their order.
func Read[T any](ctx context.Context, c *Client, index string, refs []Ref) ([]Got[T], error) {
	body, err := json.Marshal(map[string]any{"docs": refs})
	if err != nil {
		return nil, err
	}
	var out struct {
		Docs []struct {
			Found       bool   `json:"found"`
			SeqNo       int64  `json:"_seq_no"`
			PrimaryTerm int64  `json:"_primary_term"`
			Source      *T     `json:"_source"`
			Error       *Cause `json:"error"`
		} `json:"docs"`
	}
	if err := c.Do(ctx, http.MethodPost, "/"+index+"/_mget", body, &out); err != nil {
		return nil, err
	}
	if len(out.Docs) != len(refs) {
		return nil, fmt.Errorf("%w: %d documents for %d ids", ErrAnswer, len(out.Docs), len(refs))
	}
	got := make([]Got[T], len(refs))
	for i, d := range out.Docs {
		switch {
		case d.Error != nil:
			return nil, &Fault{Status: http.StatusServiceUnavailable, Type: d.Error.Type, Reason: d.Error.Reason}
		case d.Found && d.Source == nil:
			return nil, fmt.Errorf("%w: %s has no document in it", ErrAnswer, refs[i].ID)
		case d.Found:
			got[i] = Got[T]{d.Source, d.SeqNo, d.PrimaryTerm}
		}
	}
	return got, nil
}
