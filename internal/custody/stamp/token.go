// Package stamp gets RFC 3161 timestamps for the head of a custody log, from several
// authorities, and checks them. A token proves that the head, and so every entry before
// it, existed at a time that somebody else vouches for.
//
// It refuses a token that is for another hash or another request, whose signature does
// not hold, whose signer may not stamp, or, when roots are given, whose signer they do
// not vouch for. An authority that is down or bad stops no other.
//
// Start at [Verify] to check, at [New] to stamp.
package stamp

import (
	"bytes"
	"crypto"
	"crypto/sha1" //nolint:gosec // RFC 3161 names the signer's certificate by it; RFC 5816 came later
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
)

// MaxResponse bounds the answer of an authority, in bytes.
const MaxResponse = 256 << 10

// Token is a timestamp that was checked.
type Token struct {
	Time     time.Time
	Accuracy time.Duration // 0: not stated
	Policy   string
	Serial   string
	Signer   string // subject of the certificate
	Trusted  bool   // the roots vouch for the signer; false when none were given
	Chain    []*x509.Certificate
}

// Want is what a token must be for.
type Want struct {
	Digest [sha256.Size]byte // the message imprint
	Nonce  *big.Int          // nil where the request is not at hand any more
	Roots  *x509.CertPool    // nil: the signer's own chain is not checked
}

var (
	oidContentType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidTSTInfo     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidSigner      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12} // ESSCertID, SHA-1
	oidSignerV2    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47} // ESSCertIDv2, RFC 5816
	oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
)

// parsing lets one answer at a time through pkcs7, which counts in a variable of its own
// while it parses.
var parsing sync.Mutex

