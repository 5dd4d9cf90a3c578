package facts

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/classifier/fold"
)

// numeral is one number word.
type numeral struct {
	word  string
	value float64
	kind  numeralKind

	foreign bool // English in the table of another language
}

type numeralKind uint8

const (
	numeralAdds   numeralKind = iota // one, twelve, thirty
	numeralTimes                     // hundred, million
	numeralTeen                      // adds ten to what stands before
	numeralHalf                      // half of the next one, or of the last
	numeralJoins                     // and
	numeralRepeat                    // double, triple: of digits
)

// numerals are the number words of one language and English, by [numeralKey], longest first.
type numerals struct {
	by [256][]numeral

	ahead bool    // a thousand may stand for one thousand
	tail  float64 // from this multiplier on a last digit counts tenths of it: 一万五
	turns bool    // the multiplier stands before the number: elfu themanini
	first bool    // it may stand before digits: သိန်း ၂၀
	glued bool    // multipliers are no words by themselves

	digits *numerals // those of one digit, and what repeats one
}

// numeralWords are the number words by language: value or a letter and value, then
// words apart by a slash. x is a multiplier, t a teen, h half, j what joins, r repeats.
var numeralWords = map[string]string{
	"en": "0 zero/oh,1 one,2 two,3 three,4 four,5 five,6 six,7 seven,8 eight,9 nine,10 ten,11 eleven,12 twelve,13 thirteen,14 fourteen,15 fifteen,16 sixteen,17 seventeen,18 eighteen,19 nineteen,20 twenty,30 thirty,40 forty,50 fifty,60 sixty,70 seventy,80 eighty,90 ninety,x100 hundred,x1000 thousand,x100000 lakh/lac,x1000000 million,j and,h half,r2 double,r3 triple",
	"id": "0 kosong/nol/noll/sifar,1 satu/se,2 dua,3 tiga,4 empat,5 lima,6 enam,7 tujuh,8 delapan/lapan,9 sembilan,10 sepuluh,11 sebelas,t10 belas,x10 puluh,100 seratus,x100 ratus,1000 seribu,x1000 ribu,1000000 sejuta,x1000000 juta,h setengah,r2 dobel",
	"vi": "0 không/khong,1 một/mốt,2 hai,3 ba,4 bốn/tư,5 năm/lăm,6 sáu,7 bảy/bẩy,8 tám,9 chín,10 mười,x10 mươi,x100 trăm,x1000 nghìn/ngàn,x10000 vạn,x1000000 triệu,x1000000000 tỷ/tỉ,h rưỡi/nửa,j linh/lẻ",
	"th": "0 ศูนย์,1 หนึ่ง/เอ็ด,2 สอง/ยี่,3 สาม,4 สี่,5 ห้า,6 หก,7 เจ็ด,8 แปด,9 เก้า,x10 สิบ,x100 ร้อย,x1000 พัน,x10000 หมื่น,x100000 แสน,x1000000 ล้าน,h ครึ่ง",
	"lo": "0 ສູນ,1 ໜຶ່ງ/ນຶ່ງ/ຫນຶ່ງ/ເອັດ,2 ສອງ,3 ສາມ,4 ສີ່,5 ຫ້າ,6 ຫົກ,7 ເຈັດ,8 ແປດ,9 ເກົ້າ,20 ຊາວ,x10 ສິບ,x100 ຮ້ອຍ,x1000 ພັນ,x10000 ໝື່ນ/ຫມື່ນ,x100000 ແສນ,x1000000 ລ້ານ,h ເຄິ່ງ",
	"km": "0 សូន្យ,1 មួយ,2 ពីរ,3 បី,4 បួន,5 ប្រាំ,6 ប្រាំមួយ,7 ប្រាំពីរ/ប្រាំពិល,8 ប្រាំបី,9 ប្រាំបួន,x10 ដប់,20 ម្ភៃ,30 សាមសិប,40 សែសិប,50 ហាសិប,60 ហុកសិប,70 ចិតសិប,80 ប៉ែតសិប,90 កៅសិប,x100 រយ,x1000 ពាន់,x10000 ម៉ឺន,x100000 សែន,x1000000 លាន,h កន្លះ",
	"my": "0 သုည,1 တစ်/တစ,2 နှစ်,3 သုံး,4 လေး,5 ငါး,6 ခြောက်,7 ခုနစ်/ခုနှစ်/ခွန်,8 ရှစ်,9 ကိုး,x10 ဆယ်/ဆယ့်,x100 ရာ/ရာ့,x1000 ထောင်/ထောင့်,x10000 သောင်း,x100000 သိန်း,x1000000 သန်း,h ခွဲ",
	"tl": "0 sero/wala,1 isa/isang/uno,2 dalawa/dalawang/dos,3 tatlo/tatlong/tres,4 apat/kwatro/kuwatro,5 lima/limang/singko,6 anim/sais,7 pito/pitong/siyete,8 walo/walong/otso,9 siyam/nuwebe,10 sampu/sampung/diyes,15 kinse,20 dalawampu/dalawampung/bente,30 tatlumpu/tatlumpung/trenta,40 apatnapu/apatnapung/kwarenta,50 limampu/limampung/singkwenta,60 animnapu/animnapung,70 pitumpu/pitumpung,80 walumpu/walumpung,90 siyamnapu,x100 daan/daang,x1000 libo/libong,x1000000 milyon/milyong,j at",
	"zh": "0 零/〇/洞,1 一/壹/幺,2 二/贰/两,3 三/叁,4 四/肆,5 五/伍,6 六/陆,7 七/柒,8 八/捌,9 九/玖,x10 十/拾,x100 百/佰,x1000 千/仟,x10000 万,x100000000 亿,h 半",
	"ja": "0 零/〇/ゼロ/れい,1 一/壱/いち,2 二/に,3 三/さん,4 四/よん,5 五/ご,6 六/ろく,7 七/なな,8 八/はち,9 九/きゅう,x10 十,x100 百,x1000 千,x10000 万,x100000000 億/亿",
	"ko": "0 공/영,1 일,2 이,3 삼,4 사,5 오,6 육/륙,7 칠,8 팔,9 구,x10 십,x100 백,x1000 천,x10000 만,x100000000 억",
	"hi": "0 शून्य/जीरो/ज़ीरो,1 एक,2 दो,3 तीन,4 चार,5 पांच/पाँच,6 छह/छः/छे,7 सात,8 आठ,9 नौ,10 दस,12 बारह,15 पंद्रह,18 अठारह,20 बीस,25 पच्चीस,30 तीस,35 पैंतीस,40 चालीस,45 पैंतालीस,50 पचास,60 साठ,70 सत्तर,75 पचहत्तर,80 अस्सी,90 नब्बे,x100 सौ,x1000 हजार/हज़ार,x100000 लाख,x10000000 करोड़,1.5 डेढ़,2.5 ढाई,h आधा",
	"ne": "0 शून्य/सुन्ना,1 एक,2 दुई,3 तीन,4 चार,5 पाँच/पांच,6 छ,7 सात,8 आठ,9 नौ,10 दश/दस,12 बाह्र,15 पन्ध्र,20 बीस,25 पच्चीस,30 तीस,35 पैंतीस,40 चालीस,50 पचास,60 साठी,70 सत्तरी,80 असी,90 नब्बे,x100 सय,x1000 हजार,x100000 लाख,1.5 डेढ,2.5 अढाई",
	"bn": "0 শূন্য/জিরো,1 এক,2 দুই,3 তিন,4 চার,5 পাঁচ/পাচ,6 ছয়,7 সাত,8 আট,9 নয়,10 দশ,12 বারো,15 পনেরো,20 বিশ/কুড়ি,25 পঁচিশ,30 ত্রিশ/তিরিশ,35 পঁয়ত্রিশ,40 চল্লিশ,50 পঞ্চাশ,60 ষাট,70 সত্তর,80 আশি,90 নব্বই,x100 শত/শো,x1000 হাজার,x100000 লাখ/লক্ষ,x10000000 কোটি,1.5 দেড়,2.5 আড়াই",
	"ur": "0 صفر/زیرو,1 ایک,2 دو,3 تین,4 چار,5 پانچ,6 چھ/چھے,7 سات,8 آٹھ,9 نو,10 دس,12 بارہ,15 پندرہ,20 بیس,25 پچیس,30 تیس,35 پینتیس,40 چالیس,50 پچاس,60 ساٹھ,70 ستر,80 اسی,90 نوے,x100 سو,x1000 ہزار,x100000 لاکھ,x10000000 کروڑ,1.5 ڈیڑھ,2.5 ڈھائی",
	"si": "0 බින්දුව/බිංදුව/බිංදු,1 එක/එකයි,2 දෙක/දෙකයි,3 තුන/තුනයි/තුනක්,4 හතර/හතරයි,5 පහ/පහයි,6 හය/හයයි,7 හත/හතයි,8 අට/අටයි,9 නවය/නමය/නවයයි,10 දහය,20 විස්ස,30 තිහ,50 පනහ,x1000 දහස/දාහ/දහස්,x100000 ලක්ෂ/ලක්ෂය",
	"ta": "0 பூஜ்ஜியம்/பூச்சியம்/ஜீரோ,1 ஒன்று/ஒரு,2 இரண்டு/ரெண்டு,3 மூன்று/மூணு,4 நான்கு/நாலு,5 ஐந்து/அஞ்சு,6 ஆறு,7 ஏழு,8 எட்டு,9 ஒன்பது,10 பத்து,15 பதினைந்து,20 இருபது,25 இருபத்தைந்து,30 முப்பது,40 நாற்பது,50 ஐம்பது,60 அறுபது,70 எழுபது,80 எண்பது,90 தொண்ணூறு,x100 நூறு,x1000 ஆயிரம்,x100000 லட்சம்/இலட்சம்",
	"ru": "0 ноль/нуль,1 один/одна/одну,2 два/две,3 три,4 четыре,5 пять,6 шесть,7 семь,8 восемь,9 девять,10 десять,11 одиннадцать,12 двенадцать,15 пятнадцать,18 восемнадцать,20 двадцать,30 тридцать,40 сорок,50 пятьдесят,60 шестьдесят,70 семьдесят,80 восемьдесят,90 девяносто,100 сто,200 двести,300 триста,400 четыреста,500 пятьсот,600 шестьсот,700 семьсот,800 восемьсот,900 девятьсот,x1000 тысяч/тысяча/тысячи/тыс/тыщ/тыщи,x1000000 миллион/миллиона/миллионов,1.5 полтора/полторы",
	"sw": "0 sifuri,1 moja,2 mbili,3 tatu,4 nne,5 tano,6 sita,7 saba,8 nane,9 tisa,10 kumi,20 ishirini,30 thelathini,40 arobaini,50 hamsini,60 sitini,70 sabini,80 themanini,90 tisini,x100 mia,x1000 elfu,x100000 laki,x1000000 milioni,j na,h nusu",
	"am": "0 ዜሮ,1 አንድ,2 ሁለት,3 ሶስት/ሦስት,4 አራት,5 አምስት,6 ስድስት,7 ሰባት,8 ስምንት,9 ዘጠኝ,10 አስር/አሥር,15 አስራአምስት,20 ሃያ/ሀያ,30 ሰላሳ/ሠላሳ,40 አርባ,50 ሃምሳ/ሀምሳ/አምሳ,60 ስልሳ/ስድሳ,70 ሰባ,80 ሰማንያ,90 ዘጠና,x100 መቶ,x1000 ሺህ/ሺ,x1000000 ሚሊዮን",
	"fr": "0 zéro,1 un/une,2 deux,3 trois,4 quatre,5 cinq,6 six,7 sept,8 huit,9 neuf,10 dix,11 onze,12 douze,13 treize,14 quatorze,15 quinze,16 seize,20 vingt,30 trente,40 quarante,50 cinquante,60 soixante,80 quatre-vingt/quatre-vingts/quatre vingt,x100 cent/cents,x1000 mille,x1000000 million/millions,j et",
	"pt": "0 zero,1 um/uma,2 dois/duas,3 três,4 quatro,5 cinco,6 seis/meia,7 sete,8 oito,9 nove,10 dez,11 onze,12 doze,13 treze,14 quatorze/catorze,15 quinze,16 dezesseis,17 dezessete,18 dezoito,19 dezenove,20 vinte,30 trinta,40 quarenta,50 cinquenta,60 sessenta,70 setenta,80 oitenta,90 noventa,100 cem/cento,200 duzentos,300 trezentos,400 quatrocentos,500 quinhentos,600 seiscentos,700 setecentos,800 oitocentos,900 novecentos,x1000 mil,x1000000 milhão/milhões,j e",
	"es": "0 cero,1 uno/un/una,2 dos,3 tres,4 cuatro,5 cinco,6 seis,7 siete,8 ocho,9 nueve,10 diez,11 once,12 doce,13 trece,14 catorce,15 quince,16 dieciséis,17 diecisiete,18 dieciocho,19 diecinueve,20 veinte,25 veinticinco,30 treinta,40 cuarenta,50 cincuenta,60 sesenta,70 setenta,80 ochenta,90 noventa,100 cien/ciento,200 doscientos,300 trescientos,400 cuatrocientos,500 quinientos,600 seiscientos,700 setecientos,800 ochocientos,900 novecientos,x1000 mil,x1000000 millón/millones,j y",
	"ar": "0 صفر,1 واحد/واحدة,2 اثنان/اثنين/اتنين,3 ثلاثة/ثلاث/تلاتة/ثلاثه,4 أربعة/أربع,5 خمسة/خمس,6 ستة/ست,7 سبعة/سبع,8 ثمانية/ثمان/تمانية/ثماني,9 تسعة/تسع,10 عشرة/عشر,15 خمسة عشر,20 عشرين/عشرون,30 ثلاثين/ثلاثون,40 أربعين,50 خمسين,60 ستين,70 سبعين,80 ثمانين,90 تسعين,200 مئتين/مائتين/ميتين,300 ثلاثمائة/ثلاثمية,400 أربعمائة/أربعمية,500 خمسمائة/خمسمية,600 ستمائة,700 سبعمائة,800 ثمانمائة/ثمانمية,900 تسعمائة,2000 ألفين,x100 مئة/مائة/مية,x1000 ألف/آلاف/الاف,x1000000 مليون/ملايين,h نصف,j و",
	"tr": "0 sıfır,1 bir,2 iki,3 üç,4 dört,5 beş,6 altı,7 yedi,8 sekiz,9 dokuz,10 on,20 yirmi,30 otuz,40 kırk,50 elli,60 altmış,70 yetmiş,80 seksen,90 doksan,x100 yüz,x1000 bin,x1000000 milyon,h buçuk",
}

