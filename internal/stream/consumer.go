package stream

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	jsonx "github.com/go-json-experiment/json" // decodes at twice the speed of encoding/json
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Consumer says how a stage takes messages. Its Stage is durable: any number of
// processes that use the same one share the messages of a topic.
type Consumer struct {
	Stage      string          // durable name: letters, digits, - and _
	Batch      int             // items handed over at once, 1 to 4096; default 64
	AckWait    time.Duration   // a process that is silent for so long has lost its items to others; default 30 s. A slow handler is not silent
	MaxDeliver int             // failed tries before an item becomes a dead letter; default 10
	Backoff    []time.Duration // delay before the second, third … try, the last one repeated; default 1s 5s 30s 2m 10m
	Linger     time.Duration   // how long a batch that is not full waits for more; default 2 ms
	Workers    int             // functions of [Map] at work at once; default GOMAXPROCS
}

// maxBatchBytes bounds the messages fetched at once, as far as their size is
// foreseen: a stage holds up to twice that, the batch it works on and the next.
const maxBatchBytes = 8 << 20

// drainWait is the silence on the wire after which nothing more is expected of a
// fetch that is to end.
const drainWait = 50 * time.Millisecond

func (c *Consumer) fill() error {
	if !nameOK.MatchString(c.Stage) {
		return fmt.Errorf("stage %q: not a usable name; hint: use letters, digits, - and _", c.Stage)
	}
	if c.Batch < 0 || c.Batch > 4096 || c.AckWait < 0 || c.MaxDeliver < 0 || c.Linger < 0 || c.Workers < 0 {
		return fmt.Errorf("stage %s: a bound is out of range; hint: batch is 0 to 4096, all others are 0 or more", c.Stage)
	}
	if c.Batch == 0 {
		c.Batch = 64
	}
	if c.AckWait == 0 {
		c.AckWait = 30 * time.Second
	}
	if c.MaxDeliver == 0 {
		c.MaxDeliver = 10
	}
	if len(c.Backoff) == 0 {
		c.Backoff = []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}
	}
	if c.Linger == 0 {
		c.Linger = 2 * time.Millisecond
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	return nil
}

// delay is the pause after the nth delivery failed.
func (c *Consumer) delay(n uint64) time.Duration {
	i := min(int(min(n, 1<<20)), len(c.Backoff)) - 1
	return c.Backoff[max(i, 0)]
}

// item is one message in the hands of this process.
type item struct {
	msg jetstream.Msg
	err error // why it cannot be decoded
}

// batch is what a handler gets at once; vals[i] belongs to items[i].
type batch[T any] struct {
	items []*item
	vals  []T
	bytes int
}

// full reports that b may not grow, by number or by size.
func (b *batch[T]) full(c *Consumer) bool {
	return len(b.items) >= c.Batch || b.bytes >= maxBatchBytes
}

// appetite bounds a fetch by the size of its messages, guessed from those before.
// The broker's own bound in bytes cannot be used: in a cluster its notice that a
// batch is complete overtakes the messages, and the client then drops them.
type appetite struct {
	size  float64 // greatest size of late, slowly forgotten
	asked int
}

func (a *appetite) saw(size int) { a.size = max(float64(size), a.size*0.99) }

// next is how many messages to ask for: few at first, then up to twice as many
// as before, and never more than fit into maxBatchBytes.
func (a *appetite) next(most int) int {
	if a.asked == 0 {
		a.asked = 4
	}
	if a.size > 0 {
		a.asked = max(1, min(2*a.asked, most, int(maxBatchBytes/a.size)))
	}
	return min(a.asked, most)
}

// puller fetches and decodes batches ahead of a handler, and keeps the broker
// from giving what it holds to others.
type puller struct {
	s     *Stream
	topic string
	c     Consumer

	mu   sync.Mutex
	held map[*item]struct{}
}

func newPuller(s *Stream, topic string, c Consumer) (*puller, error) {
	if err := checkTopic(topic); err != nil {
		return nil, err
	}
	if err := c.fill(); err != nil {
		return nil, err
	}
	return &puller{s: s, topic: topic, c: c, held: map[*item]struct{}{}}, nil
}

