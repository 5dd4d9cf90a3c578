package stamp

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"time"

	"github.com/digitorus/timestamp"
)

// askTime is how long one authority may take.
const askTime = 30 * time.Second

// ask gets a timestamp for a digest from one authority, and checks it. It returns the
// whole answer, for that is what is kept.
func ask(ctx context.Context, client *http.Client, authority string, digest [sha256.Size]byte, roots *x509.CertPool) ([]byte, Token, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, Token{}, err
	}
	nonce.SetBit(nonce, 62, 1) // some authorities take no nonce that is short, and none takes a negative one
	q := timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Certificates: true, Nonce: nonce}
	body, err := q.Marshal()
	if err != nil {
		return nil, Token{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, authority, bytes.NewReader(body))
	if err != nil {
		return nil, Token{}, bare(err)
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	res, err := client.Do(req)
	if err != nil {
		return nil, Token{}, bare(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, MaxResponse+1))
	if err != nil {
		return nil, Token{}, fmt.Errorf("read the answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, Token{}, fmt.Errorf("status %d", res.StatusCode)
	}
	tok, err := Verify(answer, Want{Digest: digest, Nonce: nonce, Roots: roots})
	return answer, tok, err
}

// bare is an error of the client without the URL, which may hold a password.
func bare(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// Name is how an authority is called in the log and in the custody log: its URL without
// user and password.
func Name(authority string) string {
	u, err := url.Parse(authority)
	if err != nil {
		return "authority"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
