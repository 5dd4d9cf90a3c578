package custody

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// An index stands beside each file of the log and says where the entries of one post
// are, so that an export reads those and not all. It is bookkeeping: it is made again
// from the log where it is missing, damaged, or of another log, and nothing that it
// says is believed before the line it leads to was read. Walk holds it against the log.
//
// It is made of blocks of 4 KiB, each with a sum over itself and its number: first the
// header, then where each line begins, then what is asked for, sorted: a hash, and the
// line that has it.

const (
	indexSuffix = ".index"
	indexForm   = "lurewatch custody index 1"
	blockSize   = 4 << 10
	blockRoom   = blockSize - 4       // the sum takes the rest
	offsetsEach = blockRoom / 8       // line offsets in a block
	keySize     = 12                  // 8 of hash, 4 of line
	keysEach    = blockRoom / keySize // keys in a block
)

// errIndex marks an index that is of no use; it is made again.
var errIndex = errors.New("the index does not fit the log")

// indexHeader says which part of which file an index is of.
type indexHeader struct {
	Form  string `json:"form"`
	File  string `json:"file"`  // of the log, base name
	First int64  `json:"first"` // entry
	Lines int64  `json:"lines"` // that it knows
	Size  int64  `json:"size"`  // bytes of these lines
	Last  string `json:"last"`  // hash of the last of them
	Keys  int64  `json:"keys"`
}

func (h indexHeader) blocks() int64 {
	return 1 + (h.Lines+offsetsEach-1)/offsetsEach + (h.Keys+keysEach-1)/keysEach
}

type indexKey struct {
	hash uint64
	line uint32 // 0 for the first of the file
}

// What is asked for, as it is hashed.
func placeKey(file string, offset int64) uint64 {
	return keyOf("at", file, strconv.FormatInt(offset, 10))
}
func recordKey(id string) uint64       { return keyOf("id", id) }
func actKey(of string) uint64          { return keyOf("of", of) }
func stampKey(authority string) uint64 { return keyOf("by", authority) }

func keyOf(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p)) // a hash does not fail
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// indexBuilder gathers an index, line by line.
type indexBuilder struct {
	h       indexHeader
	offsets []int64
	keys    []indexKey
}

func newIndexBuilder(name string, first int64) *indexBuilder {
	return &indexBuilder{h: indexHeader{Form: indexForm, File: name, First: first}}
}

func (b *indexBuilder) add(l Line, e Entry) {
	n := uint32(len(b.offsets)) // a file has no four billion lines
	b.offsets = append(b.offsets, l.Offset)
	b.h.Lines, b.h.Size, b.h.Last = int64(len(b.offsets)), l.Offset+l.Length, l.Stated
	for _, k := range keysOf(e) {
		b.keys = append(b.keys, indexKey{k, n})
	}
}

// keysOf is what an entry can be asked for by.
func keysOf(e Entry) (out []uint64) {
	switch {
	case e.Capture != nil:
		for _, r := range e.Capture.Records {
			out = append(out, placeKey(e.Capture.File, r.Offset), recordKey(r.ID))
		}
	case e.Act != nil:
		out = append(out, actKey(e.Act.Of))
	case e.Timestamp != nil:
		out = append(out, stampKey(e.Timestamp.Authority))
	}
	return out
}

func (b *indexBuilder) bytes() ([]byte, error) {
	keys := slices.Clone(b.keys)
	slices.SortFunc(keys, func(x, y indexKey) int { return cmp.Or(cmp.Compare(x.hash, y.hash), cmp.Compare(x.line, y.line)) })
	keys = slices.Compact(keys)
	h := b.h
	h.Keys = int64(len(keys))
	head, err := json.Marshal(h)
	if err != nil || len(head) > blockRoom {
		return nil, errors.Join(err, fmt.Errorf("index of %s: its header has %d bytes", h.File, len(head)))
	}
	out := make([]byte, 0, h.blocks()*blockSize)
	out = sealBlock(out, head)
	for part := range slices.Chunk(b.offsets, offsetsEach) {
		var block []byte
		for _, at := range part {
			block = binary.BigEndian.AppendUint64(block, uint64(at))
		}
		out = sealBlock(out, block)
	}
	for part := range slices.Chunk(keys, keysEach) {
		var block []byte
		for _, k := range part {
			block = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(block, k.hash), k.line)
		}
		out = sealBlock(out, block)
	}
	return out, nil
}

// sealBlock adds a block with its sum to out.
func sealBlock(out, block []byte) []byte {
	number := int64(len(out) / blockSize)
	full := slices.Concat(block, make([]byte, blockRoom-len(block)))
	return binary.BigEndian.AppendUint32(append(out, full...), blockSum(number, full))
}

func blockSum(number int64, room []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Checksum(binary.BigEndian.AppendUint64(nil, uint64(number)), table), table, room)
}

// index is one index, open for reading.
type index struct {
	f    *os.File
	log  *os.File // that it is of
	h    indexHeader
	held map[int64][]byte // blocks
}

func indexName(segment string) string { return strings.TrimSuffix(segment, suffix) + indexSuffix }

