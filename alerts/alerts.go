// Package alerts tells others of flagged posts: a [Router] decides what goes
// where and that nothing goes twice, a [Channel] delivers one notice once. It
// refuses to retry and to keep books by itself: the joint above retries with a
// delay, and a ledger remembers.
//
// A notice says that rules fired on a post, nothing about a person, and carries
// no contact unless a route asks for it.
//
// Start at [NewRouter]; a channel is made by [NewWebhook] or [NewFile]. Lists for
// platforms, made from confirmed posts only, are in the package takedown.
package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Channel delivers one notice, trying once. It wraps [ErrPermanent] when trying
// again cannot help, and returns a [*BusyError] when it knows from when it may.
// It must be safe for concurrent use and must not quote secrets in errors.
type Channel interface {
	Send(ctx context.Context, n post.Notice) error
}

// ErrPermanent marks a failure that another try cannot help.
var ErrPermanent = errors.New("permanent failure")

// BusyError is a failure that may pass, with the delay that the receiver asked for.
type BusyError struct {
	After time.Duration
	Err   error
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("%v; receiver asks to wait %v", e.Err, e.After)
}

// Unwrap gives the cause.
func (e *BusyError) Unwrap() error { return e.Err }

// Secret is text that must not be printed, such as a URL with a token in it.
type Secret string

const masked = "<secret>"

// String hides the secret; so do the other ways to print it.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return masked
}

// Format hides the secret whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// LogValue hides the secret in logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the secret in JSON and YAML that is written.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
