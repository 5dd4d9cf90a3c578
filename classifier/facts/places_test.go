package facts

import (
	"testing"

	"github.com/lurewatch/lurewatch/classifier/fold"
)

func TestPlaces(t *testing.T) {
	tests := map[string]struct{ lang, in, want string }{
		"a country in English":                {"en", "Work in Cambodia now", "country_kh"},
		"a country in Traditional Chinese":    {"zh", "柬埔寨高薪，緬甸也有", "country_kh country_mm"},
		"a country in Thai":                   {"th", "ทำงานที่กัมพูชา", "country_kh"},
		"a country in Khmer":                  {"km", "ការងារនៅប្រទេសថៃ", "country_th"},
		"a country in Vietnamese, no accents": {"vi", "viec lam tai campuchia", "country_kh"},
		"a Russian case":                      {"ru", "работа в Камбодже", "country_kh"},
		"a Turkish suffix":                    {"tr", "Kamboçya'da iş", "country_kh"},
		"an Arabic preposition":               {"ar", "العمل بكمبوديا", "country_kh"},
		"an Amharic preposition":              {"am", "ስራ በታይላንድ", "country_th"},
		"a Nepali ending":                     {"ne", "कम्बोडियामा काम", "country_kh"},
		"a Korean particle":                   {"ko", "캄보디아에서 일하실 분", "country_kh"},
		"Japanese Thailand":                   {"ja", "タイで働く", "country_th"},
		"Japanese type is no Thailand":        {"ja", "タイピングの仕事", ""},
		"Indonesia is not India":              {"ja", "インドネシア勤務", "country_id"},
		"a town":                              {"en", "office in Poipet", "kh_poipet"},
		"a town in Chinese":                   {"zh", "西港客服", "kh_sihanoukville"},
		"KK alone is Kota Kinabalu or no one": {"ms", "kerja kk park", ""},
		"KK Park with its country":            {"en", "KK Park, Myanmar", "mm_kk_park country_mm"},
		"KK Park with the border town":        {"zh", "妙瓦底KK园区", "mm_myawaddy mm_kk_park"},
		"a part of a word":                    {"en", "Omanian chadors", ""},
		"Georgia alone may be a name":         {"en", "Call Georgia at the desk", ""},
		"letters pulled apart":                {"ar", "خدمة في ك.م.ب.و.د.ي.ا", "country_kh"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := placesOf(extract(t, tt.lang, tt.in)); got != tt.want {
				t.Errorf("places of %q = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestPlacesOfTheLocationField(t *testing.T) {
	f := open(t).Extract(Input{Text: fold.Fold("Cook wanted"), Location: fold.Fold("Tbilisi, Georgia")})
	if got := placesOf(f); got != "ge_tbilisi country_ge" {
		t.Errorf("places = %q, want ge_tbilisi country_ge", got)
	}
	if f.Places[0].Span.Field != FieldLocation {
		t.Errorf("field = %q, want %q", f.Places[0].Span.Field, FieldLocation)
	}
}
