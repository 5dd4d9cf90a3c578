package source

import (
	"regexp"
	"strings"
	"testing"
)

// moneyRE is the expression that hasMoney stands for.
var moneyRE = regexp.MustCompile(`(?i)(?:[$€£¥₹฿₫៛₱₩₽]|usd|usdt|rmb|thb|vnd|khr|baht|บาท|myr|rm|rp|idr|php|inr|eur|czk|kč|pln|zł|руб|元|円|원|đồng|triệu|juta)\s?\d[\d.,]*|\d[\d.,]*\s?(?:k|千|万|萬|triệu|tr|juta|jt)?\s?(?:[$€£¥₹฿₫៛₱₩₽]|usd|usdt|rmb|thb|vnd|khr|baht|บาท|myr|idr|php|inr|eur|czk|kč|pln|zł|руб|元|円|원|đồng|đ)`)

var signSeeds = []string{
	"", "a@b.c", "@b.c", "x@b.", "x@b..", "x@-.-", "@abcde", "@abcd", "a@abcde", "@@abcde", " @a1234_", "@" + strings.Repeat("a", 32), "@" + strings.Repeat("a", 33), "é@abcde", "@abcdeé",
	"t.me/x", "T.ME/ ", "https://t.me/", "wa.me/\n", "zalo.me/é", "+855 12 345 678", "12345678", "123456789", "1       8", "1 2–3.4(5)6-78", "1\n\n\n\n\n\n\n8", "12345é678910",
	"telegram: x", "Telegram id : x", "whatapp@ x", "WhatsApp:", "line id:\n y", "lineid id: y", "微信：abc", "微信id：abc", "qq ：", "qq：\xff", "skyp: x", "idid: x", "v信:1", "id:x",
	"$5", "$ 5", "$  5", "5 $", "5k$", "5 k $", "5  k$", "5k  $", "1,000.5 usd", "1,000., usdt", "rm5", "5rm", "5đ", "đ5", "5 triệu đồng", "triệu 5", "5 tr đ", "5元", "5千元", "บาท5", "5 บาท", "5\xffusd", "usd\xff5", "5.usd", "usd.5", "5 5usd", "a5jt idr",
}

// FuzzSigns holds the readers of contacts and money against the expressions.
func FuzzSigns(f *testing.F) {
	for _, s := range signSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "\u017f\u212a") { // the two letters beyond ASCII that fold to s and k
			t.Skip()
		}
		if got, want := hasContact(s), contactRE.MatchString(s); got != want {
			t.Errorf("contact in %q: %v, want %v", s, got, want)
		}
		if s = strings.ToLower(s); hasMoney(s) != moneyRE.MatchString(s) {
			t.Errorf("money in %q: %v", s, hasMoney(s))
		}
	})
}