// addNumerals folds the number words.
func (x *Extractor) addNumerals() {
	x.numerals = map[string]*numerals{}
	english := parseNumerals(numeralWords["en"])
	for lang, text := range numeralWords {
		ns := &numerals{digits: &numerals{}}
		own := map[string]bool{}
		for _, n := range parseNumerals(text) {
			own[n.word] = true
			ns.add(n)
		}
		for _, n := range english {
			if !own[n.word] {
				n.foreign = lang != "en"
				ns.add(n)
			}
		}
		for i := range ns.by {
			slices.SortStableFunc(ns.by[i], func(a, b numeral) int { return len(b.word) - len(a.word) })
			for _, n := range ns.by[i] {
				if n.kind == numeralRepeat || n.kind == numeralAdds && n.value < 10 && n.value == float64(int(n.value)) {
					ns.digits.add(n)
				}
				if (n.kind == numeralTimes || n.kind == numeralAdds) && n.value >= 100 && !n.foreign {
					x.lex.add(n.word, wordTimes, 0)
				}
			}
		}
		switch lang {
		case "th", "lo":
			ns.ahead, ns.tail = true, 1000
		case "vi", "zh":
			ns.tail = 100
		case "ko":
			ns.ahead, ns.glued = true, true
		case "ar":
			ns.ahead = true
		case "my":
			ns.ahead, ns.first = true, true
		case "sw", "si":
			ns.turns, ns.first = true, true
		}
		x.numerals[lang] = ns
	}
	x.numerals["ms"] = x.numerals["id"]
}

