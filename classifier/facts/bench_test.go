package facts

import (
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/classifier/fold"
)

func BenchmarkExtract(b *testing.B) {
	x := open(b)
	for name, in := range map[string]struct{ lang, line string }{
		"english": {"en", "Urgent hiring! Customer service in an office, free visa and air ticket, meals and lodging are covered by the company.\n"},
		"chinese": {"zh", "柬埔寨高薪招聘客服，包吃包住包机票，公司提供宿舍，环境优美，上班轻松，欢迎咨询。\n"},
		"thai":    {"th", "รับสมัครพนักงานแอดมิน ที่พักฟรี อาหารฟรี ทำงานที่ปอยเปต มีรถรับส่ง สวัสดิการดี\n"},
		"russian": {"ru", "Требуется оператор колл-центра в Таиланд, жильё и питание за счёт компании.\n"},
		"burmese": {"my", "အလုပ်ခေါ်စာ လစာကောင်း နေစရာစားစရာ အခမဲ့ ထိုင်းနိုင်ငံ မဲဆောက်\n"},
	} {
		s := strings.Repeat(in.line, 1800/len(in.line)) + "Salary 800-1500 USD per month. Telegram @example_hr, WhatsApp +66 2 000 0000, age 18-35\n"
		text := fold.Fold(s)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				x.Extract(Input{Text: text, Lang: in.lang})
			}
		})
	}
}
