package facts

import "testing"

func TestLicence(t *testing.T) {
	tests := map[string]struct{ lang, in, want, authority string }{
		"Singapore":                        {"en", "EA Licence No: 13C0001 | Reg R0000001", "13C0001", "SG-MOM"},
		"Singapore, a person":              {"en", "EA Reg No: R0000001", "R0000001", "SG-MOM"},
		"Philippines":                      {"en", "POEA License No. 000-LB-010124-R", "000-LB-010124-R", "PH-DMW"},
		"Philippines, new authority":       {"tl", "DMW-000-LB-03152023-R", "DMW-000-LB-03152023-R", "PH-DMW"},
		"Bangladesh":                       {"en", "RL No 1234", "RL No 1234", "BD-BMET"},
		"Bangladesh with a dash":           {"bn", "রিক্রুটিং লাইসেন্স RL-1234", "RL-1234", "BD-BMET"},
		"Indonesia":                        {"id", "SIP2MI 560/123", "560/123", "ID-KP2MI"},
		"Indonesia, long":                  {"id", "Izin P3MI No. 2/123/LP/B/2023", "2/123/LP/B/2023", "ID-KP2MI"},
		"Vietnam":                          {"vi", "Giấy phép số 123/LĐTBXH-GP", "123/LĐTBXH-GP", "VN-DOLAB"},
		"Thailand":                         {"th", "ใบอนุญาตเลขที่ ท.1234/2560 กรมการจัดหางาน", "ท.1234/2560", "TH-DOE"},
		"Malaysia":                         {"ms", "Agensi pekerjaan, lesen no: JTKSM 123", "JTKSM 123", "MY-JTK"},
		"China, abroad":                    {"zh", "劳务许可证 LW110020140001", "LW110020140001", "CN-MOFCOM"},
		"China, staff":                     {"zh", "人力资源许可证 (沪)人服证字[2019]第0123456789号", "(沪)人服证字[2019]第0123456789", "CN-MOHRSS"},
		"India":                            {"hi", "MEA Reg B-0123/DEL/PER/1000+/5/1234/2003", "B-0123/DEL/PER/1000+/5/1234/2003", "IN-MEA"},
		"Sri Lanka":                        {"si", "SLBFE License No 1234", "1234", "LK-SLBFE"},
		"Nepal":                            {"ne", "इजाजत पत्र नं. ९५८/०६८/०६९", "९५८/०६८/०६९", "NP-DOFE"},
		"Pakistan":                         {"ur", "OEP license no MPD/1234/LHR", "MPD/1234/LHR", "PK-BEOE"},
		"Japan":                            {"ja", "有料職業紹介 13-ユ-300001", "13-ユ-300001", "JP-MHLW"},
		"Myanmar":                          {"my", "အေဂျင်စီလိုင်စင် ၁၂/၂၀၁၅", "၁၂/၂၀၁၅", "MM-MOL"},
		"a number of no known form":        {"en", "License No 99887766", "99887766", ""},
		"a form of another place":          {"en", "POEA License No. 1234567", "1234567", ""},
		"a year beside a word for licence": {"en", "licensed since 2015, license: B2", "", ""},
		"a licence to drive":               {"en", "driving license needed", "", ""},
		"two digits are none":              {"en", "license: B2", "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := extract(t, tt.lang, tt.in)
			got, authority := "", ""
			if f.Licence != nil {
				got, authority = f.Licence.Name, f.Licence.Authority
			}
			if got != tt.want || authority != tt.authority || f.Licence.WellFormed() != (tt.authority != "") {
				t.Errorf("licence of %q = %q of %q, want %q of %q", tt.in, got, authority, tt.want, tt.authority)
			}
		})
	}
}
