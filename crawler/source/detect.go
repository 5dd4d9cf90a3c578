package source

import (
	"bytes"
	"strings"
	"unicode"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

var hzEncoding encoding.Encoding = simplifiedchinese.HZGB2312

// sampleSize is how many bytes of a body are judged.
const sampleSize = 48 << 10

// candidates are the charsets that detection knows, by WHATWG name. Where two
// score the same the first wins.
var candidates = []struct {
	name  string
	enc   encoding.Encoding
	score func(string) float64
}{
	{"gb18030", simplifiedchinese.GB18030, func(s string) float64 { return hanScore(s, commonHans, false) }},
	{"big5", traditionalchinese.Big5, func(s string) float64 { return hanScore(s, commonHant, false) }},
	{"shift_jis", japanese.ShiftJIS, func(s string) float64 { return hanScore(s, commonKanji, true) }},
	{"euc-jp", japanese.EUCJP, func(s string) float64 { return hanScore(s, commonKanji, true) }},
	{"euc-kr", korean.EUCKR, hangulScore},
	{"windows-874", charmap.Windows874, thaiScore},
	{"windows-1251", charmap.Windows1251, cyrillicScore},
	{"koi8-r", charmap.KOI8R, cyrillicScore},
	{"ibm866", charmap.CodePage866, cyrillicScore},
	{"iso-8859-5", charmap.ISO8859_5, cyrillicScore},
	{"windows-1256", charmap.Windows1256, arabicScore},
	{"windows-1258", charmap.Windows1258, vietnameseScore},
	{"windows-1250", charmap.Windows1250, func(s string) float64 {
		return latinScore(s, "ěščřžýáíéůúďťňłąęśćżźńóőűă", 0.03)
	}},
	{"windows-1254", charmap.Windows1254, func(s string) float64 { return latinScore(s, "ışğüöçİŞĞ", 0.02) }},
	{"windows-1252", charmap.Windows1252, func(s string) float64 {
		return latinScore(s, "éèêëàâäáãåæçîïíñóôöõøùûüúßœÉÄÖÜ’“”–—…•·«»°©®€", 0.05)
	}},
}

// detect names the charset in which the high bytes of body read most like
// language, "" when none does. A declared charset has the benefit of the doubt.
func detect(body []byte, declared string) string {
	sample := highSample(body)
	if len(sample) == 0 {
		return ""
	}
	if declared == "gbk" {
		declared = "gb18030"
	}
	best, bestScore := "", 0.15
	for _, c := range candidates {
		out, err := c.enc.NewDecoder().Bytes(sample)
		if err != nil {
			continue
		}
		s := c.score(string(out))
		if c.name == declared {
			s += 0.25
		}
		if s > bestScore {
			best, bestScore = c.name, s
		}
	}
	if declared != "" && declared != "utf-8" && !isCandidate(declared) {
		// A charset that detection does not know: believe it if it reads without fault.
		if out := decodeNamed(declared, sample); strings.Count(out, "\uFFFD")*50 < len(sample) {
			return declared
		}
	}
	return best
}

func isCandidate(name string) bool {
	for _, c := range candidates {
		if c.name == name {
			return true
		}
	}
	return false
}

// highSample gathers the runs of b that hold high bytes, with the ASCII between
// them in short runs only: markup says nothing about the language.
func highSample(b []byte) []byte {
	var out []byte
	for i := 0; i < len(b) && len(out) < sampleSize; {
		j := bytes.IndexFunc(b[i:], func(r rune) bool { return r >= 0x80 })
		if j < 0 {
			break
		}
		start := max(i, i+j-4)
		end := i + j
		for plain := 0; end < len(b) && plain < 6; end++ {
			if b[end] < 0x80 {
				plain++
			} else {
				plain = 0
			}
			if b[end] == '<' || b[end] == '\n' {
				break
			}
		}
		out = append(out, b[start:end]...)
		out = append(out, ' ')
		i = max(end, i+j+1)
	}
	return out
}

// tally is what a decoded sample consists of.
type tally struct{ good, fair, bad, high int }

// score is between -1 and 1 over all high characters.
func (t tally) score() float64 {
	if t.high == 0 {
		return -1
	}
	return (float64(t.good) + 0.35*float64(t.fair) - 2*float64(t.bad)) / float64(t.high)
}

// odd reports characters that text hardly holds.
func odd(r rune) bool {
	return r == unicode.ReplacementChar || r >= 0x80 && r < 0xA0 || unicode.Is(unicode.Co, r) || r >= 0xFF61 && r <= 0xFF9F
}

func hanScore(s string, common map[rune]bool, kana bool) float64 {
	var t tally
	for _, r := range s {
		if r < 0x80 {
			continue
		}
		t.high++
		switch {
		case odd(r):
			t.bad++
		case common[r]:
			t.good++
		case r >= 0x3040 && r <= 0x30FF:
			if kana {
				t.good++
			}
		case r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFF60 || r >= 0x2010 && r <= 0x2030:
			t.fair++
		case unicode.Is(unicode.Han, r):
			if r >= 0x4E00 && r <= 0x9FA5 {
				t.fair++
			}
		case unicode.Is(unicode.Hangul, r):
			t.bad++
		}
	}
	return t.score()
}

func hangulScore(s string) float64 {
	var t tally
	for _, r := range s {
		if r < 0x80 {
			continue
		}
		t.high++
		switch {
		case odd(r):
			t.bad++
		case commonHangul[r]:
			t.good++
		case r >= 0xAC00 && r <= 0xD7A3:
			t.fair++
		case unicode.Is(unicode.Han, r), r >= 0x3040 && r <= 0x30FF:
			t.bad++
		}
	}
	return t.score()
}

// thaiScore asks that marks above and below stand after a consonant and leading
// vowels before one.
func thaiScore(s string) float64 {
	var t tally
	var prev rune
	for _, r := range s {
		if r >= 0x80 {
			t.high++
			switch {
			case odd(r), strings.ContainsRune("ฃฅฆฌฎฏฑฒฬฺ๎๏๚๛฿ฦๅ", r): // hardly ever written
				t.bad++
			case r >= 0x0E01 && r <= 0x0E2E: // consonants
				if strings.ContainsRune("กนรงอมทยดลตวคสบปพหจชขผถ", r) {
					t.good++
				} else {
					t.fair++
				}
			case r == 0x0E31 || r >= 0x0E34 && r <= 0x0E3A: // vowels above and below
				if prev >= 0x0E01 && prev <= 0x0E2E {
					t.good++
				} else {
					t.bad++
				}
			case r >= 0x0E47 && r <= 0x0E4E: // tone marks
				if prev >= 0x0E01 && prev <= 0x0E3A {
					t.good++
				} else {
					t.bad++
				}
			case r >= 0x0E2F && r <= 0x0E46:
				t.good++
			case r >= 0x0E50 && r <= 0x0E5B:
				t.fair++
			}
		}
		prev = r
	}
	return t.score()
}

func cyrillicScore(s string) float64 {
	var t tally
	var prev rune
	for _, r := range s {
		if r >= 0x80 {
			t.high++
			switch {
			case odd(r):
				t.bad++
			case r >= 'а' && r <= 'я':
				if strings.ContainsRune("оеаинтсрвлкмдпуяыьгзбч", r) {
					t.good++
				} else {
					t.fair++
				}
			case r >= 'А' && r <= 'Я':
				switch {
				case prev >= 'а' && prev <= 'я':
					t.bad++ // a capital after a small letter: the case is turned over
				default:
					t.fair++
				}
			case strings.ContainsRune("ёіїєґўІЇЄ«»—–№”“…", r):
				t.fair++
			case r >= 0x2500 && r <= 0x25FF:
				t.bad++
			}
		}
		prev = r
	}
	return t.score()
}

func arabicScore(s string) float64 {
	var t tally
	var prev rune
	for _, r := range s {
		if r >= 0x80 {
			t.high++
			switch {
			case odd(r):
				t.bad++
			case strings.ContainsRune("اليمونرتبةعدسفهكقأحج", r):
				t.good++
			case r >= 0x0621 && r <= 0x064A || strings.ContainsRune("پچژگکی،؛؟", r):
				t.fair++
			case unicode.IsLetter(r) && r < 0x0250 && prev >= 0x0600:
				t.bad++
			}
		}
		prev = r
	}
	return t.score()
}

// vietnameseScore asks for tone marks after vowels, which only windows-1258
// writes as characters of their own.
func vietnameseScore(s string) float64 {
	var t tally
	var prev rune
	tones := 0
	for _, r := range s {
		if r >= 0x80 {
			t.high++
			switch {
			case odd(r):
				t.bad++
			case r >= 0x0300 && r <= 0x0323:
				if strings.ContainsRune("aeiouyâăêôơưAEIOUYÂĂÊÔƠƯ", prev) {
					t.good++
					tones++
				} else {
					t.bad++
				}
			case strings.ContainsRune("âăêôơưđÂĂÊÔƠƯĐ", r):
				t.good++
			case strings.ContainsRune("áàéèíóòúùý“”–…", r):
				t.fair++
			default:
				t.bad++
			}
		}
		prev = r
	}
	if tones*10 < t.high {
		return -1
	}
	return t.score()
}

// latinScore judges a Latin charset by the letters of its languages; bonus is
// what tells two charsets apart that share most of them.
func latinScore(s string, letters string, bonus float64) float64 {
	var t tally
	var prev rune
	ascii, run := 0, 0
	for _, r := range s {
		if r < 0x80 {
			if unicode.IsLetter(r) {
				ascii++
			}
			run = 0
		} else {
			t.high++
			run++
			switch {
			case odd(r):
				t.bad++
			case strings.ContainsRune(letters, r) && run <= 2:
				t.good++
			case unicode.IsUpper(r) && unicode.IsLower(prev), run > 3:
				t.bad++
			case unicode.IsLetter(r):
			default:
				if !unicode.IsSpace(r) {
					t.high++ // signs amid words are a sign of the wrong charset
				}
			}
		}
		prev = r
	}
	if ascii < t.high { // Latin text is mostly ASCII letters
		return t.score() - 0.6
	}
	return t.score()*0.8 + bonus
}

func runes(s string) map[rune]bool {
	m := map[rune]bool{}
	for _, r := range s {
		m[r] = true
	}
	return m
}

// The most frequent characters of each script, after common usage lists.
var (
	commonHans   = runes("的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔社请联系您网招聘薪")
	commonHant   = runes("的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運請聯繫您網徵薪吧啦嗎喔呢")
	commonKanji  = runes("日一人年大国会中本長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新場金員九入選立開手米力学問高代明実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作性的要用制治度務強気小七成期公野協取都和統以機平総加山思家話世受区領多県続進正安設保改数記院女初北午指権心界支第産結百派点教報済書府活原先共得解名交資予川向際査勝面委告軍文反元重近千考判認画海参売利組知案道信策集在件団別物側任引使求所次水半品昨論計死官増係感特情投示変打男基私各始島直両朝革価式確村提運終挙果西勢減台広容必応演電歳住争談能無再位置企真流格有疑口過局少放税検藤町常校料沢裁状工建語球営空職証土与急止送援供可役構木割聞身費付施切由説転食比難防補車優夫研収断井何南石足違消境神番規術護展態導鮮備宅害配副算視条幹独警宮究育席輸訪楽起万着乗店述残想線率病農州武声質念待試族象銀域助労例衛然早張映限親額監環験追審商葉義伝働形景落欧担好退準賞訴辺造英被株頭技低毎医復仕去姿味負閣韓渡失移差衆個門写評課末守若脳極種美岡影命含福蔵量望松非撃佐核観察整段横融型白深字答夜製票況音申様財港識注呼渉達")
	commonHangul = runes("이다는의에을가고하지한로은기도사나어서인자대리라시를아해그일정보수있부제전과상들으스게적만면여구것주원장안조성동연선무세소국공비마경모요신용유실관계방우중문내회히야했미개위치교오때생간저었거할당르려분바없재트진니화학단결체작현직행든음된던물명년반말가또같까드각터강두습업금심출최발식통운질석영와입난속민외러법차투특합편점남설건크타프불못좋되권감순복천양월산열번손약청추데배살활노길높표울호형여본준찾쪽급목환새임필초취달즈너습료판집번력격온군양근변친처")
)
