package facts

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"strings"

	"golang.org/x/crypto/sha3"
)

// wallet reads s[i:j] as an address of Bitcoin (base58check or bech32), Ethereum
// (EIP-55, or one case throughout) or Tron, if its checksum holds.
func (c *collector) wallet(i, j int) {
	w := c.verbatim(i, j)
	if v, ok := walletValue(w); ok {
		c.add("wallet", v, i, j)
	}
}

// walletValue is the normal form of w: chain, colon, address.
func walletValue(w string) (string, bool) {
	switch {
	case len(w) == 42 && (w[:2] == "0x" || w[:2] == "0X"):
		if ethereum(w[2:]) {
			return "eth:0x" + strings.ToLower(w[2:]), true
		}
	case len(w) >= 42 && len(w) <= 74 && strings.EqualFold(w[:3], "bc1"):
		if bech32(w) {
			return "btc:" + strings.ToLower(w), true
		}
	case len(w) >= 26 && len(w) <= 35 && (w[0] == '1' || w[0] == '3'):
		if v, ok := base58check(w); ok && (v == 0 || v == 5) {
			return "btc:" + w, true
		}
	case len(w) == 34 && w[0] == 'T':
		if v, ok := base58check(w); ok && v == 0x41 {
			return "tron:" + w, true
		}
	}
	return "", false
}

// base58check decodes s and reports its version byte when the checksum holds.
func base58check(s string) (version byte, ok bool) {
	const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	n := new(big.Int)
	for i := range len(s) {
		d := strings.IndexByte(alphabet, s[i])
		if d < 0 {
			return 0, false
		}
		n.Mul(n, big.NewInt(58))
		n.Add(n, big.NewInt(int64(d)))
	}
	if n.BitLen() > 25*8 {
		return 0, false
	}
	b := n.FillBytes(make([]byte, 25))
	a := sha256.Sum256(b[:21])
	a = sha256.Sum256(a[:])
	return b[0], bytes.Equal(a[:4], b[21:])
}

// ethereum reports 40 hex digits in one case, or in the mixed case of EIP-55.
func ethereum(h string) bool {
	low := strings.ToLower(h)
	if _, err := hex.DecodeString(low); err != nil {
		return false
	}
	if h == low || h == strings.ToUpper(h) {
		return strings.Trim(low, "0") != ""
	}
	k := sha3.NewLegacyKeccak256()
	k.Write([]byte(low))
	sum := k.Sum(nil)
	for i := range len(h) {
		if c := low[i]; c >= 'a' {
			upper := sum[i/2]>>(4*(1-i%2))&0xf >= 8
			if upper != (h[i] < 'a') {
				return false
			}
		}
	}
	return true
}

// bech32 reports a segwit address of Bitcoin whose checksum holds (BIP 173, BIP 350).
func bech32(s string) bool {
	const charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	low := strings.ToLower(s)
	if s != low && s != strings.ToUpper(s) {
		return false
	}
	chk := uint32(1)
	step := func(v byte) {
		top := chk >> 25
		chk = chk&0x1ffffff<<5 ^ uint32(v)
		for i, g := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				chk ^= g
			}
		}
	}
	for _, b := range []byte{'b' >> 5, 'c' >> 5, 0, 'b' & 31, 'c' & 31} {
		step(b)
	}
	version := -1
	for i := 3; i < len(low); i++ {
		d := strings.IndexByte(charset, low[i])
		if d < 0 {
			return false
		}
		if version < 0 {
			version = d
		}
		step(byte(d))
	}
	if version == 0 {
		return chk == 1
	}
	return version <= 16 && chk == 0x2bc830a3
}
