package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/classifier"
	"github.com/lurewatch/lurewatch/crawler/intake"
	"github.com/lurewatch/lurewatch/rules"
)

func classifyCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "classify [FILE…]", Short: "Judge posts: JSONL in, one verdict a line out, in order",
		Long: `Reads one object a line with id, text and, if known, title, url, lang, company,
location, source, posted_at, pictures (a list of objects with text and codes, as read
from them); other keys are ignored. Without files it reads stdin.
A line that is no such object is answered with {"line":N,"error":"…"}, and the exit
code is 3. Nothing is stored.`,
		RunE: func(c *cobra.Command, args []string) error {
			l, err := g.load(nil)
			if err != nil {
				return err
			}
			pack, err := rules.LoadWith(l.Rules.Dir)
			if err != nil {
				return err
			}
			cl, err := classifier.New(pack, classifier.Options{})
			if err != nil {
				return err
			}
			out := bufio.NewWriterSize(g.out, 1<<16)
			bad := 0
			for _, in := range inputs(g.in, args) {
				n, err := classifyAll(c.Context(), cl, in, out)
				bad += n
				if err := errors.Join(err, out.Flush()); err != nil {
					return err
				}
			}
			if bad > 0 {
				fmt.Fprintf(g.err, "%d lines could not be read\n", bad)
				return errPartly
			}
			return nil
		},
	}
}

// input is one stream of lines to read.
type input struct {
	name string
	open func() (io.ReadCloser, error)
}

func inputs(stdin io.Reader, files []string) (out []input) {
	if len(files) == 0 {
		return []input{{"stdin", func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil }}}
	}
	for _, f := range files {
		out = append(out, input{f, func() (io.ReadCloser, error) { return os.Open(f) }})
	}
	return out
}

// job is one line on its way through a worker: the answer comes on done.
type job struct {
	n    int
	line []byte
	err  error // reading the line failed
	done chan answer
}

type answer struct {
	out []byte
	bad bool
	err error
}

// classifyAll judges the lines of one input on all cores and writes the answers
// in the order of the lines. It counts the lines that could not be read.
func classifyAll(ctx context.Context, cl *classifier.Classifier, in input, w *bufio.Writer) (bad int, err error) {
	r, err := in.open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	workers := runtime.GOMAXPROCS(0)
	work := make(chan *job, 2*workers)
	order := make(chan *job, 16*workers)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	for range workers {
		wg.Go(func() {
			for j := range work {
				j.done <- judgeLine(ctx, cl, j)
			}
		})
	}
	wg.Go(func() {
		defer close(order)
		defer close(work)
		intake.Lines(bufio.NewReaderSize(r, 1<<16), intake.DefaultMaxLine, func(n int, line []byte, err error) bool {
			j := &job{n: n, line: bytes.Clone(line), err: err, done: make(chan answer, 1)}
			select {
			case order <- j:
			case <-ctx.Done():
				return false
			}
			work <- j // workers end only after this loop
			return true
		})
	})
	for j := range order {
		a := <-j.done
		if a.err != nil {
			return bad, a.err
		}
		if a.bad {
			bad++
		}
		if _, err := w.Write(a.out); err != nil {
			return bad, err
		}
	}
	return bad, ctx.Err()
}

// lineError answers a line that could not be read.
type lineError struct {
	Line  int    `json:"line"`
	Error string `json:"error"`
}

func judgeLine(ctx context.Context, cl *classifier.Classifier, j *job) answer {
	err := j.err
	if err != nil && !errors.Is(err, intake.ErrTooLong) {
		return answer{err: err} // the file, not the line
	}
	if err == nil {
		p, perr := intake.ParseLine(j.line)
		if err = perr; err == nil {
			p.ID = p.NativeID
			v, cerr := cl.Classify(ctx, p)
			if cerr != nil {
				return answer{err: fmt.Errorf("line %d: %w", j.n, cerr)}
			}
			v.ID = p.NativeID
			out, merr := json.Marshal(v)
			return answer{out: append(out, '\n'), err: merr}
		}
	}
	out, merr := json.Marshal(lineError{j.n, err.Error()})
	return answer{out: append(out, '\n'), bad: true, err: merr}
}
