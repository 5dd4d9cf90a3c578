package classifier

import "strings"

// marks are the classes of what is no word, by index.
type marks struct{ number, money, formoney, place, hotspot, far, handle, licence int }

func (v *vocabulary) marks() marks {
	return marks{
		number: v.classOf["NUMBER"], money: v.classOf["MONEY"], formoney: v.classOf["FORMONEY"],
		place: v.classOf["PLACE"], hotspot: v.classOf["HOTSPOT"], far: v.classOf["FAR"],
		handle: v.classOf["HANDLE"], licence: v.classOf["LICENCE"],
	}
}

// sum is what a sign or word beside a number makes of it.
type sum uint8

const (
	dollars sum = 1 + iota // money of a foreign country
	ours                   // money, if the number is long enough
	many                   // money, by the words for great numbers
)

// unitWord is a sign or word beside a number.
type unitWord struct {
	text string
	is   sum
}

// beside are unit words by the byte that is next to the number; the first that fits counts.
type beside [256][]unitWord

// The words before a number, by their last byte, and after it, by their first.
var unitsBefore, unitsAfter = func() (before, after beside) {
	add := func(to *beside, last bool, is sum, words ...string) {
		for _, w := range words {
			c := w[0]
			if last {
				c = w[len(w)-1]
			}
			to[c] = append(to[c], unitWord{w, is})
		}
	}
	add(&before, true, dollars, "us$")
	add(&before, true, ours, "r$", "s$")
	add(&before, true, dollars, "$", "usd", "usdt")
	add(&before, true, ours, "€", "₱", "฿", "₫", "៛", "₹", "¥", "₩", "₭", "£", "rp", "rm", "php", "sgd", "aed", "thb", "rs")
	add(&after, false, dollars, "usd", "$", "u/", "u ", "dollar", "dolar", "dólar", "dola", "đô", "$us", "美金", "美元", "美刀", "刀", "ドル", "米ドル", "달러", "불",
		"дол", "бакс", "ดอลล", "เหรียญ", "ໂດລາ", "ដុល្លា", "ဒေါ်လာ", "ဒေါလာ", "دولار", "ڈالر", "डॉलर", "डालर", "ডলার", "டாலர்", "டொலர்", "ඩොලර්", "ዶላር")
	add(&after, false, ours, "€", "₱", "฿", "₫", "៛", "₹", "¥", "₩", "₭", "£", "php", "thb", "aed", "бат", "руб", "บาท", "元", "円", "원", "tl",
		"rup", "taka", "टका", "रुप", "টাকা", "ரூபா", "රු", "روپ", "ဘတ်", "ကျပ်", "បាត", "រៀល", "ກີບ", "บ.", "đ", "peso", "piso", "ringgit",
		"shilling", "birr", "밧", "dirham", "dh ", "drh", "درهم", "ریال", "ريال", "reais", "lira", "₺", "euro", "rand", "naira", "ksh", "tsh", "ugx", "kes", "ብር", "جنيه", "baht")
	add(&after, false, many, "jt", "juta", "mil ", "millones", "milhões", "million", "млн", "bin ", "milyon", "elfu", "laki", "hazar", "hajar", "हजार", "हज़ार", "হাজার", "ஆயிரம்", "දහස්", "ሺህ", "ألف", "الف", "ہزار", "tr", "tri", "万", "萬", "만", "lakh", "lac ", "သိန်း", "लाख", "লাখ", "لاکھ", "triệu", "củ", "ribu", "rb",
		"หมื่น", "ລ້ານ", "тыс", "w ", "k ", "k/", "k+", "k-")
	return before, after
}()

// markNumbers adds the marks NUMBER, MONEY and FORMONEY for the numbers of a field.
func (c *Classifier) markNumbers(s *scan, w *work, shift int32) {
	for _, n := range s.numbers {
		h := hit{
			start: n.start + shift, end: n.end + shift, value: -1, lang: -1, neutral: true,
			p0: s.pos[n.start] + w.posShift, p1: s.pos[n.end-1] + w.posShift,
		}
		w.hits.add(c.marks.number, h)
		is := s.unitOf(int(n.start), int(n.end))
		if is == dollars || is == many || is == ours && n.end-n.start >= 3 {
			w.hits.add(c.marks.money, h)
		}
		if is == dollars {
			w.hits.add(c.marks.formoney, h)
		}
	}
}

// maxBlank bounds the spaces between a number and its unit.
const maxBlank = 5

// unitOf is what stands beside the number from byte i to byte j makes of it: dollars
// before anything else, great numbers before other money.
func (s *scan) unitOf(i, j int) sum {
	text := s.text
	var found sum
	for n := 0; i > 0 && text[i-1] == ' ' && n < maxBlank; n++ {
		i--
	}
	if i > 0 {
		for _, u := range unitsBefore[text[i-1]] {
			if strings.HasSuffix(text[:i], u.text) {
				found = u.is
				break
			}
		}
	}
	for n := 0; j < len(text) && text[j] == ' ' && n < maxBlank; n++ {
		j++
	}
	if found == dollars || j == len(text) {
		return found
	}
	for _, u := range unitsAfter[text[j]] {
		if strings.HasPrefix(text[j:], u.text) && (found == 0 || u.is != ours) {
			if found = u.is; found == dollars {
				break
			}
		}
	}
	return found
}
