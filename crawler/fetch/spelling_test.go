package fetch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// spellings are ways to write addresses that are not to be reached.
func spellings() map[string]string {
	return map[string]string{
		"loopback":                         "127.0.0.1",
		"loopback, another":                "127.255.255.254",
		"loopback, trailing dot":           "127.0.0.1.",
		"loopback, decimal":                "2130706433",
		"loopback, decimal, trailing dot":  "2130706433.",
		"loopback, hexadecimal":            "0x7f000001",
		"loopback, hexadecimal capitals":   "0X7F000001",
		"loopback, hexadecimal parts":      "0x7f.0x0.0x0.0x1",
		"loopback, bare 0x as zero":        "0x7f.0x.0x.1",
		"loopback, octal":                  "017700000001",
		"loopback, octal parts":            "0177.0.0.01",
		"loopback, mixed bases":            "0177.0x0.0.1",
		"loopback, two parts":              "127.1",
		"loopback, three parts":            "127.0.1",
		"loopback, leading zeros":          "0000177.0000.0000.0001",
		"zero":                             "0",
		"zero, parts":                      "0.0.0.0",
		"loopback, full-width digits":      "１２７.０.０.１",
		"loopback, circled digits":         "①②⑦.⓪.⓪.①",
		"loopback, mathematical digits":    "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
		"loopback, ideographic full stop":  "127。0。0。1",
		"loopback, half-width full stop":   "127｡0｡0｡1",
		"loopback, full-width full stop":   "127．0．0．1",
		"loopback, soft hyphen inside":     "12\u00ad7.0.0.1",
		"loopback, zero width joiner":      "127.0.0.\u200d1",
		"metadata":                         "169.254.169.254",
		"metadata, decimal":                "2852039166",
		"metadata, hexadecimal":            "0xa9fea9fe",
		"metadata, octal parts":            "0251.0376.0251.0376",
		"metadata, two parts":              "169.16689662",
		"metadata of Alibaba":              "100.100.100.200",
		"metadata of Azure":                "168.63.129.16",
		"metadata of Oracle":               "192.0.0.192",
		"private, hexadecimal":             "0xc0a80101",
		"IPv6 loopback":                    "[::1]",
		"IPv6 loopback, long":              "[0:0:0:0:0:0:0:1]",
		"IPv6 unspecified":                 "[::]",
		"IPv4-mapped loopback":             "[::ffff:127.0.0.1]",
		"IPv4-mapped loopback, hex":        "[::ffff:7f00:1]",
		"IPv4-mapped metadata, long":       "[0:0:0:0:0:ffff:a9fe:a9fe]",
		"IPv4-compatible loopback":         "[::7f00:1]",
		"IPv4-translated loopback":         "[::ffff:0:127.0.0.1]",
		"NAT64 of loopback":                "[64:ff9b::127.0.0.1]",
		"NAT64 of metadata":                "[64:ff9b::a9fe:a9fe]",
		"local NAT64 of loopback":          "[64:ff9b:1::7f00:1]",
		"6to4 of loopback":                 "[2002:7f00:1::1]",
		"6to4 of metadata":                 "[2002:a9fe:a9fe::]",
		"Teredo with loopback inside":      "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
		"link-local with zone":             "[fe80::1%25lo]",
		"unique local metadata":            "[fd00:ec2::254]",
		"multicast":                        "[ff02::1]",
		"discard":                          "[100::1]",
		"no address: part too big":         "127.0.0.256",
		"no address: five parts":           "1.127.0.0.1",
		"no address: number too big":       "4294967296",
		"no address: octal with an eight":  "0178.0.0.08",
		"no address: name before a number": "public.test.1",
	}
}

