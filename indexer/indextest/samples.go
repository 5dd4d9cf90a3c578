package indextest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// sample is one language's wording of a job post, written for these tests.
type sample struct{ lang, title, text string }

func samples() []sample {
	return []sample{
		{"en", "Customer service, free air ticket", "Earn 1,500 USD a month. Free flight, visa and room. No experience needed, part-time or full-time. Write to @sea_jobs88 on Telegram."},
		{"en", "Night nurse in Chiang Mai", "Hospital seeks a registered nurse. Licence required, thirteen salaries, call +66 53 123 456."},
		{"zh", "高薪招聘客服", "柬埔寨西港公司直招,包机票包吃住,月薪30000起,无需经验,有意加飞机号。工作轻松,当天结算。"},
		{"zh", "誠徵打字員", "公司位於妙瓦底園區,包食宿,薪資優渥,護照由公司代辦。請加通訊軟體聯絡。"},
		{"th", "รับสมัครแอดมินออนไลน์", "งานสบายรายได้ดี เงินเดือน 30,000 บาท มีที่พักฟรี ตั๋วเครื่องบินฟรี ไม่ต้องมีประสบการณ์ ทักไลน์มาได้เลย"},
		{"km", "ជ្រើសរើសបុគ្គលិកផ្នែកលក់", "ប្រាក់ខែខ្ពស់ មានកន្លែងស្នាក់នៅ និងអាហារឥតគិតថ្លៃ មិនត្រូវការបទពិសោធន៍ទេ។ ទាក់ទងតាមតេលេក្រាម។"},
		{"my", "အွန်လိုင်းဝန်ထမ်းခေါ်သည်", "လစာကောင်း နေစရာစားစရာ အခမဲ့ ပေးမည်။ အတွေ့အကြုံ မလိုပါ။ ထိုင်းနိုင်ငံတွင် အလုပ်လုပ်ရမည်။"},
		{"lo", "ຮັບສະໝັກພະນັກງານ", "ເງິນເດືອນສູງ ມີທີ່ພັກຟຣີ ບໍ່ຕ້ອງມີປະສົບການ ເຮັດວຽກຢູ່ສາມຫຼ່ຽມຄຳ"},
		{"vi", "Tuyển nhân viên chăm sóc khách hàng", "Việc nhẹ lương cao, bao ăn ở, vé máy bay miễn phí. Thu nhập 25 triệu một tháng. Không cần kinh nghiệm, liên hệ Zalo 0912 345 678."},
		{"ja", "高収入アルバイト募集", "海外で働きませんか。航空券と寮は無料、未経験者歓迎。月給五十万円以上。詳しくはテレグラムまで。"},
		{"ko", "고수익알바 모집합니다", "캄보디아 현지 근무, 숙식제공 항공권 지원. 월 천만원 가능, 초보환영. 텔레그램으로 연락주세요."},
		{"ar", "مطلوب موظفون لخدمة العملاء", "راتب عالٍ وتذكرة سفر مجانية وسكن على حساب الشركة. لا تشترط الخبرة. للتواصل عبر تيليجرام."},
		{"hi", "डाटा एंट्री ऑपरेटर की भर्ती", "कंबोडिया में नौकरी, वेतन 80,000 रुपये, मुफ़्त हवाई टिकट और रहना। अनुभव की आवश्यकता नहीं। पासपोर्ट कंपनी रखेगी।"},
		{"id", "Lowongan kerja admin judi online", "Gaji besar, tiket pesawat gratis, tempat tinggal disediakan. Tidak perlu pengalaman. Penempatan Kamboja."},
		{"ru", "Требуются операторы чата", "Высокая зарплата, бесплатный перелёт и жильё. Опыт не нужен. Работа в Мьянме, пишите в телеграм."},
		{"tl", "Hiring: online encoder", "Libre ang ticket at tirahan, malaki ang sahod. Walang karanasan, pwede. Mag-message sa Viber 0917-123-4567."},
	}
}

// start is the time of the first post made here.
func start() time.Time { return time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC) }

// Generate makes n judged posts of about 2 KB in mixed languages, one a second,
// the same ones for the same seed.
func Generate(n int, seed uint64) []post.Judged {
	r := rand.New(rand.NewPCG(seed, 7))
	all := samples()
	out := make([]post.Judged, n)
	for i := range out {
		s := all[r.IntN(len(all))]
		var b strings.Builder
		for b.Len() < 1900 {
			for piece := range strings.FieldsSeq(s.text) {
				if r.IntN(4) == 0 {
					fmt.Fprintf(&b, "%s%d ", string(rune('a'+r.IntN(26))), r.IntN(5000))
				}
				b.WriteString(piece)
				b.WriteByte(' ')
			}
		}
		at := start().Add(time.Duration(i) * time.Second)
		out[i] = judged(fmt.Sprintf("gen-%d-%d", seed, i), at, s.lang, s.title, b.String())
		out[i].Post.Company = fmt.Sprint("Company ", r.IntN(300))
		out[i].Post.Contacts = []post.Contact{{Kind: "telegram", Value: fmt.Sprint("handle", r.IntN(1000)), Raw: "@handle"}}
		score(&out[i], r)
	}
	return out
}

// judged makes a judged post with nothing but its text.
func judged(native string, at time.Time, lang, title, text string) post.Judged {
	p := post.Post{Source: "board", NativeID: native, URL: "https://board.example/" + native, Title: title, Text: text, Lang: lang, Method: "import"}
	p.Seal(at)
	return post.Judged{
		Capture: post.Capture{
			ID: "urn:uuid:" + native + at.UTC().Format(time.RFC3339Nano), Source: p.Source, URL: p.URL, FetchedAt: at, Status: 200,
			ContentType: "text/html", Class: post.ClassContent, Method: "http", Digest: p.Digest, Bytes: int64(len(text)),
			Record: post.Locator{File: "lurewatch-1.warc.gz", Offset: at.Unix(), Length: 2048},
		},
		Post: p,
		Verdict: post.Verdict{
			ID: p.ID, Lang: lang, Stance: post.StanceOffer, Rules: []post.RuleHit{}, Spans: []post.Span{},
			Pack: post.Pack{Version: "1.0.0", Hash: post.DigestOf([]byte("pack"))},
		},
	}
}

// score gives a post a verdict of a kind that comes up in practice.
func score(j *post.Judged, r *rand.Rand) {
	levels := append(post.Levels(), post.LevelNone)
	v := &j.Verdict
	v.Level = levels[r.IntN(len(levels))]
	v.Flagged = v.Level.Rank() >= post.LevelMedium.Rank()
	v.Score = float64(v.Level.Rank()) / 5
	for k := range v.Level.Rank() {
		id := fmt.Sprintf("rule-%d", (k+r.IntN(3))%9)
		v.Rules = append(v.Rules, post.RuleHit{ID: id, Title: "A rule with a title " + id, Level: v.Level, Hash: post.DigestOf([]byte(id))})
		v.Spans = append(v.Spans, post.Span{Field: "text", Start: 3 * k, End: 3*k + 3, Concept: "concept_" + id, Text: cmp.Or(j.Post.Text[:min(3, len(j.Post.Text))], "x"), Gloss: "gloss"})
		v.Facts.Concepts = append(v.Facts.Concepts, "concept_"+id)
	}
	for _, c := range []string{"KH", "MM", "LA"}[:r.IntN(3)] {
		v.Facts.Places = append(v.Facts.Places, post.Place{ID: "place-" + c, Name: "Place", Country: c, Kind: "city", Risk: "high"})
	}
}
