package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// folders maps the folders of the corpus to the names that Decode may answer.
var folders = map[string]string{
	"Big5": "big5", "CP932": "shift_jis", "CP949": "euc-kr", "EUC-JP": "euc-jp", "EUC-KR": "euc-kr", "GB2312": "gb18030 gbk", "KOI8-R": "koi8-r", "SHIFT_JIS": "shift_jis",
	"TIS-620": "windows-874", "UTF-16": "utf-16be utf-16le", "UTF-16BE": "utf-16be", "UTF-16LE": "utf-16le", "iso-2022-jp": "iso-2022-jp", "utf-8": "utf-8", "utf-8-sig": "utf-8",
	"windows-1251-russian": "windows-1251", "windows-1252": "windows-1252", "windows-1256-arabic": "windows-1256",
}

// TestCharsetsOfTheCorpus reads real files of known charset, as they are and with
// every declaration struck out. EUC-TW and Johab have no decoder and are left out.
func TestCharsetsOfTheCorpus(t *testing.T) {
	root := filepath.Join(corpus(t), "conformance", "charset_chardet")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no charset samples")
	}
	right, of, bareRight := 0, 0, 0
	for folder, want := range folders {
		files, err := filepath.Glob(filepath.Join(root, folder, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			body, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			of++
			if _, got := Decode(body, ""); strings.Contains(want, got) {
				right++
			} else {
				t.Logf("%s/%s: got %s", folder, filepath.Base(f), got)
			}
			bare := metaRE.ReplaceAll(prologRE.ReplaceAll(body, nil), nil)
			if _, got := Decode(bare, ""); strings.Contains(want, got) {
				bareRight++
			} else {
				t.Logf("%s/%s undeclared: got %s", folder, filepath.Base(f), got)
			}
		}
	}
	t.Logf("declared as served: %d of %d; undeclared: %d of %d", right, of, bareRight, of)
	if of == 0 || right*100 < 95*of || bareRight*100 < 90*of {
		t.Errorf("%d and %d of %d charsets right", right, bareRight, of)
	}
}

// ads are short texts in the charsets that old boards still use.
var ads = map[string]struct {
	enc  encoding.Encoding
	text string
}{
	"windows-874":  {charmap.Windows874, "รับสมัครพนักงานตอบแชท ทำงานที่ปอยเปต เงินเดือน 30,000 บาท มีที่พักและอาหารฟรี ไม่ต้องมีประสบการณ์ สนใจติดต่อไลน์"},
	"gb18030":      {simplifiedchinese.GB18030, "诚聘客服人员，工作地点柬埔寨西港，月薪一万二以上，包吃包住包机票，有意请联系飞机，不需要经验，可以马上安排工作"},
	"big5":         {traditionalchinese.Big5, "誠徵海外客服人員，工作地點柬埔寨，月薪六萬起，包吃包住，機票公司出，無經驗可，意者請加微信聯繫，我們公司有專人教學"},
	"shift_jis":    {japanese.ShiftJIS, "海外で働くスタッフを募集しています。月給五十万円以上、住居と食事は無料です。未経験でも大丈夫ですので、ご連絡ください。"},
	"euc-jp":       {japanese.EUCJP, "海外で働くスタッフを募集しています。月給五十万円以上、住居と食事は無料です。未経験でも大丈夫ですので、ご連絡ください。"},
	"euc-kr":       {korean.EUCKR, "해외 고객 상담원을 모집합니다. 월급 오백만원 이상, 숙식과 항공권을 제공합니다. 경력이 없어도 지원할 수 있습니다. 연락 주세요."},
	"windows-1251": {charmap.Windows1251, "Требуются операторы чата для работы за границей, зарплата от двух тысяч долларов, билет и жилье оплачивает компания, опыт не нужен"},
	"koi8-r":       {charmap.KOI8R, "Требуются операторы чата для работы за границей, зарплата от двух тысяч долларов, билет и жилье оплачивает компания, опыт не нужен"},
	"windows-1256": {charmap.Windows1256, "مطلوب موظفين خدمة عملاء للعمل في الخارج براتب شهري ممتاز مع السكن والطعام وتذكرة الطيران مجانا للتواصل على الواتساب"},
	"windows-1258": {charmap.Windows1258, "Tuyê\u0309n nhân viên trư\u0323c chat la\u0300m viê\u0323c ta\u0323i Bavet, lương cao, bao ăn ơ\u0309, không câ\u0300n kinh nghiê\u0323m, liên hê\u0323 ngay"},
	"windows-1252": {charmap.Windows1252, "Wir suchen Mitarbeiter für den Kundenservice im Ausland. Unterkunft und Verpflegung werden gestellt, Flüge übernimmt die Firma. Gehälter natürlich übertariflich, Grüße aus München."},
	"utf-16le":     {unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "<html><p>Hiring customer service in Poipet, salary 900 USD, free room.</p></html>"},
	"utf-16be":     {unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "<html><p>Hiring customer service in Poipet, salary 900 USD, free room.</p></html>"},
	"iso-2022-jp":  {japanese.ISO2022JP, "海外で働くスタッフを募集しています。"},
	"utf-8":        {encoding.Nop, "រើសបុគ្គលិកឆ្លើយឆាត ប្រាក់ខែ ៨០០ ដុល្លារ 🔥 မြဝတီ"},
}

