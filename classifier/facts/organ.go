package facts

import (
	"sort"
	"strings"
)

// Price is an amount of money that is no pay. USD is the middle of the range in US
// dollars, 0 when the currency is not known.
type Price struct {
	Min, Max float64
	Currency string
	USD      float64
	Raw      string
	Span     Span
}

const organWords = "kidney|kidneys|liver|cornea|bone marrow|organ donor|donor organ|organs|ginjal|buah pinggang|bán thận|nội tạng|ขายไต|อวัยวะ|肾|卖肾|器官|腰子|장기매매|腎臓|臓器|ដំរងនោម|តម្រងនោម|សរីរាង្គ|ကျောက်ကပ်|ကိုယ်အင်္ဂါ|ໝາກໄຂ່ຫຼັງ|ອະໄວຍະວະ|किडनी|गुर्दा|मिर्गौला|কিডনি|গুরদা|گردہ|گردے|کڈنی|වකුගඩු|වකුගඩුව|சிறுநீரகம்|கிட்னி|почк*|орган*|донор*|ኩላሊት|reins|organes|riñón|riñon|órgano|كلى|كلية|كليه|أعضاء|böbrek|organ nakli|kidney donor|surrogate|surrogacy|ibu pengganti|mang thai hộ|đẻ thuê|อุ้มบุญ|代孕|捐卵|대리모|代理母|суррогат*|mua thận|ghép thận|quả thận|hiến thận|mua gan|장기 매매|장기 이식|장기 기증|장기기증|신장매매|신장 매매|신장 이식|신장 판매|ไตข้าง|ซื้อไต|บริจาคไต|肝脏|órgãos|human organ|un rein|vender rim|vender um rim|vendre un rein|organ trade|sell organ|bán gan|콩팥 매매" //nolint:misspell // words of many languages

// How far from the word for an organ a price may stand, in bytes of folded text.
const reachOrgan = 90

// longestOrgan bounds the bytes of such a word.
const longestOrgan = 64

// organPrice is the first amount with a currency or a multiplier on the same line as,
// and near, a word for an organ or a pregnancy for others.
func (r *reader) organPrice(a amount) *Price {
	if !a.money && !a.unit {
		return nil
	}
	hits := r.f.hits
	lo := sort.Search(len(hits), func(k int) bool { return hits[k].start >= a.start-reachOrgan-longestOrgan })
	for _, h := range hits[lo:] {
		if h.kind != wordOrgan || h.end+reachOrgan < a.start {
			continue
		}
		if h.start > a.end+reachOrgan {
			return nil
		}
		from, to := h.end, a.start
		if from > to {
			from, to = a.end, h.start
		}
		if from < to && strings.Count(r.s[from:to], "\n") > 1 {
			continue
		}
		r.settle()
		cur := a.currency
		if cur == "" {
			cur = r.here
		}
		if cur == "USD" && a.money && r.dollarIsLocal(a) {
			cur = r.dollars
		}
		p := &Price{Min: a.low, Max: max(a.low, a.high), Currency: cur, Raw: r.f.original(a.start, a.end), Span: r.f.span(a.start, a.end)}
		if rate := r.x.table.FX[cur]; rate > 0 {
			p.USD = round((p.Min + p.Max) / 2 / rate)
		}
		if p.USD < 50 || p.USD > 1e6 {
			return nil
		}
		return p
	}
	return nil
}

// hasOrgans reports a word for an organ in the field.
func (f *field) hasOrgans() bool {
	for _, h := range f.hits {
		if h.kind == wordOrgan {
			return true
		}
	}
	return false
}
