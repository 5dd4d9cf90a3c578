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

// markNumbers adds the marks NUMBER, MONEY and FORMONEY for the numbers of a field.
func (c *Classifier) markNumbers(s *scan, w *work, shift int32) {
	for _, n := range s.numbers {
		h := hit{
			start: n.start + shift, end: n.end + shift, value: -1, lang: -1, neutral: true,
			p0: s.pos[n.start] + w.posShift, p1: s.pos[n.end-1] + w.posShift,
		}
		w.hits.add(c.marks.number, h)
		before, after := strings.TrimRight(s.text[max(0, int(n.start)-6):n.start], " "), strings.TrimLeft(s.text[n.end:min(len(s.text), int(n.end)+10)], " ")
		foreign := strings.HasSuffix(before, "$") && !strings.HasSuffix(before, "r$") && !strings.HasSuffix(before, "s$") ||
			hasAnySuffix(before, "usd", "usdt", "us$") || hasAnyPrefix(after, "usd", "$", "u/", "u ", "dollar", "美金", "美元", "дол", "ดอลลาร์", "دولار")
		money := foreign || n.end-n.start >= 3 && (hasAnySuffix(before, "€", "₱", "฿", "₫", "៛", "₹", "¥", "₩", "₭", "£", "rp", "rm", "php", "sgd", "aed", "thb", "rs", "r$", "s$") ||
			hasAnyPrefix(after, "€", "₱", "฿", "₫", "៛", "₹", "¥", "₩", "₭", "£", "php", "thb", "aed", "бат", "руб", "บาท", "元", "円", "원", "tl",
				"rup", "taka", "टका", "रुप", "টাকা", "ரூபா", "රු", "روپ", "ဘတ်", "ကျပ်", "បាត", "រៀល", "ກີບ", "บ.", "đ", "peso", "piso", "ringgit", "shilling", "birr", "ብር", "جنيه", "درهم", "baht")) ||
			hasAnyPrefix(after, "jt", "juta", "tr", "tri", "万", "萬", "만", "lakh", "lac ", "သိန်း", "लाख", "লাখ", "لاکھ", "triệu", "củ", "ribu", "rb", "หมื่น", "ລ້ານ", "тыс", "w ", "k ", "k/", "k+", "k-")
		if money {
			w.hits.add(c.marks.money, h)
		}
		if foreign {
			w.hits.add(c.marks.formoney, h)
		}
	}
}

func hasAnySuffix(s string, of ...string) bool {
	for _, x := range of {
		if strings.HasSuffix(s, x) {
			return true
		}
	}
	return false
}

func hasAnyPrefix(s string, of ...string) bool {
	for _, x := range of {
		if strings.HasPrefix(s, x) {
			return true
		}
	}
	return false
}
