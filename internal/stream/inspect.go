package stream

import (
	"context"
	"errors"
	"fmt"

	jsonx "github.com/go-json-experiment/json" // decodes at twice the speed of encoding/json
	"github.com/nats-io/nats.go/jetstream"
)

// Count is the number of messages that a topic holds.
func (s *Stream) Count(ctx context.Context, topic string) (uint64, error) {
	st, err := s.state(ctx, topic)
	return st.Msgs, err
}

func (s *Stream) state(ctx context.Context, topic string) (jetstream.StreamState, error) {
	if topic != deadTopic {
		if err := checkTopic(topic); err != nil {
			return jetstream.StreamState{}, err
		}
	}
	if err := s.ensure(ctx, topic); err != nil {
		return jetstream.StreamState{}, err
	}
	st, err := s.js.Stream(ctx, s.streamName(topic))
	if err != nil {
		return jetstream.StreamState{}, fmt.Errorf("count %s: %w", topic, err)
	}
	return st.CachedInfo().State, nil
}

// Pending is the number of messages of a topic that a stage has not answered
// for, those that wait for another try included. All of them are if it never ran.
func (s *Stream) Pending(ctx context.Context, topic, stage string) (uint64, error) {
	st, err := s.state(ctx, topic)
	if err != nil {
		return 0, err
	}
	con, err := s.js.Consumer(ctx, s.streamName(topic), stage)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return st.Msgs, nil
	}
	if err != nil {
		return 0, fmt.Errorf("pending %s for %s: %w", topic, stage, err)
	}
	info := con.CachedInfo()
	n := info.NumPending + uint64(max(info.NumAckPending, 0))
	if n == 0 && info.Delivered.Stream < st.LastSeq {
		// A consumer that was made this moment says 0 until the broker has counted.
		return min(st.Msgs, st.LastSeq-info.Delivered.Stream), nil
	}
	return n, nil
}

// Replay calls fn with every message that a topic holds now, in order, whoever
// has handled them. Retries of dead letters are left out: the original is still
// there. At-least-once holds here too: the same item may come twice when it was
// published twice. Messages that cannot be decoded are passed over and reported
// at the end as [ErrPoison].
func Replay[T any](ctx context.Context, s *Stream, t Topic[T], fn func(T) error) error {
	if err := checkTopic(t.Name); err != nil {
		return err
	}
	n, err := s.Count(ctx, t.Name)
	if err != nil || n == 0 {
		return err
	}
	con, err := s.js.OrderedConsumer(ctx, s.streamName(t.Name), jetstream.OrderedConsumerConfig{})
	if err != nil {
		return fmt.Errorf("replay %s: %w", t.Name, err)
	}
	it, err := con.Messages(jetstream.PullMaxMessages(512))
	if err != nil {
		return fmt.Errorf("replay %s: %w", t.Name, err)
	}
	defer it.Stop()
	bad := 0
	for {
		m, err := it.Next(jetstream.NextContext(ctx))
		if err != nil {
			return fmt.Errorf("replay %s: %w", t.Name, err)
		}
		meta, err := m.Metadata()
		if err != nil {
			return fmt.Errorf("replay %s: %w", t.Name, err)
		}
		if m.Headers().Get(headerFor) == "" {
			var v T
			if err := jsonx.Unmarshal(m.Data(), &v); err != nil {
				bad++
			} else if err := fn(v); err != nil {
				return err
			}
		}
		if meta.NumPending == 0 {
			break
		}
	}
	if bad > 0 {
		return fmt.Errorf("replay %s: %w: %d messages cannot be decoded; hint: see the dead letters", t.Name, ErrPoison, bad)
	}
	return nil
}

// Purge empties topics. Stages go on with what is published afterwards. Each
// topic is made anew, with its stages: the broker's own purge keeps the keys of
// what it removed, and would take the same items, published again by a rebuild,
// for duplicates.
func (s *Stream) Purge(ctx context.Context, topics ...string) error {
	for _, topic := range topics {
		if err := checkTopic(topic); err != nil {
			return err
		}
		if err := s.purge(ctx, topic); err != nil {
			return fmt.Errorf("purge %s: %w", topic, err)
		}
	}
	return nil
}

func (s *Stream) purge(ctx context.Context, topic string) error {
	name := s.streamName(topic)
	st, err := s.js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var stages []jetstream.ConsumerConfig
	list := st.ListConsumers(ctx)
	for c := range list.Info() {
		if c.Config.Durable != "" {
			stages = append(stages, c.Config)
		}
	}
	if err := list.Err(); err != nil {
		return err
	}
	if err := s.js.DeleteStream(ctx, name); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	s.forget(topic)
	if err := s.ensure(ctx, topic); err != nil {
		return err
	}
	for _, c := range stages {
		if _, err := s.js.CreateOrUpdateConsumer(ctx, name, c); err != nil {
			return err
		}
	}
	return nil
}
