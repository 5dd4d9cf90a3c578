package main

import (
	"bytes"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"testing"
)

// TestAHostWritesNothingIntoTheLog: what a host sends after its answer, unasked, is not
// repeated on stderr, which net/http would do.
func TestAHostWritesNothingIntoTheLog(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var hosts sync.WaitGroup
	hosts.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			hosts.Go(func() {
				defer c.Close()
				_, _ = c.Read(make([]byte, 4096))
				const body = "<p>Chat support</p>"
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%sforged log line", len(body), body)
				_, _ = c.Read(make([]byte, 4096)) // until the other side has seen it
			})
		}
	})
	defer hosts.Wait()
	defer ln.Close()
	cmd := lurewatch(t.Context(), "crawl", "http://"+ln.Addr().String()+"/", "--data-dir", t.TempDir(), "--allow-net", "127.0.0.0/8", "--pace", "0",
		"--out", filepath.Join(t.TempDir(), "posts.jsonl"), "--set", "crawl.browser=off")
	out, err := cmd.CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("forged log line")) {
		t.Errorf("%v\n%s", err, out)
	}
}
