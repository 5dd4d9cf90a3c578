package facts

import (
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/classifier/fold"
)

func FuzzExtract(f *testing.F) {
	x := open(f)
	seeds := []string{
		"Gaji 15-20jt per bulan, WA 0812-0000-0001", "t . m e / example_hr", "月薪1.5-2w 飞机：@example_hr", "hr (at) example (dot) com", "www.", "://", "@", "t.me/",
		"🇰🇭 12 000 000", "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8", "1,2.3,4.5 6 7", "age 18-", "PT ", "licence no ", "Rp. 4.641.854 Rp. 4.791.854", "월 1500", "0o0l0", "(((((", "1 000 000 000 000",
		"KK Park, Myanmar", "зарплата от 150 000 руб", "الراتب: 1200 – 2500 دولار", "$ $ $ 5", "9999999999999999999999",
		"月薪三五萬 一万五", "gaji satu setengah juta", "lương bảy triệu rưỡi 7tr5", "laki moja na nusu", "call zero nine one double two 33 plus", "t dot me slash x", "hr at example dot com", "from Vietnam → Thailand via Laos to KK Park",
		"bay 20 tháng 5, hạn nộp 10/5/2026", "POEA license 000-LB-010124-R", "kidney $500", "commission only", "O9l2ooooo1", "월급 1만5천원", "ลงทุน หมื่นห้า",
	}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	langs := []string{"", "en", "id", "vi", "th", "zh", "ko", "ja", "ru", "ar", "my", "km", "sw", "si", "lo", "hi", "tl", "zh-Hant"}
	for i, s := range seeds {
		f.Add(s, byte(i))
	}
	f.Fuzz(func(t *testing.T, s string, l byte) {
		text := fold.Fold(s)
		got := x.Extract(Input{Title: text, Text: text, Company: text, Location: text, Lang: langs[int(l)%len(langs)]})
		checkSpans(t, s, got)
		for _, p := range got.Salaries {
			if p.USDMonth < 0 || p.Max > 0 && p.Min > p.Max {
				t.Fatalf("salary of %q = %+v", s, p)
			}
		}
		got.Post()
	})
}

// TestHostileInputIsLinear reads what a post may hold at most of each kind of heap.
func TestHostileInputIsLinear(t *testing.T) {
	x := open(t)
	const size = 256 << 10
	for name, unit := range map[string]string{
		"digits": "1", "digits apart": "1 ", "amounts": "$5 ", "ranges": "1-2-", "at signs": "@", "handles": "@aaaa ", "dots": ".", "links": "t.me/aaaaa ", "colons": "telegram:", "brackets": "(at) (dot) ",
		"letters": "a", "pay words": "salary ", "places": "cambodia ", "ambiguous places": "kk park ", "companies": "pt ", "phones": "+66 2 000 0000 ", "chat names": "微信", "lines": "\n", "ages": "age 18 ", "flags": "🇰🇭 ", "lookalikes": "1o", "long names": "co ltd", "dollars": "$1", "phones without plus": "0812345678,", "numbers in words": "call zero nine one two three four five six ", "digits in words": "zero nine ", "millions in words": "gaji satu juta ", "tens of thousands": "月薪一万",
		"words for a dot": "dot com ", "slashes in words": "t dot me slash ", "licences": "license 999 ", "ways": "from vietnam to cambodia ", "arrows": "vietnam → ", "days": "start 5/6/26 ", "organs": "kidney $5 ", "wallets": "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8 ", "sites": "www.a.com ",
	} {
		text := fold.Fold(strings.Repeat(unit, size/len(unit)))
		began := time.Now()
		x.Extract(Input{Text: text, Lang: "en"})
		took := time.Since(began)
		if took > 3*time.Second {
			t.Errorf("%s: %v", name, took)
		}
		if testing.Verbose() {
			t.Logf("%s: %v", name, took)
		}
	}
}
