package fold

import (
	"slices"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold folds s. It never fails: bytes that are no UTF-8 become U+001A, one for
// one. Folding what is already folded changes nothing.
func Fold(s string) Text {
	p := passes.Get().(*pass) //nolint:errcheck // the pool holds nothing else
	defer p.free()
	t := Text{Original: s, Folded: s}
	p.open(s)
	p.run()
	var names []string
	if p.met&metMyanmar != 0 {
		if u, ok := fromZawgyi(t); ok {
			t, names = u, append(names, Zawgyi)
			p.open(t.Folded)
			p.run()
		}
	}
	t = p.text(t)
	names = append(names, p.names()...)
	t, words := p.unword(t)
	if u, ok := gaps(t); ok {
		if t = u; t.leet > 0 {
			t.leet = 0
		}
	}
	if names = append(names, words...); names != nil {
		slices.Sort(names)
		names = slices.Compact(names)
	}
	t.Disguises = names
	return t
}

// steps undo the disguises of whole words, in this order.
var steps = [...]struct {
	on   uint
	undo func(Text) (Text, bool)
	name string
}{
	{sawSplit, unsplit, SplitCharacters},
	{sawSpaced, join, SpacedLetters},
	{sawCyrillicLeet, uncyrillicLeet, Leetspeak},
	{sawMixed, unmix, Homoglyph},
	{sawRepeat, squeeze, RepeatedLetters},
}

// unword undoes the disguises of whole words. Undoing one can bring out another, so
// it looks again until there is nothing left, a few times at most.
func (p *pass) unword(t Text) (Text, []string) {
	var names []string
	saw := p.look(p.o)
	for range 4 {
		changed := false
		for _, step := range steps {
			if saw&step.on == 0 {
				continue
			}
			if u, ok := step.undo(t); ok {
				t, names, changed = u, append(names, step.name), true
			}
		}
		if saw&sawMask != 0 {
			if u, found := unmask(t); found != nil {
				t, names, changed = u, append(names, found...), true
			}
		}
		if !changed {
			break
		}
		p.again(t.Folded)
		saw = p.look(p.o)
	}
	if t.leet = -1; saw&sawLeet != 0 {
		t.leet = int32(p.leet)
	}
	return t, names
}

// again takes s, which is folded, for what this pass has folded.
func (p *pass) again(s string) {
	if p.o = 0; len(p.buf) < len(s)+pad {
		p.buf = make([]byte, len(s)+pad)
	}
	p.o = copy(p.buf, s)
	if p.saw &^= sawRepeat | sawSplit; p.met&metPart != 0 {
		p.saw |= sawSplit
	}
	if nextTriple(s, 0) < len(s) {
		p.saw |= sawRepeat
	}
	clear(p.buf[p.o : p.o+pad])
}

// pairOf is the one rune that a and b are written as, if Unicode has it.
func pairOf(a, b rune) (rune, bool) {
	var buf [2 * utf8.UTFMax]byte
	in := utf8.AppendRune(utf8.AppendRune(buf[:0], a), b)
	var out [4 * utf8.UTFMax]byte
	got := norm.NFC.Append(out[:0], in...)
	r, n := utf8.DecodeRune(got)
	return r, n == len(got) && n > 0
}

// isRegion reports an ISO 3166-1 alpha-2 code that has a flag.
func isRegion(p [2]byte) bool {
	const codes = "ACADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCPCRCUCVCWCXCYCZDEDGDJDKDMDODZ" +
		"EAECEEEGEHERESETEUFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUICIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZ" +
		"LALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURW" +
		"SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTATCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUNUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW"
	for i := 0; i < len(codes); i += 2 {
		if codes[i] == p[0] && codes[i+1] == p[1] {
			return true
		}
	}
	return false
}