func (ns *numerals) add(n numeral) {
	k := numeralKey(n.word, 0)
	ns.by[k] = append(ns.by[k], n)
}

// numeralKey is a byte that tells number words apart: the first in ASCII, else the
// last of the first rune, with runes of two bytes away from the others.
func numeralKey(s string, i int) byte {
	switch c := s[i]; {
	case c < 0xc0:
		return c
	case c < 0xe0 && i+1 < len(s):
		return s[i+1] | 0x40
	case c >= 0xe0 && i+2 < len(s):
		return s[i+2]
	}
	return 0
}

// next is where a number word may begin, at i or after it but before end, or end.
func (ns *numerals) next(s string, i, end int) int {
	for i < end {
		switch c := s[i]; {
		case isWordByte(rune(c)):
			if (i == 0 || !isWordByte(rune(s[i-1]))) && len(ns.by[c]) > 0 {
				return i
			}
			for i++; i < end && isWordByte(rune(s[i])); i++ {
			}
		case c < 0xc0:
			i++
		default:
			if len(ns.by[numeralKey(s, i)]) > 0 {
				return i
			}
			i += 2
			if c >= 0xe0 {
				i++
			}
		}
	}
	return end
}

func parseNumerals(text string) []numeral {
	var out []numeral
	for row := range strings.SplitSeq(text, ",") {
		key, words, _ := strings.Cut(row, " ")
		n := numeral{}
		if k := strings.IndexByte("xthjr", key[0]); k >= 0 {
			n.kind = [...]numeralKind{numeralTimes, numeralTeen, numeralHalf, numeralJoins, numeralRepeat}[k]
			key = key[1:]
		}
		n.value = plainNumber(key)
		for w := range strings.SplitSeq(words, "/") {
			for _, form := range forms(fold.Fold(w)) {
				n.word = form
				out = append(out, n)
			}
		}
	}
	return out
}

