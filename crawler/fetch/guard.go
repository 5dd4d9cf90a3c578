package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// GuardOptions are what [NewGuard] needs.
type GuardOptions struct {
	// AllowNet lists networks that may be reached although they are not public,
	// on any port. It is the named setting behind --allow-net; print it at start.
	AllowNet []netip.Prefix
	// Ports that may be used on public addresses; default 80, 443, 8080, 8443.
	Ports []uint16
	// ConnectTimeout bounds name resolution and connecting; default 10 s.
	ConnectTimeout time.Duration
	// Resolver is the resolver to use; nil means Go's own.
	Resolver *net.Resolver
}

// Guard keeps fetches away from private networks. It decides on the address that
// is dialled, after resolution, so a name that changes its address between check
// and use gains nothing.
type Guard struct {
	opt    GuardOptions
	blocks []block
	dialer net.Dialer
}

// NewGuard checks opt.
func NewGuard(opt GuardOptions) (*Guard, error) {
	for _, p := range opt.AllowNet {
		if !p.IsValid() {
			return nil, errors.New("guard: a network to allow is malformed\nhint: write it as 127.0.0.0/8 or 10.1.2.3/32")
		}
	}
	if opt.ConnectTimeout <= 0 {
		opt.ConnectTimeout = 10 * time.Second
	}
	if len(opt.Ports) == 0 {
		opt.Ports = []uint16{80, 443, 8080, 8443}
	}
	g := &Guard{opt: opt, blocks: specialBlocks()}
	g.dialer = net.Dialer{Timeout: opt.ConnectTimeout, KeepAlive: 30 * time.Second, Control: g.control, Resolver: opt.Resolver}
	return g, nil
}

// BlockedError is an address or URL that the guard refuses.
type BlockedError struct {
	What string // the URL or address
	Why  string
}

// Error says what was refused, why, and which setting would allow it.
func (e *BlockedError) Error() string {
	return fmt.Sprintf("%s is refused: %s\nhint: --allow-net names a network that may be crawled although it is not public", short(e.What), e.Why)
}

// CheckURL refuses what can be refused before a name is resolved: the scheme,
// credentials, and literal addresses in any spelling. What passes is checked again when dialled.
func (g *Guard) CheckURL(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return &BlockedError{What: u.Redacted(), Why: "only http and https are fetched"}
	}
	if u.Hostname() == "" {
		return &BlockedError{What: u.Redacted(), Why: "it has no host"}
	}
	if u.User != nil {
		return &BlockedError{What: u.Redacted(), Why: "it carries credentials"}
	}
	port := uint64(80)
	if u.Scheme == "https" {
		port = 443
	}
	if p := u.Port(); p != "" {
		var err error
		if port, err = strconv.ParseUint(p, 10, 16); err != nil {
			return &BlockedError{What: u.Redacted(), Why: "its port is no port"}
		}
	}
	if a, numeric := literal(u.Hostname()); numeric {
		if !a.IsValid() {
			return &BlockedError{What: u.Redacted(), Why: "its host looks like an IP address and is none"}
		}
		return g.CheckAddr(netip.AddrPortFrom(a, uint16(port)))
	}
	if !slices.Contains(g.opt.Ports, uint16(port)) && len(g.opt.AllowNet) == 0 {
		return &BlockedError{What: u.Redacted(), Why: fmt.Sprintf("port %d is not one that web sites use", port)}
	}
	return nil
}

// CheckAddr refuses an address that is about to be dialled.
func (g *Guard) CheckAddr(ap netip.AddrPort) error {
	a := ap.Addr().Unmap().WithZone("")
	for _, p := range g.opt.AllowNet {
		if p.Contains(a) {
			return nil
		}
	}
	if why := g.private(a); why != "" {
		return &BlockedError{What: ap.String(), Why: why}
	}
	if !slices.Contains(g.opt.Ports, ap.Port()) {
		return &BlockedError{What: ap.String(), Why: fmt.Sprintf("port %d is not one that web sites use", ap.Port())}
	}
	return nil
}

// Dial connects to host:port through the guard.
func (g *Guard) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	return g.dialer.DialContext(ctx, network, addr)
}

// control runs after resolution, before connect, for every address tried.
func (g *Guard) control(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return &BlockedError{What: address, Why: "it is no IP address"}
	}
	return g.CheckAddr(ap)
}

// block is a range of addresses that is not the public internet.
type block struct {
	prefix netip.Prefix
	why    string
}

// specialBlocks follow the IANA special-purpose registries (RFC 6890 and later),
// and the one metadata service that hides in public space.
func specialBlocks() []block {
	return []block{
		{netip.MustParsePrefix("0.0.0.0/8"), "it means this network"},
		{netip.MustParsePrefix("10.0.0.0/8"), "it is a private address"},
		{netip.MustParsePrefix("100.64.0.0/10"), "it is a shared carrier address"},
		{netip.MustParsePrefix("127.0.0.0/8"), "it is a loopback address"},
		{netip.MustParsePrefix("169.254.0.0/16"), "it is a link-local or metadata address"},
		{netip.MustParsePrefix("172.16.0.0/12"), "it is a private address"},
		{netip.MustParsePrefix("192.0.0.0/24"), "it is reserved"},
		{netip.MustParsePrefix("192.0.2.0/24"), "it is for documentation"},
		{netip.MustParsePrefix("192.88.99.0/24"), "it is a 6to4 relay"},
		{netip.MustParsePrefix("192.168.0.0/16"), "it is a private address"},
		{netip.MustParsePrefix("198.18.0.0/15"), "it is for benchmarks"},
		{netip.MustParsePrefix("198.51.100.0/24"), "it is for documentation"},
		{netip.MustParsePrefix("203.0.113.0/24"), "it is for documentation"},
		{netip.MustParsePrefix("224.0.0.0/4"), "it is a multicast address"},
		{netip.MustParsePrefix("240.0.0.0/4"), "it is reserved"},
		{netip.MustParsePrefix("168.63.129.16/32"), "it is a metadata address"},
		{netip.MustParsePrefix("2001::/23"), "it is reserved"}, // Teredo, ORCHID and others
		{netip.MustParsePrefix("2001:db8::/32"), "it is for documentation"},
		{netip.MustParsePrefix("2002::/16"), "it is a 6to4 address"},
		{netip.MustParsePrefix("3fff::/20"), "it is for documentation"},
	}
}

// private says why a is not a public address, "" when it is one.
func (g *Guard) private(a netip.Addr) string {
	if !a.IsValid() {
		return "it is no address"
	}
	for _, b := range g.blocks {
		if b.prefix.Contains(a) {
			return b.why
		}
	}
	if a.Is4() {
		return ""
	}
	b := a.As16()
	if nat64 := [12]byte{0, 0x64, 0xff, 0x9b}; [12]byte(b[:12]) == nat64 { // RFC 6052: 64:ff9b::/96
		if why := g.private(netip.AddrFrom4([4]byte(b[12:]))); why != "" {
			return why + ", wrapped for NAT64"
		}
		return ""
	}
	if b[0]&0xe0 != 0x20 { // only 2000::/3 is global unicast
		return "it is no global unicast address"
	}
	return ""
}