func TestDecodeWithoutDeclaration(t *testing.T) {
	for want, ad := range ads {
		body, err := ad.enc.NewEncoder().Bytes([]byte(ad.text))
		if err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		text, got := Decode(body, "")
		if got != want || text != ad.text {
			t.Errorf("Decode(%s) = %q in %s", want, text, got)
		}
	}
}

func TestDecodeWithTheWrongDeclaration(t *testing.T) {
	for want, ad := range ads {
		if want == "iso-2022-jp" || strings.HasPrefix(want, "utf-16") {
			continue
		}
		body, err := ad.enc.NewEncoder().Bytes([]byte(ad.text))
		if err != nil {
			t.Fatal(err)
		}
		for _, lie := range []string{"iso-8859-1", "utf-8"} {
			if _, got := Decode(body, "text/html; charset="+lie); got != want {
				t.Errorf("Decode(%s declared as %s) took %s", want, lie, got)
			}
		}
	}
}

func TestDecodeBelieves(t *testing.T) {
	thai, err := charmap.Windows874.NewEncoder().String("งาน")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ body, contentType, text, charset string }{
		"a byte order mark over the header":         {"\xEF\xBB\xBFé", "text/html; charset=windows-1252", "é", "utf-8"},
		"a late meta element":                       {"<html>" + strings.Repeat(" ", 2000) + `<meta charset="tis-620">` + thai, "text/html", "งาน", "windows-874"},
		"the header over the meta element":          {`<meta charset=utf-8><p>caf` + "\xE9 ol\xE9", "text/html; charset=iso-8859-1", "café olé", "windows-1252"},
		"the prolog of XML":                         {`<?xml version="1.0" encoding="windows-1251"?><a>` + "\xD0\xE0\xE1\xEE\xF2\xE0" + "</a>", "", "Работа", "windows-1251"},
		"valid UTF-8 over a wrong declaration":      {"<p>Tuyển nhân viên</p>", "text/html; charset=iso-8859-1", "Tuyển nhân viên", "utf-8"},
		"UTF-8 with one broken byte":                {strings.Repeat("việc làm ", 100) + "\xFF", "text/html", "việc làm", "utf-8"},
		"nothing at all in an empty body":           {"", "", "", "utf-8"},
		"plain ASCII as what it is declared":        {"<p>job</p>", "text/html; charset=big5", "job", "big5"},
		"no declaration of a charset it has not":    {"<p>job</p>", "text/html; charset=klingon", "job", "utf-8"},
		"not UTF-16 in a meta element read as such": {`<meta charset="utf-16"><p>café</p>`, "", "café", "utf-8"},
	} {
		text, cs := Decode([]byte(c.body), c.contentType)
		if !strings.Contains(text, c.text) || cs != c.charset {
			t.Errorf("%s: got %q in %s, want %q in %s", name, text[:min(len(text), 80)], cs, c.text, c.charset)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\xF4"), "") // a body that is cut off in its first character
	n := 0
	for _, ad := range ads {
		if b, err := ad.enc.NewEncoder().Bytes([]byte(ad.text)); err == nil {
			f.Add(b, "text/html; charset=big5")
			n++
		}
	}
	if n == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		text, name := Decode(body, contentType)
		if !utf8.ValidString(text) || name == "" {
			t.Errorf("Decode gave %q in %q", text, name)
		}
	})
}