// open makes the durable consumer and waits for the broker as long as ctx lives.
func (p *puller) open(ctx context.Context) (jetstream.Consumer, error) {
	for wait := 200 * time.Millisecond; ; wait = min(2*wait, 3*time.Second) {
		if err := p.s.ensure(ctx, p.topic); err != nil {
			return nil, err
		}
		cctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		con, err := p.s.js.CreateOrUpdateConsumer(cctx, p.s.streamName(p.topic), jetstream.ConsumerConfig{
			Durable: p.c.Stage, AckPolicy: jetstream.AckExplicitPolicy, AckWait: p.c.AckWait,
			MaxDeliver: -1, // we count ourselves: the broker would leave such messages stuck
			// A message that waits for another try counts, so trouble is bounded too.
			MaxAckPending: max(4096, 8*p.c.Batch),
		})
		cancel()
		switch {
		case err == nil:
			return con, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case !transient(err):
			return nil, fmt.Errorf("consume %s as %s: %w", p.topic, p.c.Stage, ended(err))
		}
		if err := p.s.ill(); err != nil {
			return nil, fmt.Errorf("consume %s as %s: %w", p.topic, p.c.Stage, err)
		}
		if gone(err) {
			p.s.forget(p.topic)
		}
		p.s.nag("stream cannot be read yet, still trying", "topic", p.topic, "stage", p.c.Stage, "err", err)
		if err := p.s.pause(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// pull sends batches to out until ctx ends, and closes it. What it holds then
// goes back to the broker.
func pull[T any](ctx context.Context, p *puller, con jetstream.Consumer, out chan<- *batch[T]) (err error) {
	defer close(out)
	cur := &batch[T]{}
	defer func() {
		for _, it := range cur.items {
			p.giveBack(it, 0)
		}
	}()
	linger := time.NewTimer(time.Hour)
	defer linger.Stop()
	due := false
	var ask appetite
	for wait := 100 * time.Millisecond; ctx.Err() == nil; {
		fctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		again := p.s.reconnected() // the broker has forgotten what was asked over a connection that broke
		// Never ask for more than the batch has room for: nothing lies about unseen, where it could not be kept alive.
		res, err := con.Fetch(min(p.c.Batch-len(cur.items), ask.next(p.c.Batch)), jetstream.FetchContext(fctx))
		if err == nil {
			msgs := res.Messages()
			for msgs != nil {
				var send chan<- *batch[T]
				if len(cur.items) > 0 && (due || cur.full(&p.c)) {
					send = out
				}
				select {
				case send <- cur:
					cur, due = &batch[T]{}, false
				case m, ok := <-msgs:
					if !ok {
						msgs = nil
						break
					}
					wait = 100 * time.Millisecond
					if len(cur.items) == 0 {
						linger.Reset(p.c.Linger)
					}
					ask.saw(len(m.Data()))
					add(p, cur, m)
				case <-again:
					again = nil
					cancel()
				case <-linger.C:
					due = len(cur.items) > 0
				case <-ctx.Done():
					p.giveBackRest(msgs, cancel)
					msgs = nil
				}
			}
			err = res.Error()
		}
		cancel()
		for cur.full(&p.c) && ctx.Err() == nil {
			select {
			case out <- cur:
				cur, due = &batch[T]{}, false
			case <-ctx.Done():
			}
		}
		if err == nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, nats.ErrTimeout) || ctx.Err() != nil {
			continue
		}
		if errors.Is(err, nats.ErrConnectionClosed) || p.s.closing() {
			return fmt.Errorf("consume %s as %s: %w", p.topic, p.c.Stage, ErrClosed)
		}
		if err := p.s.ill(); err != nil {
			return fmt.Errorf("consume %s as %s: %w", p.topic, p.c.Stage, err)
		}
		p.s.nag("stream cannot be read, still trying", "topic", p.topic, "stage", p.c.Stage, "err", err)
		if p.s.pause(ctx, wait) != nil {
			continue
		}
		wait = min(2*wait, 3*time.Second)
		if gone(err) {
			p.s.forget(p.topic)
		}
		if con, err = p.open(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// giveBackRest returns what a fetch still brings. What is under way when the
// fetch is cut off would be missing until AckWait has passed, so it is given a
// moment of silence first.
func (p *puller) giveBackRest(msgs <-chan jetstream.Msg, cut func()) {
	silence := time.NewTimer(drainWait)
	defer silence.Stop()
	for {
		select {
		case m, ok := <-msgs:
			if !ok {
				return
			}
			p.giveBack(&item{msg: m}, 0)
			silence.Reset(drainWait)
		case <-silence.C:
			cut()
		}
	}
}

// add decodes a message into the batch.
func add[T any](p *puller, b *batch[T], m jetstream.Msg) {
	if f := m.Headers().Get(headerFor); f != "" && f != p.c.Stage {
		_ = m.Ack() // a dead letter that another stage tries again
		return
	}
	it := &item{msg: m}
	var v T
	if err := jsonx.Unmarshal(m.Data(), &v); err != nil {
		it.err = fmt.Errorf("%w: decode: %w", ErrPoison, err)
	}
	p.mu.Lock()
	p.held[it] = struct{}{}
	p.mu.Unlock()
	b.items, b.vals, b.bytes = append(b.items, it), append(b.vals, v), b.bytes+len(m.Data())
}

// keepAlive tells the broker that work goes on, until ctx ends.
func (p *puller) keepAlive(ctx context.Context) {
	t := time.NewTicker(p.c.AckWait / 3)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			p.mu.Lock()
			for it := range p.held {
				_ = it.msg.InProgress() // a lost one means a second delivery, which is allowed
			}
			p.mu.Unlock()
		}
	}
}

func (p *puller) release(it *item) {
	p.mu.Lock()
	delete(p.held, it)
	p.mu.Unlock()
}

// giveBack returns an item to the broker for another try after d.
func (p *puller) giveBack(it *item, d time.Duration) {
	p.release(it)
	if d > 0 {
		_ = it.msg.NakWithDelay(d)
		return
	}
	_ = it.msg.Nak()
}

// settle answers the broker for one item that a stage answered with err. A lost
// answer means another delivery after AckWait.
func (p *puller) settle(ctx context.Context, it *item, err error) {
	if err == nil || errors.Is(err, ErrSkip) {
		p.release(it)
		_ = it.msg.Ack()
		return
	}
	meta, merr := it.msg.Metadata()
	if merr != nil {
		p.giveBack(it, p.c.delay(1))
		return
	}
	n, wait := meta.NumDelivered, p.c.delay(meta.NumDelivered)
	patient := errors.Is(err, ErrUnavailable)
	if r, ok := errors.AsType[*RetryError](err); ok {
		wait = max(wait, r.After)
	}
	switch poison := errors.Is(err, ErrPoison); {
	case !poison && ctx.Err() != nil:
		p.giveBack(it, 0) // the end of the stage is not the item's fault
	case !poison && (patient || n < uint64(p.c.MaxDeliver)):
		p.s.opt.Log.Debug("item failed, will be tried again", "topic", p.topic, "stage", p.c.Stage, "seq", meta.Sequence.Stream, "deliveries", n, "after", wait, "err", err)
		p.giveBack(it, wait)
	default:
		if derr := p.s.bury(ctx, p.topic, p.c.Stage, it.msg, meta, err); derr != nil {
			p.s.opt.Log.Error("dead letter cannot be kept, the item will be tried again", "topic", p.topic, "stage", p.c.Stage, "seq", meta.Sequence.Stream, "err", derr)
			p.giveBack(it, wait)
			return
		}
		p.release(it)
		_ = it.msg.Ack()
		p.s.opt.Log.Warn("dead letter", "topic", p.topic, "stage", p.c.Stage, "seq", meta.Sequence.Stream, "deliveries", n, "err", err)
	}
}