// plainNumber reads digits with at most one dot.
func plainNumber(s string) float64 {
	v, scale := 0.0, 0.0
	for _, c := range []byte(s) {
		switch {
		case c == '.':
			scale = 1
		case scale > 0:
			scale /= 10
			v += float64(c-'0') * scale
		default:
			v = v*10 + float64(c-'0')
		}
	}
	return v
}

// at is the number word at i and its length, 0 for none. In scripts with spaces it
// must be a word of its own; more says that another number word stands right before.
func (ns *numerals) at(s string, i int, more bool) (numeral, int) {
	list := ns.by[numeralKey(s, i)]
	if len(list) == 0 {
		return numeral{}, 0
	}
	for _, n := range list {
		if !strings.HasPrefix(s[i:], n.word) {
			continue
		}
		end := i + len(n.word)
		first, _ := utf8.DecodeRuneInString(n.word)
		sp := spacingOf(first)
		hangul := first >= 0xac00 && first < 0xd7a4
		switch {
		case sp == free || sp == clusters || hangul || sp == kana:
			if end < len(s) && sp == clusters {
				if next, _ := utf8.DecodeRuneInString(s[end:]); markLike(next) {
					continue
				}
			}
			return n, len(n.word)
		}
		if i > 0 && !more {
			if before, _ := utf8.DecodeLastRuneInString(s[:i]); spacingOf(before) == sp || unicode.IsDigit(before) {
				continue
			}
		}
		if end < len(s) && n.kind != numeralJoins {
			if next, _ := utf8.DecodeRuneInString(s[end:]); spacingOf(next) == sp || unicode.IsMark(next) {
				continue
			}
		}
		return n, len(n.word)
	}
	return numeral{}, 0
}

