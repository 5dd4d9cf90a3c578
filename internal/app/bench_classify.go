package app

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lurewatch/lurewatch/classifier"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules"
	"github.com/lurewatch/lurewatch/rules/bulk"
)

// peersScript scans the same posts for the same words with other engines.
//
//go:embed peers.py
var peersScript []byte

// ClassifyBenchOptions is one run of the benchmark of the classifier.
type ClassifyBenchOptions struct {
	Posts  []post.Post   // to judge, again and again; nil makes some of 2 KB out of the demo's
	Each   time.Duration // spent on each figure, in rounds; default 3 s
	Python string        // an interpreter that has yara-x and hyperscan; empty measures no peers
	Log    io.Writer     // says what is being measured; nil for silence
}

// Speed is how fast something goes through posts on one core.
type Speed struct {
	Posts    float64 `json:"posts"`             // a second
	MB       float64 `json:"mb"`                // 10⁶ bytes of text a second
	CPUPosts float64 `json:"cpu_posts"`         // a second of processor time, which other work on the machine disturbs less
	CPUMB    float64 `json:"cpu_mb"`            //
	P50      float64 `json:"p50_us,omitempty"`  // microseconds within which half of the posts are judged
	P99      float64 `json:"p99_us,omitempty"`  // and 99 of 100
	Allocs   float64 `json:"allocs,omitempty"`  // a post
	Heap     float64 `json:"heap_kb,omitempty"` // allocated for a post, in KB
	Error    string  `json:"error,omitempty"`   // why there is no figure
}

// ClassifyBench is what the benchmark of the classifier measured.
type ClassifyBench struct {
	Posts    int                `json:"posts"`
	Bytes    int                `json:"bytes"` // of one post, on average
	Words    int                `json:"words"`
	Rules    int                `json:"rules"`
	Speed    Speed              `json:"speed"`
	Words10  float64            `json:"cost_of_10x_words"`  // processor time a post, over that with the pack as it is
	Rules100 float64            `json:"cost_of_100x_rules"` //
	Hostile  map[string]float64 `json:"hostile_ms"`         // processor time for 1 MB of what costs most, in milliseconds
	Peers    map[string]Speed   `json:"peers,omitempty"`    // scanning for the same words only
}

