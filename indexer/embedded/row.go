package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	jsonx "github.com/go-json-experiment/json" // decodes at twice the speed of encoding/json
	"github.com/klauspost/compress/s2"
	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// maxDoc bounds one document as JSON, in bytes.
const maxDoc = 16 << 20

// Kinds of values in the table facets: one character each.
const (
	kindCountry = "1"
	kindRule    = "2"
)

// row is a document as the tables hold it.
type row struct {
	entry   indexer.Entry
	doc     []byte
	tags    string
	facets  string // JSON list of kind and value
	digests []byte
	terms   bool // title and body were made: they differ from what is stored
}

// row makes the row of doc. old is the document that it replaces, nil for a new one.
func (x *Index) row(a *indexer.Analyzer, doc indexer.Doc, old *indexer.Doc) (row, error) {
	var r row
	b, err := json.Marshal(doc)
	if err != nil {
		return r, fmt.Errorf("%w: encode %s: %w", indexer.ErrInvalid, doc.Post.ID, err)
	}
	if len(b) > maxDoc {
		return r, fmt.Errorf("%w: %s has %d bytes, at most %d", indexer.ErrInvalid, doc.Post.ID, len(b), maxDoc)
	}
	r.doc = s2.Encode(nil, b)
	for _, v := range doc.Versions {
		r.digests = appendDigest(r.digests, v.Digest)
	}
	r.terms = true
	if old != nil && indexer.SameText(*old, doc) {
		r.entry = indexer.EntryOf(nil, doc)
		r.tags = tags(r.entry)
		if r.tags == tags(indexer.EntryOf(nil, *old)) {
			r.terms = false
		}
	}
	if r.terms {
		r.entry = indexer.EntryOf(a, doc)
		r.tags = tags(r.entry)
	}
	r.facets = facets(r.entry)
	return r, nil
}

func (x *Index) decode(blob []byte) (indexer.Doc, error) {
	var d indexer.Doc
	n, err := s2.DecodedLen(blob)
	if err == nil && n > maxDoc {
		err = fmt.Errorf("%d bytes long", n)
	}
	if err == nil {
		var b []byte
		if b, err = s2.Decode(nil, blob); err == nil {
			err = jsonx.Unmarshal(b, &d)
		}
	}
	if err != nil {
		return d, fmt.Errorf("read document in %s: %w; hint: the file is damaged, move it away and run: lurewatch rebuild", x.opt.Path, err)
	}
	return d, nil
}

func (r *row) posted() any {
	if r.entry.Posted.IsZero() {
		return nil
	}
	return r.entry.Posted.UnixMicro()
}

// level is the level as a facet shows it.
func level(l post.Level) string {
	if l == post.LevelNone {
		return indexer.LevelNone
	}
	return string(l)
}

func facets(e indexer.Entry) string {
	if len(e.Countries)+len(e.Rules) == 0 {
		return ""
	}
	var list []string
	for _, c := range e.Countries {
		list = append(list, kindCountry+c)
	}
	for _, r := range e.Rules {
		list = append(list, kindRule+r)
	}
	b, err := json.Marshal(list)
	if err != nil {
		return "" // cannot happen: strings always encode
	}
	return string(b)
}

// Exact values are terms of the column tags: a letter for the field, then what
// is hashed, for values hold anything.
const (
	tagAll     = "a" // on every document, for queries that only leave out
	tagFlagged = "f"
	tagHelp    = "h"
	tagGone    = "v"
	tagChanged = "x"
	tagLevel   = "l" // with each rank up to the document's
)

func tag(field byte, value string) string {
	sum := sha256.Sum256([]byte(value))
	return string(field) + hex.EncodeToString(sum[:8])
}

// Fields of tags with a value.
const (
	fieldLang, fieldSource, fieldCompany, fieldCountry, fieldContact = 'g', 's', 'c', 'y', 't'
	fieldRule, fieldConcept, fieldStance, fieldState                 = 'r', 'k', 'w', 'z'
)

func tags(e indexer.Entry) string {
	out := []string{tagAll, tag(fieldLang, e.Lang), tag(fieldSource, e.Source), tag(fieldStance, string(e.Stance)), tag(fieldState, string(e.State))}
	if e.Company != "" {
		out = append(out, tag(fieldCompany, e.Company))
	}
	if e.Flagged {
		out = append(out, tagFlagged)
	}
	if e.Help {
		out = append(out, tagHelp)
	}
	if e.Vanished {
		out = append(out, tagGone)
	}
	if e.Changed {
		out = append(out, tagChanged)
	}
	for i := range e.Level.Rank() {
		out = append(out, tagLevel+strconv.Itoa(i+1))
	}
	for _, set := range []struct {
		field  byte
		values []string
	}{{fieldCountry, e.Countries}, {fieldContact, e.Contacts}, {fieldRule, e.Rules}, {fieldConcept, e.Concepts}} {
		for _, v := range set.values {
			out = append(out, tag(set.field, v))
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

const digestPrefix = "sha256:"

// appendDigest packs a digest into 33 bytes, or, if it is no SHA-256, into its length and text.
func appendDigest(b []byte, d post.Digest) []byte {
	raw, err := hex.DecodeString(strings.TrimPrefix(string(d), digestPrefix))
	if err == nil && len(raw) == sha256.Size && digestPrefix+hex.EncodeToString(raw) == string(d) {
		return append(append(b, 0), raw...)
	}
	n := min(len(d), 255)
	return append(append(b, byte(n)), d[:n]...)
}

func eachDigest(b []byte) iter.Seq[post.Digest] {
	return func(yield func(post.Digest) bool) {
		for len(b) > 0 {
			n, prefix := int(b[0]), ""
			b = b[1:]
			if n == 0 {
				n, prefix = sha256.Size, digestPrefix
			}
			if n > len(b) {
				return
			}
			d := string(b[:n])
			if prefix != "" {
				d = prefix + hex.EncodeToString(b[:n])
			}
			b = b[n:]
			if !yield(post.Digest(d)) {
				return
			}
		}
	}
}
