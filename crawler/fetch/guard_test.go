package fetch

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"testing"
)

const testAgent = "lurewatch/test (+https://lurewatch.example; crawler@lurewatch.example)"

// loopback is a guard that lets tests reach their own servers.
func loopback(t testing.TB) *Guard {
	t.Helper()
	g, err := NewGuard(GuardOptions{AllowNet: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGuardAddresses(t *testing.T) {
	open, err := NewGuard(GuardOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		addr  string
		allow bool
	}{
		"public":                    {"93.184.216.34:443", true},
		"public, other web port":    {"93.184.216.34:8080", true},
		"public, odd port":          {"93.184.216.34:25", false},
		"public IPv6":               {"[2606:2800:220:1::1]:443", true},
		"loopback":                  {"127.0.0.1:80", false},
		"loopback, other":           {"127.8.9.1:80", false},
		"loopback IPv6":             {"[::1]:80", false},
		"this network":              {"0.0.0.0:80", false},
		"unspecified IPv6":          {"[::]:80", false},
		"private 10":                {"10.1.2.3:80", false},
		"private 172":               {"172.31.0.1:80", false},
		"beside private 172":        {"172.32.0.1:80", true},
		"private 192":               {"192.168.1.1:80", false},
		"carrier":                   {"100.100.100.200:80", false},
		"link-local and metadata":   {"169.254.169.254:80", false},
		"metadata in public space":  {"168.63.129.16:80", false},
		"metadata IPv6":             {"[fd00:ec2::254]:80", false},
		"link-local IPv6 with zone": {"[fe80::1%eth0]:80", false},
		"unique local":              {"[fc00::1]:80", false},
		"site local":                {"[fec0::1]:80", false},
		"multicast":                 {"224.0.0.1:80", false},
		"multicast IPv6":            {"[ff02::1]:80", false},
		"broadcast":                 {"255.255.255.255:80", false},
		"IPv4-mapped loopback":      {"[::ffff:127.0.0.1]:80", false},
		"IPv4-mapped metadata":      {"[::ffff:a9fe:a9fe]:80", false},
		"IPv4-mapped public":        {"[::ffff:93.184.216.34]:80", true},
		"IPv4-compatible loopback":  {"[::127.0.0.1]:80", false},
		"6to4":                      {"[2002:7f00:1::]:80", false},
		"Teredo":                    {"[2001:0:1::]:80", false},
		"NAT64 of loopback":         {"[64:ff9b::7f00:1]:80", false},
		"NAT64 of metadata":         {"[64:ff9b::a9fe:a9fe]:80", false},
		"NAT64 of public":           {"[64:ff9b::5db8:d822]:80", true},
		"local NAT64":               {"[64:ff9b:1::7f00:1]:80", false},
		"documentation":             {"[2001:db8::1]:80", false},
		"benchmarks":                {"198.18.0.1:80", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := open.CheckAddr(netip.MustParseAddrPort(tt.addr))
			if (err == nil) != tt.allow {
				t.Errorf("CheckAddr(%s) = %v, want allowed %v", tt.addr, err, tt.allow)
			}
		})
	}
	narrow, err := NewGuard(GuardOptions{AllowNet: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}})
	if err != nil {
		t.Fatal(err)
	}
	for addr, allow := range map[string]bool{"10.1.2.3:9": true, "[::ffff:10.1.2.3]:9": true, "10.2.0.1:80": false, "93.184.216.34:9": false} {
		if err := narrow.CheckAddr(netip.MustParseAddrPort(addr)); (err == nil) != allow {
			t.Errorf("with 10.1.0.0/16 allowed, CheckAddr(%s) = %v, want allowed %v", addr, err, allow)
		}
	}
}

func TestGuardURLs(t *testing.T) {
	g, err := NewGuard(GuardOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		url   string
		allow bool
	}{
		"https":            {"https://a.test/", true},
		"http, web port":   {"http://a.test:8080/", true},
		"odd port":         {"http://a.test:22/", false},
		"file":             {"file:///etc/passwd", false},
		"ftp":              {"ftp://a.test/", false},
		"gopher":           {"gopher://a.test/", false},
		"credentials":      {"http://u:p@a.test/", false},
		"literal loopback": {"http://127.0.0.1/", false},
		"literal IPv6":     {"http://[::1]/", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			u, err := url.Parse(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			if err := g.CheckURL(u); (err == nil) != tt.allow {
				t.Errorf("CheckURL(%s) = %v, want allowed %v", tt.url, err, tt.allow)
			}
		})
	}
}

// A name is judged by the address that it has when it is dialled.
func TestGuardJudgesAfterResolution(t *testing.T) {
	g, err := NewGuard(GuardOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = g.Dial(context.Background(), "tcp", "localhost:80")
	if _, ok := errors.AsType[*BlockedError](err); !ok {
		t.Errorf("dial localhost: %v, want it refused", err)
	}
}
