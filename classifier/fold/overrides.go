package fold

import "maps"

// overrides are the folds that Unicode does not know, or knows otherwise.
func overrides() map[rune]string {
	m := map[rune]string{
		// Latin
		'ß': "ss", 'ẞ': "ss", 'İ': "i", 'ı': "i", 'ſ': "s", 'ʼ': "'", 'ʻ': "'", 'ʹ': "'",
		// Russian ё is typed as е; final sigma is a sigma
		'ё': "е", 'Ё': "е", 'ς': "σ",
		// Arabic: one alef, one yeh, one kaf, one heh; hamza seats read as their seat
		'أ': "ا", 'إ': "ا", 'آ': "ا", 'ٱ': "ا", 'ى': "ي", 'ی': "ي", 'ې': "ي", 'ئ': "ي", 'ؤ': "و", 'ک': "ك", 'ڪ': "ك",
		'ة': "ه", 'ہ': "ه", 'ۃ': "ه", '\u06c0': "ه", '\u06c2': "ه", 'ە': "ه", 'ـ': "", '٪': "%", '٫': ".", '٬': ",", '،': ",", '؛': ";", '؟': "?", '۔': ".",
		// Devanagari: nukta and chandrabindu come and go in typing
		'\u0901': "\u0902", '\u093c': "", '\u0958': "\u0915", '\u0959': "\u0916", '\u095a': "\u0917", '\u095b': "\u091c", '\u095c': "\u0921", '\u095d': "\u0922",
		'\u095e': "\u092b", '\u095f': "\u092f", '\u0929': "\u0928", '\u0931': "\u0930", '\u0934': "\u0933",
		// Khmer: deprecated letters, and signs that look alike
		'ឣ': "អ", 'ឤ': "អា", '៓': "ំ", '៝': "៑", '\u17d8': "។ល។",
		// Japanese: the sound marks that stand alone belong to the kana before them
		'゛': "\u3099", '゜': "\u309a",
		// Lao: one letter for two
		'ໜ': "ຫນ", 'ໝ': "ຫມ",
		// Burmese: the tall aa is the aa
		'\u102b': "\u102c",
		// punctuation
		'‘': "'", '’': "'", '‚': "'", '‛': "'", '′': "'", '‵': "'", '＇': "'", '´': "'", '`': "'",
		'“': "\"", '”': "\"", '„': "\"", '‟': "\"", '″': "\"", '«': "\"", '»': "\"", '＂': "\"", '〝': "\"", '〞': "\"",
		'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-", '﹘': "-", '﹣': "-", '－': "-", '⁃': "-", '➖': "-", '➕': "+",
		'～': "~", '〜': "~", '∼': "~", '˜': "~", '⁓': "~",
		'⁄': "/", '∕': "/", '⁎': "*", '∗': "*", '：': ":", '∶': ":", '﹕': ":", '․': ".", '·': "·", '・': "·", '･': "·", '•': "·", '∙': "·", '⋅': "·",
		'¨': " ", '¯': " ", '¸': " ", '˘': " ", '˙': " ", '˚': " ", '˛': " ", '˝': " ",
		'\u2028': "\n", '\u2029': "\n", '\u0085': "\n", '\u3000': " ", '\u00a0': " ", '\u1680': " ", '\u202f': " ", '\u205f': " ", '\ufffd': "\ufffd",
		'ª': "a", 'º': "o", '💲': "$",
	}
	for r := rune(0x2000); r <= 0x200a; r++ {
		m[r] = " "
	}
	for r := rune(0x64b); r <= 0x65f; r++ { // harakat
		m[r] = ""
	}
	m[0x670] = ""
	for r := rune(0x6d6); r <= 0x6ed; r++ {
		if r != 0x6de && r != 0x6dd && r != 0x6e5 && r != 0x6e6 && r != 0x6e9 {
			m[r] = ""
		}
	}
	for i, r := range []rune("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡ") { // small capitals
		m[r] = string(rune('a' + i))
	}
	m['ʏ'], m['ᴢ'], m['ɑ'], m['ɡ'], m['ɩ'], m['ȷ'] = "y", "z", "a", "g", "i", "j"
	for i := range rune(26) { // in brackets
		m[0x249c+i], m[0x1f110+i] = string('a'+i), string('a'+i)
	}
	// Variants that Unicode keeps apart
	maps.Copy(m, map[rune]string{'髙': "高", '囯': "国", '囻': "国", '亾': "亡", '凣': "凡", '朩': "木", '釒': "金", '訁': "言", '飠': "食", '⺅': "亻", '⺡': "氵", '⺘': "扌", '⻐': "钅"})
	for i := range rune(26) { // negative circled and squared capitals
		m[0x1f150+i], m[0x1f170+i] = string('a'+i), string('a'+i)
	}
	for i, w := range []string{" cl ", " cool ", " free ", " id ", " new ", " ng ", " ok ", " sos ", " up! ", " vs "} {
		m[0x1f191+rune(i)] = w
	}
	// Amharic letters of one sound
	for _, row := range [][2]string{{"ሠሡሢሣሤሥሦ", "ሰሱሲሳሴስሶ"}, {"ፀፁፂፃፄፅፆ", "ጸጹጺጻጼጽጾ"}, {"ዐዑዒዓዔዕዖ", "አኡኢኣኤእኦ"}, {"ሐሑሒሓሔሕሖ", "ሀሁሂሃሄህሆ"}, {"ኀኁኂኃኄኅኆ", "ሀሁሂሃሄህሆ"}} {
		from, to := []rune(row[0]), []rune(row[1])
		for i, r := range from {
			m[r] = string(to[i])
		}
	}
	m['ኣ'], m['ሃ'] = "አ", "ሀ"
	m['ዓ'], m['ሓ'], m['ኃ'] = "አ", "ሀ", "ሀ"
	return m
}
