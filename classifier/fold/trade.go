package fold

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// The words of the trade that are written with signs in them to get past filters. Only
// these are put together again at signs that ordinary text has between letters too:
// elsewhere a dot is a dot.
const tradeWords = `
scam scams scammer scammers cambodia casino casinos hiring telegram whatsapp wechat salary passport passports myanmar burma thailand
philippines dubai laos vietnam gambling betting crypto bitcoin recruit recruiter recruiting recruitment customer service trafficking
money kidney kidneys organ organs visa debt loan loans dating fraud hacking laundering drugs escort escorts worker workers abroad overseas
vacancy vacancies urgent ticket flight hostel dormitory commission investment platform online typist operator operators smuggling smuggler
kamboja lowongan loker gaji judi kerja pekerja penipuan ginjal utang hutang operator majikan paspor luar
campuchia tuyendung tuyen luong viec lamviec casino cobac danhbac luadao thailan philippin muaban than
camboya camboja trabajo trabalho empleo emprego sueldo salario estafa golpe pasaporte passaporte cambodge emploi salaire arnaque passeport
trabaho sahod kambodya kumpanya kamboçya kambocya maaş kumar pasaport iş
камбоджа камбодже камбоджу работа работу работы зарплата зарплату телеграм телеграмм казино вакансия вакансии скам мошенник мошенники
деньги наркотики закладки закладчик курьер почка почку мьянма таиланд тайланд дубай паспорт крипта оператор оператора`

// tradePairs are words of the trade in Chinese and Japanese, two characters each.
const tradePairs = `博彩菠菜高薪招聘客服电诈诈骗园区赌场包吃包住机票月薪日结日薪底薪提成押金护照签证出国海外境外缅甸缅北柬埔西港妙瓦菲律迪拜老挝金三杀猪猪盘跑分洗钱卡农` +
	`偷渡蛇头打字聊天推广微信薇信电报飞机纸飞加微贷款欠债还债卖肾肾源器官代孕卵子裸聊刷单佣金彩票网赌博弈棋牌直招急招诚招兼职中介公海荷官狗推赔付绑架色情` +
	`高額闇バ受け出し運び`

type trade struct {
	words map[string]bool
	byLen map[int][]string // by letters
	pairs map[string]bool
}

// trades is made on first use.
var trades = sync.OnceValue(func() *trade {
	t := &trade{words: map[string]bool{}, byLen: map[int][]string{}, pairs: map[string]bool{}}
	for w := range strings.FieldsSeq(tradeWords) {
		if n := utf8.RuneCountInString(w); n >= 4 && !t.words[w] {
			t.words[w] = true
			t.byLen[n] = append(t.byLen[n], w)
		}
	}
	rs := []rune(tradePairs)
	for i := 0; i+1 < len(rs); i += 2 {
		t.pairs[string(rs[i:i+2])] = true
	}
	return t
})

// isMask reports what is put into a word without meaning anything, or for a letter.
func isMask(c byte) bool {
	switch c {
	case '*', '.', '_', '|', '~', '+', '#':
		return true
	}
	return false
}

// maxToken bounds the bytes of a word with signs in it.
const maxToken = 64

// tokenAround is the stretch around byte i of s without spaces and brackets, without
// the marks of punctuation at its ends; empty when it is too long. It is all of the
// token up to byte far, or of what is too long.
func tokenAround[S string | []byte](s S, i int) (start, end, far int) {
	start, end = i, i
	for start > 0 && inToken(s[start-1]) && i-start < maxToken {
		start--
	}
	for end < len(s) && inToken(s[end]) && end-i < maxToken {
		end++
	}
	far = end
	if end-start > maxToken {
		return i, i, far
	}
	for end > start && isMask(s[end-1]) {
		end--
	}
	for start < end && isMask(s[start]) {
		start++
	}
	if start > i || end < i {
		return i, i, far
	}
	return start, end, far
}

