package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maskByte stands for each byte of a secret in what is recorded, so that lengths
// and offsets stay what they were on the wire.
const maskByte = 'x'

// minSecret is the shortest secret that can be told from other text, bytes.
const minSecret = 8

// ErrMask is an answer that repeats the operator's secret in a form that could not
// be hidden. Nothing of it is kept.
var ErrMask = errors.New("the answer holds the access token in a form that cannot be masked")

// hide masks the secret in everything that the hop recorded: the request line and
// headers, the answer's headers, and its body, where APIs write it into addresses
// of further pages. It counts the places. An answer that may still hold it is dropped.
func (x *hop) hide(secret string) error {
	forms := secretForms(secret)
	n := maskAll(x.ex.Request, forms)
	inBody := count(x.body, forms)
	k, err := maskResponse(x.ex.Response, forms)
	if err == nil && k < inBody {
		err = fmt.Errorf("%w: %d places in the body, %d found on the wire", ErrMask, inBody, k)
	}
	if err != nil {
		x.ex.Response, x.ex.Request, x.body, x.header = nil, nil, nil, http.Header{}
		return err
	}
	x.ex.Masked = n + k
	maskTail(x.body, forms)
	maskAll(x.body, forms)
	for _, vs := range x.header {
		for i, v := range vs {
			b := []byte(v)
			if maskAll(b, forms) > 0 {
				vs[i] = string(b)
			}
		}
	}
	return nil
}

// secretForms are the spellings in which an answer repeats a secret.
func secretForms(secret string) [][]byte {
	out := [][]byte{[]byte(secret)}
	for _, s := range []string{url.QueryEscape(secret), strings.ToLower(url.QueryEscape(secret)), strings.ReplaceAll(secret, "|", `\u007C`), strings.ReplaceAll(secret, "|", `\u007c`), strings.ReplaceAll(secret, "/", `\/`)} {
		if !strings.EqualFold(s, secret) {
			out = append(out, []byte(s))
		}
	}
	return out
}

func count(b []byte, forms [][]byte) (n int) {
	for _, f := range forms {
		n += bytes.Count(b, f)
	}
	return n
}

func maskAll(b []byte, forms [][]byte) (n int) {
	for _, f := range forms {
		for at := 0; ; {
			i := bytes.Index(b[at:], f)
			if i < 0 {
				break
			}
			blot(b[at+i : at+i+len(f)])
			at += i + len(f)
			n++
		}
	}
	return n
}

func blot(b []byte) {
	for i := range b {
		b[i] = maskByte
	}
}

// maskTail masks the beginning of a secret at the end of a body that was cut there.
func maskTail(b []byte, forms [][]byte) (n int) {
	for _, f := range forms {
		for k := min(len(f)-1, len(b)); k >= minSecret; k-- {
			if bytes.HasSuffix(b, f[:k]) {
				blot(b[len(b)-k:])
				n++
				break
			}
		}
	}
	return n
}

// maskResponse masks a response as it was on the wire and counts the places in its
// body. A secret that the borders of chunks cut in two is found, too; one inside of
// a compressed body cannot be, so that such an answer is refused.
func maskResponse(wire []byte, forms [][]byte) (int, error) {
	head, body := splitHead(wire)
	maskAll(head, forms)
	maskTail(head, forms)
	low := bytes.ToLower(head)
	if _, v, ok := bytes.Cut(low, []byte("\r\ncontent-encoding:")); ok {
		v, _, _ = bytes.Cut(v, []byte("\r\n"))
		if s := strings.TrimSpace(string(v)); s != "" && s != "identity" {
			return 0, fmt.Errorf("%w: it is compressed, although it was asked for plain", ErrMask)
		}
	}
	if !bytes.Contains(low, []byte("\r\ntransfer-encoding:")) {
		return maskAll(body, forms) + maskTail(body, forms), nil
	}
	plain, places := dechunk(body)
	masked := bytes.Clone(plain)
	n := maskAll(masked, forms) + maskTail(masked, forms)
	for i := range plain {
		if masked[i] != plain[i] {
			body[places[i]] = masked[i]
		}
	}
	maskAll(body, forms) // trailers, and chunks that are none
	return n, nil
}

// splitHead divides a recorded answer behind its last header, interim answers
// (RFC 9110 section 15.2) included.
func splitHead(wire []byte) (head, body []byte) {
	at := 0
	for {
		i := bytes.Index(wire[at:], []byte("\r\n\r\n"))
		if i < 0 {
			return wire, nil
		}
		block := wire[at : at+i]
		at += i + 4
		if _, status, _ := bytes.Cut(block, []byte(" ")); len(status) == 0 || status[0] != '1' {
			return wire[:at], wire[at:]
		}
	}
}

// dechunk is the payload of a chunked body (RFC 9112 section 7.1) as far as it
// goes, with the place of each of its bytes in b.
func dechunk(b []byte) (plain []byte, places []int) {
	for at := 0; at < len(b); {
		i := bytes.Index(b[at:], []byte("\r\n"))
		if i < 0 {
			return plain, places
		}
		size, _, _ := strings.Cut(string(b[at:at+min(i, 64)]), ";")
		n, err := strconv.ParseUint(strings.TrimSpace(size), 16, 31)
		at += i + 2
		if err != nil || n == 0 {
			return plain, places
		}
		for end := min(at+int(n), len(b)); at < end; at++ {
			plain, places = append(plain, b[at]), append(places, at)
		}
		at += 2
	}
	return plain, places
}
