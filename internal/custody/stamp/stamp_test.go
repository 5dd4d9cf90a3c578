package stamp

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	mrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
	"go.uber.org/goleak"

	"github.com/lurewatch/lurewatch/internal/custody"
	"github.com/lurewatch/lurewatch/internal/custody/stamptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var digest = sha256.Sum256([]byte("the head"))

func query(t testing.TB, d [32]byte, nonce int64) []byte {
	t.Helper()
	q := timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: d[:], Certificates: true, Nonce: big.NewInt(nonce)}
	b, err := q.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestVerifyTakesWhatOpenSSLSigns(t *testing.T) {
	a, other := stamptest.New(t, "one"), stamptest.New(t, "other")
	answer, err := a.Answer(query(t, digest, 77))
	if err != nil {
		t.Fatal(err)
	}
	roots, err := Roots(a.Root)
	if err != nil {
		t.Fatal(err)
	}
	strangers, err := Roots(other.Root)
	if err != nil {
		t.Fatal(err)
	}
	tok, err := Verify(answer, Want{Digest: digest, Nonce: big.NewInt(77), Roots: roots})
	if err != nil {
		t.Fatal(err)
	}
	if !tok.Trusted || tok.Signer != "CN=one" || len(tok.Chain) != 2 || time.Since(tok.Time).Abs() > time.Minute || tok.Accuracy != time.Second {
		t.Errorf("token %+v", tok)
	}
	if tok, err = Verify(answer, Want{Digest: digest}); err != nil || tok.Trusted {
		t.Errorf("without roots: trusted %v, %v", tok.Trusted, err)
	}
	file := filepath.Join(t.TempDir(), "answer.tsr")
	if err := os.WriteFile(file, answer, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := a.Check(t, hex.EncodeToString(digest[:]), file); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		answer []byte
		want   Want
		says   string
	}{
		"another hash":           {answer, Want{Digest: sha256.Sum256([]byte("another"))}, "another hash"},
		"another nonce":          {answer, Want{Digest: digest, Nonce: big.NewInt(78)}, "another request"},
		"roots of somebody else": {answer, Want{Digest: digest, Roots: strangers}, "unknown authority"},
		"half an answer":         {answer[:len(answer)/2], Want{Digest: digest}, ""},
		"nothing":                {nil, Want{Digest: digest}, ""},
		"a web page":             {[]byte("<html>log in first</html>"), Want{Digest: digest}, ""},
		"an endless answer":      {bytes.Repeat([]byte{0x30}, MaxResponse+1), Want{Digest: digest}, "at most"},
	} {
		if _, err := Verify(c.answer, c.want); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	rnd := mrand.New(mrand.NewPCG(3, 1))
	for range 300 { // bits of the signed part and of the signature are all watched
		bad := bytes.Clone(answer)
		at := bytes.Index(bad, digest[:]) + rnd.IntN(32)
		bad[at] ^= 1 << rnd.IntN(8)
		if _, err := Verify(bad, Want{Digest: digest}); err == nil {
			t.Fatalf("byte %d is flipped and the token is taken", at)
		}
		bad = bytes.Clone(answer)
		at = len(bad) - 1 - rnd.IntN(250) // the signature stands last
		bad[at] ^= 1 << rnd.IntN(8)
		if _, err := Verify(bad, Want{Digest: digest}); err == nil {
			t.Fatalf("byte %d of the signature is flipped and the token is taken", at)
		}
	}
}

// forged makes a token in Go, which signs what openssl refuses to sign.
func forged(t testing.TB, ext pkix.Extension, usage []x509.ExtKeyUsage, notAfter time.Time) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := x509.Certificate{
		SerialNumber: big.NewInt(9), Subject: pkix.Name{CommonName: "forger"}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: notAfter,
		ExtKeyUsage: usage, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if ext.Id != nil {
		tmpl.ExtraExtensions = []pkix.Extension{ext}
	}
	der, err := x509.CreateCertificate(rand.Reader, &tmpl, &tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	ts := timestamp.Timestamp{HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Time: time.Now(), Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: true, Nonce: big.NewInt(5)}
	b, err := ts.CreateResponseWithOpts(cert, key, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestVerifyRefusesSignersThatMayNotStamp(t *testing.T) {
	critical := pkix.Extension{Id: oidExtKeyUsage, Critical: true, Value: []byte{0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 8}}
	later := time.Now().Add(time.Hour)
	if _, err := Verify(forged(t, critical, nil, later), Want{Digest: digest}); err != nil {
		t.Fatalf("a proper signer is refused: %v", err)
	}
	for name, c := range map[string]struct {
		ext   pkix.Extension
		usage []x509.ExtKeyUsage
		until time.Time
	}{
		"any use":                      {until: later},
		"web server":                   {usage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, until: later},
		"stamps and more":              {usage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageCodeSigning}, until: later},
		"not critical":                 {usage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}, until: later},
		"a certificate that has ended": {ext: critical, until: time.Now().Add(-time.Hour)},
	} {
		if _, err := Verify(forged(t, c.ext, c.usage, c.until), Want{Digest: digest}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	roots := x509.NewCertPool()
	if _, err := Verify(forged(t, critical, nil, later), Want{Digest: digest, Roots: roots}); err == nil {
		t.Error("a signer that signed itself is taken although roots are given")
	}
}

func FuzzVerify(f *testing.F) {
	critical := pkix.Extension{Id: oidExtKeyUsage, Critical: true, Value: []byte{0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 8}}
	seeds := [][]byte{forged(f, critical, nil, time.Now().Add(time.Hour)), {0x30, 0x80, 0, 0}}
	for _, s := range seeds {
		f.Add(s)
	}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if tok, err := Verify(b, Want{Digest: digest}); err == nil && len(tok.Chain) == 0 {
			t.Error("a token without a signer is taken")
		}
	})
}

type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func openLog(t testing.TB, dir string) *custody.Log {
	t.Helper()
	l, err := custody.Open(custody.Options{Dir: dir, Linger: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func enter(t testing.TB, l *custody.Log, seq int64) {
	t.Helper()
	if err := l.Append(t.Context(), custody.Entry{Kind: custody.KindAct, Act: &custody.Act{Seq: seq, Act: "view"}}); err != nil {
		t.Fatal(err)
	}
}

func stamper(t testing.TB, l *custody.Log, c *clock, roots string, urls ...string) *Stamper {
	t.Helper()
	var pool *x509.CertPool
	if roots != "" {
		var err error
		if pool, err = Roots(roots); err != nil {
			t.Fatal(err)
		}
	}
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	s, err := New(Options{Log: l, URLs: urls, Every: time.Hour, Roots: pool, Client: client, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func round(t testing.TB, s *Stamper) Report {
	t.Helper()
	rep, err := s.Go(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// TestAuthoritiesStandAlone has one good authority among bad ones of every kind.
func TestAuthoritiesStandAlone(t *testing.T) {
	good := stamptest.New(t, "good")
	stranger := stamptest.New(t, "stranger") // not under the roots
	old, err := good.Answer(query(t, digest, 1))
	if err != nil {
		t.Fatal(err)
	}
	release := make(chan struct{})
	urls := []string{good.URL, stranger.URL, "http://user:secret@127.0.0.1:1/refused?token=secret"}
	for path, h := range map[string]http.HandlerFunc{
		"/replay": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(old) },
		"/page":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<p>please log in")) },
		"/fails":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"/moved":  func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, good.URL, http.StatusFound) },
		"/hangs":  func(w http.ResponseWriter, r *http.Request) { <-release },
		"/endless": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		},
	} {
		srv := httptest.NewServer(h)
		t.Cleanup(srv.Close)
		urls = append(urls, srv.URL+path)
	}
	t.Cleanup(func() { close(release) })
	dir := t.TempDir()
	l := openLog(t, dir)
	enter(t, l, 1)
	c := &clock{time.Now()}
	rep := round(t, stamper(t, l, c, good.Root, urls...))
	if len(rep.Stamped) != 1 || rep.Stamped[0].Authority != good.URL || !rep.Stamped[0].Trusted || len(rep.Waiting) != len(urls)-1 {
		t.Errorf("stamped by %+v, waiting for %v", rep.Stamped, rep.Waiting)
	}
	for name, why := range rep.Waiting {
		if why == "" || strings.Contains(name+why, "secret") {
			t.Errorf("%s: waits because %q", name, why)
		}
	}
	ts := rep.Stamped[0]
	if err := good.Check(t, ts.Head, filepath.Join(dir, Folder, ts.File)); err != nil {
		t.Error(err)
	}
	queue, err := os.ReadFile(filepath.Join(dir, Folder, "queue.json"))
	if err != nil || bytes.Contains(queue, []byte("secret")) {
		t.Errorf("queue %s, %v", queue, err)
	}
}

// TestTheHeadWaitsForAnAuthorityThatIsDown goes through hours of it, and a restart.
func TestTheHeadWaitsForAnAuthorityThatIsDown(t *testing.T) {
	up, down := stamptest.New(t, "up"), stamptest.New(t, "down")
	down.Down(true)
	dir := t.TempDir()
	l := openLog(t, dir)
	c := &clock{time.Now().Truncate(time.Second)}
	s := stamper(t, l, c, "", up.URL, down.URL)
	if rep := round(t, s); len(rep.Stamped) != 0 || up.Asked() != 0 {
		t.Fatalf("an empty log is stamped: %+v", rep)
	}
	enter(t, l, 1)
	if rep := round(t, s); len(rep.Stamped) != 1 || rep.Waiting[down.URL] == "" {
		t.Fatalf("first round: %+v", rep)
	}
	if rep := round(t, s); len(rep.Stamped) != 0 || down.Asked() != 1 {
		t.Fatalf("at once again: %+v, asked %d times", rep, down.Asked())
	}
	c.t = c.t.Add(2 * time.Minute)
	if round(t, s); down.Asked() != 2 {
		t.Errorf("after two minutes it is asked %d times in all, want 2", down.Asked())
	}
	c.t = c.t.Add(2 * time.Hour)
	if rep := round(t, s); len(rep.Stamped) != 0 || up.Asked() != 1 {
		t.Errorf("nothing new, and it is stamped again: %+v, asked %d times", rep, up.Asked())
	}
	enter(t, l, 2)
	head, err := l.Head()
	if err != nil {
		t.Fatal(err)
	}
	if rep := round(t, s); len(rep.Stamped) != 1 || rep.Stamped[0].Seq != head.Seq {
		t.Fatalf("something new: %+v", rep)
	}
	enter(t, l, 3)
	down.Down(false)
	c.t = c.t.Add(50 * time.Minute)
	s = stamper(t, l, c, "", up.URL, down.URL) // a restart
	rep := round(t, s)
	if len(rep.Stamped) != 1 || rep.Stamped[0].Authority != down.URL || rep.Stamped[0].Seq != head.Seq || len(rep.Waiting) != 0 {
		t.Errorf("up again: %+v; want the newest head that was queued, %d", rep, head.Seq)
	}
	c.t = c.t.Add(time.Hour)
	if rep := round(t, s); len(rep.Stamped) != 2 {
		t.Errorf("entry 3 is stamped by neither: %+v", rep)
	}
	if n, err := l.Stamped(down.URL); err != nil || n <= head.Seq {
		t.Errorf("stamped by it up to %d, %v", n, err)
	}
	enter(t, l, 4)
	if rep, err := s.Go(t.Context(), true); err != nil || len(rep.Stamped) != 2 {
		t.Errorf("asked for at once: %+v, %v", rep, err)
	}
}

func TestOneProcessStamps(t *testing.T) {
	a := stamptest.New(t, "a")
	l := openLog(t, t.TempDir())
	enter(t, l, 1)
	s := stamper(t, l, &clock{time.Now()}, "", a.URL)
	if err := os.MkdirAll(s.dir, 0o750); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(s.dir, "lock"))
	if err != nil || !custody.TryLock(f) {
		t.Fatal(err)
	}
	defer f.Close()
	if rep, err := s.Go(t.Context(), false); err != nil || len(rep.Stamped) > 0 {
		t.Errorf("%+v, %v", rep, err)
	}
	if _, err := s.Go(t.Context(), true); err == nil || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("asked for at once: %v", err)
	}
}

func TestRunStampsUntilItIsToldToStop(t *testing.T) {
	a := stamptest.New(t, "a")
	l := openLog(t, t.TempDir())
	enter(t, l, 1)
	s, err := New(Options{Log: l, URLs: []string{a.URL}, Every: 200 * time.Millisecond, Client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	for n := int64(0); n < 1; {
		if n, err = l.Stamped(a.URL); err != nil || ctx.Err() != nil {
			t.Fatal(err, ctx.Err())
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestNewRefuses(t *testing.T) {
	l := openLog(t, t.TempDir())
	for name, opt := range map[string]Options{
		"no log":         {URLs: []string{"https://tsa.example/"}},
		"no authority":   {Log: l},
		"no URL":         {Log: l, URLs: []string{"tsa.example"}},
		"another scheme": {Log: l, URLs: []string{"ftp://tsa.example/"}},
	} {
		if _, err := New(opt); err == nil {
			t.Errorf("%s: made", name)
		}
	}
	if _, err := Roots(filepath.Join(t.TempDir(), "none.pem")); err == nil {
		t.Error("roots are read from a file that is not there")
	}
	file := filepath.Join(t.TempDir(), "text.pem")
	if err := os.WriteFile(file, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Roots(file); err == nil {
		t.Error("roots are read from a file that holds none")
	}
}