// BenchClassify measures the classifier on one core: how many posts a second go
// through folding, words, facts, stance and all rules, what ten times as many words
// and a hundred times as many rules cost, and how long hostile text takes; beside it,
// in the same run, how fast other engines look for the same words.
func BenchClassify(ctx context.Context, opt ClassifyBenchOptions) (ClassifyBench, error) {
	if opt.Each <= 0 {
		opt.Each = 3 * time.Second
	}
	if opt.Log == nil {
		opt.Log = io.Discard
	}
	var out ClassifyBench
	posts := opt.Posts
	if posts == nil {
		samples, err := samplePosts(1000, 1950)
		if err != nil {
			return out, err
		}
		posts = samples
	}
	if len(posts) == 0 {
		return out, errors.New("bench classify: no posts to judge\nhint: give JSONL with text, or no file at all")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, p := range posts {
		out.Bytes += len(p.Title) + len(p.Text)
	}
	out.Posts, out.Bytes = len(posts), out.Bytes/len(posts)

	pack, err := rules.Load(rules.Builtin())
	if err != nil {
		return out, err
	}
	out.Rules = len(pack.Rules.Rules())
	terms := termsOf(pack)
	out.Words = len(terms)
	fmt.Fprintln(opt.Log, "compiling the pack, one of ten times its words, one of a hundred times its rules …")
	own, err := classifier.New(pack, classifier.Options{})
	if err != nil {
		return out, err
	}
	words, err := grown(func(p *rules.Pack) error { bulk.Words(p, 10); return nil })
	if err != nil {
		return out, err
	}
	many, err := grown(func(p *rules.Pack) error { return bulk.Rules(p, 100) })
	if err != nil {
		return out, err
	}
	const rounds = 5
	var speeds, tens, hundreds []Speed
	fmt.Fprintln(opt.Log, "judging …")
	for range rounds { // interleaved, so that a machine's drift is the same for all
		for _, m := range []struct {
			c    *classifier.Classifier
			into *[]Speed
		}{{own, &speeds}, {words, &tens}, {many, &hundreds}} {
			s, err := speedOf(ctx, m.c, posts, opt.Each/rounds)
			if err != nil {
				return out, err
			}
			*m.into = append(*m.into, s)
		}
	}
	out.Speed = middle(speeds)
	out.Words10, out.Rules100 = out.Speed.CPUPosts/middle(tens).CPUPosts, out.Speed.CPUPosts/middle(hundreds).CPUPosts
	if out.Hostile, err = hostile(ctx, own, min(3, 1+int(opt.Each/time.Second))); err != nil {
		return out, err
	}
	if opt.Python != "" {
		fmt.Fprintln(opt.Log, "peers: compiling the same words, which takes them a minute …")
		if out.Peers, err = peers(ctx, opt, terms, posts); err != nil {
			return out, err
		}
	}
	return out, nil
}

// middle is the round of median processor time.
func middle(of []Speed) Speed {
	slices.SortFunc(of, func(a, b Speed) int { return int(1000 * (a.CPUPosts - b.CPUPosts)) })
	return of[len(of)/2]
}

func grown(grow func(*rules.Pack) error) (*classifier.Classifier, error) {
	p, err := rules.Load(rules.Builtin())
	if err != nil {
		return nil, err
	}
	if err := grow(p); err != nil {
		return nil, err
	}
	return classifier.New(p, classifier.Options{})
}

// termsOf are the words and phrases of a pack, each once.
func termsOf(p *rules.Pack) []string {
	var out []string
	for _, l := range p.Lexicons {
		out = append(out, l.Function...)
		for _, ws := range l.Classes {
			for _, w := range ws {
				out = append(out, w.Text)
			}
		}
		for _, ps := range l.Phrases {
			for _, ph := range ps {
				out = append(out, ph.Text)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// speedOf judges posts in turn for a while.
func speedOf(ctx context.Context, c *classifier.Classifier, posts []post.Post, long time.Duration) (Speed, error) {
	var took []time.Duration
	for _, p := range posts[:min(len(posts), 200)] { // warm
		if _, err := c.Classify(ctx, p); err != nil {
			return Speed{}, err
		}
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	busy, start, size := processorTime(), time.Now(), 0
	last := start
	for i := 0; last.Sub(start) < long; i++ {
		p := posts[i%len(posts)]
		if _, err := c.Classify(ctx, p); err != nil {
			return Speed{}, err
		}
		now := time.Now()
		took, last, size = append(took, now.Sub(last)), now, size+len(p.Title)+len(p.Text)
	}
	wall, cpu := last.Sub(start).Seconds(), (processorTime() - busy).Seconds()
	runtime.ReadMemStats(&after)
	n := float64(len(took))
	slices.Sort(took)
	at := func(share float64) float64 { return float64(took[int(share*(n-1))].Nanoseconds()) / 1e3 }
	return Speed{
		Posts: n / wall, MB: float64(size) / wall / 1e6, CPUPosts: n / cpu, CPUMB: float64(size) / cpu / 1e6, P50: at(0.5), P99: at(0.99),
		Allocs: float64(after.Mallocs-before.Mallocs) / n, Heap: float64(after.TotalAlloc-before.TotalAlloc) / n / 1e3,
	}, nil
}

// hostile judges a megabyte of each of what costs most, and keeps the best of the rounds.
func hostile(ctx context.Context, c *classifier.Classifier, rounds int) (map[string]float64, error) {
	out := map[string]float64{}
	for name, text := range bulk.Hostile(1e6) {
		for range rounds {
			busy := processorTime()
			if _, err := c.Classify(ctx, post.Post{ID: "x", Text: text}); err != nil {
				return nil, err
			}
			ms := float64((processorTime() - busy).Microseconds()) / 1e3
			if best, ok := out[name]; !ok || ms < best {
				out[name] = ms
			}
		}
	}
	return out, nil
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0 // cannot be, for ourselves
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peers runs the other engines over the same posts.
func peers(ctx context.Context, opt ClassifyBenchOptions, terms []string, posts []post.Post) (map[string]Speed, error) {
	dir, err := os.MkdirTemp("", "lurewatch-peers-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var lines bytes.Buffer
	for _, p := range posts {
		line, err := json.Marshal(map[string]string{"text": p.Title + "\n" + p.Text})
		if err != nil {
			return nil, err
		}
		lines.Write(append(line, '\n'))
	}
	script, list, texts := filepath.Join(dir, "peers.py"), filepath.Join(dir, "terms.txt"), filepath.Join(dir, "posts.jsonl")
	for name, data := range map[string][]byte{script: peersScript, list: []byte(strings.Join(terms, "\n")), texts: lines.Bytes()} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			return nil, err
		}
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, opt.Python, script, list, texts, fmt.Sprint(opt.Each.Seconds())) //nolint:gosec // the operator names the interpreter
	cmd.Stderr = &stderr
	raw, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("run peers with %s: %w: %s\nhint: name an interpreter that has the packages yara-x and hyperscan", opt.Python, err, strings.TrimSpace(stderr.String()))
	}
	var said struct {
		Yara  Speed `json:"yara-x"`
		Hyper Speed `json:"hyperscan"`
	}
	if err := json.Unmarshal(raw, &said); err != nil {
		return nil, fmt.Errorf("read what the peers measured: %w", err)
	}
	return map[string]Speed{"yara-x": said.Yara, "hyperscan": said.Hyper}, nil
}
