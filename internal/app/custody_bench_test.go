//go:build unix

package app

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/custody"
)

// BenchmarkCustody appends captures to an archive of its own, from 64 callers as a
// crawl has, with and without the custody log, in turns. It reports what the log costs.
//
//	go test ./internal/app -run '^$' -bench Custody -benchtime 32000x
func BenchmarkCustody(b *testing.B) {
	var took, cpu [2]time.Duration
	rounds := max(2, b.N/8000)
	each := b.N / rounds
	b.ResetTimer()
	for round := range rounds {
		for i := range 2 {
			with := (round+i)%2 == 1 // each goes first as often as the other
			before := cpuTime(b)
			took[btoi(with)] += appendAll(b, with, each)
			cpu[btoi(with)] += cpuTime(b) - before
		}
	}
	n := float64(rounds * each)
	b.ReportMetric(n/took[0].Seconds(), "captures/s-without")
	b.ReportMetric(n/took[1].Seconds(), "captures/s-with")
	b.ReportMetric(100*(took[1].Seconds()/took[0].Seconds()-1), "%time")
	b.ReportMetric(100*(cpu[1].Seconds()/cpu[0].Seconds()-1), "%cpu")
}

// cpuTime is what this process has used: on a machine that others use too it says more
// than the clock.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// appendAll appends n captures and says how long it took until the archive had them
// and, where there is one, the custody log was closed too.
func appendAll(b *testing.B, with bool, n int) time.Duration {
	b.Helper()
	dir := b.TempDir()
	opt := archive.Options{Dir: filepath.Join(dir, "archive")}
	var l *custody.Log
	if with {
		var err error
		if l, err = custody.Open(custody.Options{Dir: filepath.Join(dir, custodyDir)}); err != nil {
			b.Fatal(err)
		}
		opt.Kept = (&App{custody: l}).kept()
	}
	a, err := archive.Open(opt)
	if err != nil {
		b.Fatal(err)
	}
	words := pageBodies()
	started := time.Now()
	work := make(chan int)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for i := range work {
				ls, err := a.Append(b.Context(), pageRecords(i, words[i%len(words)])...)
				if err != nil {
					b.Error(err)
					continue
				}
				a.Done(ls[1])
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	wg.Wait()
	if err := a.Close(); err != nil {
		b.Fatal(err)
	}
	if l != nil {
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(started)
}

// pageBodies are bodies of 30 KB that compress like pages do, to about a quarter.
func pageBodies() (out []string) {
	rnd := rand.New(rand.NewPCG(1, 1))
	var words []string
	for range 3000 {
		words = append(words, fmt.Sprintf("%x", rnd.Uint32()>>(rnd.IntN(3)*8)))
	}
	for range 20 {
		var s strings.Builder
		for s.Len() < 30_000 {
			fmt.Fprintf(&s, "<p class=text>%s ", words[rnd.IntN(len(words))])
		}
		out = append(out, s.String())
	}
	return out
}

func pageRecords(i int, body string) []archive.Record {
	url := fmt.Sprintf("https://jobs.example/%d", i)
	id := archive.NewID()
	at := time.Unix(int64(i), 0)
	return []archive.Record{
		{Type: "request", Date: at, TargetURI: url, ContentType: "application/http; msgtype=request", ConcurrentTo: []string{id}, Block: fmt.Appendf(nil, "GET /%d HTTP/1.1\r\nHost: jobs.example\r\n\r\n", i)},
		{Type: "response", ID: id, Date: at, TargetURI: url, ContentType: "application/http; msgtype=response", Block: []byte("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body),
			Fields: []archive.Field{{Name: captureField, Value: fmt.Sprintf(`{"id":%q,"digest":"%x"}`, id, sha256.Sum256([]byte(url)))}}},
	}
}
