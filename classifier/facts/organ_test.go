package facts

import "testing"

func TestOrganPrice(t *testing.T) {
	for name, tt := range map[string]struct {
		lang, in string
		min, max float64
		currency string
	}{
		"Indonesian":       {"id", "Dicari donor ginjal, bayaran Rp135 juta", 135e6, 135e6, "IDR"},
		"Vietnamese":       {"vi", "cần mua thận giá 500-700 triệu", 500e6, 700e6, "VND"},
		"English":          {"en", "We buy kidney, $20,000 cash", 20000, 20000, "USD"},
		"Chinese in words": {"zh", "卖肾三十万", 300000, 300000, "CNY"},
		"Hindi":            {"hi", "किडनी दो 5 लाख लो", 5e5, 5e5, "INR"},
		"Russian":          {"ru", "куплю почку 15000$", 15000, 15000, "USD"},
		"surrogate":        {"th", "รับอุ้มบุญ 500,000 บาท", 5e5, 5e5, "THB"},
		"pay of a cook":    {"en", "cook, $500 a month", 0, 0, ""},
		"kidney and beans": {"en", "kidney beans recipe, serves 4", 0, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got Price
			if p := extract(t, tt.lang, tt.in).OrganPrice; p != nil {
				got = *p
			}
			if got.Min != tt.min || got.Max != tt.max || got.Currency != tt.currency {
				t.Errorf("price of %q = %v to %v %s, want %v to %v %s", tt.in, got.Min, got.Max, got.Currency, tt.min, tt.max, tt.currency)
			}
		})
	}
}

func TestCommissionOnly(t *testing.T) {
	for name, tt := range map[string]struct {
		lang, in string
		want     bool
	}{
		"English":      {"en", "Sales agents, commission only", true},
		"no base":      {"en", "no basic salary, high commission", true},
		"Chinese":      {"zh", "无底薪，纯提成", true},
		"Indonesian":   {"id", "Agen, komisi saja tanpa gaji pokok", true},
		"Vietnamese":   {"vi", "chỉ hưởng hoa hồng", true},
		"Thai":         {"th", "รับค่าคอมอย่างเดียว ไม่มีเงินเดือน", true},
		"Korean":       {"ko", "완전 수당제", true},
		"Russian":      {"ru", "оплата только процент", true},
		"pay and more": {"en", "Salary $500 plus commission", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := extract(t, tt.lang, tt.in).CommissionOnly; got != tt.want {
				t.Errorf("commission only of %q = %v", tt.in, got)
			}
		})
	}
}
