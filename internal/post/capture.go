package post

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Digest is the SHA-256 of some bytes as "sha256:" and 64 lower-case hex digits.
type Digest string

// DigestOf returns the digest of b.
func DigestOf(b []byte) Digest {
	sum := sha256.Sum256(b)
	return Digest("sha256:" + hex.EncodeToString(sum[:]))
}

// Short is the first twelve hex digits, for people to read and compare.
func (d Digest) Short() string {
	if len(d) < len("sha256:")+12 {
		return string(d)
	}
	return string(d[len("sha256:") : len("sha256:")+12])
}

// Class says what a capture shows. Only [ClassContent] goes on down the line.
type Class string

// The classes of a capture.
const (
	ClassContent   Class = "content"   // the page or feed itself
	ClassChallenge Class = "challenge" // a bot check stands in front of it
	ClassLogin     Class = "login"     // a login wall stands in front of it
	ClassGone      Class = "gone"      // the host says that it is no longer there
	ClassError     Class = "error"     // the host failed, or refused
)

// Locator is the place of one record in the archive.
type Locator struct {
	File   string `json:"file"`             // base name of the WARC file
	Offset int64  `json:"offset"`           // byte offset of the gzip member
	Length int64  `json:"length,omitempty"` // length of the gzip member in bytes
}

// IsZero reports whether l points nowhere.
func (l Locator) IsZero() bool { return l.File == "" }

// Capture is one fetch of one URL, or one item taken in by import. It is in the
// archive, on disk, before any message speaks of it; it carries digests and
// places, never the bytes themselves.
type Capture struct {
	ID          string    `json:"id"`                // WARC-Record-ID of the record that posts are extracted from: urn:uuid:…
	Source      string    `json:"source"`            // name of the configured source
	Adapter     string    `json:"adapter,omitempty"` // name of the extractor that reads it, so that a rebuild reads it the same way
	URL         string    `json:"url"`               // as asked for
	FinalURL    string    `json:"final_url,omitempty"`
	FetchedAt   time.Time `json:"fetched_at"` // start of the fetch, UTC
	Status      int       `json:"status,omitempty"`
	ContentType string    `json:"content_type,omitempty"`
	Class       Class     `json:"class"`
	Method      string    `json:"method"` // http | browser | import
	Digest      Digest    `json:"digest"` // of the payload, decoded from transfer and content encodings
	Bytes       int64     `json:"bytes"`  // of the payload
	Record      Locator   `json:"record"`
	Screenshot  Locator   `json:"screenshot,omitzero"` // PNG, when a browser made the capture
	Pictures    int       `json:"pictures,omitempty"`  // how many of each post were asked for; a rebuild asks for as many
}
