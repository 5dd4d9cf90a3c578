package frontier

import (
	"encoding/binary"
	"sync"
	"syscall"
)

// knownSet is a cache of marks that are surely in the table: one slot for each, the
// newest wins. A miss costs a look into the table, never correctness. It grows with
// what it is told, up to knownMost slots.
//
// The slots lie outside the heap of Go: there, the collector would let garbage grow
// by a multiple of them before it looks.
type knownSet struct {
	mu    sync.Mutex
	drops int64 // generation: a drop anywhere empties the set
	told  int   // marks since it grew last
	slots []byte
}

// Slots of a set, of 8 bytes each.
const (
	knownLeast = 1 << 16
	knownMost  = 1 << 22 // 32 MiB
)

func slotsOf(n int) ([]byte, error) {
	return syscall.Mmap(-1, 0, 8*n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
}

func newKnownSet() (*knownSet, error) {
	slots, err := slotsOf(knownLeast)
	return &knownSet{slots: slots}, err
}

// close gives the memory back. A closed set knows nothing.
func (k *knownSet) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	slots := k.slots
	k.slots = nil
	if slots == nil {
		return nil
	}
	return syscall.Munmap(slots)
}

// slot is where a mark lies, if it does.
func (k *knownSet) slot(mark uint64) []byte {
	i := mark % uint64(len(k.slots)/8) * 8
	return k.slots[i : i+8]
}

func (k *knownSet) has(drops int64, mark uint64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.slots) > 0 && k.drops == drops && mark != 0 && binary.NativeEndian.Uint64(k.slot(mark)) == mark
}

func (k *knownSet) mark(drops int64, marks []uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.slots) == 0 {
		return
	}
	if drops != k.drops {
		clear(k.slots)
		k.drops = drops
	}
	if k.told += len(marks); 2*k.told > len(k.slots)/8 && len(k.slots) < 8*knownMost {
		k.grow()
	}
	for _, m := range marks {
		binary.NativeEndian.PutUint64(k.slot(m), m)
	}
}

// grow makes four times the slots; without the memory for it the set stays as it is.
func (k *knownSet) grow() {
	old := k.slots
	slots, err := slotsOf(4 * len(old) / 8)
	if err != nil {
		return
	}
	k.slots, k.told = slots, 0
	for i := 0; i < len(old); i += 8 {
		if m := binary.NativeEndian.Uint64(old[i:]); m != 0 {
			binary.NativeEndian.PutUint64(k.slot(m), m)
		}
	}
	_ = syscall.Munmap(old) // it was mapped: nothing can be wrong with it
}
