package fold

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// fromZawgyi turns the lines of t that are in Zawgyi, an encoding that puts other
// signs at the code points of Burmese, into Unicode. Posts often say the same thing
// twice, once in each, so every line is judged by itself; a line with nothing to
// judge by goes with the whole.
func fromZawgyi(t Text) (Text, bool) {
	s := t.Folded
	z, u := weigh(s)
	if z == 0 {
		return t, false // and of no line is there more
	}
	whole := z > u
	w := writer{src: s}
	found := false
	for i := 0; i < len(s); {
		end := len(s)
		if k := strings.IndexByte(s[i:], '\n'); k >= 0 {
			end = i + k + 1
		}
		z, u := weigh(s[i:end])
		if z > u || z == u && whole {
			found = convert(&w, i, end) || found
		}
		i = end
	}
	if !found {
		return t, false
	}
	return w.done(t), true
}

// weigh counts what can only be Zawgyi and what can only be Unicode Burmese. Signs
// of Shan, Mon and Karen count for neither where they are written as those
// languages write them.
func weigh(s string) (z, u int) {
	var last, before rune
	for i := 0; i < len(s); {
		var r rune
		if c := s[i]; c < utf8.RuneSelf {
			r = rune(c)
			i++
		} else if three(s, i) {
			r = rune(c&0xf)<<12 | rune(s[i+1]&0x3f)<<6 | rune(s[i+2]&0x3f)
			i += 3
		} else {
			var n int
			r, n = utf8.DecodeRuneInString(s[i:])
			i += n
		}
		if k := r - 0x1000; k < 0 || k > 0x9f {
			if r == 0x200b || r == 0x200c || r == 0x200d {
				continue
			}
			if last == 0x1039 { // asat at the end of a word
				z += 2
			}
		} else {
			if last == 0x1039 {
				if !isConsonant(r) {
					z += 2
				} else if before == 0x1004 {
					z++ // in Unicode an asat stands before the stacking sign of a nga
				}
			}
			if telling>>(k&0x3f)&1 != 0 && k < 0x40 || k >= 0x60 {
				dz, du := tell(r, last, before)
				z, u = z+dz, u+du
			}
		}
		before, last = last, r
	}
	return z, u
}

// telling has the bits of those runes from U+1000 to U+103F that tell looks at.
const telling = 1<<0x31 | 1<<0x33 | 1<<0x34 | 1<<0x37 | 1<<0x38 | 1<<0x39 | 1<<0x3a | 1<<0x3b | 1<<0x3c

// tell is what r says after the two runes before it.
func tell(r, last, before rune) (z, u int) {
	switch {
	case r == 0x1031:
		switch {
		case isConsonant(last), last >= 0x103b && last <= 0x103e, last == 0x105e, last == 0x105f, last >= 0x1075 && last <= 0x1082:
		default:
			z++ // the vowel stands before its letter
		}
	case r == 0x103a && last == 0x103a:
		z++
	case (r == 0x1038 || r == 0x1037) && last == 0x103a, r == 0x103a && last == 0x1037:
		u += 2 // asat and a tone
	case r == 0x1039 && last == 0x103a:
		u += 2 // kinzi
	case r == 0x103c && isConsonant(last), r == 0x103b && isConsonant(last) && before != 0x103b:
		u++
	case r == 0x103b && !isConsonant(last):
		z++ // ra before its letter
	case r >= 0x1033 && r <= 0x1034, r >= 0x1060 && r <= 0x1064, r >= 0x106a && r <= 0x106d, r >= 0x1088 && r <= 0x108e && r != 0x108a, r == 0x108f, r >= 0x1091 && r <= 0x1097:
		z++
	}
	return z, u
}

func isConsonant(r rune) bool { return r >= 0x1000 && r <= 0x1021 || r == 0x103f }

