package facts

import "testing"

func TestDays(t *testing.T) {
	for name, tt := range map[string]struct{ lang, in, start, deadline string }{
		"English":               {"en", "Departure: 20 May 2026, apply before 10/05/2026", "2026-05-20", "2026-05-10"},
		"English month first":   {"en", "start date May 20", "--05-20", ""},
		"ISO":                   {"en", "flight date 2026-05-20", "2026-05-20", ""},
		"this week":             {"en", "fly this week, passport not needed", ThisWeek, ""},
		"at once":               {"en", "start work immediately", Today, ""},
		"Vietnamese":            {"vi", "bay trong tuần", ThisWeek, ""},
		"Vietnamese date":       {"vi", "khởi hành ngày 20 tháng 5, hạn nộp 10/5/2026", "--05-20", "2026-05-10"},
		"Indonesian":            {"id", "berangkat besok, batas akhir 20 Mei 2026", Tomorrow, "2026-05-20"},
		"Thai":                  {"th", "เริ่มงานทันที ปิดรับสมัคร 20 พ.ค. 2569", Today, "2026-05-20"},
		"Chinese":               {"zh", "5月20日截止，明天出发", Tomorrow, "--05-20"},
		"Chinese date after":    {"zh", "出发时间：2026年5月20日", "2026-05-20", ""},
		"Korean":                {"ko", "출국 5월 20일", "--05-20", ""},
		"Japanese":              {"ja", "来週出発", NextWeek, ""},
		"Russian":               {"ru", "вылет 20 мая, срочно", "--05-20", ""},
		"Spanish":               {"es", "salida el 20 de mayo de 2026", "2026-05-20", ""},
		"Portuguese":            {"pt", "embarque hoje", Today, ""},
		"Arabic":                {"ar", "السفر هذا الأسبوع", ThisWeek, ""},
		"Turkish":               {"tr", "uçuş 20 mayıs 2026", "2026-05-20", ""},
		"Burmese":               {"my", "မနက်ဖြန် ထွက်", Tomorrow, ""},
		"hours are no day":      {"en", "start work 8.30 to 17.30", "", ""},
		"an age is no day":      {"en", "join us, age 18-35", "", ""},
		"a month that is none":  {"en", "departure 20/15/2026", "", ""},
		"pay is no day":         {"en", "starting salary 500", "", ""},
		"a word and nothing by": {"en", "we start from zero", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := extract(t, tt.lang, tt.in)
			show := func(w *When) string {
				if w == nil {
					return ""
				}
				return w.Day + w.Relative
			}
			if start, last := show(f.Start), show(f.Deadline); start != tt.start || last != tt.deadline {
				t.Errorf("days of %q = %q and %q, want %q and %q", tt.in, start, last, tt.start, tt.deadline)
			}
		})
	}
}
