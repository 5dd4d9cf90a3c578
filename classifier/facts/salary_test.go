package facts

import (
	"math"
	"os"
	"testing"
)

func TestSalary(t *testing.T) {
	type want struct {
		min, max float64
		currency string
		period   string
	}
	tests := map[string]struct {
		lang, in string
		want     *want
	}{
		"Indonesian range in millions":         {"id", "Gaji 15-20jt per bulan", &want{15e6, 20e6, "IDR", "month"}},
		"Indonesian with dots":                 {"id", "Gaji Rp7.000.000", &want{7e6, 7e6, "IDR", "month"}},
		"Indonesian decimals":                  {"id", "gaji 7,5 juta/bulan", &want{7.5e6, 7.5e6, "IDR", "month"}},
		"Indonesian dollars":                   {"id", "penghasilan 800-1000$ perbulan", &want{800, 1000, "USD", "month"}},
		"Indonesian without separators":        {"id", "Admin Gudang\nGaji Rp6410888", &want{6410888, 6410888, "IDR", "month"}},
		"Malay ringgit":                        {"ms", "gaji RM3500-RM8000", &want{3500, 8000, "MYR", "month"}},
		"Malay thousands":                      {"ms", "3k-5k basic", &want{3000, 5000, "MYR", "month"}},
		"Vietnamese millions":                  {"vi", "Mức lương: 10 - 15 triệu", &want{10e6, 15e6, "VND", "month"}},
		"Vietnamese slang":                     {"vi", "lương 15 củ", &want{15e6, 15e6, "VND", "month"}},
		"Vietnamese dollars a month":           {"vi", "thu nhập 700-1000$/tháng", &want{700, 1000, "USD", "month"}},
		"Vietnamese up to":                     {"vi", "lương lên đến 30tr", &want{0, 30e6, "VND", "month"}},
		"Thai range":                           {"th", "เงินเดือน 25,000-30,000 บาท", &want{25000, 30000, "THB", "month"}},
		"Thai without currency":                {"th", "เงินเดือน\n23,000 - 26,000 บาท", &want{23000, 26000, "THB", "month"}},
		"Thai k and sign":                      {"th", "รายได้ 25k-30k฿", &want{25000, 30000, "THB", "month"}},
		"Thai ten thousands":                   {"th", "เงินเดือน 3 หมื่น", &want{30000, 30000, "THB", "month"}},
		"Thai digits":                          {"th", "รายได้ ๑๕,๐๐๐ บาท/เดือน", &want{15000, 15000, "THB", "month"}},
		"Thai a day":                           {"th", "ค่าแรงวันละ 500 บาท", &want{500, 500, "THB", "day"}},
		"Filipino pesos":                       {"tl", "sahod P30,000-P50,000", &want{30000, 50000, "PHP", "month"}},
		"English thousands":                    {"en", "Salary PHP 40–60k monthly", &want{40000, 60000, "PHP", "month"}},
		"English dollars":                      {"en", "Basic salary: $800–$1,500", &want{800, 1500, "USD", "month"}},
		"English a week":                       {"en", "earn 700 USD a week", &want{700, 700, "USD", "week"}},
		"English an hour":                      {"en", "Rate: $35-40/hr", &want{35, 40, "USD", "hour"}},
		"English a year":                       {"en", "$60,000 - $75,000 per year", &want{60000, 75000, "USD", "year"}},
		"English lakh":                         {"en", "Rs 1 lakh per month", &want{100000, 100000, "INR", "month"}},
		"Dirhams and a bonus":                  {"en", "Salary AED 3,000+500 bonus", &want{3000, 0, "AED", "month"}},
		"Khmer dollars":                        {"km", "ប្រាក់ខែ 500-800 $", &want{500, 800, "USD", "month"}},
		"Khmer dollars in words":               {"km", "ប្រាក់ខែ ១០០០ ដុល្លារ", &want{1000, 1000, "USD", "month"}},
		"Burmese lakhs":                        {"my", "လစာ ၁၅ သိန်း", &want{15e5, 15e5, "MMK", "month"}},
		"Burmese baht":                         {"my", "လစာ 20,000 ဘတ်", &want{20000, 20000, "THB", "month"}},
		"Lao millions of kip":                  {"lo", "ເງິນເດືອນ 15 ລ້ານກີບ", &want{15e6, 15e6, "LAK", "month"}},
		"Chinese ten thousands":                {"zh", "月薪3万-5万", &want{30000, 50000, "CNY", "month"}},
		"Chinese w":                            {"zh", "薪资1.5-2w包吃住", &want{15000, 20000, "CNY", "month"}},
		"Chinese job card":                     {"zh", "薪资：6-8千·13薪", &want{6000, 8000, "CNY", "month"}},
		"Chinese a year":                       {"zh", "薪资：14-28万/年", &want{140000, 280000, "CNY", "year"}},
		"Chinese base":                         {"zh", "底薪6000", &want{6000, 6000, "CNY", "month"}},
		"Chinese u":                            {"zh", "底薪1500u", &want{1500, 1500, "USDT", "month"}},
		"Taiwan dollars":                       {"zh", "月薪NT$100,000", &want{100000, 100000, "TWD", "month"}},
		"Hindi thousands":                      {"hi", "वेतन 80 हजार", &want{80000, 80000, "INR", "month"}},
		"Indian grouping":                      {"hi", "सैलरी Rs 1,00,000", &want{100000, 100000, "INR", "month"}},
		"Bengali":                              {"bn", "বেতন ৮০ হাজার টাকা", &want{80000, 80000, "BDT", "month"}},
		"Urdu":                                 {"ur", "تنخواہ 1 لاکھ روپے", &want{100000, 100000, "PKR", "month"}},
		"Nepali dirhams":                       {"ne", "तलब २८३० दिराम", &want{2830, 2830, "AED", "month"}},
		"Sinhala":                              {"si", "පඩිය රු 200,000", &want{200000, 200000, "LKR", "month"}},
		"Tamil":                                {"ta", "சம்பளம் 80 ஆயிரம்", &want{80000, 80000, "INR", "month"}},
		"Korean":                               {"ko", "월 500만원 보장", &want{5e6, 5e6, "KRW", "month"}},
		"Korean without a unit":                {"ko", "최소 월 1500", &want{15e6, 0, "KRW", "month"}},
		"Japanese a month":                     {"ja", "月収100万円", &want{1e6, 1e6, "JPY", "month"}},
		"Japanese an hour":                     {"ja", "時給5000円", &want{5000, 5000, "JPY", "hour"}},
		"Russian from":                         {"ru", "зарплата от 150 000 руб", &want{150000, 0, "RUB", "month"}},
		"Russian k":                            {"ru", "зп 150к", &want{150000, 150000, "RUB", "month"}},
		"Russian euros":                        {"ru", "зарплата до 4,5 тыс евро", &want{0, 4500, "EUR", "month"}},
		"Russian card":                         {"ru", "Москва\n100000.0- RUR\nОпыт", &want{100000, 0, "RUB", "month"}},
		"Swahili":                              {"sw", "mshahara Ksh 150,000", &want{150000, 150000, "KES", "month"}},
		"Amharic":                              {"am", "ደሞዝ 50 ሺህ ብር", &want{50000, 50000, "ETB", "month"}},
		"French francs":                        {"fr", "salaire 500 000 FCFA", &want{500000, 500000, "XAF", "month"}},
		"Swiss francs and no cents":            {"fr", "salaire 3’750.- CHF par mois", &want{3750, 3750, "CHF", "month"}},
		"Czech crowns and no cents":            {"en", "salary 28 500,-- Kč per month", &want{28500, 28500, "CZK", "month"}},
		"Portuguese thousands":                 {"pt", "salário R$ 15 mil", &want{15000, 15000, "BRL", "month"}},
		"Spanish dollars":                      {"es", "sueldo 1.500 dólares", &want{1500, 1500, "USD", "month"}},
		"Arabic":                               {"ar", "الراتب: 1200 – 2500 دولار + عمولة", &want{1200, 2500, "USD", "month"}},
		"Turkish":                              {"tr", "maaş 50 bin TL", &want{50000, 50000, "TRY", "month"}},
		"tether a month":                       {"en", "pay 1500 USDT monthly", &want{1500, 1500, "USDT", "month"}},
		"keycaps":                              {"en", "salary 1️⃣5️⃣0️⃣0️⃣ usd", &want{1500, 1500, "USD", "month"}},
		"pay after a bonus":                    {"en", "Bonus $100. Salary $1200 per month", &want{1200, 1200, "USD", "month"}},
		"hours of training are no pay":         {"th", "มีใบประกาศนวดไทย 800 ชม. รายได้ 35,000-45,000 บาท", &want{35000, 45000, "THB", "month"}},
		"Korean benefits are no pay":           {"ko", "연간 200만원 지급되는 복지포인트, 추천 보상금 최대 1,000만원", nil},
		"two rupiah amounts":                   {"id", "Gaji Rp. 3.000.000 Rp. 4.000.000", &want{3e6, 3e6, "IDR", "month"}},
		"a dollar in Singapore":                {"en", "Example Pte Ltd, $2,400 per month", &want{2400, 2400, "SGD", "month"}},
		"a card of one line":                   {"th", "แม่ครัว\n15,000 บาท\nกรุงเทพ", &want{15000, 15000, "THB", "month"}},
		"an age is no pay":                     {"en", "Salary negotiable, age 18-35", nil},
		"years of experience are no pay":       {"en", "pay depends on 5 years of experience", nil},
		"a phone number is no pay":             {"en", "salary call +63 917 000 0000", nil},
		"a date is no pay":                     {"en", "Salary paid since 12.05.2024", nil},
		"a time is no pay":                     {"en", "pay day work 9:30 to 18:00", nil},
		"headcount is no pay":                  {"en", "income for 500 people", nil},
		"a fee is no pay":                      {"en", "visa fee $500", nil},
		"a deposit is no pay":                  {"zh", "押金5000元", nil},
		"a share is no pay":                    {"en", "income share of 50%", nil},
		"a bare number is no pay":              {"en", "Room 1500, building 3", nil},
		"thirteen months' pay is no amount":    {"id", "fasilitas: THR, 13 gaji", nil},
		"a place with a letter is no thousand": {"en", "salary at KK Park, K99", nil},
		"seats in an office are no pay":        {"vi", "Kinh nghiệm: 2 năm", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := extract(t, tt.lang, tt.in).Salary
			switch {
			case got == nil && tt.want == nil:
			case got == nil:
				t.Errorf("salary of %q = none, want %+v", tt.in, *tt.want)
			case tt.want == nil:
				t.Errorf("salary of %q = %+v, want none", tt.in, *got)
			default:
				if have := (want{got.Min, got.Max, got.Currency, got.Period}); have != *tt.want {
					t.Errorf("salary of %q = %+v, want %+v", tt.in, have, *tt.want)
				}
			}
		})
	}
}