// Verify checks the answer of an authority (a TimeStampResp in DER) against want.
func Verify(answer []byte, want Want) (tok Token, err error) {
	parsing.Lock()
	defer parsing.Unlock()
	defer func() {
		if r := recover(); r != nil { // the parser of the signature is not ours, the bytes are a stranger's
			tok, err = Token{}, fmt.Errorf("verify timestamp: malformed: %v", r)
		}
	}()
	if len(answer) > MaxResponse {
		return Token{}, fmt.Errorf("verify timestamp: answer of %d bytes, at most %d", len(answer), MaxResponse)
	}
	ts, err := timestamp.ParseResponse(answer)
	if err != nil {
		return Token{}, fmt.Errorf("verify timestamp: %w", err)
	}
	if ts.HashAlgorithm != crypto.SHA256 || !bytes.Equal(ts.HashedMessage, want.Digest[:]) {
		return Token{}, errors.New("verify timestamp: it is for another hash")
	}
	if want.Nonce != nil && (ts.Nonce == nil || ts.Nonce.Cmp(want.Nonce) != 0) {
		return Token{}, errors.New("verify timestamp: it answers another request")
	}
	p7, err := pkcs7.Parse(ts.RawToken)
	if err != nil {
		return Token{}, fmt.Errorf("verify timestamp: %w", err)
	}
	signer := p7.GetOnlySigner()
	if signer == nil {
		return Token{}, errors.New("verify timestamp: it does not bring the certificate of its one signer")
	}
	if err := p7.Verify(); err != nil {
		return Token{}, fmt.Errorf("verify timestamp: signature: %w", err)
	}
	if err := boundTo(p7, signer); err != nil {
		return Token{}, fmt.Errorf("verify timestamp: %w", err)
	}
	if err := mayStamp(signer); err != nil {
		return Token{}, fmt.Errorf("verify timestamp: signer %s: %w", signer.Subject, err)
	}
	if ts.Time.Before(signer.NotBefore) || ts.Time.After(signer.NotAfter) {
		return Token{}, fmt.Errorf("verify timestamp: signer %s: its certificate was not valid then", signer.Subject)
	}
	tok = Token{
		Time: ts.Time.UTC(), Accuracy: ts.Accuracy, Policy: ts.Policy.String(), Serial: ts.SerialNumber.String(),
		Signer: signer.Subject.String(), Chain: inOrder(signer, p7.Certificates),
	}
	if want.Roots == nil {
		return tok, nil
	}
	between := x509.NewCertPool()
	for _, c := range p7.Certificates {
		between.AddCert(c)
	}
	chains, err := signer.Verify(x509.VerifyOptions{Roots: want.Roots, Intermediates: between, CurrentTime: ts.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
	if err != nil {
		return Token{}, fmt.Errorf("verify timestamp: signer %s: %w", signer.Subject, err)
	}
	tok.Trusted, tok.Chain = true, chains[0]
	return tok, nil
}

// boundTo checks the signed attributes: that what is signed is a timestamp, and that
// the signer's certificate is the one that was meant, not another with the same key.
func boundTo(p7 *pkcs7.PKCS7, signer *x509.Certificate) error {
	var kind asn1.ObjectIdentifier
	if err := p7.UnmarshalSignedAttribute(oidContentType, &kind); err != nil || !kind.Equal(oidTSTInfo) {
		return errors.New("what is signed is no timestamp")
	}
	var v2 struct {
		Certs []struct {
			HashAlgorithm pkix.AlgorithmIdentifier `asn1:"optional"`
			Hash          []byte
			Issuer        asn1.RawValue `asn1:"optional"`
		}
		Policies asn1.RawValue `asn1:"optional"`
	}
	if err := p7.UnmarshalSignedAttribute(oidSignerV2, &v2); err == nil && len(v2.Certs) > 0 {
		if !slices.ContainsFunc(digestsOf(signer.Raw), func(d []byte) bool { return bytes.Equal(d, v2.Certs[0].Hash) }) {
			return errors.New("it names another certificate of its signer")
		}
		return nil
	}
	var v1 struct {
		Certs []struct {
			Hash   []byte
			Issuer asn1.RawValue `asn1:"optional"`
		}
		Policies asn1.RawValue `asn1:"optional"`
	}
	if err := p7.UnmarshalSignedAttribute(oidSigner, &v1); err != nil || len(v1.Certs) == 0 {
		return errors.New("it does not name the certificate of its signer")
	}
	if h := sha1.Sum(signer.Raw); !bytes.Equal(h[:], v1.Certs[0].Hash) { //nolint:gosec // see the import
		return errors.New("it names another certificate of its signer")
	}
	return nil
}

func digestsOf(b []byte) (out [][]byte) {
	for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		if h.Available() {
			d := h.New()
			d.Write(b)
			out = append(out, d.Sum(nil))
		}
	}
	return out
}

// mayStamp checks what RFC 3161, section 2.3, asks of a signer: that its certificate is
// for timestamps, for nothing else, and says so as critical.
func mayStamp(c *x509.Certificate) error {
	if len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(c.UnknownExtKeyUsage) > 0 {
		return errors.New("its certificate is not for timestamps alone")
	}
	if !slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidExtKeyUsage) && e.Critical }) {
		return errors.New("its certificate does not say as critical that it is for timestamps")
	}
	return nil
}

// inOrder is the chain from the signer up, whatever the order in which it was sent.
func inOrder(signer *x509.Certificate, all []*x509.Certificate) []*x509.Certificate {
	chain := []*x509.Certificate{signer}
	for len(chain) <= len(all) {
		last := chain[len(chain)-1]
		i := slices.IndexFunc(all, func(c *x509.Certificate) bool {
			return bytes.Equal(c.RawSubject, last.RawIssuer) && !slices.ContainsFunc(chain, c.Equal)
		})
		if i < 0 {
			break
		}
		chain = append(chain, all[i])
	}
	return chain
}

// PEM is the chain of the token, the signer first.
func (t Token) PEM() []byte {
	var b bytes.Buffer
	for _, c := range t.Chain {
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}) // a buffer does not fail
	}
	return b.Bytes()
}

// Roots reads a file of PEM certificates.
func Roots(file string) (*x509.CertPool, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read roots of timestamps: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("read roots of timestamps: %s holds no PEM certificate", file)
	}
	return pool, nil
}