// spelled is a number in words.
type spelled struct {
	start, end int
	low, high  float64 // high is 0 but for 三五万
	last       float64 // the multiplier that ends it
	times      bool    // it holds a multiplier of a hundred or more
	alone      bool    // it is nothing but a multiplier
}

// maxSpelled bounds the words of one number.
const maxSpelled = 16

// read reads the number that begins at i.
func (ns *numerals) read(s string, i int) (spelled, bool) {
	var words [maxSpelled]numeral
	n, end := 0, i
	for k := i; n < maxSpelled && k < len(s); {
		w, size := ns.at(s, k, n > 0)
		if size == 0 || w.kind == numeralRepeat || w.kind == numeralJoins && n == 0 {
			break
		}
		k += size
		if w.kind != numeralJoins {
			words[n] = w
			n++
			end = k
		}
		if k < len(s) && (s[k] == ' ' || s[k] == '-') {
			k++
		}
	}
	if n == 0 || words[0].kind == numeralTimes && (!ns.ahead && !ns.turns || words[0].foreign || afterDigit(s, i)) {
		return spelled{}, false
	}
	if n == 1 && words[0].kind == numeralTimes { // ten thousand by itself is a word for much, or awaits its digits
		return spelled{start: i, end: end, low: words[0].value, last: words[0].value, alone: true, times: words[0].value >= 100}, true
	}
	if n > 1 && ns.tail > 0 && words[n-1].kind == numeralAdds && words[n-2].kind == numeralTimes && counts(s[end:]) {
		n-- // 八千五险一金: the five are insurances
		end -= len(words[n].word)
	}
	out, ok := ns.value(words[:n])
	out.start, out.end = i, end
	return out, ok
}