// openIndex opens the index of a file of the log. It is an error where there is none,
// or where it is not of the lines that are there.
func openIndex(dir, segment string, first int64) (*index, error) {
	f, err := os.Open(filepath.Join(dir, indexName(segment)))
	if err != nil {
		return nil, err
	}
	log, err := os.Open(filepath.Join(dir, segment))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read custody log: %w", err), f.Close())
	}
	x := &index{f: f, log: log, held: map[int64][]byte{}}
	if err := x.check(segment, first); err != nil {
		x.close()
		return nil, err
	}
	return x, nil
}

func (x *index) close() {
	_, _ = x.f.Close(), x.log.Close() // they were only read
}

func (x *index) check(segment string, first int64) error {
	b, err := x.block(0)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(bytes.TrimRight(b, "\x00"), &x.h); err != nil {
		return fmt.Errorf("%w: %w", errIndex, err)
	}
	info, err := x.f.Stat()
	if err != nil {
		return err
	}
	h := x.h
	if h.Form != indexForm || h.File != segment || h.First != first || h.Lines < 1 || h.Lines > math.MaxUint32 || h.Keys < 0 || h.Keys > math.MaxInt64/blockSize || info.Size() != h.blocks()*blockSize {
		return errIndex
	}
	last, err := x.line(h.Lines - 1)
	if err != nil {
		return err
	}
	if last.Stated != h.Last || last.Offset+last.Length != h.Size {
		return errIndex
	}
	return nil
}

// block reads one block and checks its sum.
func (x *index) block(number int64) ([]byte, error) {
	if b := x.held[number]; b != nil {
		return b, nil
	}
	b := make([]byte, blockSize)
	if _, err := x.f.ReadAt(b, number*blockSize); err != nil {
		return nil, fmt.Errorf("%w: %w", errIndex, err)
	}
	if binary.BigEndian.Uint32(b[blockRoom:]) != blockSum(number, b[:blockRoom]) {
		return nil, fmt.Errorf("%w: block %d is damaged", errIndex, number)
	}
	if len(x.held) > 256 { // 1 MiB
		clear(x.held)
	}
	x.held[number] = b[:blockRoom]
	return b[:blockRoom], nil
}

// offset is where line n begins, or where the last one ends.
func (x *index) offset(n int64) (int64, error) {
	if n >= x.h.Lines {
		return x.h.Size, nil
	}
	b, err := x.block(1 + n/offsetsEach)
	if err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(b[n%offsetsEach*8:])), nil
}

func (x *index) key(n int64) (indexKey, error) {
	b, err := x.block(1 + (x.h.Lines+offsetsEach-1)/offsetsEach + n/keysEach)
	if err != nil {
		return indexKey{}, err
	}
	b = b[n%keysEach*keySize:]
	return indexKey{binary.BigEndian.Uint64(b), binary.BigEndian.Uint32(b[8:])}, nil
}

// find lists the lines that have a key, in order.
func (x *index) find(hash uint64) (out []int64, err error) {
	lo, hi := int64(0), x.h.Keys
	for lo < hi {
		mid := lo + (hi-lo)/2
		k, err := x.key(mid)
		if err != nil {
			return nil, err
		}
		if k.hash < hash {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for ; lo < x.h.Keys; lo++ {
		k, err := x.key(lo)
		if err != nil || k.hash != hash {
			return out, err
		}
		out = append(out, int64(k.line))
	}
	return out, nil
}

// line reads one line of the log: 0 for the first of its file. What it states of itself
// is checked, so that an index that leads elsewhere is found out.
func (x *index) line(n int64) (Line, error) {
	from, err1 := x.offset(n)
	to, err2 := x.offset(n + 1)
	if err := errors.Join(err1, err2); err != nil {
		return Line{}, err
	}
	if n < 0 || n >= x.h.Lines || from < 0 || to <= from || to-from > maxLine {
		return Line{}, errIndex
	}
	b := make([]byte, to-from)
	if _, err := x.log.ReadAt(b, from); err != nil {
		return Line{}, fmt.Errorf("%w: %w", errIndex, err)
	}
	if bytes.IndexByte(b, '\n') != len(b)-1 {
		return Line{}, errIndex
	}
	l, err := parseLine(b[:len(b)-1])
	if err != nil || l.Seq != x.h.First+n || l.Hash() != l.Stated {
		return Line{}, errIndex
	}
	l.File, l.Offset, l.Length = x.h.File, from, to-from
	return l, nil
}

// builder is one that goes on from what an index holds.
func (x *index) builder() (*indexBuilder, error) {
	b := &indexBuilder{h: x.h}
	for n := range x.h.Lines {
		at, err := x.offset(n)
		if err != nil {
			return nil, err
		}
		b.offsets = append(b.offsets, at)
	}
	for n := range x.h.Keys {
		k, err := x.key(n)
		if err != nil {
			return nil, err
		}
		b.keys = append(b.keys, k)
	}
	return b, nil
}

// save writes an index where no reader sees half of it.
func (b *indexBuilder) save(dir string) error {
	out, err := b.bytes()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".index-*")
	if err != nil {
		return err
	}
	_, err = f.Write(out)
	err = errors.Join(err, f.Chmod(0o640), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, indexName(b.h.File)))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
