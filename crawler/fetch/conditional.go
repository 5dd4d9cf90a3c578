package fetch

import (
	"net/http"
	"strings"
)

// Validators are what a host said of the version of a page that it sent. Sent
// back, they ask for the page only if it is another by now (RFC 9110 section 13.1);
// the answer 304 has no body.
type Validators struct {
	ETag     string // with its quotes and W/
	Modified string // Last-Modified, as it was sent
}

// maxValidator bounds each, in bytes: what is longer is not kept.
const maxValidator = 512

// ValidatorsOf reads the validators of an answer. What is malformed is left out.
func ValidatorsOf(h http.Header) Validators {
	var v Validators
	if tag := h.Get("ETag"); goodTag(tag) {
		v.ETag = tag
	}
	if m := h.Get("Last-Modified"); len(m) <= maxValidator {
		if _, err := http.ParseTime(m); err == nil {
			v.Modified = m
		}
	}
	return v
}

// goodTag is the entity-tag of RFC 9110 section 8.8.3.
func goodTag(tag string) bool {
	s, ok := strings.CutPrefix(strings.TrimPrefix(tag, "W/"), `"`)
	if !ok || len(tag) > maxValidator {
		return false
	}
	s, ok = strings.CutSuffix(s, `"`)
	return ok && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '"' || r == 0x7f })
}

// None reports whether there is nothing to ask by.
func (v Validators) None() bool { return v == Validators{} }

// ask makes a request conditional.
func (v Validators) ask(h http.Header) {
	if v.ETag != "" {
		h.Set("If-None-Match", v.ETag)
	}
	if v.Modified != "" {
		h.Set("If-Modified-Since", v.Modified)
	}
}
