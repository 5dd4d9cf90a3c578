package facts

import "testing"

func TestPayInWords(t *testing.T) {
	type want struct {
		min, max float64
		currency string
		period   string
	}
	for name, tt := range map[string]struct {
		lang, in string
		want     *want
	}{
		"Chinese with a last digit":        {"zh", "月薪一万五", &want{15000, 15000, "CNY", "month"}},
		"Chinese traditional range":        {"zh", "月薪三五萬", &want{30000, 50000, "TWD", "month"}},
		"Chinese thousands":                {"zh", "底薪六千元", &want{6000, 6000, "CNY", "month"}},
		"Chinese hundreds":                 {"zh", "日薪三百五十元", &want{350, 350, "CNY", "day"}},
		"Chinese dollars":                  {"zh", "工资两千美金", &want{2000, 2000, "USD", "month"}},
		"Indonesian a million":             {"id", "gaji satu juta per minggu", &want{1e6, 1e6, "IDR", "week"}},
		"Indonesian a range":               {"id", "gaji lima sampai sepuluh juta", &want{5e6, 10e6, "IDR", "month"}},
		"Indonesian fifteen":               {"id", "gaji lima belas juta rupiah", &want{15e6, 15e6, "IDR", "month"}},
		"Indonesian one and a half":        {"id", "penghasilan satu setengah juta sebulan", &want{15e5, 15e5, "IDR", "month"}},
		"Malay":                            {"ms", "gaji lima ribu ringgit sebulan", &want{5000, 5000, "MYR", "month"}},
		"Vietnamese dollars":               {"vi", "lương tám trăm đô một tháng", &want{800, 800, "USD", "month"}},
		"Vietnamese millions":              {"vi", "thu nhập hai mươi lăm triệu mỗi tháng", &want{25e6, 25e6, "VND", "month"}},
		"Vietnamese and a half":            {"vi", "lương bảy triệu rưỡi", &want{75e5, 75e5, "VND", "month"}},
		"Vietnamese without accents":       {"vi", "luong muoi lam trieu", nil},
		"Thai fifty thousand":              {"th", "รายได้ห้าหมื่นบาทต่อเดือน", &want{50000, 50000, "THB", "month"}},
		"Thai fifteen thousand":            {"th", "เงินเดือนหมื่นห้า", &want{15000, 15000, "THB", "month"}},
		"Thai two and a half ten thousand": {"th", "เงินเดือนสองหมื่นห้าบาท", &want{25000, 25000, "THB", "month"}},
		"Lao":                              {"lo", "ເງິນເດືອນສິບລ້ານກີບ", &want{1e7, 1e7, "LAK", "month"}},
		"Khmer":                            {"km", "ប្រាក់ខែប្រាំបីរយដុល្លារ", &want{800, 800, "USD", "month"}},
		"Burmese":                          {"my", "လစာ ဆယ့်ငါးသိန်း", &want{15e5, 15e5, "MMK", "month"}},
		"Tagalog":                          {"tl", "sahod limampung libo kada buwan", &want{50000, 50000, "PHP", "month"}},
		"Russian dollars":                  {"ru", "зарплата две тысячи долларов", &want{2000, 2000, "USD", "month"}},
		"Russian with a wrong ending":      {"ru", "зарплата два тысячи долларов", &want{2000, 2000, "USD", "month"}},
		"Russian one and a half":           {"ru", "зп полтора миллиона рублей", &want{15e5, 15e5, "RUB", "month"}},
		"English":                          {"en", "salary two thousand five hundred dollars a month", &want{2500, 2500, "USD", "month"}},
		"English a range":                  {"en", "salary: one to two thousand USD", &want{1000, 2000, "USD", "month"}},
		"Hindi":                            {"hi", "वेतन पचास हजार रुपये", &want{50000, 50000, "INR", "month"}},
		"Hindi one and a half":             {"hi", "सैलरी डेढ़ लाख", &want{150000, 150000, "INR", "month"}},
		"Bengali":                          {"bn", "বেতন আশি হাজার টাকা", &want{80000, 80000, "BDT", "month"}},
		"Urdu":                             {"ur", "تنخواہ ایک لاکھ روپے", &want{100000, 100000, "PKR", "month"}},
		"Nepali":                           {"ne", "तलब असी हजार", &want{80000, 80000, "NPR", "month"}},
		"Tamil":                            {"ta", "சம்பளம் ஐம்பது ஆயிரம் ரூபாய்", &want{50000, 50000, "INR", "month"}},
		"Korean":                           {"ko", "월급 오백만원", &want{5e6, 5e6, "KRW", "month"}},
		"Japanese":                         {"ja", "月収五十万円", &want{500000, 500000, "JPY", "month"}},
		"Swahili":                          {"sw", "mshahara elfu themanini kwa mwezi", &want{80000, 80000, "KES", "month"}},
		"Swahili lakh and a half":          {"sw", "mshahara laki moja na nusu", &want{150000, 150000, "KES", "month"}},
		"Amharic":                          {"am", "ደሞዝ ሃምሳ ሺህ ብር", &want{50000, 50000, "ETB", "month"}},
		"French":                           {"fr", "salaire cinq cent mille FCFA", &want{500000, 500000, "XAF", "month"}},
		"Portuguese":                       {"pt", "salário quinze mil reais", &want{15000, 15000, "BRL", "month"}},
		"Spanish":                          {"es", "sueldo dos mil dólares", &want{2000, 2000, "USD", "month"}},
		"Arabic":                           {"ar", "الراتب خمسة آلاف درهم", &want{5000, 5000, "AED", "month"}},
		"Turkish":                          {"tr", "maaş elli bin lira", &want{50000, 50000, "TRY", "month"}},
		"Sinhala lakhs before digits":      {"si", "පඩිය ලක්ෂ 3", &want{300000, 300000, "LKR", "month"}},
		"Burmese lakhs before digits":      {"my", "လစာ သိန်း ၂၀", &want{2e6, 2e6, "MMK", "month"}},
		"an age in Korean is no pay":       {"ko", "시급 협의, 만 19세 이상", nil},
		"insurances are no hundreds":       {"zh", "月薪八千五险一金", &want{8000, 8000, "CNY", "month"}},
		"insurances after digits":          {"zh", "月薪8千5险一金", &want{8000, 8000, "CNY", "month"}},
		"digits after ten thousands":       {"zh", "月薪3万5", &want{35000, 35000, "CNY", "month"}},
		"digits after millions":            {"vi", "lương 7tr5", &want{75e5, 75e5, "VND", "month"}},
		"Korean ten thousands after it":    {"ko", "시급 1만5천원", &want{15000, 15000, "KRW", "hour"}},
		"hundreds of thousands in Thai":    {"th", "เงินเดือนหลักแสน", &want{100000, 300000, "THB", "month"}},
		"English lakhs":                    {"en", "salary 1 lakh per month", &want{100000, 100000, "INR", "month"}},
		"English lakhs in words":           {"en", "salary two lakh per month", &want{200000, 200000, "INR", "month"}},
		"a hundred people are no pay":      {"zh", "招聘一百人", nil},
		"a month is no pay":                {"vi", "một tháng nghỉ hai ngày", nil},
		"a thousand customers are no pay":  {"en", "We serve two thousand customers", nil},
		"ten thousand urgencies":           {"zh", "十万火急招聘", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := extract(t, tt.lang, tt.in).Salary
			switch {
			case got == nil && tt.want == nil:
			case got == nil:
				t.Errorf("pay of %q = none, want %+v", tt.in, *tt.want)
			case tt.want == nil:
				t.Errorf("pay of %q = %+v, want none", tt.in, *got)
			default:
				if have := (want{got.Min, got.Max, got.Currency, got.Period}); have != *tt.want {
					t.Errorf("pay of %q = %+v, want %+v", tt.in, have, *tt.want)
				}
			}
		})
	}
}
