package classifier

import "math/bits"

// tongue is what was made of the languages of a post.
type tongue struct {
	lang   int     // index of the language the post is mostly in, -1 when unknown
	active langSet // languages whose words count
}

// scriptLangs are the languages that write a script as their own.
func scriptLangs() map[script][]string {
	return map[script][]string{
		cyrillic: {"ru"}, arabic: {"ar", "ur"}, devanagari: {"hi", "ne"}, bengali: {"bn"}, sinhala: {"si"}, tamil: {"ta"},
		ethiopic: {"am"}, thai: {"th"}, lao: {"lo"}, khmer: {"km"}, myanmar: {"my"}, han: {"zh", "ja"}, kana: {"ja"}, hangul: {"ko"},
	}
}

// vote is what one word says for one language.
type vote struct {
	lang   uint8
	weight uint8
}

// countVotes works out what each word says: a function word most, a word that many
// languages share little.
func (v *vocabulary) countVotes() {
	for i, text := range v.words {
		word := &v.of[i]
		var tally [32]int
		for _, s := range v.senses[word.first:][:word.senses] {
			var w int
			switch n := s.langs.count(); {
			case s.fun:
				w = 60 / n
			case s.amb:
				continue
			case s.stem || n > 4:
				w = 1
			default:
				w = min(len(text), 16) / n
			}
			for set := uint32(s.langs); set != 0; set &= set - 1 {
				tally[bits.TrailingZeros32(set)] += w
			}
		}
		word.vote = int32(len(v.ballots))
		for l, w := range tally {
			if w > 0 {
				v.ballots = append(v.ballots, vote{uint8(l), uint8(min(w, 255))})
			}
		}
		switch list := v.ballots[word.vote:]; len(list) {
		case 0:
		case 1:
			word.lang, word.weight = list[0].lang, list[0].weight
			v.ballots = v.ballots[:word.vote]
		default:
			word.flags |= ballot
			v.ballots = append(v.ballots, vote{})
		}
	}
}

// votes adds up what the words found say, each sign times.
func (v *vocabulary) votes(raws []raw, tally *[32]int32, sign int32) {
	for _, r := range raws {
		v.count(&v.of[r.value], tally, sign)
	}
}

// count adds what one word says.
func (v *vocabulary) count(w *word, tally *[32]int32, sign int32) {
	tally[w.lang&31] += sign * int32(w.weight)
	if w.flags&ballot != 0 {
		for _, x := range v.ballots[w.vote:] {
			if x.weight == 0 {
				break
			}
			tally[x.lang&31] += sign * int32(x.weight)
		}
	}
}

// tongueOf decides by script first, then by votes, and believes said when that
// language is possible for the script and not clearly outvoted.
func (c *Classifier) tongueOf(letters *[scripts]int32, tally *[32]int32, said string) tongue {
	t := tongue{lang: -1}
	var total int32
	for _, n := range letters {
		total += n
	}
	best, weight := noScript, int32(0)
	for s := script(1); s < scripts; s++ {
		n := letters[s]
		if s == han || s == kana || s == hangul {
			n *= 3 // a character says more than a letter
		}
		if s == latin {
			n = n * 2 / 3 // every script borrows Latin words
		}
		if n > weight {
			best, weight = s, n
		}
		if s != latin && letters[s] > 0 && letters[s]*20 >= total {
			for _, l := range c.native[s] {
				t.active |= 1 << l
			}
		}
	}
	if letters[kana]*10 >= letters[han] && letters[kana] > 0 {
		if best == han {
			best = kana
		}
	} else if c.ja >= 0 {
		t.active &^= 1 << c.ja
	}
	candidates := c.native[best]
	if best == latin {
		candidates = c.latin
	}
	if best == latin { // when none is ahead
		t.lang = c.en
	}
	for _, l := range candidates {
		if t.lang < 0 || tally[l] > tally[t.lang] {
			t.lang = l
		}
	}
	if l, ok := c.langOf[said]; said != "" && ok && t.lang >= 0 && l != t.lang {
		for _, x := range candidates {
			if x == l && tally[l]*4 >= tally[t.lang] {
				t.lang = l
			}
		}
	}
	if c.en >= 0 {
		t.active |= 1 << c.en
	}
	if t.lang >= 0 {
		t.active |= 1 << t.lang
		t.active |= c.beside[t.lang]
		// A post may mix languages: those with nearly as many votes count too.
		for _, l := range c.latin {
			if letters[latin] > 0 && tally[l]*2 > tally[t.lang] && best == latin {
				t.active |= 1 << l
			}
		}
		// Words of a sister language written in the same script.
		for _, l := range candidates {
			if best != latin && l != t.lang && tally[l]*3 < tally[t.lang]*2 {
				t.active &^= 1 << l
			}
		}
	}
	return t
}
