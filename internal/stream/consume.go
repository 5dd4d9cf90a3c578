package stream

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/nats-io/nats.go"
)

// Consume hands the messages of a topic to fn in batches, one call at a time,
// until ctx ends; the next batch is fetched and decoded meanwhile. fn answers
// with one error an item, or with nil when all went well:
//
//   - nil, [ErrSkip]: the item is done
//   - [ErrPoison]: the item becomes a dead letter at once
//   - [ErrUnavailable]: it is tried again with a delay, without an end
//   - any other error: it is tried again with a delay, and becomes a dead letter
//     after MaxDeliver tries; [RetryAfter] lengthens the delay
//
// A panic of fn makes a dead letter of the item that caused it. When ctx ends,
// what fn could not finish goes back to the broker and Consume returns nil; an
// error means that it cannot go on.
func Consume[T any](ctx context.Context, s *Stream, t Topic[T], c Consumer, fn func(context.Context, []T) []error) error {
	return run(ctx, s, t, c, func(ctx context.Context, p *puller, in <-chan *batch[T]) {
		for b := range in {
			for i, err := range answers(ctx, b, fn) {
				p.settle(ctx, b.items[i], err)
			}
		}
	})
}

// Map hands each message of topic in to fn, several at once, publishes what it
// makes to topic out, and acknowledges the message when the broker holds that.
// fn answers as in [Consume]; [ErrSkip] means that there is nothing to publish.
func Map[I, O any](ctx context.Context, s *Stream, in Topic[I], out Topic[O], c Consumer, fn func(context.Context, I) (O, error)) error {
	if err := checkTopic(out.Name); err != nil {
		return err
	}
	type made struct {
		b    *batch[I]
		errs []error
		msgs []*nats.Msg // nil where errs is not
	}
	return run(ctx, s, in, c, func(ctx context.Context, p *puller, batches <-chan *batch[I]) {
		var wg sync.WaitGroup
		defer wg.Wait()
		results := make(chan made, 1) // one batch is published while the next is worked on
		defer close(results)
		wg.Go(func() {
			for m := range results {
				p.pass(ctx, out.Name, out.Sync, m.msgs, m.errs)
				for i, err := range m.errs {
					p.settle(ctx, m.b.items[i], err)
				}
			}
		})
		for b := range batches {
			m := made{b: b, errs: make([]error, len(b.items)), msgs: make([]*nats.Msg, len(b.items))}
			each(p.c.Workers, len(b.items), func(i int) {
				if m.errs[i] = b.items[i].err; m.errs[i] == nil {
					m.msgs[i], m.errs[i] = guardOne(ctx, s, out, b.vals[i], fn)
				}
			})
			results <- m
		}
	})
}

// pass publishes the messages that are there; the errors of those that could not
// be go to errs.
func (p *puller) pass(ctx context.Context, topic string, sync bool, msgs []*nats.Msg, errs []error) {
	var send []*nats.Msg
	var at []int
	for i, m := range msgs {
		if m != nil && errs[i] == nil {
			send, at = append(send, m), append(at, i)
		}
	}
	if len(send) == 0 {
		return
	}
	failed := p.s.send(ctx, topic, send)
	err := p.s.settled(topic, sync)
	for k, i := range at {
		if errs[i] = failed[k]; errs[i] == nil && err != nil {
			errs[i] = err
		}
	}
}

// each calls fn with 0 to n-1 on up to workers goroutines.
func each(workers, n int, fn func(int)) {
	if workers = min(workers, n); workers <= 1 {
		for i := range n {
			fn(i)
		}
		return
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w * n / workers; i < (w+1)*n/workers; i++ {
				fn(i)
			}
		})
	}
	wg.Wait()
}

func guardOne[I, O any](ctx context.Context, s *Stream, out Topic[O], v I, fn func(context.Context, I) (O, error)) (m *nats.Msg, err error) {
	defer func() {
		if r := recover(); r != nil {
			m, err = nil, panicked(r)
		}
	}()
	o, err := fn(ctx, v)
	if err != nil {
		return nil, err
	}
	return encode(s, out, o)
}

// run joins a puller, its signs of life and the work on its batches, and ends
// with all of them.
func run[T any](ctx context.Context, s *Stream, t Topic[T], c Consumer, work func(context.Context, *puller, <-chan *batch[T])) error {
	p, err := newPuller(s, t.Name, c)
	if err != nil {
		return err
	}
	con, err := p.open(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end was asked for
		}
		return err
	}
	// Items stay alive until the last one is answered, also after ctx.
	alive, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() { p.keepAlive(alive) })
	batches := make(chan *batch[T])
	var pulled error
	wg.Go(func() { pulled = pull(ctx, p, con, batches) })
	work(ctx, p, batches)
	stop()
	wg.Wait()
	if s.nc.IsConnected() && !s.closing() {
		_ = s.nc.FlushTimeout(flushWait) // so that the last answers reach the broker
	}
	return pulled
}

// answers calls fn on the items that could be decoded and returns one error for
// each item of b.
func answers[T any](ctx context.Context, b *batch[T], fn func(context.Context, []T) []error) []error {
	errs := make([]error, len(b.items))
	var at []int
	vals := b.vals
	for i, it := range b.items {
		errs[i] = it.err
		if it.err == nil {
			at = append(at, i)
		}
	}
	if len(at) < len(vals) {
		vals = make([]T, 0, len(at))
		for _, i := range at {
			vals = append(vals, b.vals[i])
		}
	}
	if len(vals) == 0 {
		return errs
	}
	got, panicErr := guard(ctx, vals, fn)
	if panicErr != nil && len(vals) > 1 {
		// Which item was it? Handlers are idempotent, so each may be asked alone.
		got = make([]error, len(vals))
		for k := range vals {
			one, err := guard(ctx, vals[k:k+1:k+1], fn)
			if got[k] = err; err == nil && len(one) > 0 {
				got[k] = one[0]
			}
		}
	} else if panicErr != nil {
		got = []error{panicErr}
	}
	for k, i := range at {
		if len(got) > 0 {
			errs[i] = got[k]
		}
	}
	return errs
}

func guard[T any](ctx context.Context, vals []T, fn func(context.Context, []T) []error) (errs []error, panicErr error) {
	defer func() {
		if r := recover(); r != nil {
			errs, panicErr = nil, panicked(r)
		}
	}()
	errs = fn(ctx, vals)
	if len(errs) != 0 && len(errs) != len(vals) {
		err := fmt.Errorf("handler answered %d of %d items: %w", len(errs), len(vals), errors.Join(errs...))
		return fill(make([]error, len(vals)), seq(len(vals)), err), nil
	}
	return errs, nil
}

func seq(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// panicked turns what a handler panicked with into a poison error with the top of the stack.
func panicked(r any) error {
	stack := debug.Stack()
	return fmt.Errorf("%w: panic: %v\n%s", ErrPoison, r, stack[:min(len(stack), 3000)])
}
