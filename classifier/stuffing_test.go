package classifier

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/internal/post"
)

// stuffing are the lines of testdata/stuffing.jsonl: one line a language that whoever
// wants a lure to pass adds to it, by what the line pretends.
type stuffing map[string]map[string]string

func stuffingLines(t testing.TB) stuffing {
	t.Helper()
	b, err := os.ReadFile("testdata/stuffing.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	out := stuffing{}
	for sc := bufio.NewScanner(bytes.NewReader(b)); sc.Scan(); {
		var x struct{ Attack, Lang, Line string }
		if err := json.Unmarshal(sc.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		if out[x.Attack] == nil {
			out[x.Attack] = map[string]string{}
		}
		out[x.Attack][x.Lang] = x.Line
	}
	langs := open(t).vocab.langs
	for attack, lines := range out {
		for _, l := range langs {
			if lines[l] == "" {
				t.Errorf("testdata/stuffing.jsonl has no line of %s in %s", attack, l)
			}
		}
	}
	return out
}

// attack is one way to stuff a text; "" leaves the post out.
type attack struct {
	name  string
	do    func(l Labelled) string
	least float64 // share of the lures that must stay flagged; 0 means leastFlagged
}

// leastFlagged is the share that most attacks must leave flagged.
const leastFlagged = 0.90

// padding is what the honest posts of the cases say in each language, one after the
// other, until more than the 900 characters that pass for a long advertisement.
func padding(posts []Labelled) map[string]string {
	out := map[string]string{}
	for _, l := range posts {
		if l.Label == "legit" && len([]rune(out[l.Post.Lang])) < 1000 {
			out[l.Post.Lang] += l.Post.Text + "\n"
		}
	}
	return out
}

func attacks(lines stuffing, pad map[string]string) []attack {
	below := func(kind string) func(Labelled) string {
		return func(l Labelled) string { return l.Post.Text + "\n" + lines[kind][l.Post.Lang] }
	}
	above := func(kind string) func(Labelled) string {
		return func(l Labelled) string { return lines[kind][l.Post.Lang] + "\n" + l.Post.Text }
	}
	fixed := func(line string) func(Labelled) string {
		return func(l Labelled) string { return l.Post.Text + "\n" + line }
	}
	// middle sets a line between the lines or, in a post of one line, between its words.
	middle := func(kind string) func(Labelled) string {
		return func(l Labelled) string {
			at := "\n"
			if !strings.Contains(l.Post.Text, at) {
				at = " "
			}
			parts := strings.SplitAfter(l.Post.Text, at)
			k := (len(parts) + 1) / 2
			return strings.TrimRight(strings.Join(parts[:k], ""), at) + "\n" + lines[kind][l.Post.Lang] + "\n" + strings.Join(parts[k:], "")
		}
	}
	return []attack{
		{name: "headline above", do: above("headline")},
		{name: "headline below", do: below("headline")},
		{name: "headline, three times", do: func(l Labelled) string { return strings.Repeat(lines["headline"][l.Post.Lang]+"\n", 3) + l.Post.Text }},
		{name: "rescue above", do: above("rescue")},
		{name: "rescue below", do: below("rescue")},
		{name: "English headline above", do: func(l Labelled) string { return lines["rescue"]["en"] + "\n" + l.Post.Text }},
		{name: "beware below", do: below("beware")},
		{name: "beware above", do: above("beware")},
		{name: "beware, three times", do: func(l Labelled) string { return l.Post.Text + strings.Repeat("\n"+lines["beware"][l.Post.Lang], 3) }},
		{name: "licence below", do: below("licence")},
		{name: "licence of a known form", do: fixed("License DMW-123-LB-01012024-R")},
		{name: "licence and a mailbox", do: func(l Labelled) string {
			return l.Post.Text + "\n" + lines["licence"][l.Post.Lang] + "\nhr@example.org"
		}},
		{name: "permit and a mailbox", do: below("permit")},
		{name: "laugh below", do: below("laugh")},
		{name: "laugh at the end", do: func(l Labelled) string { return l.Post.Text + " " + lines["laugh"][l.Post.Lang] }},
		{name: "#joke #satire", do: fixed("#joke #satire #meme")},
		{name: "question below", do: below("question")},
		{name: "question above", do: above("question")},
		{name: "headline in the middle", do: middle("headline"), least: 0.70},
		{name: "rescue in the middle", do: middle("rescue"), least: 0.70},
		{name: "beware in the middle", do: middle("beware"), least: 0.70},
		{name: "question in the middle", do: middle("question"), least: 0.40},
		{name: "rescue on the same line", do: func(l Labelled) string { return l.Post.Text + " " + lines["rescue"][l.Post.Lang] }, least: 0.22},
		{name: "beware on the same line", do: func(l Labelled) string { return l.Post.Text + " " + lines["beware"][l.Post.Lang] }, least: 0.30},
		{name: "in quotation marks", do: func(l Labelled) string { return "“" + l.Post.Text + "”" }},
		{name: "lines in quotation marks", do: func(l Labelled) string { return "\"" + strings.ReplaceAll(l.Post.Text, "\n", "\"\n\"") + "\"" }},
		{name: "offer quoted, contact not", do: func(l Labelled) string { return "\"" + l.Post.Text + "\"\nTelegram @x_example" }},
		{name: "honest advertisements below", do: func(l Labelled) string { return l.Post.Text + "\n" + pad[l.Post.Lang] }},
		{name: "honest advertisements above", do: func(l Labelled) string { return pad[l.Post.Lang] + l.Post.Text }},
		{name: "honest advertisements in English", do: func(l Labelled) string { return l.Post.Text + "\n" + pad["en"] }},
	}
}

// TestOneLineDoesNotDisarmALure adds a line that vouches, warns, reports, asks or
// laughs to each lure of the cases that is flagged, in its own language, and counts
// how many still are. stuffing.golden holds the figures by language.
func TestOneLineDoesNotDisarmALure(t *testing.T) {
	posts := cases(t)
	lines, pad := stuffingLines(t), padding(posts)
	c := open(t)
	flagged := func(posts []Labelled) []bool {
		out := make([]bool, 0, len(posts))
		if _, err := c.Evaluate(t.Context(), posts, func(j Judged) { out = append(out, j.Verdict.Flagged) }); err != nil {
			t.Fatal(err)
		}
		return out
	}
	var lures []Labelled
	for i, is := range flagged(posts) {
		if l := posts[i]; is && l.Label == "scam" && lines["beware"][l.Post.Lang] != "" && !strings.HasPrefix(l.Post.ID, "stuffed-") {
			lures = append(lures, l)
		}
	}
	if len(lures) < 1500 {
		t.Fatalf("only %d lures are flagged: the test tests less than it says", len(lures))
	}
	langs := slices.Sorted(slices.Values(c.vocab.langs))
	var b strings.Builder
	fmt.Fprintf(&b, "%d flagged lures of the cases: percent still flagged with a line added\n\n%-34s   all", len(lures), "")
	for _, l := range langs {
		fmt.Fprintf(&b, "%4s", l)
	}
	for _, a := range attacks(lines, pad) {
		stuffed := slices.Clone(lures)
		for i := range stuffed {
			stuffed[i].Post.Text = a.do(stuffed[i])
		}
		k, n := map[string]int{}, map[string]int{}
		all := 0
		for i, is := range flagged(stuffed) {
			n[stuffed[i].Post.Lang]++
			if is {
				all++
				k[stuffed[i].Post.Lang]++
			}
		}
		fmt.Fprintf(&b, "\n%-34s %5.1f", a.name, 100*float64(all)/float64(len(lures)))
		for _, l := range langs {
			fmt.Fprintf(&b, "%4.0f", 100*float64(k[l])/float64(max(n[l], 1)))
		}
		least := cmp.Or(a.least, leastFlagged)
		if got := float64(all) / float64(len(lures)); got < least {
			t.Errorf("%s: %.3f of the lures are still flagged, want %.2f at least", a.name, got, least)
		}
	}
	b.WriteString("\n\n")
	b.WriteString(mirrored(t, posts, lines, langs))
	golden(t, "testdata/stuffing.golden", b.String())
}

// mirrored adds what lures have to posts that are none: a way to be reached, or a
// bonus for who brings a friend. It counts the posts that are flagged with it.
func mirrored(t *testing.T, posts []Labelled, lines stuffing, langs []string) string {
	add := []attack{
		{name: "Telegram", do: func(l Labelled) string { return l.Post.Text + "\nTelegram @x_example" }},
		{name: "WhatsApp", do: func(l Labelled) string { return l.Post.Text + "\nWhatsApp +66 81 234 5678" }},
		{name: "mailbox", do: func(l Labelled) string { return l.Post.Text + "\nhr@example.org" }},
		{name: "refer a friend", do: func(l Labelled) string { return l.Post.Text + "\n" + lines["refer"][l.Post.Lang] }},
		{name: "refer, in English", do: func(l Labelled) string { return l.Post.Text + "\nRefer a friend bonus 100 USD" }},
	}
	labels := []string{"legit", "overseas_legit", "warning", "news", "testimony", "seeker", "other"}
	bound := map[string]float64{"legit": 0.03, "overseas_legit": 0.08, "warning": 0.02, "news": 0.02, "testimony": 0, "seeker": 0.05, "other": 0.25}
	var b strings.Builder
	fmt.Fprintf(&b, "posts that are no lures: how many are flagged with a line added\n\n%-20s", "")
	for _, l := range labels {
		fmt.Fprintf(&b, "%16s", l)
	}
	for _, a := range add {
		var with []Labelled
		for _, l := range posts {
			if l.Label != "scam" && slices.Contains(langs, l.Post.Lang) {
				l.Post.Text = a.do(l)
				with = append(with, l)
			}
		}
		k, n := map[string]int{}, map[string]int{}
		if _, err := open(t).Evaluate(t.Context(), with, func(j Judged) {
			n[j.Label]++
			if j.Verdict.Flagged {
				k[j.Label]++
				t.Logf("%s: %s %s is flagged: %s", a.name, j.Label, j.Post.ID, titles(j.Verdict))
			}
		}); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "\n%-20s", a.name)
		for _, l := range labels {
			fmt.Fprintf(&b, "%16s", fmt.Sprintf("%d/%d", k[l], n[l]))
			if rate := float64(k[l]) / float64(max(n[l], 1)); rate > bound[l] {
				t.Errorf("%s added to posts of the kind %s: %.3f are flagged, want %.3f at most", a.name, l, rate, bound[l])
			}
		}
	}
	b.WriteString("\n")
	return b.String()
}

func titles(v post.Verdict) string {
	var out []string
	for _, r := range v.Rules {
		if r.Level.Rank() >= post.LevelMedium.Rank() {
			out = append(out, r.Title)
		}
	}
	return strings.Join(out, "; ")
}
