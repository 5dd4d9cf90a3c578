package indexer_test

import (
	"errors"
	"testing"

	"github.com/lurewatch/lurewatch/indexer"
)

func TestMarksOfAQuery(t *testing.T) {
	yes, no := true, false
	same := func(a, b *bool) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
	for text, c := range map[string]struct {
		rest              string
		vanished, changed *bool
		bad               bool
	}{
		"vanished:yes":                 {"", &yes, nil, false},
		"ticket changed:no visa":       {"ticket visa", nil, &no, false},
		"vanished:yes changed:yes a":   {"a", &yes, &yes, false},
		`"vanished:yes"`:               {`"vanished:yes"`, nil, nil, false},
		`"it was vanished:yes" ok`:     {`"it was vanished:yes" ok`, nil, nil, false},
		"(vanished:yes OR a)":          {"(vanished:yes OR a)", nil, nil, false},
		"(vanished:yes)":               {"", &yes, nil, false},
		"(a vanished:yes)":             {"a", &yes, nil, false},
		"-vanished:yes a":              {"a", &no, nil, false},
		"NOT (vanished:yes)":           {"", &no, nil, false},
		"vanished:yes OR vanished:no":  {"vanished:yes OR vanished:no", nil, nil, false},
		"a (vanished:maybe OR b)":      {"", nil, nil, true},
		"vanished:yes*":                {"", nil, nil, true},
		"(vanished:yes) -vanished:yes": {"", nil, nil, true},
		"vanished:maybe":               {"", nil, nil, true},
		"vanished:":                    {"", nil, nil, true},
		"vanished:yes vanished:no":     {"", nil, nil, true},
		"vanished:yes b vanished:yes":  {"b", &yes, nil, false},
		"a:b":                          {"a:b", nil, nil, false},
	} {
		q, e, err := indexer.Query{Text: text}.Check()
		if c.bad {
			if !errors.Is(err, indexer.ErrQuery) {
				t.Errorf("%q: error %v, want a wrong query", text, err)
			}
			continue
		}
		want, wantErr := indexer.Parse(c.rest)
		if err != nil || wantErr != nil || !same(q.Filter.Vanished, c.vanished) || !same(q.Filter.Changed, c.changed) {
			t.Errorf("%q: %+v, %v", text, q.Filter, err)
			continue
		}
		if (e == nil) != (want == nil) || e != nil && e.String() != want.String() {
			t.Errorf("%q searches for %v, want %v", text, e, want)
		}
	}
}
