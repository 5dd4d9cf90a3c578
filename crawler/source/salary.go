package source

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/internal/post"
)

var (
	numberRE = regexp.MustCompile(`\d{1,3}(?:[.,'’  ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?`)
	rangeRE  = regexp.MustCompile(`^\s*(?:[kK]|千|万|萬|만|triệu|tr|juta|jt|ribu|rb|млн|тыс\.?)?\s*(?:[A-Za-z]{3}|[Rr][MmPp]\.?|[$€£¥₹฿₫៛₱₩元円원]|บาท|руб\.?)?\s*(?:-|–|—|−|~|～|〜|to|до|至|到|bis|đến|a|do|ถึง|hingga|sampai|から)\s*(?:[A-Z]{3}|US\$|S\$|HK\$|NT\$|RM|Rp\.?|[$€£¥₹฿₫៛₱₩])?\s*$`)
)

// currencies maps signs and words to ISO 4217. Longer marks stand first.
var currencies = []struct{ mark, code string }{
	{"US$", "USD"}, {"USDT", "USDT"}, {"S$", "SGD"}, {"HK$", "HKD"}, {"NT$", "TWD"}, {"A$", "AUD"}, {"C$", "CAD"}, {"R$", "BRL"}, {"Kčs", "CZK"}, {"Kč", "CZK"},
	{"€", "EUR"}, {"£", "GBP"}, {"₹", "INR"}, {"฿", "THB"}, {"₫", "VND"}, {"៛", "KHR"}, {"₱", "PHP"}, {"₩", "KRW"}, {"₽", "RUB"}, {"₴", "UAH"}, {"₸", "KZT"},
	{"บาท", "THB"}, {"руб", "RUB"}, {"zł", "PLN"}, {"人民币", "CNY"}, {"人民幣", "CNY"}, {"美金", "USD"}, {"美元", "USD"}, {"泰铢", "THB"}, {"만원", "KRW"}, {"万円", "JPY"},
	{"RMB", "CNY"}, {"Rp", "IDR"}, {"RM", "MYR"}, {"đồng", "VND"}, {"VNĐ", "VND"}, {"円", "JPY"}, {"원", "KRW"}, {"元", "CNY"}, {"¥", "CNY"}, {"$", "USD"},
	{"triệu", "VND"}, {"juta", "IDR"}, {"ribu", "IDR"}, {"ដុល្លារ", "USD"}, {"រៀល", "KHR"}, {"ကျပ်", "MMK"}, {"ກີບ", "LAK"}, {"peso", "PHP"},
}

var isoCodes = strings.Fields("USD EUR GBP JPY CNY KRW THB VND KHR LAK MMK MYR SGD IDR PHP INR PKR BDT LKR NPR HKD TWD MOP AUD NZD CAD CHF SEK NOK DKK PLN CZK HUF RON BGN RUB UAH KZT UZS KGS TRY AED SAR QAR KWD OMR BHD EGP MAD NGN KES ETB TZS UGX GHS ZAR BRL MXN ARS CLP COP PEN ILS USDT GEL AMD AZN BYN MDL RSD BAM ISK UYU BOB PYG DOP ZMW MZN RWF XOF XAF MNT BND LBP JOD IQD IRR AFN DZD TND LYD")

// Currency is the ISO 4217 code (or USDT) of a code, sign or word, "" when unknown.
func Currency(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 64 {
		return ""
	}
	up := strings.ToUpper(s)
	for _, c := range isoCodes {
		if up == c {
			return c
		}
	}
	for _, c := range currencies {
		if strings.Contains(s, c.mark) {
			return c.code
		}
	}
	for f := range strings.FieldsFuncSeq(up, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		for _, c := range isoCodes {
			if f == c {
				return c
			}
		}
	}
	return ""
}

// periods are the words for pay periods, as structured data and pages write them.
var periods = []struct {
	period string
	words  []string
}{
	{"hour", []string{"hour", "hr", "hur", "p/h", "/h", "stunde", "heure", "hodin", "ora", "час", "小时", "小時", "時給", "시급", "giờ", "ชั่วโมง", "jam"}},
	{"day", []string{"day", "daily", "tag", "jour", "den", "día", "день", "日薪", "/天", "每天", "日給", "일급", "ngày", "วัน", "hari"}},
	{"week", []string{"week", "wee", "woche", "semaine", "týden", "semana", "недел", "周薪", "每周", "주급", "tuần", "สัปดาห์", "minggu"}},
	{"month", []string{"month", "mon", "/mo", "monat", "mois", "měsíc", "mes", "месяц", "/мес", "月薪", "/月", "每月", "月給", "월급", "tháng", "เดือน", "bulan", "mois", "miesi", "buwan", "ay"}},
	{"year", []string{"year", "ann", "annum", "yearly", "p.a.", "/yr", "jahr", "an", "rok", "año", "год", "年薪", "/年", "年収", "연봉", "năm", "ปี", "tahun"}},
}