// value works out what words come to.
func (ns *numerals) value(words []numeral) (spelled, bool) {
	var parts [maxSpelled + 1]float64 // what is to be added up
	var out spelled
	n, last := 0, 0.0 // the parts, and the last multiplier
	half := 0.0
	for i, w := range words {
		switch w.kind {
		case numeralAdds:
			switch after := i > 0 && words[i-1].kind == numeralAdds; {
			case after && i == 1 && len(words) > 2 && words[2].kind == numeralTimes && isOneTwoMore(words[0], w):
				out.low, n = words[0].value, 0 // 三五万: from three to five
			case after && w.value >= room(words[i-1].value):
				return out, false // digits one by one
			case w.value > 0 && w.value < 10 && i > 0 && i == len(words)-1 && words[i-1].kind == numeralTimes && ns.tail > 0 && last >= ns.tail && !w.foreign:
				parts[n] = w.value * last / 10
				n++
				continue
			}
			parts[n] = w.value + half
			n, half = n+1, 0
			out.times = out.times || w.value >= 100
		case numeralTeen:
			if n == 0 || parts[n-1] > 9 {
				return out, false
			}
			parts[n-1] += w.value
		case numeralHalf:
			switch {
			case i > 0 && words[i-1].kind == numeralTimes:
				parts[n] = last / 2
				n++
			case n > 0 && parts[n-1] < 100:
				parts[n-1] += 0.5
			default:
				half = 0.5
			}
		case numeralTimes:
			sum := half
			half = 0
			if ns.turns && w.value >= 100 && i+1 < len(words) && words[i+1].kind != numeralTimes { // elfu themanini
				rest, ok := ns.value(words[i+1:])
				if !ok || rest.low >= w.value && w.value < 1e5 {
					return out, false
				}
				for _, p := range parts[:n] {
					out.low += p
				}
				out.low += rest.low * w.value
				out.times = true
				return out, true
			}
			for n > 0 && parts[n-1] < w.value {
				n--
				sum += parts[n]
			}
			if sum == 0 {
				sum = 1
			}
			parts[n] = sum * w.value
			n++
			last = w.value
			out.times = out.times || w.value >= 100
		}
	}
	if half > 0 || n == 0 {
		return out, false
	}
	sum := 0.0
	for _, p := range parts[:n] {
		sum += p
	}
	out.last = last
	if out.low > 0 {
		out.low, out.high = out.low*last, sum
		return out, n == 1
	}
	out.low = sum
	return out, true
}

// counts reports what the digit before rest counts by itself in Chinese, so that it
// is no part of the amount: insurances, days, people.
func counts(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	switch r {
	case '险', '天', '人', '休', '个', '名', '位', '年', '周', '日', '小', '级', '班', '月', '岁', '金':
		return true
	}
	return false
}

// isOneTwoMore reports two digits of a range, as Chinese writes one.
func isOneTwoMore(a, b numeral) bool {
	r, _ := utf8.DecodeRuneInString(a.word)
	return spacingOf(r) == free && a.value > 0 && a.value < b.value && b.value < 10
}

// room is what a number may be that is added to v: below ten after twenty.
func room(v float64) float64 {
	p := 1.0
	for v >= 10 && int64(v)%10 == 0 {
		v /= 10
		p *= 10
	}
	return p
}

func afterDigit(s string, i int) bool {
	for i > 0 && s[i-1] == ' ' {
		i--
	}
	return i > 0 && isDigit(s[i-1])
}

