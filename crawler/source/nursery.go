package source

import (
	"slices"
	"sync"

	"golang.org/x/net/html"
)

// nursery is where the nodes of one page live. Reading a page makes a thousand of
// them, and what is found holds none: the next page takes their place.
type nursery struct {
	nodes []*[nodesABlock]html.Node
	used  int // nodes
	attrs []*[attrsABlock]html.Attribute
	block int // of attrs, the current one
	taken int // of it
	words []byte
}

const (
	nodesABlock = 256
	attrsABlock = 512
	// keptBlocks and keptWords bound the nursery that is kept for the next page, at
	// about 4 MB.
	keptBlocks = 64
	keptWords  = 1 << 20
)

// nurseries keeps what [nursery.release] gave back.
type nurseries struct{ pool sync.Pool }

// idle is one for all sources, which keep no state of their own.
var idle nurseries

func (p *nurseries) take() *nursery {
	if n, ok := p.pool.Get().(*nursery); ok {
		return n
	}
	return &nursery{}
}

// release forgets all nodes of n. Nobody may hold one any more.
func (p *nurseries) release(n *nursery) {
	if len(n.nodes) > keptBlocks || len(n.attrs) > keptBlocks || cap(n.words) > keptWords {
		return
	}
	for i := range (n.used + nodesABlock - 1) / nodesABlock {
		clear(n.nodes[i][:min(n.used-i*nodesABlock, nodesABlock)])
	}
	for i := range min(n.block+1, len(n.attrs)) {
		clear(n.attrs[i][:])
	}
	n.used, n.block, n.taken = 0, 0, 0
	p.pool.Put(n)
}

// node makes a node.
func (n *nursery) node() *html.Node {
	i := n.used / nodesABlock
	if i == len(n.nodes) {
		n.nodes = append(n.nodes, new([nodesABlock]html.Node))
	}
	n.used++
	return &n.nodes[i][(n.used-1)%nodesABlock]
}

// attributes gives room for the attributes of one element, of which few have many.
func (n *nursery) attributes() []html.Attribute {
	const usual = 16
	if n.taken+usual > attrsABlock {
		n.block, n.taken = n.block+1, 0
	}
	if n.block == len(n.attrs) {
		n.attrs = append(n.attrs, new([attrsABlock]html.Attribute))
	}
	return n.attrs[n.block][n.taken:n.taken:attrsABlock]
}

// keep takes the attributes that were read into that room; more than there was have
// moved elsewhere already.
func (n *nursery) keep(attr []html.Attribute) []html.Attribute {
	if len(attr) <= attrsABlock-n.taken {
		n.taken += len(attr)
	}
	return slices.Clip(attr)
}
