package stream

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Topic is a named sequence of messages of one type, kept as one JetStream
// stream. It is a plain value; the stream is made on first use.
type Topic[T any] struct {
	Name string         // letters, digits, - and _; "dead" is taken
	Key  func(T) string // idempotency key, at most 200 bytes are used as is; nil: no duplicates are suppressed
	Sync bool           // Publish returns only when the messages are fsynced (embedded; a cluster needs sync_interval: always)
}

const deadTopic = "dead"

func checkTopic(name string) error {
	if !nameOK.MatchString(name) || name == deadTopic {
		return fmt.Errorf("topic %q: not a usable name; hint: use letters, digits, - and _, and not %q", name, deadTopic)
	}
	return nil
}

func (s *Stream) streamName(topic string) string { return s.opt.Namespace + "-" + topic }
func (s *Stream) subject(topic string) string    { return s.opt.Namespace + "." + topic }

// ensure makes the stream of a topic unless it is known to exist.
func (s *Stream) ensure(ctx context.Context, topic string) error {
	s.mu.Lock()
	ok := s.ready[topic]
	s.mu.Unlock()
	if ok {
		return nil
	}
	for wait := 200 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := s.create(ctx, topic)
		switch {
		case err == nil:
			s.mu.Lock()
			s.ready[topic] = true
			s.mu.Unlock()
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("make topic %s: %w", topic, ctx.Err())
		case !transient(err):
			return fmt.Errorf("make topic %s: %w", topic, ended(err))
		}
		if err := s.ill(); err != nil {
			return fmt.Errorf("make topic %s: %w", topic, err)
		}
		s.nag("stream topic cannot be made yet, still trying", "topic", topic, "url", s.place(), "err", err)
		if err := s.pause(ctx, wait); err != nil {
			return fmt.Errorf("make topic %s: %w", topic, err)
		}
	}
}

func (s *Stream) create(ctx context.Context, topic string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err := s.js.CreateOrUpdateStream(ctx, s.config(topic))
	return err
}

func (s *Stream) config(topic string) jetstream.StreamConfig {
	c := jetstream.StreamConfig{
		Name: s.streamName(topic), Subjects: []string{s.subject(topic)}, Retention: jetstream.LimitsPolicy, Storage: jetstream.FileStorage,
		Discard: jetstream.DiscardNew, // refuse, never drop what a stage has not seen; see trim
		MaxAge:  s.opt.MaxAge, MaxBytes: -1, Replicas: s.opt.Replicas, Duplicates: s.opt.Window,
	}
	if topic == deadTopic {
		c.MaxAge = 0 // dead letters wait for a person
		return c
	}
	if s.opt.MaxBytes > 0 {
		c.MaxBytes = s.opt.MaxBytes
	}
	return c
}

// forget makes the next use of a topic look for it again.
func (s *Stream) forget(topic string) {
	s.mu.Lock()
	delete(s.ready, topic)
	delete(s.synced, topic)
	s.mu.Unlock()
}

// trim gives back room in a full topic: it drops the older half of what every
// stage has acknowledged, and reports whether there was any.
func (s *Stream) trim(ctx context.Context, topic string) (bool, error) {
	st, err := s.js.Stream(ctx, s.streamName(topic))
	if err != nil {
		return false, err
	}
	var floor uint64
	stages := 0
	list := st.ListConsumers(ctx)
	for c := range list.Info() {
		if c.Config.Durable == "" {
			continue // a reader of [Replay]
		}
		if stages == 0 || c.AckFloor.Stream < floor {
			floor = c.AckFloor.Stream
		}
		stages++
	}
	if err := list.Err(); err != nil {
		return false, err
	}
	first := st.CachedInfo().State.FirstSeq
	if stages == 0 || floor < first {
		return false, nil
	}
	return true, st.Purge(ctx, jetstream.WithPurgeSequence(first+(floor-first)/2+1))
}

// fsync puts what the embedded broker wrote to a topic on the disk. It syncs the
// broker's block files through descriptors of its own: an fsync is of the file,
// whoever wrote to it. Blocks are numbered and only the last one grows, so those
// below the last one synced before are left out.
func (s *Stream) fsync(topic string) error {
	dir := filepath.Join(s.opt.Dir, "jetstream", "$G", "streams", s.streamName(topic), "msgs")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("sync topic %s: %w", topic, err)
	}
	var blocks []int
	for _, e := range entries {
		if n, err := strconv.Atoi(strings.TrimSuffix(e.Name(), ".blk")); err == nil && filepath.Ext(e.Name()) == ".blk" {
			blocks = append(blocks, n)
		}
	}
	if len(blocks) == 0 {
		return fmt.Errorf("sync topic %s: the broker has no block files in %s", topic, dir)
	}
	last := slices.Max(blocks)
	s.mu.Lock()
	from := s.synced[topic]
	s.mu.Unlock()
	if from > last {
		from = 0 // the topic was made anew
	}
	for _, n := range blocks {
		if n < from {
			continue
		}
		if err := syncPath(filepath.Join(dir, strconv.Itoa(n)+".blk")); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("sync topic %s: %w", topic, err)
		}
	}
	if err := syncPath(dir); err != nil {
		return fmt.Errorf("sync topic %s: %w", topic, err)
	}
	s.mu.Lock()
	s.synced[topic] = last
	s.mu.Unlock()
	return nil
}

func syncPath(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
