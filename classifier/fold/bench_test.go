package fold

import (
	"strings"
	"testing"
)

func benchTexts() map[string]string {
	return map[string]string{
		"ascii":       "Urgent hiring! Customer service in Cambodia, salary 800-1500 USD per month, free visa and air ticket.\n",
		"chinese":     "柬埔寨高薪招聘客服，月薪一万五起，包吃包住包机票，有意者联系我们。\n",
		"traditional": "柬埔寨高薪招聘客服，月薪一萬五起，包吃包住包機票，有意者聯繫我們。\n",
		"thai":        "รับสมัครพนักงานแอดมิน เงินเดือน 25,000 บาท ที่พักฟรี อาหารฟรี ทำงานที่ปอยเปต\n",
		"khmer":       "ជ្រើសរើសបុគ្គលិក ប្រាក់ខែខ្ពស់ មានកន្លែងស្នាក់នៅ និងអាហារ\n",
		"burmese":     "အလုပ်ခေါ်စာ လစာကောင်း နေစရာစားစရာ အခမဲ့ ထိုင်းနိုင်ငံ မဲဆောက်\n",
		"vietnamese":  "Tuyển nhân viên chăm sóc khách hàng, lương 20 triệu, bao ăn ở, vé máy bay.\n",
		"russian":     "Требуется оператор колл-центра в Таиланд, зарплата от 150 000 рублей.\n",
		"arabic":      "مطلوب موظفين خدمة عملاء في كمبوديا براتب عالي مع السكن والتذاكر\n",
		"hindi":       "कंबोडिया में डाटा एंट्री की नौकरी, वेतन 80 हजार, वीजा और टिकट मुफ्त\n",
	}
}

func BenchmarkFold(b *testing.B) {
	for name, line := range benchTexts() {
		s := strings.Repeat(line, 2000/len(line)+1)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				Fold(s)
			}
		})
	}
}
