package archive

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Names of our extension fields.
const (
	// CaptureField carries the JSON of a post.Capture on the record that posts are extracted from.
	CaptureField = "Lurewatch-Capture"

	groupField   = "Lurewatch-Group"          // i/n: the record's place in its group
	payloadField = "Lurewatch-Payload-Digest" // of the payload free of transfer and content encodings
)

// Field is one named field of a WARC header.
type Field struct{ Name, Value string }

// Record is one WARC record.
type Record struct {
	Type         string    // warcinfo request response resource metadata conversion
	ID           string    // urn:uuid:…; made by Append when empty
	Date         time.Time // start of the capture, kept in microseconds
	TargetURI    string
	ContentType  string
	IP           string   // WARC-IP-Address
	ConcurrentTo []string // ids of the other records of the same capture
	Truncated    string   // why the block is not whole: length time disconnect unspecified
	Fields       []Field  // extra named fields, in order
	Block        []byte   // HTTP messages exactly as on the wire

	// PayloadDigest is of the payload as its reader sees it: without header, transfer
	// and content encodings. WARC-Payload-Digest is made besides, of the bytes that
	// follow the HTTP header in Block, which is what other tools check.
	PayloadDigest post.Digest
	// BlockDigest is of Block; set when reading, and verified by then.
	BlockDigest post.Digest
}

// Field returns the first value of an extra field, or "".
func (r Record) Field(name string) string {
	for _, f := range r.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// NewID makes a record id, so that records of a group can name each other.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	id := make([]byte, 0, 48)
	id = append(id, "urn:uuid:"...)
	for i, part := range [][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
		if i > 0 {
			id = append(id, '-')
		}
		id = hex.AppendEncode(id, part)
	}
	return string(id)
}

const dateForm = "2006-01-02T15:04:05.000000Z"

// level is how hard records are compressed. Level 5 takes 1.6 times the processor
// time on 75 real pages, for files 8 % smaller; 2.5 times on pages that repeat much.
const level = 2

// packer encodes records. It keeps compressors for the next caller.
type packer struct{ pool sync.Pool }

func newPacker() *packer {
	return &packer{sync.Pool{New: func() any {
		z, err := gzip.NewWriterLevel(nil, level)
		if err != nil {
			panic(err) // the level is a constant that it knows
		}
		return z
	}}}
}

