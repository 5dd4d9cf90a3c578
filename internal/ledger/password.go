package ledger

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Bounds of a password, in characters and bytes.
const (
	MinPassword = 12
	MaxPassword = 256
)

// Argon2id parameters (OWASP's first choice for 19 MiB): they are stored with
// each hash, so raising them later keeps old hashes readable.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonKey    = 32
)

// hasher bounds how many hashes are computed at once: each takes 19 MiB and a
// core, and anybody may ask for one.
type hasher struct{ slots chan struct{} }

func newHasher() *hasher { return &hasher{slots: make(chan struct{}, 2)} }

func (h *hasher) do(ctx context.Context, fn func()) error {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.slots }()
	fn()
	return nil
}

// make hashes password in the PHC string format: $argon2id$v=19$m=…,t=…,p=…$salt$key
func (h *hasher) make(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	rand.Read(salt)
	var key []byte
	err := h.do(ctx, func() { key = argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey) })
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		enc.EncodeToString(salt), enc.EncodeToString(key)), err
}

// check reports whether password made the hash.
func (h *hasher) check(ctx context.Context, hash, password string) (bool, error) {
	p, err := parseHash(hash)
	if err != nil {
		return false, err
	}
	var got []byte
	err = h.do(ctx, func() {
		got = argon2.IDKey([]byte(password), p.salt, p.time, p.memory, p.lanes, uint32(len(p.key)))
	})
	return err == nil && subtle.ConstantTimeCompare(got, p.key) == 1, err
}

type phc struct {
	memory, time uint32
	lanes        uint8
	salt, key    []byte
}

func parseHash(hash string) (p phc, err error) {
	bad := errors.New("read password hash: it is no argon2id hash")
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.lanes); err != nil {
		return p, bad
	}
	if p.memory > 1<<20 || p.time == 0 || p.time > 100 || p.lanes == 0 {
		return p, bad
	}
	var saltErr, keyErr error
	p.salt, saltErr = base64.RawStdEncoding.DecodeString(parts[4])
	p.key, keyErr = base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || len(p.key) < 16 {
		return p, bad
	}
	return p, nil
}

// NewPassword makes a random password of 100 bits that reads well aloud.
func NewPassword() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789x" // 32: no i l o 0 1
	b := make([]byte, 20)
	rand.Read(b)
	var s strings.Builder
	for i, c := range b {
		if i > 0 && i%5 == 0 {
			s.WriteByte('-')
		}
		s.WriteByte(letters[c%32])
	}
	return s.String()
}

func checkPassword(name, password string) error {
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		return invalid("a password has at least %d characters", MinPassword)
	case len(password) > MaxPassword:
		return invalid("a password has at most %d bytes", MaxPassword)
	case strings.EqualFold(password, name), strings.Count(password, password[:1]) == len(password):
		return invalid("this password is too easy to guess")
	}
	return nil
}
