package classifier

import (
	"cmp"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestQuality judges the cases of testdata and compares what comes of each with
// quality.golden: a change of words, patterns or rules shows its cost in the diff.
// The cases are worded by hand from the indicators; they guard what works and are
// no measure of recall in the world.
func TestQuality(t *testing.T) {
	posts := cases(t)
	langs := map[string]bool{}
	var b strings.Builder
	var wrong []string
	right := 0
	r, err := open(t).Evaluate(t.Context(), posts, func(j Judged) {
		langs[j.Post.Lang] = true
		want := j.Label
		switch want {
		case "scam", "legit", "overseas_legit":
			want = "offer"
		}
		if j.Verdict.Flagged == j.Positive() && string(j.Verdict.Stance) == want {
			right++
			return
		}
		wrong = append(wrong, fmt.Sprintf("%-8s %-9s flagged %-5v stance %s", j.Post.ID, j.Label, j.Verdict.Flagged, j.Verdict.Stance))
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(posts) < 150 || len(langs) < 12 {
		t.Errorf("%d cases in %d languages, want 150 in 12 at least", len(posts), len(langs))
	}
	fmt.Fprintf(&b, "%d of %d cases as they should be\n\nnot as they should be\n%s\n", right, len(posts), strings.Join(wrong, "\n"))
	fmt.Fprintf(&b, "\n%s", r.Text())
	if recall := r.All.Recall().Rate; recall < 0.9 {
		t.Errorf("recall on the cases is %.2f, want 0.90 at least", recall)
	}
	if c := r.Label["testimony"]; c == nil || c.FP > 0 {
		t.Errorf("testimonies: %+v; none may ever be flagged", c)
	}
	if fp := r.All.FalsePositives().Rate; fp > 0.02 {
		t.Errorf("false-positive rate on the cases is %.3f, want 0.02 at most", fp)
	}
	golden(t, "testdata/quality.golden", b.String())
}

// TestQualityHeldOut judges the posts of testdata/heldout, which nobody may tune on:
// its README says how they came about. The golden file is what they measure.
func TestQualityHeldOut(t *testing.T) {
	r := judgeFiles(t, "testdata/heldout/*.jsonl", "heldout")
	golden(t, "testdata/heldout.golden", r.Text())
}

// TestQualityOverTheCorpus judges the real posts of the corpus that CI has, and the open
// third of a benchmark, and compares with corpus.golden. Bounds are those of the posts
// that must not be flagged.
func TestQualityOverTheCorpus(t *testing.T) {
	dir := os.Getenv("LUREWATCH_CORPUS")
	if dir == "" {
		t.Skip("no corpus: set LUREWATCH_CORPUS to its folder")
	}
	r := judgeFiles(t, filepath.Join(dir, "text", "*.jsonl"), "")
	golden(t, "testdata/corpus.golden", r.Text())
	for label, bound := range map[string]float64{"legit": 0.001, "overseas_legit": 0.03, "warning": 0.005, "news": 0.005, "testimony": 0, "seeker": 0.005} {
		if c := r.Label[label]; c == nil || c.FalsePositives().Rate > bound {
			t.Errorf("%s: %v flagged, want %.3f at most", label, c.FalsePositives(), bound)
		}
	}
}

// judgeFiles judges labelled files; each is a set of its own when set is empty.
func judgeFiles(t *testing.T, pattern, set string) Report {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	var posts []Labelled
	for _, name := range files {
		posts = append(posts, labelled(t, name, cmp.Or(set, strings.TrimSuffix(filepath.Base(name), ".jsonl")))...)
	}
	r, err := open(t).Evaluate(t.Context(), posts, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestExamplesHold judges the examples that the rules of the pack carry.
func TestExamplesHold(t *testing.T) {
	n, faults, err := open(t).CheckExamples(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n < 100 {
		t.Errorf("%d examples, want 100 at least", n)
	}
	for _, f := range faults {
		t.Error(f)
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\nhint: go test -run %s -update", err, t.Name())
	}
	if d := gocmp.Diff(string(want), got); d != "" {
		t.Errorf("%s is out of date (read the diff, then run with -update):\n%s", file, d)
	}
}

func TestRate(t *testing.T) {
	tests := map[string]struct {
		k, n            int
		rate, low, high float64
	}{
		"none of none":    {0, 0, 0, 0, 1},
		"none of ten":     {0, 10, 0, 0, 0.2775},
		"all of ten":      {10, 10, 1, 0.7225, 1},
		"half of hundred": {50, 100, 0.5, 0.4038, 0.5962},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := RateOf(tt.k, tt.n)
			for _, x := range [][2]float64{{r.Rate, tt.rate}, {r.Low, tt.low}, {r.High, tt.high}} {
				if math.Abs(x[0]-x[1]) > 0.0001 {
					t.Errorf("RateOf(%d, %d) = %+v, want %v [%v, %v]", tt.k, tt.n, r, tt.rate, tt.low, tt.high)
				}
			}
		})
	}
}

func TestReadLabelled(t *testing.T) {
	in := `{"id":"a","text":"x","label":"scam","location":"Poipet"}

not json
{"id":"b","text":"x"}
{"id":"c","title":"y","label":"legit","family":"none","notes":{"k":1}}
`
	var ids, bad []string
	err := ReadLabelled(strings.NewReader(in), "s", func(l Labelled) error {
		ids = append(ids, fmt.Sprintf("%s:%d:%v:%s", l.Post.ID, l.Line, l.Positive(), strings.Join(l.Post.Locations, "")))
		return nil
	}, func(line int, err error) { bad = append(bad, fmt.Sprint(line)) })
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff([]string{"a:1:true:Poipet", "c:5:false:"}, ids); d != "" {
		t.Error(d)
	}
	if d := gocmp.Diff([]string{"3", "4"}, bad); d != "" {
		t.Error(d)
	}
}

func TestReportText(t *testing.T) {
	r, err := open(t).Evaluate(t.Context(), cases(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	text := r.Text()
	for _, want := range []string{"recall ", "false positives", "language", "cases", "stance", "km "} {
		if !strings.Contains(text, want) {
			t.Errorf("the report has no %q", want)
		}
	}
	if r.All.TP+r.All.FN+r.All.FP+r.All.TN != len(cases(t)) {
		t.Errorf("%+v does not add up to %d posts", r.All, len(cases(t)))
	}
}

// TestATestimonyWithAContactIsNoOffer adds a way to reach the writer to every testimony
// of the cases: people who ask for help give one. None is a lure for that.
func TestATestimonyWithAContactIsNoOffer(t *testing.T) {
	flagged, all := 0, 0
	for _, l := range cases(t) {
		if l.Label != "testimony" {
			continue
		}
		for _, contact := range []string{"\nTelegram @x_example", "\nWhatsApp +66 81 234 5678"} {
			p := l.Post
			p.Text += contact
			if all++; classify(t, p).Flagged {
				flagged++
				t.Logf("%s is flagged with %q", p.ID, contact)
			}
		}
	}
	if all < 200 || flagged > 0 {
		t.Errorf("%d of %d are flagged", flagged, all)
	}
}
