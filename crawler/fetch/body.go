package fetch

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// readBody reads at most limit bytes and says why it stopped early. Only an
// error of ctx's cancellation is returned: a body that breaks off is still what
// the host sent.
func (p *scratch) readBody(ctx context.Context, r io.Reader, limit int64) ([]byte, Truncation, error) {
	buf := p.get()
	defer p.put(buf)
	n, err := buf.ReadFrom(io.LimitReader(r, limit+1))
	if n > limit {
		buf.Truncate(int(limit))
	}
	switch {
	case n > limit:
		return bytes.Clone(buf.Bytes()), TruncatedLength, nil
	case err == nil:
		return bytes.Clone(buf.Bytes()), "", nil
	case errors.Is(ctx.Err(), context.Canceled):
		return nil, "", ctx.Err()
	case timedOut(err):
		return bytes.Clone(buf.Bytes()), TruncatedTime, nil
	}
	return bytes.Clone(buf.Bytes()), TruncatedDisconnect, nil
}

// scratch keeps buffers that bodies are read into before their size is known. Large
// ones are not kept.
type scratch struct{ pool sync.Pool }

func (p *scratch) get() *bytes.Buffer {
	if b, ok := p.pool.Get().(*bytes.Buffer); ok {
		return b
	}
	return bytes.NewBuffer(make([]byte, 0, 64<<10))
}

func (p *scratch) put(b *bytes.Buffer) {
	if b.Cap() <= 1<<20 {
		b.Reset()
		p.pool.Put(b)
	}
}

func timedOut(err error) bool {
	var ne net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &ne) && ne.Timeout()
}

// undo takes off the content encodings of a body, last applied first. The result
// is bounded by limit whatever the ratio. A broken stream gives what could be
// read of it.
func undo(body []byte, encoding string, limit int64) ([]byte, Truncation, error) {
	names := strings.Split(encoding, ",")
	if len(names) > 3 {
		return nil, "", fmt.Errorf("content encoding %q is nested too deep", short(encoding))
	}
	var cut Truncation
	for _, name := range slices.Backward(names) {
		if len(body) == 0 {
			return body, cut, nil
		}
		var r io.Reader
		switch name = strings.ToLower(strings.TrimSpace(name)); name {
		case "", "identity":
			continue
		case "gzip", "x-gzip":
			z, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				if looksPlain(body) {
					continue // says gzip, is not: common, and browsers show it too
				}
				return nil, "", fmt.Errorf("open gzip body: %w", err)
			}
			r = z
		case "deflate":
			// The standard means zlib; some hosts send raw deflate.
			if z, err := zlib.NewReader(bytes.NewReader(body)); err == nil {
				r = z
			} else {
				r = flate.NewReader(bufio.NewReader(bytes.NewReader(body)))
			}
		case "zstd":
			z, err := zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(max(limit, 8<<20))))
			if err != nil {
				return nil, "", fmt.Errorf("open zstd body: %w", err)
			}
			defer z.Close()
			r = z
		case "br":
			r = brotli.NewReader(bytes.NewReader(body))
		default:
			return nil, "", fmt.Errorf("content encoding %q was not asked for and is not read", short(name))
		}
		var buf bytes.Buffer
		n, err := buf.ReadFrom(io.LimitReader(r, limit+1))
		switch {
		case n > limit:
			buf.Truncate(int(limit))
			cut = TruncatedLength
		case err != nil && cut == "":
			cut = TruncatedUnspecified
		}
		body = buf.Bytes()
	}
	return body, cut, nil
}

func looksPlain(b []byte) bool {
	return bytes.IndexByte(b[:min(len(b), 512)], '<') >= 0
}