// TestObservedOffers reads the offers that reporting tells of.
func TestObservedOffers(t *testing.T) {
	b, err := os.ReadFile("../../rules/salary.yaml")
	if err != nil {
		t.Fatal(err)
	}
	table, err := ParseSalary(b)
	if err != nil {
		t.Fatal(err)
	}
	lang := map[string]string{"ID": "id", "VN": "vi", "TH": "th", "PH": "tl", "TW": "zh", "CN": "zh", "KR": "ko", "JP": "ja", "IN": "hi", "KE": "en", "BR": "pt", "RU": "ru"}
	good := 0
	for _, o := range table.Observed {
		got := extract(t, lang[o.Origin], "salary "+o.Offered).Salary
		if got == nil {
			t.Logf("%s %q: nothing", o.Origin, o.Offered)
			continue
		}
		mid := (o.USDLow + o.USDHigh) / 2
		if math.Abs(got.USDMonth-mid) <= 0.45*mid {
			good++
		} else {
			t.Logf("%s %q: %v %s a %s, %v USD a month, want about %v", o.Origin, o.Offered, got.Min, got.Currency, got.Period, got.USDMonth, mid)
		}
	}
	if good < len(table.Observed)*3/4 {
		t.Errorf("%d of %d offers are read right", good, len(table.Observed))
	}
}
