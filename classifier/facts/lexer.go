package facts

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/classifier/fold"
	"github.com/lurewatch/lurewatch/classifier/trie"
)

// lexer finds many words in folded text in one pass, and notes on the way where
// the signs and digits stand that other readers look at. Words of scripts with
// spaces match whole, the others at the edges of letter clusters. Build it with add,
// then ready, then it is immutable.
type lexer struct {
	words  []lexWord // longest first, equal ones side by side
	trie   *trie.Trie
	first  []int32           // words of value i of the trie: words[first[i]:first[i+1]]
	spaces *[1 << 16]spacing // of the runes of the basic plane
	heads  [1 << 10]uint64   // a bit for each of them that a word begins with
}

// lexWord is one word and what it means: any number of payloads.
type lexWord struct {
	text       string
	stem       bool // takes an ending of up to four letters
	kind       wordKind
	value      int32
	head, foot spacing // of its first and last rune
}

// hit is one word found in folded text.
type hit struct {
	start, end int
	kind       wordKind
	value      int32
}

type wordKind uint8

const (
	wordPlace wordKind = iota
	wordWeakPlace
	wordApp // value: index into apps
	wordPhone
	wordPay
	wordBase
	wordExtra
	wordNever
	wordUpTo
	wordFrom
	wordPeriod // value: period
	wordAge
	wordMale
	wordFemale
	wordBoth
	wordPeople
	wordCompanyEnd
	wordCompanyStart
	wordLicence
	wordOther // another platform than those that contacts are read for
)

// add takes word, folded already; a * at its end makes it a stem.
func (l *lexer) add(word string, kind wordKind, value int32) {
	w := lexWord{text: strings.TrimSuffix(word, "*"), kind: kind, value: value}
	w.stem = len(w.text) < len(word)
	if w.text != "" {
		l.words = append(l.words, w)
	}
}

func (l *lexer) ready() error {
	slices.SortFunc(l.words, func(a, b lexWord) int {
		return cmp.Or(len(b.text)-len(a.text), strings.Compare(a.text, b.text), cmp.Compare(a.kind, b.kind), cmp.Compare(a.value, b.value))
	})
	l.words = slices.Compact(l.words)
	var texts []string
	for i := range l.words {
		w := &l.words[i]
		first, _ := utf8.DecodeRuneInString(w.text)
		last, _ := utf8.DecodeLastRuneInString(w.text)
		w.head, w.foot = spacingOf(first), spacingOf(last)
		if first < 1<<16 {
			l.heads[first>>6] |= 1 << (first & 63)
		}
		if i == 0 || l.words[i-1].text != w.text {
			texts, l.first = append(texts, w.text), append(l.first, int32(i))
		}
	}
	l.first = append(l.first, int32(len(l.words)))
	var err error
	if l.trie, err = trie.New(texts); err != nil {
		return err
	}
	l.spaces = new([1 << 16]spacing)
	for r := range l.spaces {
		l.spaces[r] = spacingOf(rune(r))
	}
	return nil
}

func (l *lexer) spacing(r rune) spacing {
	if r >= 0 && int(r) < len(l.spaces) {
		return l.spaces[r]
	}
	return spacingOf(r)
}

// sign is a byte that contacts are told by, or the end of a long run of letters and
// digits.
type sign struct {
	at  int32
	run int32 // start of the run that ends at at; -1 for a sign
}

// scan fills in the hits of f, at each place the longest word of each kind, its
// signs and its runs of digits.
func (l *lexer) scan(f *field) {
	s := f.Folded
	before, theirs := ' ', none
	run := 0 // start of the run of ASCII letters and digits at i
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		mine := none
		if r < utf8.RuneSelf {
			switch ascii[r] {
			case asciiLetter:
				if theirs == spaced { // no word begins inside a word
					for i++; i < len(s) && isWordByte(rune(s[i])); i++ {
					}
					before = 'a'
					continue
				}
				mine = spaced
			case asciiDigit:
				if n := len(f.digits); n == 0 || int(f.digits[n-1].To) != i {
					f.Digits(i, i)
				}
				f.digits[len(f.digits)-1].To = int32(i + 1)
			case asciiSign:
				f.Run(run, i)
				run = i + 1
				f.Sign(i)
			default:
				f.Run(run, i)
				run = i + 1
			}
		} else {
			if s[i]-0xe1 <= 0xb && i+2 < len(s) { // what most scripts are written in
				r, n = rune(s[i]&0xf)<<12|rune(s[i+1]&0x3f)<<6|rune(s[i+2]&0x3f), 3
			} else {
				r, n = fold.Decode(s, i)
			}
			mine = l.spacing(r)
			f.Run(run, i)
			run = i + n
		}
		if r > ' ' && (r >= 1<<16 || l.heads[r>>6]>>(r&63)&1 != 0) && begins(mine, theirs, before) {
			f.matches = l.trie.Find(f.matches[:0], s, i)
			if len(f.matches) > 0 {
				l.take(f, i, before, theirs)
			}
		}
		before, theirs = r, mine
		i += n
	}
	f.Run(run, len(s))
}

// begins reports whether a word of a script that is spaced as mine may begin after
// the rune before; [startsWord] looks closer.
func begins(mine, theirs spacing, before rune) bool {
	switch mine {
	case spaced, kana:
		return theirs != mine
	case glued:
		return theirs != glued || before >= 0xac00
	}
	return true
}

// The classes of ASCII bytes that a scan tells apart.
const (
	asciiOther = iota
	asciiLetter
	asciiDigit
	asciiSign
)

// ascii tells the class of a byte of folded text.
var ascii = func() (t [utf8.RuneSelf]uint8) {
	for c := range byte(utf8.RuneSelf) {
		switch {
		case isWordByte(rune(c)):
			t[c] = asciiLetter
		case isDigit(c):
			t[c] = asciiDigit
		case strings.IndexByte("@.:([{", c) >= 0:
			t[c] = asciiSign
		}
	}
	return t
}()

// take adds the hits among f.matches, the words that stand at i.
func (l *lexer) take(f *field, i int, before rune, theirs spacing) {
	var done uint32 // the kinds that a longer word was found of
	for _, m := range slices.Backward(f.matches) {
		for x := l.first[m.Value]; x < l.first[m.Value+1]; x++ {
			done = l.takeOne(&f.hits, f.Folded, i, int(m.End), &l.words[x], before, theirs, done)
		}
	}
}

// takeOne adds w, which stands at s[i:end], to hits unless its kind is done. It
// returns what is done then.
func (l *lexer) takeOne(hits *[]hit, s string, i, end int, w *lexWord, before rune, theirs spacing, done uint32) uint32 {
	if done&(1<<w.kind) != 0 || len(w.text) == 1 && w.head == spaced || !startsWord(s, i, before, theirs, w) {
		return done
	}
	end, ok := l.endsWord(s, end, w)
	if !ok {
		return done
	}
	*hits = append(*hits, hit{i, end, w.kind, w.value})
	if w.kind != wordPlace && w.kind != wordWeakPlace {
		done |= 1 << w.kind
	}
	return done
}

// before is the rune before byte i of s, and how its script is spaced.
func (l *lexer) before(s string, i int) (rune, spacing) {
	r := rune(s[i-1])
	if r >= utf8.RuneSelf {
		r, _ = utf8.DecodeLastRuneInString(s[:i])
	}
	return r, l.spacing(r)
}

func isWordByte(r rune) bool { return r >= 'a' && r <= 'z' }
