package stream

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// cluster starts three real servers as one cluster on loopback.
func cluster(t *testing.T) []*server.Server {
	t.Helper()
	ports := []int{freePort(t), freePort(t), freePort(t)}
	var routes []*url.URL
	for _, p := range ports {
		routes = append(routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("127.0.0.1:%d", p)})
	}
	var all []*server.Server
	for i, p := range ports {
		srv, err := server.NewServer(&server.Options{
			ServerName: fmt.Sprintf("n%d", i), Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
			Cluster: server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: p}, Routes: routes,
		})
		if err != nil {
			t.Fatal(err)
		}
		srv.Start()
		t.Cleanup(func() { halt(srv) })
		all = append(all, srv)
	}
	for _, srv := range all {
		if !srv.ReadyForConnections(10 * time.Second) {
			t.Fatal("nats-server does not start")
		}
	}
	return all
}

func TestClusterThatLosesAServer(t *testing.T) {
	if testing.Short() {
		t.Skip("three servers")
	}
	servers := cluster(t)
	var urls []string
	for _, srv := range servers {
		urls = append(urls, "nats://"+srv.Addr().String())
	}
	s := open(t, Options{URL: strings.Join(urls, ","), Replicas: 3})
	publish(t, s, notes, many(0, 200)...)

	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	var mu sync.Mutex
	seen := map[int]bool{}
	wg.Go(func() {
		if err := Consume(ctx, s, notes, quick("read"), func(_ context.Context, ns []note) []error {
			mu.Lock()
			defer mu.Unlock()
			for _, n := range ns {
				seen[n.N] = true
			}
			return nil
		}); err != nil {
			t.Errorf("consume: %v", err)
		}
	})
	total := func() int { mu.Lock(); defer mu.Unlock(); return len(seen) }
	await(t, "the first part", func() bool { return total() == 200 })
	// The one that we talk to and that may lead the topic goes away.
	i := slices.IndexFunc(servers, func(srv *server.Server) bool { return "nats://"+srv.Addr().String() == s.nc.ConnectedUrl() })
	if i < 0 {
		t.Fatalf("connected to %s, none of %v", s.nc.ConnectedUrl(), urls)
	}
	halt(servers[i])
	pctx, pcancel := context.WithTimeout(ctx, 60*time.Second)
	defer pcancel()
	if err := Publish(pctx, s, notes, many(200, 400)...); err != nil {
		t.Fatalf("publish with a server lost: %v", err)
	}
	await(t, "the second part", func() bool { return total() == 400 })
}
