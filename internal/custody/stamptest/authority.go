// Package stamptest is a timestamp authority on loopback for tests: the openssl program
// answers, with a root and a signing certificate that it made itself. It is no stand-in:
// what it signs is what any authority signs, and openssl checks it too.
package stamptest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/lurewatch/lurewatch/internal/realtest"
)

// Authority is a running authority.
type Authority struct {
	URL   string
	Root  string // file with the root certificate, PEM
	Chain string // file with the signing certificate, PEM

	openssl, dir string
	down         atomic.Bool
	asked        atomic.Int64
	mu           sync.Mutex // openssl ts keeps its serial number in a file
}

// New makes an authority of a name and serves it until the test ends.
func New(t testing.TB, name string) *Authority {
	t.Helper()
	a := &Authority{openssl: realtest.OpenSSL(t), dir: t.TempDir()}
	a.Root, a.Chain = a.path("root.pem"), a.path("signer.pem")
	conf := fmt.Sprintf(`oid_section = oids
[oids]
[req]
distinguished_name = dn
prompt = no
[dn]
CN = %s
[root_ext]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[signer_ext]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
[tsa]
default_tsa = tsa1
[tsa1]
dir = %s
serial = %s
crypto_device = builtin
signer_cert = %s
certs = %s
signer_key = %s
signer_digest = sha256
default_policy = 1.3.6.1.4.1.13762.3
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`, name, a.dir, a.path("serial"), a.Chain, a.Root, a.path("signer.key"))
	a.write(t, "ts.cnf", conf)
	a.write(t, "serial", "01\n")
	a.run(t, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-keyout", a.path("root.key"), "-out", a.Root,
		"-subj", "/CN="+name+" root", "-config", a.path("ts.cnf"), "-extensions", "root_ext")
	a.run(t, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", a.path("signer.key"), "-out", a.path("signer.csr"),
		"-subj", "/CN="+name, "-config", a.path("ts.cnf"))
	a.run(t, "x509", "-req", "-in", a.path("signer.csr"), "-CA", a.Root, "-CAkey", a.path("root.key"), "-CAcreateserial", "-days", "30",
		"-out", a.Chain, "-extfile", a.path("ts.cnf"), "-extensions", "signer_ext")
	srv := httptest.NewServer(a)
	t.Cleanup(srv.Close)
	a.URL = srv.URL + "/tsa"
	return a
}

// Down makes the authority answer 503, or as it should again.
func (a *Authority) Down(down bool) { a.down.Store(down) }

// Asked is how often it was asked.
func (a *Authority) Asked() int64 { return a.asked.Load() }

// Answer is the answer to a request, both in DER.
func (a *Authority) Answer(query []byte) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	in, out := a.path("query"), a.path("answer")
	if err := os.WriteFile(in, query, 0o600); err != nil {
		return nil, err
	}
	said, err := exec.Command(a.openssl, "ts", "-reply", "-config", a.path("ts.cnf"), "-queryfile", in, "-out", out).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("openssl ts -reply: %w\n%s", err, said)
	}
	return os.ReadFile(out)
}

// ServeHTTP answers as RFC 3161, section 3.4, says.
func (a *Authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.asked.Add(1)
	query, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if a.down.Load() || err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	answer, err := a.Answer(query)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = io.Copy(w, bytes.NewReader(answer))
}

// Check has openssl verify an answer for a SHA-256 digest in hex, against the root alone.
func (a *Authority) Check(t testing.TB, digest, answerFile string) error {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), a.openssl, "ts", "-verify", "-digest", digest, "-in", answerFile, "-CAfile", a.Root).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Verification: OK") {
		return fmt.Errorf("openssl ts -verify: %w\n%s", err, out)
	}
	return nil
}

func (a *Authority) path(name string) string { return filepath.Join(a.dir, name) }

func (a *Authority) write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(a.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (a *Authority) run(t testing.TB, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), a.openssl, args...).CombinedOutput(); err != nil {
		t.Fatalf("openssl %v: %v\n%s", args, err, out)
	}
}
