package facts

import "testing"

func TestPeople(t *testing.T) {
	tests := map[string]struct {
		lang, in  string
		min, max  int
		gender    string
		headcount int
	}{
		"English":                          {"en", "Male/Female, age 18-35, 20 people", 18, 35, GenderMixed, 20},
		"English, years old":               {"en", "Girls only, 18 to 30 years old", 18, 30, GenderFemale, 0},
		"an upper bound":                   {"en", "Female; Max 26 Y.O", 0, 26, GenderFemale, 0},
		"Indonesian":                       {"id", "Pria usia 20-35 tahun", 20, 35, GenderMale, 0},
		"Indonesian experience is no age":  {"id", "pengalaman minimal 15 tahun", 0, 0, "", 0},
		"Vietnamese":                       {"vi", "tuyển 10 người, 18-40 tuổi, nam nữ đều được", 18, 40, GenderMixed, 10},
		"Thai":                             {"th", "รับชาย-หญิง อายุ 20-35 ปี จำนวน 5 อัตรา", 20, 35, GenderMixed, 5},
		"Chinese":                          {"zh", "招男女20名，18-35岁", 18, 35, GenderMixed, 20},
		"Korean":                           {"ko", "20세~35세 남자 3명", 20, 35, GenderMale, 3},
		"Russian":                          {"ru", "девушки от 18 лет, возраст 18-30", 18, 30, GenderFemale, 0},
		"Russian experience is no age":     {"ru", "опыт от 15 лет", 0, 0, "", 0},
		"Arabic":                           {"ar", "العمر من 18 إلى 35، ذكور وإناث", 18, 35, GenderMixed, 0},
		"Amharic":                          {"am", "እድሜ 18–35፣ ወንድም ሴትም", 18, 35, GenderMixed, 0},
		"the Thai border is no man":        {"th", "ทำงานชายแดน", 0, 0, "", 0},
		"nobody in particular":             {"en", "Cook for a hotel", 0, 0, "", 0},
		"women's clothes are still a word": {"en", "We sell shoes", 0, 0, "", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := extract(t, tt.lang, tt.in)
			lo, hi := 0, 0
			if f.Age != nil {
				lo, hi = f.Age.Min, f.Age.Max
			}
			if lo != tt.min || hi != tt.max {
				t.Errorf("age of %q = %d to %d, want %d to %d", tt.in, lo, hi, tt.min, tt.max)
			}
			if f.Gender != tt.gender {
				t.Errorf("gender of %q = %q, want %q", tt.in, f.Gender, tt.gender)
			}
			if f.Headcount != tt.headcount {
				t.Errorf("headcount of %q = %d, want %d", tt.in, f.Headcount, tt.headcount)
			}
		})
	}
}

func TestEmployer(t *testing.T) {
	tests := map[string]struct{ lang, in, want string }{
		"English":                     {"en", "Cook wanted\nExample Trading Co., Ltd.\nBangkok", "Example Trading Co., Ltd"},
		"Indonesian":                  {"id", "Admin Gudang\nPT Contoh Makmur Abadi\nBatam", "PT Contoh Makmur Abadi"},
		"Malaysian":                   {"ms", "Example Food Sdn Bhd mencari tukang masak", "Example Food Sdn Bhd"},
		"Vietnamese":                  {"vi", "Nhân viên kinh doanh\nCÔNG TY TNHH VÍ DỤ\nHà Nội", "CÔNG TY TNHH VÍ DỤ"},
		"Thai":                        {"th", "แม่ครัว\nบริษัท ตัวอย่าง จำกัด\nกรุงเทพ", "บริษัท ตัวอย่าง จำกัด"},
		"Chinese":                     {"zh", "软件工程师\n示例软件有限公司（民营）", "示例软件有限公司"},
		"Russian":                     {"ru", "Повар\nООО \"Пример\"\nМосква", "ООО \"Пример"},
		"Singaporean":                 {"en", "Company Name : Example Technology Pte Ltd", "Example Technology Pte Ltd"},
		"Vietnamese in small letters": {"vi", "Công ty Cổ phần Đầu tư Ví Dụ\nHà Nội", "Công ty Cổ phần Đầu tư Ví Dụ"},
		"Indonesian in a sentence":    {"id", "PT Contoh sedang mencari admin", "PT Contoh"},
		"including but not limited":   {"en", "duties including but not limited to cooking", ""},
		"Thai for the company":        {"th", "บริษัทฯ มีรถรับส่ง", ""},
		"no name, only our company":   {"en", "our company is looking for staff", ""},
		"no name, only a big company": {"id", "perusahaan besar mencari admin", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := extract(t, tt.lang, tt.in)
			got := ""
			if f.Employer != nil {
				got = f.Employer.Name
			}
			if got != tt.want {
				t.Errorf("employer of %q = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}
