package archive

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// HTTP is an HTTP message as a block of the archive holds it.
type HTTP struct {
	Start  string // request line or status line
	Header textproto.MIMEHeader
	Body   []byte // as on the wire
}

// ErrEncoding is returned for a content encoding that is not known here.
var ErrEncoding = errors.New("content encoding is not known")

// SplitHTTP splits the block of a request or response record. It is lenient:
// a header line that is none is passed over, for the block is what a host sent.
func SplitHTTP(block []byte) (HTTP, error) {
	head, body, ok := bytes.Cut(block, []byte("\r\n\r\n"))
	if lf, rest, found := bytes.Cut(block, []byte("\n\n")); found && (!ok || len(lf) < len(head)) {
		head, body, ok = lf, rest, true
	}
	if !ok {
		head = bytes.TrimRight(block, "\r\n")
	}
	if len(head) > 1<<20 {
		return HTTP{}, errors.New("split http: header above 1 MiB")
	}
	h := HTTP{Header: textproto.MIMEHeader{}, Body: body}
	for i, line := range strings.Split(string(head), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if i == 0 {
			h.Start = line
			continue
		}
		if name, value, ok := strings.Cut(line, ":"); ok && isToken(name) {
			h.Header.Add(name, strings.TrimSpace(value))
		}
	}
	if !strings.Contains(h.Start, "HTTP/") {
		return HTTP{}, fmt.Errorf("split http: %.40q is neither a request nor a response", h.Start)
	}
	return h, nil
}

// Status is the status code of a response, 0 if there is none.
func (h HTTP) Status() int {
	_, rest, _ := strings.Cut(h.Start, " ")
	code, _, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(code)
	if err != nil || n < 100 || n > 999 || !strings.HasPrefix(h.Start, "HTTP/") {
		return 0
	}
	return n
}

// Payload undoes transfer and content encodings, up to limit bytes. Beside an
// error it returns what could be decoded: a body may be cut short.
func (h HTTP) Payload(limit int64) ([]byte, error) {
	var r io.Reader = bytes.NewReader(h.Body)
	if strings.EqualFold(strings.TrimSpace(h.Header.Get("Transfer-Encoding")), "chunked") && startsChunk(h.Body) {
		r = httputil.NewChunkedReader(r)
	}
	encodings := strings.Split(strings.ToLower(strings.Join(h.Header.Values("Content-Encoding"), ",")), ",")
	if len(encodings) > 5 {
		return nil, fmt.Errorf("decode body: %d encodings", len(encodings))
	}
	for _, enc := range slices.Backward(encodings) {
		br := bufio.NewReader(r)
		if _, err := br.Peek(1); errors.Is(err, io.EOF) {
			return nil, nil // nothing, however encoded
		}
		var err error
		switch enc = strings.TrimSpace(enc); enc {
		case "", "identity":
			r = br
		case "gzip", "x-gzip":
			// Some hosts say gzip and send the page as it is; the crawler reads it, and so do we.
			if head, _ := br.Peek(512); len(head) > 1 && (head[0] != 0x1f || head[1] != 0x8b) && bytes.IndexByte(head, '<') >= 0 {
				r = br
			} else {
				r, err = gzip.NewReader(br)
			}
		case "br":
			r = brotli.NewReader(br)
		case "deflate": // zlib by the book, bare by some hosts
			if head, _ := br.Peek(2); len(head) == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
				r, err = zlib.NewReader(br)
			} else {
				r = flate.NewReader(br)
			}
		case "zstd":
			z, zerr := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20), zstd.WithDecoderMaxWindow(8<<20))
			if err = zerr; err == nil {
				defer z.Close()
				r = z
			}
		default:
			return nil, fmt.Errorf("decode body: %w: %.20q", ErrEncoding, enc)
		}
		if err != nil {
			return nil, fmt.Errorf("decode body: %w", err)
		}
	}
	out, err := io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(out)) > limit {
		return out[:limit], fmt.Errorf("decode body: above the limit of %d bytes", limit)
	}
	if err != nil {
		return out, fmt.Errorf("decode body: %w", err)
	}
	return out, nil
}

// startsChunk reports whether body begins with the size of a chunk: some tools
// undo the encoding and keep the header.
func startsChunk(body []byte) bool {
	line, _, ok := bytes.Cut(body[:min(len(body), 64)], []byte("\n"))
	size, _, _ := strings.Cut(strings.TrimSpace(string(line)), ";")
	_, err := strconv.ParseUint(strings.TrimSpace(size), 16, 63)
	return ok && err == nil
}
