package app

import (
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

func TestBenchClassifyMeasuresEveryFigure(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles packs of a hundred times the size")
	}
	posts := []post.Post{{ID: "a", Text: "Customer service staff wanted in Poipet, flight and room paid, 900 USD."}, {ID: "b", Text: "Night shift baker, Leeds."}}
	b, err := BenchClassify(t.Context(), ClassifyBenchOptions{Posts: posts, Each: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if b.Posts != 2 || b.Words < 10_000 || b.Rules < 80 {
		t.Errorf("measured on %d posts, %d words, %d rules", b.Posts, b.Words, b.Rules)
	}
	for name, v := range map[string]float64{
		"posts a second": b.Speed.Posts, "MB a second": b.Speed.MB, "posts a second of processor time": b.Speed.CPUPosts,
		"99 of 100": b.Speed.P99, "10 times the words": b.Words10, "100 times the rules": b.Rules100, "hostile digits": b.Hostile["digits apart"],
	} {
		if v <= 0 {
			t.Errorf("%s: %v", name, v)
		}
	}
	if b.Peers != nil {
		t.Errorf("peers were measured without being asked for: %v", b.Peers)
	}
}

func TestBenchClassifyWithoutPostsSaysSo(t *testing.T) {
	if _, err := BenchClassify(t.Context(), ClassifyBenchOptions{Posts: []post.Post{}}); err == nil {
		t.Error("no error for no posts")
	}
}

// TestPeersScanForTheSameWords runs the real engines, on few words: with all of them
// they take a minute to get ready.
func TestPeersScanForTheSameWords(t *testing.T) {
	python := realtest.Oracles(t)
	posts := []post.Post{{Text: "free flight to Poipet"}, {Text: "包机票"}}
	got, err := peers(t.Context(), ClassifyBenchOptions{Python: python, Each: 50 * time.Millisecond}, []string{"flight", "poipet", "机票"}, posts)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"yara-x", "hyperscan"} {
		if s := got[name]; s.Error != "" || s.CPUMB <= 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestPeersThatCannotRunSaySo(t *testing.T) {
	if _, err := peers(t.Context(), ClassifyBenchOptions{Python: "/nowhere/python", Each: time.Millisecond}, nil, nil); err == nil {
		t.Error("no error for an interpreter that is not there")
	}
}