func inToken(c byte) bool {
	return bytesOf[c]&(byteHigh|byteLetter) != 0 || isMask(c) || c-'0' <= 9
}

// unmaskToken is the word of the trade that token is with its signs out, or with
// letters for them.
func unmaskToken(token string) (word, name string) {
	t := trades()
	var buf [maxToken]byte
	b := buf[:0]
	stars := 0
	for i := range len(token) {
		c := token[i]
		if c < utf8.RuneSelf && !letterASCII(c) {
			if !isMask(c) {
				return "", "" // a number
			}
			if c == '*' || c == '#' || c == '|' {
				stars++
			}
			continue
		}
		b = append(b, c)
	}
	if len(b) == len(token) {
		return "", ""
	}
	if t.words[string(b)] {
		return string(b), SpacedLetters
	}
	if stars == 0 || stars > 2 {
		return "", ""
	}
	for _, w := range t.byLen[utf8.RuneCountInString(token)] {
		if masks(token, w) {
			return w, MaskedLetters
		}
	}
	return "", ""
}

// masks reports whether token is word but for signs that stand for a letter each,
// none of them the first or the last.
func masks(token, word string) bool {
	first := true
	for len(token) > 0 && len(word) > 0 {
		a, n := utf8.DecodeRuneInString(token)
		b, k := utf8.DecodeRuneInString(word)
		if a != b && (first || a != '*' && a != '#' && (a != '|' || b != 'l' && b != 'i') || k == len(word)) {
			return false
		}
		token, word, first = token[n:], word[k:], false
	}
	return len(token) == len(word)
}

// unmask takes signs out of words of the trade.
func unmask(t Text) (Text, []string) {
	s := t.Folded
	w := writer{src: s}
	var names []string
	for i := 1; i+1 < len(s); i++ {
		c := s[i]
		if bytesOf[c]&(byteMask|byteSep) == 0 && c != 0xc2 || c == ' ' || !wordly(s[i-1]) || c == 0xc2 && s[i+1] != 0xb7 {
			continue
		}
		if k := splitPair(s, i); k > 0 {
			w.put(nil, i, i+k)
			names = append(names, SpacedLetters)
			i += k + 2
			continue
		}
		if !isMask(c) || !wordly(s[i+1]) && !isMask(s[i+1]) {
			continue
		}
		start, end, far := tokenAround(s, i)
		if start < end {
			if word, name := unmaskToken(s[start:end]); word != "" {
				w.rewrite(start, end, word)
				names = append(names, name)
			} else if bytesOf[s[i+1]]&byteHigh != 0 {
				continue // a pair of characters may follow
			}
		}
		i = max(i, far-1)
	}
	if names == nil {
		return t, nil
	}
	return w.done(t), names
}

// rewrite writes word for src[i:end], which is word but for some signs.
func (w *writer) rewrite(i, end int, word string) {
	for i < end {
		a, n := utf8.DecodeRuneInString(w.src[i:])
		b, k := utf8.DecodeRuneInString(word)
		switch {
		case a == b:
			word = word[k:]
		case utf8.RuneCountInString(w.src[i:end]) == utf8.RuneCountInString(word):
			w.put([]byte(word[:k]), i, i+n)
			word = word[k:]
		default:
			w.put(nil, i, i+n)
		}
		i += n
	}
}

// splitPair is the length of the sign at i of s between two characters that are a
// word of the trade, or 0.
func splitPair[S string | []byte](s S, i int) int {
	n := 1
	if s[i] == 0xc2 {
		n = 2
	}
	if i < 3 || i+n+3 > len(s) || s[i-3]-0xe3 > 6 || s[i+n]-0xe3 > 6 {
		return 0
	}
	var pair [6]byte
	copy(pair[:3], s[i-3:i])
	copy(pair[3:], s[i+n:i+n+3])
	if !trades().pairs[string(pair[:])] {
		return 0
	}
	return n
}
