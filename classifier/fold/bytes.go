package fold

import "unicode/utf8"

// What a byte of a text is to those who walk over it.
const (
	byteHigh   = 1 << iota // no ASCII
	byteUpper              // a capital
	byteTick               // a grave accent
	byteLetter             // a letter of either case
	byteSep                // put between letters to pull a word apart, see isSep
	byteLeet               // stands for a letter, see leet
	byteSpace              // see isSpace
	byteMask               // put into words, see isMask
)

// bytesOf tells what each byte is.
var bytesOf = func() (t [256]uint8) {
	for i := range t {
		c := byte(i)
		for bit, is := range map[uint8]bool{
			byteHigh: c >= utf8.RuneSelf, byteUpper: c-'A' < 26, byteTick: c == '`', byteLetter: letterASCII(c),
			byteSep: isSep(c), byteLeet: leet(c) != 0, byteSpace: isSpace(c), byteMask: isMask(c),
		} {
			if is {
				t[c] |= bit
			}
		}
	}
	return t
}()

// Decode is the rune at i of s, which is no ASCII, and its size: as
// utf8.DecodeRuneInString, but quick for runes of two bytes.
func Decode(s string, i int) (rune, int) {
	if c := s[i]; c >= 0xc2 && c <= 0xdf && i+1 < len(s) && s[i+1]&0xc0 == 0x80 {
		return rune(c&0x1f)<<6 | rune(s[i+1]&0x3f), 2
	}
	return utf8.DecodeRuneInString(s[i:])
}

// three reports a rune of three bytes at i, of those that most scripts are written in.
func three(s string, i int) bool {
	return s[i]-0xe1 <= 0xb && i+2 < len(s) && s[i+1]&0xc0 == 0x80 && s[i+2]&0xc0 == 0x80
}
