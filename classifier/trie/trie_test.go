package trie

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func wordsAt(t *Trie, words []string, text string, i int) []string {
	var got []string
	for _, m := range t.Find(nil, text, i) {
		if words[m.Value] != text[i:m.End] {
			got = append(got, "WRONG:"+words[m.Value]+"/"+text[i:m.End])
			continue
		}
		got = append(got, words[m.Value])
	}
	return got
}

func build(t *testing.T, words []string, alike ...[2]byte) *Trie {
	t.Helper()
	tr, err := New(words, alike...)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestTrieFindsEveryWordThatStartsHere(t *testing.T) {
	tests := map[string]struct {
		words []string
		text  string
		want  []string
	}{
		"no words":                    {nil, "abc", nil},
		"one word":                    {[]string{"abc"}, "abcd", []string{"abc"}},
		"nested words":                {[]string{"a", "ab", "abc", "b"}, "abcd", []string{"a", "ab", "abc"}},
		"text ends inside a word":     {[]string{"abcd", "ab"}, "abc", []string{"ab"}},
		"tail differs at its end":     {[]string{"ticket"}, "tickeX", nil},
		"scripts beside each other":   {[]string{"机票", "机", "機票"}, "机票免费", []string{"机", "机票"}},
		"bytes from 0x01 up to 0xff":  {[]string{"\x01", "\x01\xff"}, "\x01\xff", []string{"\x01", "\x01\xff"}},
		"a NUL byte in the text":      {[]string{"a", "ab"}, "a\x00", []string{"a"}},
		"text shorter than any state": {[]string{"xy", "xz"}, "x", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := wordsAt(build(t, tt.words), tt.words, tt.text, 0)
			if !slices.Equal(got, tt.want) {
				t.Errorf("words at 0 of %q = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestTrieAgreesWithPrefixSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"a", "b", "c", "é", "ก", "机"}
	word := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		return b.String()
	}
	set := map[string]bool{}
	for range 3000 {
		set[word(1+r.IntN(6))] = true
	}
	words := make([]string, 0, len(set))
	for w := range set {
		words = append(words, w)
	}
	tr := build(t, words)
	text := word(2000)
	for i := range len(text) {
		var want []string
		for n := i + 1; n <= len(text) && n <= i+40; n++ {
			if set[text[i:n]] {
				want = append(want, text[i:n])
			}
		}
		if got := wordsAt(tr, words, text, i); !slices.Equal(got, want) {
			t.Fatalf("words at %d = %q, want %q", i, got, want)
		}
	}
}

func TestAlikeBytesAreReadAsOne(t *testing.T) {
	words := []string{"take home", "take", "a b"}
	tr := build(t, words, [2]byte{'-', ' '})
	for text, want := range map[string][]int32{
		"take-home pay": {1, 0}, "take home pay": {1, 0}, "a-b": {2}, "a_b": nil,
	} {
		var got []int32
		for _, m := range tr.Find(nil, text, 0) {
			got = append(got, m.Value)
		}
		if !slices.Equal(got, want) {
			t.Errorf("words in %q = %v, want %v", text, got, want)
		}
	}
}

func TestNewRefusesWhatIsNoWord(t *testing.T) {
	for name, w := range map[string]string{"empty": "", "a NUL byte": "a\x00b", "too long": strings.Repeat("a", MaxLength+1)} {
		if _, err := New([]string{w}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
