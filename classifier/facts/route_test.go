package facts

import (
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/classifier/fold"
)

func ids(places []Place) string {
	var out []string
	for _, p := range places {
		out = append(out, p.ID)
	}
	return strings.Join(out, " ")
}

func TestRoute(t *testing.T) {
	for name, tt := range map[string]struct{ lang, in, from, via, to string }{
		"English":               {"en", "We fly you from Vietnam via Thailand to Cambodia", "country_vn", "country_th", "country_kh"},
		"arrows":                {"en", "Vietnam → Thailand → Cambodia", "country_vn", "country_th", "country_kh"},
		"plane emoji":           {"en", "Vietnam ✈️ Cambodia", "country_vn", "", "country_kh"},
		"Indonesian":            {"id", "berangkat dari Indonesia transit Malaysia ke Kamboja", "country_id", "country_my", "country_kh"},
		"Vietnamese":            {"vi", "xuất phát từ Việt Nam, qua Thái Lan, bay sang Campuchia", "country_vn", "country_th", "country_kh"},
		"Thai":                  {"th", "เดินทางจากประเทศไทย ผ่านลาว ไปกัมพูชา", "country_th", "country_la", "country_kh"},
		"Chinese":               {"zh", "从越南出发，经泰国，前往柬埔寨", "country_vn", "country_th", "country_kh"},
		"Japanese":              {"ja", "日本からタイ経由でカンボジアへ", "country_jp", "country_th", "country_kh"},
		"Korean":                {"ko", "태국 경유 캄보디아로 출국", "", "country_th", "country_kh"},
		"Russian":               {"ru", "вылет из России через Таиланд в Камбоджу", "country_ru", "country_th", "country_kh"},
		"Spanish":               {"es", "salida desde Lima, Perú, escala en Tailandia, hacia Camboya", "pe_lima", "country_th", "country_kh"},
		"Arabic":                {"ar", "السفر من المغرب عبر تايلاند إلى كمبوديا", "country_ma", "country_th", "country_kh"},
		"Swahili":               {"sw", "kutoka Kenya kupitia Thailand kwenda Kambodia", "country_ke", "country_th", "country_kh"},
		"Tagalog":               {"tl", "mula sa Pilipinas papuntang Cambodia", "country_ph", "", "country_kh"},
		"Hindi":                 {"hi", "भारत से थाईलैंड होते हुए", "country_in", "country_th", ""},
		"Vietnamese over there": {"vi", "qua Campuchia làm việc nhẹ", "", "", "country_kh"},
		"with an article":       {"en", "from the Philippines to Cambodia", "country_ph", "", "country_kh"},
		"a site by its kind":    {"zh", "妙瓦底KK园区客服", "", "", "mm_myawaddy"},
		"only names":            {"en", "Thailand, Vietnam, Laos", "", "", ""},
		"a comma list":          {"en", "Agents in Cambodia - Thailand", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var from, via, to string
			if r := extract(t, tt.lang, tt.in).Route; r != nil {
				from, via, to = ids(r.From), ids(r.Via), ids(r.To)
			}
			if from != tt.from || via != tt.via || to != tt.to {
				t.Errorf("route of %q = from %q via %q to %q, want %q, %q, %q", tt.in, from, via, to, tt.from, tt.via, tt.to)
			}
		})
	}
}

func TestRouteOnAPicture(t *testing.T) {
	f := open(t).Extract(Input{Text: fold.Fold("Work abroad"), Picture: fold.Fold("from Vietnam to Cambodia"), Location: fold.Fold("to Thailand"), Lang: "en"})
	if f.Route == nil || ids(f.Route.From) != "country_vn" || ids(f.Route.To) != "country_kh" {
		t.Errorf("route = %+v", f.Route)
	}
}