// spelledAmount reads the amount in words at i, or the range that it begins.
func (r *reader) spelledAmount(ns *numerals, i int) (amount, bool) {
	w, ok := ns.read(r.s, i)
	a := amount{start: w.start, end: w.end, low: w.low, high: w.high, unit: true, digits: 3}
	if !ok {
		return a, false
	}
	if j := r.connector(w.end); j > 0 && w.high == 0 {
		if b, ok := ns.read(r.s, j); ok && b.times && b.high == 0 {
			if !w.times {
				w.low *= b.last
			}
			if w.low >= 100 && w.low <= b.low && b.low <= 200*w.low {
				a.low, a.high, a.end, w.times = w.low, b.low, b.end, true
			}
		}
	}
	if !w.times || a.low < 100 {
		return a, false
	}
	if w.alone {
		return r.alone(ns, a)
	}
	if start, cur, ok := r.prefix(i); ok && cur != "" {
		a.start, a.currency, a.money = start, cur, true
	}
	return a, true
}

// alone reads what stands with a multiplier that has no number word beside it: digits
// after it, in languages that put them there, or a currency.
func (r *reader) alone(ns *numerals, a amount) (amount, bool) {
	if j := skipSpace(r.s, a.end, 1); ns.first && j < len(r.s) && isDigit(r.s[j]) {
		n := readNumber(r.s, j)
		if n.digits > 4 || n.value == 0 {
			return a, false
		}
		mult := a.low
		a.low, a.end = n.value*mult, n.end
		if k, _, ok := r.second(n.end); ok {
			if m := readNumber(r.s, k); m.value >= n.value && m.value < 200*n.value {
				a.high, a.end = m.value*mult, m.end
			}
		}
		return a, true
	}
	for _, w := range []string{"หลัก", "ຫຼັກ"} { // in the hundreds of thousands
		if strings.HasSuffix(r.s[:a.start], w) {
			a.start, a.high = a.start-len(w), 3*a.low
			return a, true
		}
	}
	u, _ := r.unitAt(skipSpace(r.s, a.end, 1))
	return a, u.currency != ""
}

// connector is where a number may begin that ends the range begun before i, or 0.
func (r *reader) connector(i int) int {
	k := skipSpace(r.s, i, 2)
	if k == len(r.s) {
		return 0
	}
	for _, c := range r.x.joins[r.s[k]] {
		if strings.HasPrefix(r.s[k:], c) {
			if j := skipSpace(r.s, k+len(c), 2); j < len(r.s) {
				return j
			}
		}
	}
	return 0
}

// reachWords is how far, in bytes, an amount in words may begin before the first of its
// multipliers, or in Korean, where those are no words by themselves, after a word for pay.
const reachWords = 48

// inWords reads the pay that is written in words: around hundreds, thousands, millions.
func (r *reader) inWords(out []Salary) []Salary {
	ns := r.x.numerals[r.in.Lang]
	if ns == nil {
		ns = r.x.numerals["en"]
	}
	done := 0 // looked at up to here
	most := len(out) + maxSalaries
	for _, h := range r.f.hits {
		from, to := h.start, h.end
		switch {
		case h.kind == wordTimes && h.end > done && !afterDigit(r.s, h.start):
			from -= reachWords
		case ns.glued && (h.kind == wordPay || h.kind == wordPeriod):
			to += reachWords
		default:
			continue
		}
		from, to = max(from, done), min(to, len(r.s))
		for i := ns.next(r.s, from, to); i < to && len(out) < most; i = ns.next(r.s, i, to) {
			if _, n := ns.at(r.s, i, false); n == 0 {
				i++
				continue
			}
			a, ok := r.spelledAmount(ns, i)
			if !ok {
				i = max(i+1, a.end)
				continue
			}
			if _, ok := r.suffix(&a); ok && !r.f.isTaken(a.start, a.end) {
				if r.organ != nil && *r.organ == nil {
					*r.organ = r.organPrice(a)
				}
				if pay, ok := r.pay(a); ok {
					r.f.take(a.start, a.end)
					out = append(out, pay)
				}
			}
			i = max(a.end, i+1)
		}
		done = max(done, to)
	}
	return out
}
