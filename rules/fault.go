package rules

import (
	"errors"
	"fmt"

	"github.com/lurewatch/lurewatch/rules/sigma"
)

// Fault is what is wrong with one line of a pack, so wrong that it does not load.
type Fault struct { //nolint:errname // rules.Fault reads as what it is
	File string
	Line int // from 1; 0 when it is the whole file
	Err  error
	Hint string // what to do next
}

// Error is FILE:LINE: what; hint: what to do.
func (f *Fault) Error() string {
	s := f.File
	if f.Line > 0 {
		s = fmt.Sprintf("%s:%d", s, f.Line)
	}
	s += ": " + f.Err.Error()
	if f.Hint != "" {
		s += "; hint: " + f.Hint
	}
	return s
}

// Unwrap is what is wrong, without its place.
func (f *Fault) Unwrap() error { return f.Err }

// Finding is one thing that a reviewer of rules should look at.
type Finding = sigma.Finding

// Findings turns the error of [Load] into findings, so that what does not load and
// what lint finds can be shown in one list.
func Findings(err error) []Finding {
	if err == nil {
		return nil
	}
	if f, ok := err.(*Fault); ok { //nolint:errorlint // each error of the tree on its own
		return []Finding{{File: f.File, Line: f.Line, Severity: sigma.SeverityError, Check: "syntax", Message: f.Err.Error(), Hint: f.Hint}}
	}
	if es, ok := err.(sigma.Errors); ok { //nolint:errorlint // the same
		return sigma.Findings(es)
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var out []Finding
		for _, e := range many.Unwrap() {
			out = append(out, Findings(e)...)
		}
		sigma.SortFindings(out)
		return out
	}
	if next := errors.Unwrap(err); next != nil {
		if fs := Findings(next); len(fs) > 0 && fs[0].File != "" {
			return fs
		}
	}
	return sigma.Findings(err)
}
