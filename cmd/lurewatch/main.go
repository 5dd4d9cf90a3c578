// Command lurewatch finds online recruitment that lures people into scam
// compounds, and hands it over in a form that others can act on.
//
// Start with `lurewatch demo`; docs/architecture.md walks one post through it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200) // the lexicon stays in memory for good: going through it half as often costs little
	}
	log.SetOutput(io.Discard) // net/http writes there what hosts send unasked; our own log is another, see root.go
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	code := run(ctx, os.Args[1:], std{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Environ()})
	stop()
	os.Exit(code)
}

// std is what a verb may read and write: data on out, people on err.
type std struct {
	in       io.Reader
	out, err io.Writer
	env      []string
}

// The exit codes, told by `lurewatch help exit`.
const (
	exitFine   = 0
	exitFailed = 1
	exitUsage  = 2
	exitPartly = 3
)

// usageError is a wrong use of the command line.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// errPartly says that the work was done but for what was reported already.
var errPartly = errors.New("partly done")

// run is the whole program: it returns the exit code and never exits.
func run(ctx context.Context, args []string, io std) int {
	root := newRoot(io)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(io.err, "lurewatch: stopped before it was done; what is done is kept\nhint: run the same command again to go on")
		return exitPartly
	case errors.Is(err, errPartly):
		return exitPartly
	case errors.As(err, &usage), strings.HasPrefix(err.Error(), "unknown command"): // cobra has no type for it
		fmt.Fprintf(io.err, "lurewatch: %v\nhint: `lurewatch %shelp` tells how it is used\n", err, verbOf(root, args))
		return exitUsage
	default:
		fmt.Fprintf(io.err, "lurewatch: %v\n", err)
		return exitFailed
	}
}