// encode appends r to dst as one gzip member.
func (p *packer) encode(dst []byte, r Record) ([]byte, error) {
	head, err := r.header()
	if err != nil {
		return dst, err
	}
	buf := bytes.NewBuffer(dst)
	z := p.pool.Get().(*gzip.Writer) //nolint:errcheck // the pool holds nothing else
	defer p.pool.Put(z)
	z.Reset(buf)
	for _, part := range [][]byte{head, r.Block, []byte("\r\n\r\n")} {
		if _, err := z.Write(part); err != nil {
			return dst, fmt.Errorf("compress record: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return dst, fmt.Errorf("compress record: %w", err)
	}
	return buf.Bytes(), nil
}

// header writes the WARC header of r, which must be fit for it.
func (r Record) header() ([]byte, error) {
	switch r.Type {
	case "warcinfo", "request", "response", "resource", "metadata", "conversion":
	default:
		return nil, fmt.Errorf("record type %q is not one that is kept", r.Type)
	}
	if r.Date.IsZero() {
		return nil, fmt.Errorf("%s record without a date", r.Type)
	}
	if len(r.Block) > MaxRecord {
		return nil, fmt.Errorf("%s record of %d bytes is above the limit of %d; hint: truncate it and say so", r.Type, len(r.Block), MaxRecord)
	}
	if r.TargetURI == "" && r.Type != "warcinfo" && r.Type != "metadata" {
		return nil, fmt.Errorf("%s record without a target", r.Type)
	}
	if r.ID == "" {
		r.ID = NewID()
	}
	var b bytes.Buffer
	b.Grow(2 << 10)
	b.WriteString("WARC/1.1\r\n")
	var bad error
	put := func(name, value string) {
		if value == "" || bad != nil {
			return
		}
		if !isToken(name) || !fits(value) {
			bad = fmt.Errorf("%s record: field %q holds what a header cannot", r.Type, name)
			return
		}
		for _, s := range [...]string{name, ": ", value, "\r\n"} {
			b.WriteString(s)
		}
	}
	put("WARC-Type", r.Type)
	put("WARC-Record-ID", "<"+r.ID+">")
	put("WARC-Date", r.Date.UTC().Format(dateForm))
	put("WARC-Target-URI", r.TargetURI)
	put("WARC-IP-Address", r.IP)
	for _, id := range r.ConcurrentTo {
		put("WARC-Concurrent-To", "<"+id+">")
	}
	block := sha256.Sum256(r.Block)
	put("WARC-Block-Digest", base32Digest(block[:]))
	if r.Type != "warcinfo" {
		payload := block
		if strings.HasPrefix(r.ContentType, "application/http") {
			payload = sha256.Sum256(afterHeader(r.Block))
		}
		put("WARC-Payload-Digest", base32Digest(payload[:]))
		if r.PayloadDigest != "" && r.PayloadDigest != post.Digest("sha256:"+hex.EncodeToString(payload[:])) {
			put(payloadField, string(r.PayloadDigest))
		}
	}
	put("WARC-Truncated", r.Truncated)
	for _, f := range r.Fields {
		if own(f.Name) {
			return nil, fmt.Errorf("%s record: field %q is set by the archive itself", r.Type, f.Name)
		}
		put(f.Name, f.Value)
	}
	put("Content-Type", r.ContentType)
	put("Content-Length", strconv.Itoa(len(r.Block)))
	b.WriteString("\r\n")
	if bad == nil && b.Len() > maxHeader {
		bad = fmt.Errorf("%s record: header of %d bytes is above the limit of %d", r.Type, b.Len(), maxHeader)
	}
	return b.Bytes(), bad
}

// own reports whether a field has a place of its own in Record.
func own(name string) bool {
	switch strings.ToLower(name) {
	case "warc-type", "warc-record-id", "warc-date", "warc-target-uri", "warc-ip-address", "warc-concurrent-to",
		"warc-block-digest", "warc-payload-digest", "warc-truncated", "content-type", "content-length", "lurewatch-payload-digest":
		return true
	}
	return false
}

func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("()<>@,;:\\\"/[]?={}", c) >= 0 {
			return false
		}
	}
	return s != ""
}

// fits reports whether s can be the value of a field.
func fits(s string) bool { return !strings.ContainsFunc(s, isControl) && s == strings.TrimSpace(s) }

func isControl(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }

// base32Digest is the form of a digest that WARC tools know.
func base32Digest(sum []byte) string {
	return "sha256:" + base32.StdEncoding.EncodeToString(sum)
}

// hexDigest reads a SHA-256 digest in base32, padded or not, or in hex; "" if it is neither.
func hexDigest(s string) post.Digest {
	algo, v, ok := strings.Cut(s, ":")
	if a := strings.ToLower(algo); !ok || a != "sha256" && a != "sha-256" {
		return ""
	}
	if b, err := hex.DecodeString(v); err == nil && len(b) == sha256.Size {
		return post.Digest("sha256:" + hex.EncodeToString(b))
	}
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(strings.TrimRight(v, "=")))
	if err != nil || len(b) != sha256.Size {
		return ""
	}
	return post.Digest("sha256:" + hex.EncodeToString(b))
}

// afterHeader is what follows the header of an HTTP message.
func afterHeader(block []byte) []byte {
	if _, rest, ok := bytes.Cut(block, []byte("\r\n\r\n")); ok {
		return rest
	}
	return nil
}
