package sigma

import (
	"errors"
	"fmt"
	"strings"
)

// Error is one fault of a rule file, with its place.
type Error struct {
	File string // as given to Parse
	Line int    // from 1; 0 when the fault has no line
	Rule string // title of the rule, when it is known
	Path string // detection.selection.concept|all
	Msg  string
	Hint string // what to do next
}

// Error reads `parse rule "X": detection.sel: what is wrong: rules/x.yml: line 12; hint: what to do`.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("parse rule")
	if e.Rule != "" {
		fmt.Fprintf(&b, " %q", e.Rule)
	}
	if e.Path != "" {
		b.WriteString(": " + e.Path)
	}
	b.WriteString(": " + e.Msg)
	if e.File != "" {
		b.WriteString(": " + e.File)
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, ": line %d", e.Line)
	}
	if e.Hint != "" {
		b.WriteString("; hint: " + e.Hint)
	}
	return b.String()
}

// Errors is every fault that was found in one file, in the order of its lines.
type Errors []*Error

func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find each fault.
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

// Findings turns what [Parse] returned into lint findings, so that both kinds of
// fault can be shown in one list. An error of another kind becomes one finding
// without a place.
func Findings(err error) []Finding {
	if err == nil {
		return nil
	}
	es, ok := errors.AsType[Errors](err)
	if !ok {
		return []Finding{{Severity: SeverityError, Check: "read", Message: err.Error()}}
	}
	out := make([]Finding, len(es))
	for i, e := range es {
		msg := e.Msg
		if e.Path != "" {
			msg = e.Path + ": " + msg
		}
		out[i] = Finding{File: e.File, Line: e.Line, Rule: e.Rule, Severity: SeverityError, Check: "syntax", Message: msg, Hint: e.Hint}
	}
	return out
}
