package source

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// TestPagesDoNotShareNodes: what is found on a page stays as it is while other pages
// are read in the places of its nodes, by many at a time.
func TestPagesDoNotShareNodes(t *testing.T) {
	page := func(i int) Page {
		body := strings.ReplaceAll(string(jobPage(fmt.Sprintf("Description %d, which <b>is</b> a teaser", i))), "Job 7", fmt.Sprintf("Customer service 7 of %d", i))
		if i%3 == 0 { // a page that the quick parser gives up on half-way
			body = strings.Replace(body, "</main>", "<b><p>misnested</b></main>", 1)
		}
		return Page{URL: fmt.Sprintf("https://board.example/job/%d", i), ContentType: "text/html", Body: []byte(body)}
	}
	const pages = 24
	var want [pages]Found
	for i := range want {
		p := page(i)
		p.doc = p.document() // nothing is released: every node is new
		f, err := auto{}.Extract(t.Context(), p)
		if err != nil || len(f.Posts) != 1 || len(f.Links) != 10 {
			t.Fatalf("page %d: %d posts, %d links, %v", i, len(f.Posts), len(f.Links), err)
		}
		want[i] = f
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var got [pages]Found
			for i := range got {
				f, err := auto{}.Extract(t.Context(), page(i))
				if err != nil {
					t.Error(err)
				}
				got[i] = f
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("found (-with new nodes +with used ones):\n%s", diff)
			}
		})
	}
	wg.Wait()
}

// TestNursery: nodes are new again after a release, and a large page is let go.
func TestNursery(t *testing.T) {
	var p nurseries
	n := p.take()
	for range 3*nodesABlock + 1 {
		node := n.node()
		if node.Data != "" || node.Attr != nil || node.Parent != nil {
			t.Fatal("a node was used before")
		}
		a := n.attributes()
		for range 20 {
			a = append(a, html.Attribute{Key: "k"})
		}
		node.Data, node.Attr = "x", n.keep(a)
		node.AppendChild(n.node())
	}
	p.release(n)
	if n.used != 0 || n.nodes[0][0].Data != "" || n.nodes[0][0].FirstChild != nil || n.attrs[0][0].Key != "" {
		t.Error("a release leaves something behind")
	}
	for range nodesABlock * (keptBlocks + 1) {
		n.node()
	}
	if p.release(n); n.used == 0 {
		t.Error("the nursery of a huge page is kept")
	}
}