// Period is hour, day, week, month or year, "" when s names none.
func Period(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" || len(s) > 200 {
		return ""
	}
	for _, p := range periods { // codes and single words first
		for _, w := range p.words {
			if s == w || s == w+"s" || s == w+"ly" {
				return p.period
			}
		}
	}
	for _, p := range periods {
		for _, w := range p.words {
			if len(w) >= 4 && strings.Contains(s, w) || w[0] == '/' && strings.Contains(s, w) {
				return p.period
			}
		}
	}
	return ""
}

// ParseSalary reads a line such as "$800 - $1,200 per month". Raw is the line,
// whatever could be read from it.
func ParseSalary(s string) post.Salary {
	raw := OneLine(strings.Map(visible, s))
	if len(raw) > 200 {
		return post.Salary{}
	}
	out := post.Salary{Raw: raw, Currency: Currency(raw), Period: Period(raw)}
	at := numberRE.FindAllStringIndex(raw, 8)
	for i, a := range at {
		n, ok := amount(raw[a[0]:a[1]])
		if !ok || n == 0 {
			continue
		}
		n *= multiplier(raw[a[1]:])
		out.Min, out.Max = n, n
		if i+1 < len(at) && rangeRE.MatchString(raw[a[1]:at[i+1][0]]) {
			if m, ok := amount(raw[at[i+1][0]:at[i+1][1]]); ok {
				mul := multiplier(raw[at[i+1][1]:])
				if mul > 1 && n < m*mul/100 && n*mul <= m*mul {
					out.Min = n * mul // "3-5万" means both
				}
				out.Max = m * mul
			}
		}
		break
	}
	if out.Max < out.Min {
		out.Max = out.Min
	}
	return out
}

// visible drops the marks that pages join figures with and nobody sees.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// multiplier is what a mark right after a number makes of it.
func multiplier(after string) float64 {
	after = strings.TrimLeft(strings.ToLower(after[:min(len(after), 24)]), " ")
	for _, m := range []struct {
		mark string
		by   float64
	}{{"k", 1e3}, {"千", 1e3}, {"тыс", 1e3}, {"rb", 1e3}, {"ribu", 1e3}, {"万", 1e4}, {"萬", 1e4}, {"만", 1e4}, {"triệu", 1e6}, {"tr", 1e6}, {"juta", 1e6}, {"jt", 1e6}, {"млн", 1e6}, {"lakh", 1e5}} {
		if rest, ok := strings.CutPrefix(after, m.mark); ok {
			if c := strings.TrimLeft(rest, " ")[:min(1, len(strings.TrimLeft(rest, " ")))]; m.mark == "k" && startsWithLetter(rest) || m.mark == "tr" && c != "" && c[0] >= 'a' && c[0] <= 'z' && rest[0] != ' ' {
				continue
			}
			return m.by
		}
	}
	return 1
}

// startsWithLetter reports a mark that goes on as a word: the k of "Kč" and "km".
func startsWithLetter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

// amount reads one number with whatever separators it has.
func amount(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	m := numberRE.FindString(s)
	if m == "" || len(m) > 24 {
		return 0, false
	}
	m = strings.NewReplacer("'", "", "’", "", "\u00A0", "", "\u202F", "", " ", "").Replace(m)
	dot, comma := strings.LastIndexByte(m, '.'), strings.LastIndexByte(m, ',')
	switch {
	case dot >= 0 && comma >= 0:
		if dot > comma {
			m = strings.ReplaceAll(m, ",", "")
		} else {
			m = strings.ReplaceAll(strings.ReplaceAll(m, ".", ""), ",", ".")
		}
	case comma >= 0:
		if len(m)-comma == 4 {
			m = strings.ReplaceAll(m, ",", "")
		} else {
			m = strings.Replace(m, ",", ".", 1)
		}
	case dot >= 0:
		if len(m)-dot == 4 && strings.Count(m, ".") >= 1 {
			m = strings.ReplaceAll(m, ".", "")
		}
	}
	f, err := strconv.ParseFloat(m, 64)
	return f, err == nil
}

// rawSalary writes figures of structured data the way a line would say them.
func rawSalary(s post.Salary) string {
	f := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	out := f(s.Min)
	switch {
	case s.Min == 0:
		out = f(s.Max)
	case s.Max > 0 && s.Max != s.Min:
		out += "-" + f(s.Max)
	}
	if s.Currency != "" {
		out += " " + s.Currency
	}
	if s.Period != "" {
		out += "/" + s.Period
	}
	return out
}
