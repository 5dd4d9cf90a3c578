package stream

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// window bounds how many messages of one call wait for their acknowledgement at a time.
const window = 4096

// Header names of ours. The first keeps a retried dead letter away from the
// stages that had no trouble with it.
const (
	headerFor  = "Lurewatch-For"
	headerDead = "Lurewatch-Dead"
)

// Publish sends items in order and returns when the broker holds all of them.
// While the broker is away or full it waits and tries again, until ctx ends; so
// an error means that ctx or s ended, that the embedded broker has no disk to write
// to ([ErrStopped]), or that an item can never be sent: then it is [ErrPoison] and
// nothing of the call was sent.
func Publish[T any](ctx context.Context, s *Stream, t Topic[T], items ...T) error {
	if err := checkTopic(t.Name); err != nil {
		return err
	}
	if len(items) == 0 {
		return nil
	}
	msgs := make([]*nats.Msg, len(items))
	for i, it := range items {
		m, err := encode(s, t, it)
		if err != nil {
			return fmt.Errorf("publish to %s: item %d of %d: %w", t.Name, i+1, len(items), err)
		}
		msgs[i] = m
	}
	for _, err := range s.send(ctx, t.Name, msgs) {
		if err != nil {
			return fmt.Errorf("publish to %s: %w", t.Name, err)
		}
	}
	return s.settled(t.Name, t.Sync)
}

// settled makes what was sent to a topic durable if the topic asks for it.
func (s *Stream) settled(topic string, sync bool) error {
	if !sync || s.node == nil || s.opt.SyncAlways {
		return nil
	}
	return s.fsync(topic)
}

func encode[T any](s *Stream, t Topic[T], it T) (*nats.Msg, error) {
	data, err := json.Marshal(it)
	if err != nil {
		return nil, fmt.Errorf("%w: encode: %w", ErrPoison, err)
	}
	if len(data) > MaxMessage {
		return nil, fmt.Errorf("%w: message of %d bytes is above the limit of %d; hint: keep pages and pictures in the archive and send their place", ErrPoison, len(data), MaxMessage)
	}
	m := &nats.Msg{Subject: s.subject(t.Name), Data: data}
	if t.Key != nil {
		m.Header = nats.Header{jetstream.MsgIDHeader: {plainKey(t.Key(it))}}
	}
	return m, nil
}

// plainKey makes a key fit for a header.
func plainKey(k string) string {
	if len(k) <= 200 && !strings.ContainsFunc(k, func(r rune) bool { return r <= ' ' || r > '~' }) && k != "" {
		return k
	}
	sum := sha256.Sum256([]byte(k))
	return "h" + hex.EncodeToString(sum[:])
}

// send publishes msgs and awaits their acknowledgements, trying again what can
// be helped by it. The result has one entry a message.
func (s *Stream) send(ctx context.Context, topic string, msgs []*nats.Msg) []error {
	errs := make([]error, len(msgs))
	left := make([]int, len(msgs))
	for i := range left {
		left[i] = i
	}
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 3*time.Second) {
		cause := s.ensure(ctx, topic)
		if cause == nil {
			left, cause = s.sendOnce(ctx, topic, msgs, left, errs)
		} else if !transient(cause) || ctx.Err() != nil {
			return fill(errs, left, cause)
		}
		if len(left) == 0 {
			return errs
		}
		if err := s.ill(); err != nil {
			return fill(errs, left, err)
		}
		if full(cause) {
			if freed, err := s.trim(ctx, topic); err == nil && freed {
				continue
			}
			s.nag("stream topic is full, publishers wait", "topic", topic, "waiting", len(left), "hint", "let the stages behind it catch up, or raise stream.max_bytes")
		} else {
			s.nag("stream does not take messages, still trying", "topic", topic, "waiting", len(left), "err", cause)
		}
		if gone(cause) {
			s.forget(topic)
		}
		if err := s.pause(ctx, wait); err != nil {
			return fill(errs, left, fmt.Errorf("%w (last error: %v)", err, cause)) //nolint:errorlint // why it waited is told; why it ended is matched
		}
	}
}

func fill(errs []error, at []int, err error) []error {
	for _, i := range at {
		errs[i] = err
	}
	return errs
}

// sendOnce publishes msgs[i] for each i of which and returns those that are
// worth another try, with the last reason; final errors go to errs.
func (s *Stream) sendOnce(ctx context.Context, topic string, msgs []*nats.Msg, which []int, errs []error) (again []int, cause error) {
	acks := make([]jetstream.PubAckFuture, len(which))
	sort := func(i int, err error) {
		switch {
		case err == nil:
		case errors.Is(err, nats.ErrConnectionClosed):
			errs[i] = ErrClosed
		case transient(err):
			again, cause = append(again, i), err
		default:
			errs[i] = fmt.Errorf("%w: %w", ErrPoison, err)
		}
	}
	await := func(k int) {
		if acks[k] == nil {
			return
		}
		select {
		case <-acks[k].Ok():
		case err := <-acks[k].Err():
			sort(which[k], err)
		case <-ctx.Done():
			sort(which[k], ctx.Err())
		}
	}
	for k, i := range which {
		if k >= window {
			await(k - window)
		}
		// Ask again soon when nobody answers: the outer loop makes the topic if need be.
		f, err := s.js.PublishMsgAsync(msgs[i], jetstream.WithStallWait(time.Minute), jetstream.WithRetryAttempts(0), jetstream.WithExpectStream(s.streamName(topic)))
		if err != nil {
			sort(i, err)
			continue
		}
		acks[k] = f
	}
	for k := max(0, len(which)-window); k < len(which); k++ {
		await(k)
	}
	return again, cause
}

// transient reports whether the same request may succeed later.
func transient(err error) bool {
	if errors.Is(err, nats.ErrConnectionClosed) || errors.Is(err, ErrClosed) || errors.Is(err, ErrStopped) || errors.Is(err, nats.ErrMaxPayload) ||
		errors.Is(err, nats.ErrBadSubject) || errors.Is(err, nats.ErrInvalidMsg) {
		return false
	}
	if e, ok := errors.AsType[*jetstream.APIError](err); ok {
		switch {
		case full(err) || gone(err):
			return true
		case e.ErrorCode == jetstream.JSErrCodeStreamMessageExceedsMaximum, e.ErrorCode == 10052 /* stream configuration refused */ :
			return false
		}
		return e.Code != 400
	}
	return true
}

// ended names the end of the connection by our own name.
func ended(err error) error {
	if errors.Is(err, nats.ErrConnectionClosed) {
		return ErrClosed
	}
	return err
}

// full reports that a topic has no room.
func full(err error) bool {
	e, ok := errors.AsType[*jetstream.APIError](err)
	return ok && e.ErrorCode == 10077 && strings.Contains(e.Description, "maximum")
}

// gone reports that a topic is not there, or not under this name.
func gone(err error) bool {
	if errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrStreamNotFound) ||
		errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrConsumerDeleted) {
		return true
	}
	e, ok := errors.AsType[*jetstream.APIError](err)
	return ok && e.Code == 404
}
