package es

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestFault reads answers as Elasticsearch 8.19 writes them.
func TestFault(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		body    string
		want    string
		passing bool
	}{
		"wrong password": {401, `{"error":{"root_cause":[{"type":"security_exception","reason":"unable to authenticate user [a]"}],"type":"security_exception","reason":"unable to authenticate user [a]"},"status":401}`,
			"hint: check the user name and password", false},
		"no rights":   {403, `{"error":{"type":"security_exception","reason":"action is unauthorized"},"status":403}`, "hint: give the user the rights", false},
		"flood stage": {429, `{"error":{"type":"cluster_block_exception","reason":"index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark]"}}`, "disk is nearly full", true},
		"overloaded":  {429, `{"error":{"type":"es_rejected_execution_exception","reason":"rejected"}}`, "overloaded", true},
		"no method":   {405, `{"error":"Incorrect HTTP method","status":405}`, "Incorrect HTTP method", false},
		"a proxy":     {502, `<html>`, "elasticsearch answered 502", true},
		"a bad query": {400, `{"error":{"root_cause":[{"type":"parsing_exception","reason":"inner"}],"type":"x_content_parse_exception","reason":"outer"}}`, "outer: inner", false},
	} {
		err := fmt.Errorf("put: %w", fault(c.status, []byte(c.body)))
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if Passing(err) != c.passing {
			t.Errorf("%s: passing = %v", name, Passing(err))
		}
	}
	if Passing(errors.New("anything")) || !Passing(fmt.Errorf("%w: refused", ErrConnection)) {
		t.Error("only faults of the connection and of load pass by themselves")
	}
}
