package custody

import (
	"bytes"
	"encoding/json"
	"time"
)

// Kind says what an entry tells of.
type Kind string

// The kinds of an entry.
const (
	KindCapture   Kind = "capture"   // records reached the archive
	KindAct       Kind = "act"       // somebody did something; the ledger's audit log has the whole of it
	KindTimestamp Kind = "timestamp" // an authority has stamped the head of this log
)

// Entry is the data of one line. Exactly one of Capture, Act and Timestamp is set.
type Entry struct {
	Kind      Kind       `json:"kind"`
	At        Time       `json:"at"` // when it was entered, by this machine's clock
	Software  string     `json:"software,omitempty"`
	Capture   *Capture   `json:"capture,omitempty"`
	Act       *Act       `json:"act,omitempty"`
	Timestamp *Timestamp `json:"timestamp,omitempty"`
}

// Capture is a run of records that were archived together.
type Capture struct {
	File    string   `json:"file"` // of the archive, base name
	Records []Record `json:"records"`
	Late    bool     `json:"late,omitempty"` // entered when lurewatch started next: it was stopped, or crashed, before
}

// Record is one record of the archive.
type Record struct {
	Type   string `json:"type"`
	ID     string `json:"id"`            // WARC-Record-ID: urn:uuid:…
	URL    string `json:"url,omitempty"` // WARC-Target-URI
	Offset int64  `json:"offset"`        // of its gzip member in the file, bytes
	Length int64  `json:"length"`        // of its gzip member, bytes
	SHA256 string `json:"sha256"`        // of the bytes of its gzip member, 64 hex digits
}

// Act is what somebody did, as the ledger's audit log has it.
type Act struct {
	Seq  int64  `json:"seq"`  // of the audit entry
	Hash string `json:"hash"` // of the audit entry, which binds its details
	At   Time   `json:"at"`
	By   string `json:"by"`
	Act  string `json:"act"` // view, reveal, decide, export …
	Of   string `json:"of,omitempty"`
}

// Timestamp is an RFC 3161 token for the hash of an earlier entry.
type Timestamp struct {
	Seq       int64  `json:"seq"`  // of the entry that was stamped
	Head      string `json:"head"` // its hash, which is the message imprint
	Authority string `json:"authority"`
	Time      Time   `json:"time"`   // by the authority's clock
	File      string `json:"file"`   // with the authority's whole answer, in the folder stamps
	SHA256    string `json:"sha256"` // of that file

	Chain       string `json:"chain"` // file with the certificates, the signer's first, in PEM
	ChainSHA256 string `json:"chain_sha256"`
	Trusted     bool   `json:"trusted,omitempty"` // the configured roots vouched for the signer when it came
}

// Time is a time as entries write it: UTC, microseconds, always as many digits.
type Time struct{ time.Time }

const timeForm = `"2006-01-02T15:04:05.000000Z"`

// MarshalJSON writes UTC with six digits of a second.
func (t Time) MarshalJSON() ([]byte, error) { return []byte(t.UTC().Format(timeForm)), nil }

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Time) UnmarshalJSON(b []byte) (err error) {
	t.Time, err = time.Parse(timeForm, string(b))
	return err
}

// encode is e as JSON without escapes that JSON does not ask for.
func (e Entry) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