// zawgyiSign is what a Zawgyi code point stands for, where that is another one.
func zawgyiSign(r rune) string {
	switch r {
	case 0x1033:
		return "\u102f"
	case 0x1034:
		return "\u1030"
	case 0x1039:
		return "\u103a"
	case 0x103a, 0x107d:
		return "\u103b"
	case 0x103b:
		return "\u103c"
	case 0x103c:
		return "\u103d"
	case 0x103d, 0x1087:
		return "\u103e"
	case 0x105a:
		return "\u102c\u103a"
	case 0x1064:
		return kinzi
	case 0x106a:
		return "\u1009"
	case 0x106b:
		return "\u100a"
	case 0x106e:
		return "\u100d\u1039\u100d"
	case 0x106f:
		return "\u100d\u1039\u100e"
	case 0x1085:
		return "\u1039\u101c"
	case 0x1086:
		return "\u103f"
	case 0x1088:
		return "\u103e\u102f"
	case 0x1089:
		return "\u103e\u1030"
	case 0x108a:
		return "\u103d\u103e"
	case 0x108b:
		return kinzi + "\u102d"
	case 0x108c:
		return kinzi + "\u102e"
	case 0x108d:
		return kinzi + "\u1036"
	case 0x108e:
		return "\u102d\u1036"
	case 0x108f:
		return "\u1014"
	case 0x1090:
		return "\u101b"
	case 0x1091:
		return "\u100f\u1039\u100d"
	case 0x1092:
		return "\u100b\u1039\u100c"
	case 0x1093:
		return "\u1039\u1018"
	case 0x1094, 0x1095:
		return "\u1037"
	case 0x1096:
		return "\u1039\u1010\u103d"
	case 0x1097:
		return "\u100b\u1039\u100b"
	}
	if r >= 0x107e && r <= 0x1084 {
		return "\u103c"
	}
	// stacked consonants, in the order of the alphabet but for the second shapes
	const stacked = "ကခဂဃ\x00စဆဆဇဈ\x00\x00ဋဌ\x00\x00ဏတတထထဒဓနပဖဗဘမ"
	if r >= 0x1060 && r <= 0x107c {
		k := rune(0x1060)
		for _, c := range stacked {
			if k == r && c != 0 {
				return "\u1039" + string(c)
			}
			k++
		}
	}
	return ""
}

// kinzi is the small nga over the letter that follows it.
const kinzi = "\u1004\u103a\u1039"

// convert writes src[i:end] in Unicode and reports whether that changed it: letter
// by letter with its signs. Those that Zawgyi puts before the letter go after it,
// where the pass that follows sorts them.
func convert(w *writer, i, end int) bool {
	s, found := w.src, false
	for i < end {
		r, n := utf8.DecodeRuneInString(s[i:end])
		if r < 0x1000 || r > 0x109f {
			i += n
			continue
		}
		start := i
		var lead, over, base, rest []byte
	letter:
		for i < end {
			r, n := utf8.DecodeRuneInString(s[i:end])
			if r == 0x200b || r == 0x200c || r == 0x200d {
				i += n
				continue
			}
			if r < 0x1000 || r > 0x109f {
				break
			}
			to := zawgyiSign(r)
			if to == "" {
				to = s[i : i+n]
			}
			first, _ := utf8.DecodeRuneInString(to)
			switch {
			case r == 0x1031 || first == 0x103c && r != 0x103c: // before the letter
				if len(base) > 0 {
					break letter
				}
				lead = append(lead, to...)
			case strings.HasPrefix(to, kinzi):
				over = append(over, kinzi...)
				rest = append(rest, to[len(kinzi):]...)
			case markOrder(first) == 0:
				if len(base) > 0 {
					break letter
				}
				base = append(base, to...)
			default:
				rest = append(rest, to...)
			}
			i += n
			if i-start > 96 {
				break
			}
		}
		// 1025 with asat is the letter nya, with ii it is another letter
		if string(base) == "\u1025" && strings.Contains(string(rest), "\u103a") {
			base = []byte("\u1009")
		}
		out := slices.Concat(over, base)
		out = append(out, stackFirst(rest)...)
		out = append(out, lead...)
		if string(out) != s[start:i] {
			w.put(out, start, i)
			found = true
		}
	}
	return found
}

// stackFirst moves stacked consonants before the other signs.
func stackFirst(b []byte) []byte {
	if k := strings.Index(string(b), "\u1039"); k > 0 && k+6 <= len(b) {
		out := append([]byte{}, b[k:k+6]...)
		out = append(out, b[:k]...)
		return append(out, b[k+6:]...)
	}
	return b
}