func TestEverySpellingIsRefused(t *testing.T) {
	g, err := NewGuard(GuardOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h := newTestHTTP(t, HTTPOptions{Guard: g})
	for name, host := range spellings() {
		t.Run(name, func(t *testing.T) {
			for _, scheme := range []string{"http://", "https://"} {
				u, err := url.Parse(scheme + host + "/")
				if err != nil {
					t.Fatal(err)
				}
				if _, ok := errors.AsType[*BlockedError](g.CheckURL(u)); !ok {
					t.Errorf("%s is let through", u)
				}
				if _, err := h.Fetch(t.Context(), Request{URL: scheme + host + "/"}); err == nil {
					t.Errorf("%s was fetched", u)
				}
			}
		})
	}
	for name, raw := range map[string]string{
		"credentials before a private host":        "http://public.test@127.0.0.1/",
		"credentials that look like a public host": "http://public.test:80@127.0.0.1:80/",
		"a backslash before the at sign":           `http://127.0.0.1\@public.test/`,
		"escaped digits":                           "http://%31%32%37.0.0.1/",
		"two at signs":                             "http://a@127.0.0.1@public.test/",
		"a tab inside":                             "http://127.0.\t0.1/",
		"a hash before the host":                   "http://#@127.0.0.1/",
		"no host":                                  "http:///latest/meta-data",
		"an empty port":                            "http://127.0.0.1:/",
	} {
		if res, err := h.Fetch(t.Context(), Request{URL: raw}); err == nil || res != nil && len(res.Hops) > 0 {
			t.Errorf("%s: %s was fetched", name, raw)
		}
	}
	// What only looks a little like one is a name.
	for _, host := range []string{"127.0.0.1.example.test", "0x7f.test", "1.2.3.4a", "deadbeef.test", "1and1.test", "３６０.test", "café.test", "123.test"} {
		u, err := url.Parse("https://" + host + "/")
		if err != nil {
			t.Fatal(err)
		}
		if err := g.CheckURL(u); err != nil {
			t.Errorf("%s is refused: %v", host, err)
		}
	}
	for host, want := range map[string]string{"0x5db8d822": "93.184.216.34", "1572395042.": "93.184.216.34", "0135.0270.0330.042": "93.184.216.34"} {
		if a, ok := literal(host); !ok || a != netip.MustParseAddr(want) {
			t.Errorf("literal(%s) = %v, %v, want %s", host, a, ok, want)
		}
	}
}

func FuzzLiteral(f *testing.F) {
	seeds := spellings()
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(strings.Trim(s, "[]"))
	}
	f.Fuzz(func(t *testing.T, host string) {
		a, numeric := literal(host)
		if a.IsValid() && !numeric {
			t.Fatalf("literal(%q) = %v, and no number", host, a)
		}
		if std, err := netip.ParseAddr(host); err == nil && (!numeric || a != std) {
			t.Fatalf("literal(%q) = %v, want %v", host, a, std)
		}
	})
}

// nameserver answers every A question with the next of the addresses, over and
// over, and every other question with nothing.
func nameserver(t *testing.T, addrs ...string) (*net.Resolver, *atomic.Int32) {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked := new(atomic.Int32)
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				ip := netip.MustParseAddr(addrs[int(asked.Add(1)-1)%len(addrs)]).As4()
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 0},
					Body:   &dnsmessage.AResource{A: ip},
				}}
			}
			out, err := m.Pack()
			if err != nil {
				continue
			}
			_, _ = pc.WriteTo(out, from)
		}
	}()
	t.Cleanup(func() { pc.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}, asked
}

// A name that has a public address when it is checked and a private one when it
// is dialled gains nothing: the address that is dialled is the one that is judged.
func TestRebindingGainsNothing(t *testing.T) {
	var hits atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer srv.Close()
	_, portText, err := net.SplitHostPort(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	port := netip.MustParseAddrPort("0.0.0.0:" + portText).Port()
	tests := map[string][]string{
		"a name for loopback":                  {"127.0.0.1"},
		"a name for the metadata service":      {"169.254.169.254"},
		"private first":                        {"127.0.0.1", "192.0.2.1"},
		"an answer for documentation, then us": {"192.0.2.1", "127.0.0.1"},
	}
	for name, addrs := range tests {
		t.Run(name, func(t *testing.T) {
			resolver, asked := nameserver(t, addrs...)
			g, err := NewGuard(GuardOptions{Resolver: resolver, Ports: []uint16{port}})
			if err != nil {
				t.Fatal(err)
			}
			h := newTestHTTP(t, HTTPOptions{Guard: g})
			for range 4 {
				_, err := h.Fetch(t.Context(), Request{URL: "http://rebind.test:" + portText + "/"})
				if _, ok := errors.AsType[*BlockedError](err); !ok {
					t.Errorf("error = %v, want a refused address", err)
				}
			}
			if asked.Load() == 0 {
				t.Error("the name server was never asked: the test shows nothing")
			}
		})
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("the loopback server was reached %d times", n)
	}
}
