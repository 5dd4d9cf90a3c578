package stream

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

var load = Topic[note]{Name: "load", Key: func(n note) string { return fmt.Sprintf("load-%d", n.N) }}

func loads(n int) []note {
	text := strings.Repeat("Data entry, air ticket covered. ", 32) // about 1 KiB
	out := make([]note, n)
	for i := range out {
		out[i] = note{N: i, Text: text}
	}
	return out
}

const benchN = 20000

// BenchmarkPublish compares Publish with the NATS client used by hand, both with
// JSON and message ids.
func BenchmarkPublish(b *testing.B) {
	ns := loads(benchN)
	b.Run("raw", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s := open(b, Options{})
			if err := s.ensure(b.Context(), "load"); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			rawPublish(b, s, ns)
			b.StopTimer()
			_ = s.Close()
			b.StartTimer()
		}
		b.ReportMetric(float64(benchN)*float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
	})
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s := open(b, Options{})
			if err := s.ensure(b.Context(), "load"); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			if err := Publish(b.Context(), s, load, ns...); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			_ = s.Close()
			b.StartTimer()
		}
		b.ReportMetric(float64(benchN)*float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
	})
}

func rawPublish(b *testing.B, s *Stream, ns []note) {
	b.Helper()
	for _, n := range ns {
		data, err := json.Marshal(n)
		if err != nil {
			b.Fatal(err)
		}
		m := &nats.Msg{Subject: s.subject("load"), Data: data, Header: nats.Header{jetstream.MsgIDHeader: {load.Key(n)}}}
		if _, err := s.js.PublishMsgAsync(m, jetstream.WithStallWait(time.Minute)); err != nil {
			b.Fatal(err)
		}
	}
	<-s.js.PublishAsyncComplete()
}

// BenchmarkConsume compares Consume with fetch, decode and acknowledge by hand.
func BenchmarkConsume(b *testing.B) {
	ns := loads(benchN)
	s := open(b, Options{})
	publish(b, s, load, ns...)
	b.Run("raw", func(b *testing.B) {
		for b.Loop() {
			con, err := s.js.CreateOrUpdateConsumer(b.Context(), s.streamName("load"), jetstream.ConsumerConfig{
				Durable: "raw-" + rand.Text(), AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: 4096})
			if err != nil {
				b.Fatal(err)
			}
			for got := 0; got < benchN; {
				res, err := con.Fetch(min(256, benchN-got), jetstream.FetchMaxWait(time.Second))
				if err != nil {
					b.Fatal(err)
				}
				for m := range res.Messages() {
					var n note
					if err := json.Unmarshal(m.Data(), &n); err != nil {
						b.Fatal(err)
					}
					_ = m.Ack()
					got++
				}
			}
		}
		b.ReportMetric(float64(benchN)*float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
	})
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			ctx, cancel := context.WithCancel(b.Context())
			got := 0
			err := Consume(ctx, s, load, Consumer{Stage: "ours-" + rand.Text(), Batch: 256}, func(_ context.Context, ns []note) []error {
				if got += len(ns); got >= benchN {
					cancel()
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(benchN)*float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
	})
}

// BenchmarkMap is the whole joint: fetch, decode, work, publish, acknowledge.
func BenchmarkMap(b *testing.B) {
	ns := loads(benchN)
	s := open(b, Options{})
	publish(b, s, load, ns...)
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		out := Topic[note]{Name: "out-" + rand.Text(), Key: load.Key}
		go func() {
			for ctx.Err() == nil {
				if n, err := s.Count(ctx, out.Name); err == nil && n >= benchN {
					cancel()
				}
			}
		}()
		if err := Map(ctx, s, load, out, Consumer{Stage: "map-" + rand.Text(), Batch: 256}, func(_ context.Context, n note) (note, error) { return n, nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(benchN)*float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
}
