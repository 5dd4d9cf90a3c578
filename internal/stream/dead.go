package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	flushWait = 2 * time.Second
	maxReason = 4 << 10 // bytes of a dead letter's reason
)

// Dead is a message that a stage could not handle, with the way back.
type Dead struct {
	Seq        uint64    `json:"seq"` // its number among the dead letters
	Stage      string    `json:"stage"`
	Topic      string    `json:"topic"`
	Reason     string    `json:"reason"`
	At         time.Time `json:"at"`
	Deliveries uint64    `json:"deliveries"`
	Data       []byte    `json:"-"` // the message as it was published
}

// bury keeps a message as a dead letter. The caller acknowledges the message after that.
func (s *Stream) bury(ctx context.Context, topic, stage string, m jetstream.Msg, meta *jetstream.MsgMetadata, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	reason := strings.ToValidUTF8(cause.Error(), "\uFFFD")
	if len(reason) > maxReason {
		reason = strings.ToValidUTF8(reason[:maxReason], "")
	}
	head, err := json.Marshal(Dead{Stage: stage, Topic: topic, Reason: reason, At: s.opt.Now().UTC(), Deliveries: meta.NumDelivered})
	if err != nil {
		return err
	}
	if len(head) > 7<<10 { // escapes made it long: the header has a bound
		head, err = json.Marshal(Dead{Stage: stage, Topic: topic, Reason: fmt.Sprintf("%.500q", reason), At: s.opt.Now().UTC(), Deliveries: meta.NumDelivered})
		if err != nil {
			return err
		}
	}
	id := fmt.Sprintf("%s/%s/%d/%d", topic, stage, meta.Sequence.Stream, meta.Timestamp.UnixNano())
	out := &nats.Msg{Subject: s.subject(deadTopic), Data: m.Data(), Header: nats.Header{headerDead: {string(head)}, jetstream.MsgIDHeader: {plainKey(id)}}}
	if err := s.send(ctx, deadTopic, []*nats.Msg{out})[0]; err != nil {
		return err
	}
	return s.settled(deadTopic, true)
}

// DeadList calls fn with each dead letter, oldest first.
func (s *Stream) DeadList(ctx context.Context, fn func(Dead) error) error {
	if err := s.ensure(ctx, deadTopic); err != nil {
		return err
	}
	st, err := s.js.Stream(ctx, s.streamName(deadTopic))
	if err != nil {
		return fmt.Errorf("list dead letters: %w", err)
	}
	for seq := uint64(1); ; {
		m, err := st.GetMsg(ctx, seq, jetstream.WithGetMsgSubject(s.subject(deadTopic)))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list dead letters: %w", err)
		}
		d, err := deadOf(m)
		if err != nil {
			return err
		}
		if err := fn(d); err != nil {
			return err
		}
		seq = m.Sequence + 1
	}
}

func deadOf(m *jetstream.RawStreamMsg) (Dead, error) {
	var d Dead
	if err := json.Unmarshal([]byte(m.Header.Get(headerDead)), &d); err != nil {
		return d, fmt.Errorf("read dead letter %d: %w; hint: drop it", m.Sequence, err)
	}
	d.Seq, d.Data = m.Sequence, m.Data
	return d, nil
}

// DeadRetry publishes dead letters to their topic again, for the stage that
// failed with them, and removes them from the dead letters. A crash in between
// leaves both, which is harmless.
func (s *Stream) DeadRetry(ctx context.Context, seqs ...uint64) error {
	return s.eachDead(ctx, "retry", seqs, func(m *jetstream.RawStreamMsg) error {
		d, err := deadOf(m)
		if err != nil {
			return err
		}
		if err := checkTopic(d.Topic); err != nil {
			return err
		}
		id := plainKey(fmt.Sprintf("retry/%d/%d", m.Sequence, m.Time.UnixNano()))
		out := &nats.Msg{Subject: s.subject(d.Topic), Data: d.Data, Header: nats.Header{headerFor: {d.Stage}, jetstream.MsgIDHeader: {id}}}
		if err := s.send(ctx, d.Topic, []*nats.Msg{out})[0]; err != nil {
			return err
		}
		return s.settled(d.Topic, true)
	})
}

// DeadDrop removes dead letters for good.
func (s *Stream) DeadDrop(ctx context.Context, seqs ...uint64) error {
	return s.eachDead(ctx, "drop", seqs, func(*jetstream.RawStreamMsg) error { return nil })
}

// eachDead runs do on each dead letter and removes it after that.
func (s *Stream) eachDead(ctx context.Context, act string, seqs []uint64, do func(*jetstream.RawStreamMsg) error) error {
	if len(seqs) == 0 {
		return nil
	}
	if err := s.ensure(ctx, deadTopic); err != nil {
		return err
	}
	st, err := s.js.Stream(ctx, s.streamName(deadTopic))
	if err != nil {
		return fmt.Errorf("%s dead letters: %w", act, err)
	}
	for _, seq := range seqs {
		m, err := st.GetMsg(ctx, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return fmt.Errorf("%s dead letter %d: there is none; hint: list the dead letters again", act, seq)
		}
		if err == nil {
			err = do(m)
		}
		if err == nil {
			err = st.DeleteMsg(ctx, seq)
		}
		if err != nil {
			return fmt.Errorf("%s dead letter %d: %w", act, seq, err)
		}
	}
	return nil
}
