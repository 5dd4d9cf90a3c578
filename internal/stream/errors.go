package stream

import (
	"errors"
	"time"
)

var (
	// ErrPoison marks an item that no retry can help: it goes to the dead letters at once.
	ErrPoison = errors.New("poison message")
	// ErrUnavailable marks a failure of the world around a stage (an index that is
	// down, a receiver that is busy). The item is tried again with the usual delays
	// for as long as it takes, and never becomes a dead letter for it.
	ErrUnavailable = errors.New("unavailable for now")
	// ErrSkip is returned by a function given to [Map] that has nothing to pass on:
	// the item is done.
	ErrSkip = errors.New("nothing to pass on")
	// ErrClosed is returned by what was waiting when the stream was closed.
	ErrClosed = errors.New("stream is closed")
)

// RetryError carries the delay after which an item is worth another try.
type RetryError struct {
	After time.Duration
	Err   error
}

// RetryAfter wraps err so that the item is not tried again before d has passed.
func RetryAfter(err error, d time.Duration) error { return &RetryError{After: d, Err: err} }

func (e *RetryError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *RetryError) Unwrap() error { return e.Err }
