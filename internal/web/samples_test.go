package web

import (
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

var (
	journey  = post.RuleHit{ID: "lure-paid-journey", Title: "Paid journey to a high-risk place", Level: post.LevelHigh, Hash: post.DigestOf([]byte("a"))}
	denial   = post.RuleHit{ID: "lure-denies-force", Title: "Denies confinement or violence", Level: post.LevelCritical, Hash: post.DigestOf([]byte("b"))}
	easyWork = post.RuleHit{ID: "lure-easy-work", Title: "High pay, no experience, chat only", Level: post.LevelMedium, Hash: post.DigestOf([]byte("c"))}
	myawaddy = post.Place{ID: "myawaddy", Name: "Myawaddy", Country: "MM", Kind: "town", Risk: "high"}
	poipet   = post.Place{ID: "poipet", Name: "Poipet", Country: "KH", Kind: "town", Risk: "high"}
	thailand = post.Place{ID: "th", Name: "Thailand", Country: "TH", Kind: "country", Risk: "context"}
)

// samples are posts in many scripts. Their handles and numbers are made up for tests.
func samples() []post.Judged {
	at := func(day, hour int) time.Time { return time.Date(2026, 10, day, hour, 12, 0, 0, time.UTC) }
	handle := post.Contact{Kind: "telegram", Value: "demo_staff_04", Raw: "@demo_staff_04"}
	list := []sample{
		{native: "en1", lang: "en", source: "jobs", title: "Online chat support – Myawaddy", level: post.LevelHigh, stance: post.StanceOffer, seen: at(3, 8),
			text: "Overseas company hiring chat support staff for our Myawaddy office. No experience and no degree needed, we teach you everything. Salary 1500-2200 USD a month plus commission.\nFlight ticket, visa, room and food all covered by the company. Leave this week, enter on tourist visa first, we change it later.\nOnly a passport and typing 30 wpm. Message on Telegram @demo_staff_04, no calls.",
			hits: [][3]string{{"No experience and no degree needed", "no_experience", "no experience needed"}, {"no degree needed", "no_education", "no degree needed"},
				{"Flight ticket, visa, room and food all covered by the company", "free_airfare", "air ticket paid"}, {"room and food all covered", "free_housing", "housing and food paid"}, {"tourist visa first", "tourist_visa", "enter as a tourist"}},
			rules: []post.RuleHit{easyWork, journey}, contacts: []post.Contact{handle}, places: []post.Place{myawaddy},
			salary: &post.Salary{Min: 1500, Max: 2200, Currency: "USD", Period: "month", USDMonth: 1850, Ratio: 6.2, Raw: "1500-2200 USD a month"}},
		{native: "en2", lang: "en", source: "channel", level: post.LevelCritical, stance: post.StanceOffer, seen: at(19, 22),
			text:  "🔥 NEED 15 PAX for Myawaddy 🔥\nchatter / crypto promoter / customer service\n✈️ ticket n room n food all cover\n💰 basic 1200 USDT + %\nno beating no locking, not scam company, you can leave anytime\nbring friend get 300$ per head\ntele @demo_staff_04",
			hits:  [][3]string{{"ticket n room n food all cover", "free_airfare", "air ticket, room and food paid"}, {"no beating no locking", "denies_force", "denies beating and confinement"}, {"not scam company", "denies_scam", "says that it is no scam"}, {"bring friend get 300$ per head", "referral_fee", "money for each friend brought"}},
			rules: []post.RuleHit{denial, journey}, contacts: []post.Contact{handle}, places: []post.Place{myawaddy}, evasion: []string{"abbreviations"}},
		{native: "km1", lang: "km", source: "board", title: "ជ្រើសរើសបុគ្គលិកឆាត ប៉ោយប៉ែត", level: post.LevelHigh, stance: post.StanceOffer, seen: at(21, 5),
			text:  "ក្រុមហ៊ុនជ្រើសរើសបុគ្គលិកឆ្លើយឆាតអនឡាញ ធ្វើការនៅប៉ោយប៉ែត ប្រាក់ខែ 600-900 ដុល្លារ មិនត្រូវការបទពិសោធន៍ មិនត្រូវការសញ្ញាបត្រ\nមានកន្លែងស្នាក់នៅ និងបាយឥតគិតថ្លៃ មានឡានទៅទទួលដល់ផ្ទះ\nចូលធ្វើការបានភ្លាម ទាក់ទងតេឡេក្រាម @demo_km_01",
			hits:  [][3]string{{"មិនត្រូវការបទពិសោធន៍", "no_experience", "no experience needed"}, {"មានកន្លែងស្នាក់នៅ និងបាយឥតគិតថ្លៃ", "free_housing", "housing and meals free"}, {"ឡានទៅទទួលដល់ផ្ទះ", "door_pickup", "a car picks you up at home"}},
			rules: []post.RuleHit{journey}, contacts: []post.Contact{{Kind: "telegram", Value: "demo_km_01", Raw: "@demo_km_01"}}, places: []post.Place{poipet},
			salary: &post.Salary{Min: 600, Max: 900, Currency: "USD", Period: "month", USDMonth: 750, Ratio: 3.1, Raw: "600-900 ដុល្លារ"}},
		{native: "th1", lang: "th", source: "board", title: "รับสมัครแอดมินตอบแชท ปอยเปต", level: post.LevelHigh, stance: post.StanceOffer, seen: at(22, 7),
			text:  "รับสมัครแอดมินตอบแชทลูกค้า ทำงานปอยเปต เงินเดือน 30,000-50,000 บาท ไม่ต้องมีประสบการณ์ ไม่จำกัดวุฒิ มีที่พัก อาหารฟรี มีรถรับถึงบ้าน ไม่ต้องใช้พาสปอร์ต เดินทางได้ทันที ไลน์ demo_th_01",
			hits:  [][3]string{{"ไม่ต้องมีประสบการณ์", "no_experience", "no experience needed"}, {"มีที่พัก อาหารฟรี", "free_housing", "housing and food free"}, {"ไม่ต้องใช้พาสปอร์ต", "no_passport", "no passport needed"}},
			rules: []post.RuleHit{journey, easyWork}, contacts: []post.Contact{{Kind: "line", Value: "demo_th_01"}}, places: []post.Place{poipet}},
		{native: "my1", lang: "my", source: "channel", title: "", level: post.LevelMedium, stance: post.StanceOffer, seen: at(24, 4),
			text:  "မြဝတီတွင် အွန်လိုင်း ဝန်ထမ်းများ ခေါ်ယူနေပါသည်။ အတွေ့အကြုံမလိုပါ။ လစာ ဘတ် ၂၅၀၀၀၊ နေစရာ၊ အစားအသောက် အခမဲ့ပေးပါသည်။ Viber 09-000-000-001",
			hits:  [][3]string{{"အတွေ့အကြုံမလိုပါ", "no_experience", "no experience needed"}, {"နေစရာ၊ အစားအသောက် အခမဲ့", "free_housing", "housing and food free"}},
			rules: []post.RuleHit{easyWork}, contacts: []post.Contact{{Kind: "viber", Value: "+959000000001", Raw: "09-000-000-001"}}, places: []post.Place{myawaddy}},
		{native: "ar1", lang: "ar", source: "board", title: "مطلوب موظفي خدمة عملاء في تايلاند", level: post.LevelHigh, stance: post.StanceOffer, seen: at(25, 9), company: "شركة النخبة",
			text:  "مطلوب شباب وبنات للعمل في تايلاند في خدمة العملاء والدردشة عبر الإنترنت. راتب 1200 دولار شهريا مع عمولة، بدون خبرة وبدون شهادة.\nتذكرة الطيران والتأشيرة والسكن والأكل على حساب الشركة. السفر هذا الأسبوع بتأشيرة سياحية. التواصل تيليجرام فقط @demo_ar_01",
			hits:  [][3]string{{"بدون خبرة", "no_experience", "without experience"}, {"تذكرة الطيران والتأشيرة والسكن والأكل على حساب الشركة", "free_airfare", "ticket, visa, housing and food at the company's cost"}, {"بتأشيرة سياحية", "tourist_visa", "on a tourist visa"}},
			rules: []post.RuleHit{journey}, contacts: []post.Contact{{Kind: "telegram", Value: "demo_ar_01", Raw: "@demo_ar_01"}}, places: []post.Place{thailand}},
		{native: "zh1", lang: "zh", source: "app", title: "缅甸妙瓦底 高薪客服 包机票", level: post.LevelCritical, stance: post.StanceOffer, seen: at(26, 3),
			text:  "妙瓦底公司直招客服、打字员，月薪15000-30000，包吃包住包机票，无需经验，会打字就行。不打不骂，来去自由。联系飞机 @demo_zh_01",
			hits:  [][3]string{{"包吃包住包机票", "free_airfare", "meals, housing and air ticket paid"}, {"无需经验", "no_experience", "no experience needed"}, {"不打不骂，来去自由", "denies_force", "no beating, free to come and go"}, {"高薪", "high_salary", "high pay"}},
			rules: []post.RuleHit{denial, journey, easyWork}, contacts: []post.Contact{{Kind: "telegram", Value: "demo_zh_01", Raw: "@demo_zh_01"}}, places: []post.Place{myawaddy},
			salary: &post.Salary{Min: 15000, Max: 30000, Currency: "CNY", Period: "month", USDMonth: 3150, Ratio: 4.4, Raw: "月薪15000-30000"}},
		{native: "bn1", lang: "bn", source: "jobs", title: "থাইল্যান্ড কম্পিউটার অপারেটর নিয়োগ", level: post.LevelMedium, stance: post.StanceOffer, seen: at(27, 3),
			text:  "থাইল্যান্ডে কম্পিউটার অপারেটর ও কাস্টমার সার্ভিস পদে লোক লাগবে। বেতন ৮০,০০০ টাকা, অভিজ্ঞতা লাগবে না। টিকেট, ভিসা, থাকা খাওয়া সব ফ্রি কোম্পানি দিবে। হোয়াটসঅ্যাপ +880 1000 000 001",
			hits:  [][3]string{{"অভিজ্ঞতা লাগবে না", "no_experience", "no experience needed"}, {"টিকেট, ভিসা, থাকা খাওয়া সব ফ্রি", "free_airfare", "ticket, visa, housing and food all free"}},
			rules: []post.RuleHit{journey}, contacts: []post.Contact{{Kind: "whatsapp", Value: "+8801000000001", Raw: "+880 1000 000 001"}}, places: []post.Place{thailand}},
		{native: "am1", lang: "am", source: "channel", title: "", level: post.LevelMedium, stance: post.StanceOffer, seen: at(28, 3),
			text: "የውጭ ሀገር ስራ – አስቸኳይ። ታይላንድ ዳታ ኢንትሪ። መኖሪያ፣ 3 ጊዜ ምግብ፣ የአውሮፕላን ቲኬት ነፃ። በቱሪስት ቪዛ መሄድ",
			hits: [][3]string{{"የአውሮፕላን ቲኬት ነፃ", "free_airfare", "air ticket free"}}, rules: []post.RuleHit{easyWork}, places: []post.Place{thailand}},
		{native: "help1", lang: "en", source: "channel", title: "Please share", level: post.LevelNone, stance: post.StanceTestimony, help: true, seen: at(20, 3),
			text: "My son left on 3 March for a warehouse job in Thailand. His last message said that they moved him over the river. Please, if anybody knows something, call +66 00 000 0000.",
			hits: [][3]string{{"moved him over the river", "moved_across_border", "taken across the border"}}, contacts: []post.Contact{{Kind: "phone", Value: "+66000000000", Raw: "+66 00 000 0000"}}, places: []post.Place{thailand}},
		{native: "ord1", lang: "en", source: "jobs", title: "Night auditor, hotel in Lisbon", level: post.LevelNone, stance: post.StanceOffer, seen: at(18, 3), company: "Hotel Mirante",
			text: "Permanent contract, 1,150 euros a month, two days off. Two years of experience at a front desk. Send your CV to the hotel."},
		{native: "warn1", lang: "en", source: "board", title: "Embassy advisory", level: post.LevelLow, stance: post.StanceWarning, seen: at(17, 3),
			text: "Be careful of posts that promise a free ticket and high pay for chat work in Thailand.", hits: [][3]string{{"free ticket", "free_airfare", "free ticket"}}, places: []post.Place{thailand}},
	}
	out := make([]post.Judged, 0, len(list)+1)
	for _, s := range list {
		out = append(out, s.judged())
	}
	old := list[0] // the first post had another text a week before
	old.seen = at(1, 8)
	old.text = "Overseas company hiring chat support staff. No experience and no degree needed. Flight ticket, visa, room and food all covered by the company, tourist visa first. Telegram @demo_staff_04"
	return append(out, old.judged())
}
