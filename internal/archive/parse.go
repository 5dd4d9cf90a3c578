package archive

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"

	"github.com/lurewatch/lurewatch/internal/post"
)

const (
	maxHeader = 256 << 10 // bytes of a WARC header
	maxFields = 1000      // of one record
)

var (
	// ErrDamaged marks a record that is not what was written.
	ErrDamaged = errors.New("record is damaged")
	errTooBig  = errors.New("record is above the size limit")
)

// ParseRecord reads one WARC record (1.0 or 1.1, not compressed) with a block of
// at most limit bytes, and verifies its block digest if that is a SHA-256. It
// returns io.EOF when there is no more, and [ErrDamaged] for what is no record.
// It reads nothing beyond the record.
func ParseRecord(br *bufio.Reader, limit int64) (Record, error) {
	r, n, err := parseHeader(br)
	if err != nil {
		return r, err
	}
	if n > limit {
		return r, fmt.Errorf("%w: %w: block of %d bytes, at most %d", ErrDamaged, errTooBig, n, limit)
	}
	// Grow with what is there, not with what the header claims.
	var block bytes.Buffer
	if n <= 1<<20 {
		block.Grow(int(n))
	}
	if _, err := io.CopyN(&block, br, n); err != nil {
		return r, fmt.Errorf("%w: block: %w", ErrDamaged, eof(err))
	}
	r.Block = block.Bytes()
	sum := sha256.Sum256(r.Block)
	return r, finish(br, &r, sum[:])
}

// parseHeader reads the version and the fields of a record, and returns the
// length of its block.
func parseHeader(br *bufio.Reader) (Record, int64, error) {
	var r Record
	left := maxHeader
	line, err := readLine(br, &left)
	for err == nil && line == "" { // some writers leave more empty lines than they should
		line, err = readLine(br, &left)
	}
	if err != nil {
		if errors.Is(err, io.EOF) && line == "" {
			return r, 0, io.EOF
		}
		return r, 0, fmt.Errorf("%w: version: %w", ErrDamaged, eof(err))
	}
	if line != "WARC/1.1" && line != "WARC/1.0" {
		return r, 0, fmt.Errorf("%w: version is %.20q, not WARC/1.1", ErrDamaged, line)
	}
	length := int64(-1)
	for n := 0; ; n++ {
		if line, err = readLine(br, &left); err != nil {
			return r, 0, fmt.Errorf("%w: header: %w", ErrDamaged, eof(err))
		}
		if line == "" {
			break
		}
		if n > maxFields {
			return r, 0, fmt.Errorf("%w: header of more than %d fields", ErrDamaged, maxFields)
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			if n > 0 && (line[0] == ' ' || line[0] == '\t') && len(r.Fields) > 0 { // folded, as WARC 1.0 allows
				r.Fields[len(r.Fields)-1].Value += " " + strings.TrimSpace(line)
				continue
			}
			return r, 0, fmt.Errorf("%w: header line %.40q is no field", ErrDamaged, line)
		}
		if err := r.set(strings.TrimSpace(name), strings.TrimSpace(value), &length); err != nil {
			return r, 0, err
		}
	}
	if length < 0 || r.Type == "" {
		return r, 0, fmt.Errorf("%w: header without WARC-Type or Content-Length", ErrDamaged)
	}
	return r, length, nil
}

// set takes one field of the header into r.
func (r *Record) set(name, value string, length *int64) error {
	bare := strings.TrimSuffix(strings.TrimPrefix(value, "<"), ">")
	switch strings.ToLower(name) {
	case "warc-type":
		r.Type = value
	case "warc-record-id":
		r.ID = bare
	case "warc-date":
		t, err := time.Parse(time.RFC3339Nano, value)
		if err != nil {
			return fmt.Errorf("%w: WARC-Date is %.40q", ErrDamaged, value)
		}
		r.Date = t.UTC()
	case "warc-target-uri":
		r.TargetURI = bare
	case "warc-ip-address":
		r.IP = value
	case "warc-concurrent-to":
		r.ConcurrentTo = append(r.ConcurrentTo, bare)
	case "warc-block-digest":
		r.BlockDigest = hexDigest(value)
	case "warc-payload-digest":
		if r.PayloadDigest == "" {
			r.PayloadDigest = hexDigest(value)
		}
	case "lurewatch-payload-digest":
		r.PayloadDigest = post.Digest(value)
	case "warc-truncated":
		r.Truncated = value
	case "content-type":
		r.ContentType = value
	case "content-length":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 0 || *length >= 0 {
			return fmt.Errorf("%w: Content-Length is %.40q", ErrDamaged, value)
		}
		*length = n
	default:
		r.Fields = append(r.Fields, Field{name, value})
	}
	return nil
}

// finish checks what follows a block, and its digest.
func finish(br *bufio.Reader, r *Record, sum []byte) error {
	var end [4]byte
	if _, err := io.ReadFull(br, end[:]); err != nil || string(end[:]) != "\r\n\r\n" {
		return fmt.Errorf("%w: block is not followed by two line ends", ErrDamaged)
	}
	got := post.Digest("sha256:" + hex.EncodeToString(sum))
	if r.BlockDigest != "" && r.BlockDigest != got {
		return fmt.Errorf("%w: block digest is %s, header says %s", ErrDamaged, got.Short(), r.BlockDigest.Short())
	}
	r.BlockDigest = got
	return nil
}

// readLine reads a line without its end, within what is left of a bound.
func readLine(br *bufio.Reader, left *int) (string, error) {
	var line []byte
	for {
		part, err := br.ReadSlice('\n')
		if *left -= len(part); *left < 0 {
			return "", fmt.Errorf("header above %d bytes", maxHeader)
		}
		line = append(line, part...)
		if err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return string(line), err
		}
	}
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	if !utf8.Valid(line) {
		line = bytes.ToValidUTF8(line, []byte("\uFFFD"))
	}
	return string(line), nil
}

func eof(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// ReadWARC reads a foreign WARC file, gzipped or not, and calls fn with each
// record; a block above limit bytes ends it with an error, and so does damage.
func ReadWARC(ctx context.Context, r io.Reader, limit int64, fn func(Record) error) error {
	br := bufio.NewReaderSize(r, 64<<10)
	if head, err := br.Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(br)
		if err != nil {
			return fmt.Errorf("read warc: %w", err)
		}
		defer z.Close()
		br = bufio.NewReaderSize(z, 64<<10)
	}
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		rec, err := ParseRecord(br, limit)
		if errors.Is(err, io.EOF) && !errors.Is(err, ErrDamaged) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read warc: record %d: %w", n, err)
		}
		if err := fn(rec); err != nil {
			return err
		}
	}
}

// stream passes the block of one record to fn as it is decompressed and
// verifies it behind fn's back; what fn leaves is skipped.
func stream(br *bufio.Reader, fn func(Record, io.Reader) error) error {
	r, n, err := parseHeader(br)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, eof(err))
	}
	if n > MaxRecord {
		return fmt.Errorf("%w: %w", ErrDamaged, errTooBig)
	}
	h := hashing{r: io.LimitReader(br, n), h: sha256.New()}
	if err := fn(r, &h); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, &h); err != nil {
		return fmt.Errorf("%w: block: %w", ErrDamaged, err)
	}
	if h.n != n {
		return fmt.Errorf("%w: block: %w", ErrDamaged, io.ErrUnexpectedEOF)
	}
	return finish(br, &r, h.h.Sum(nil))
}

type hashing struct {
	r io.Reader
	h hash.Hash
	n int64
}

func (h *hashing) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.h.Write(p[:n])
	h.n += int64(n)
	return n, err
}
