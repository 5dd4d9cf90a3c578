package facts

import (
	"fmt"
	"sort"
	"strings"
)

// When is a day or a stretch of time that a post names.
type When struct {
	Day      string // ISO 8601: 2026-05-20, or --05-20 when no year is written
	Relative string // or one of the Relative constants, counted from the day of the post
	Span     Span
}

// What [When.Relative] may be.
const (
	Today     = "today" // or now, at once
	Tomorrow  = "tomorrow"
	ThisWeek  = "this-week"
	NextWeek  = "next-week"
	ThisMonth = "this-month"
	NextMonth = "next-month"
)

var relatives = [...]string{"", Today, Tomorrow, ThisWeek, NextWeek, ThisMonth, NextMonth}

// firstMonth is the value of the word for January.
const firstMonth = 101

// whenLists are the words that days are told by. Those of a wordSoon are in the order of
// relatives, apart by ;.
var whenLists = []struct {
	kind  wordKind
	words string
}{
	{wordStart, "start|starts|starting|start date|start work|starting date|begin|begins|commence|join|joining|joining date|fly|flying|flight|flight date|depart|departs|departing|departure|departure date|leave on|travel date|onboard|deploy|deployment|berangkat|keberangkatan|terbang|mulai|mulai kerja|mulai bekerja|bermula|bertolak|penerbangan|bay|khởi hành|xuất cảnh|đi làm|nhận việc|bắt đầu|lên đường|เดินทาง|เริ่มงาน|เริ่มทำงาน|บิน|ออกเดินทาง|เข้างาน|上班|到岗|出发|起飞|走人|上岗|入职|动身|출국|출발|근무시작|입사|出国|出発|勤務開始|入社|вылет|выезд|начало работы|старт|отправка|départ|début|embarque|início|inicio|salida|viaje|السفر|المغادرة|بداية العمل|بدء العمل|kuanza|kuondoka|safari|başlangıç|kalkış|uçuş|रवाना|जॉइनिंग|शुरू|उडान|যাত্রা|ফ্লাইট|শুরু|روانگی|جوائننگ|ចេញដំណើរ|ចាប់ផ្តើម|ອອກເດີນທາງ|ເລີ່ມວຽກ|ထွက်|အလုပ်ဝင်|alis|lipad|simula|flight schedule|መነሻ|በረራ|ஆரம்பம்|புறப்பாடு|ආරම්භය|පිටත්"},
	{wordLast, "deadline|last date|last day|closing date|closes on|apply before|apply by|before|until|batas|batas akhir|paling lambat|sebelum|ditutup|tutup|tarikh tutup|hạn nộp|hạn chót|hạn|trước ngày|ปิดรับ|ปิดรับสมัคร|ภายในวันที่|截止|截至|报名截止|마감|마감일|締切|締め切り|応募期限|до|срок|date limite|avant le|prazo|até|fecha límite|antes del|cierre|آخر موعد|قبل|mwisho|son başvuru|son tarih|अंतिम तिथि|अन्तिम मिति|শেষ তারিখ|آخری تاریخ|ថ្ងៃផុតកំណត់|ဒုတိယနောက်ဆုံး|နောက်ဆုံး|ປິດຮັບ|huling araw|hanggang"},
	{wordSoon, "today|now|asap|immediately|right away|at once|tonight|hari ini|sekarang|segera|langsung|hôm nay|ngay|ngay lập tức|tối nay|liền|วันนี้|ทันที|เลย|ด่วน|คืนนี้|今天|马上|立即|立刻|今晚|即刻|随时|오늘|즉시|바로|당일|今日|即日|すぐ|сегодня|сразу|немедленно|срочно|aujourd'hui|immédiatement|tout de suite|hoje|imediatamente|imediato|hoy|inmediato|inmediatamente|اليوم|فورا|فوري|حالا|leo|mara moja|bugün|hemen|आज|तुरंत|तत्काल|आजै|আজ|আজই|আজকে|فوری|آج|ថ្ងៃនេះ|ភ្លាម|ယနေ့|ချက်ချင်း|ມື້ນີ້|ທັນທີ|ngayon|agad|ngayong araw|ዛሬ|ወዲያው|இன்று|உடனடியாக|අද|වහාම;tomorrow|besok|esok|ngày mai|mai|พรุ่งนี้|明天|내일|明日|завтра|demain|amanhã|mañana|غدا|بكرا|kesho|yarın|कल|भोलि|আগামীকাল|কাল|کل|ស្អែក|မနက်ဖြန်|ມື້ອື່ນ|bukas|ነገ|நாளை|හෙට;this week|within the week|minggu ini|pekan ini|tuần này|trong tuần|สัปดาห์นี้|อาทิตย์นี้|ภายในสัปดาห์|本周|这周|这个星期|이번 주|이번주|今週|на этой неделе|cette semaine|esta semana|هذا الأسبوع|هذا الاسبوع|wiki hii|bu hafta|इस हफ्ते|यो हप्ता|এই সপ্তাহে|اس ہفتے|សប្តាហ៍នេះ|ဒီအပတ်|ອາທິດນີ້|ngayong linggo|በዚህ ሳምንት|இந்த வாரம்|මේ සතියේ;next week|minggu depan|pekan depan|tuần sau|tuần tới|สัปดาห์หน้า|อาทิตย์หน้า|下周|下个星期|다음 주|다음주|来週|на следующей неделе|semaine prochaine|próxima semana|semana que vem|الأسبوع القادم|wiki ijayo|gelecek hafta|haftaya|अगले हफ्ते|अर्को हप्ता|আগামী সপ্তাহে|اگلے ہفتے|សប្តាហ៍ក្រោយ|နောက်အပတ်|ອາທິດໜ້າ|sa susunod na linggo|በሚቀጥለው ሳምንት|அடுத்த வாரம்|ලබන සතියේ;this month|bulan ini|tháng này|trong tháng|เดือนนี้|本月|这个月|이번 달|이번달|今月|в этом месяце|ce mois|este mês|este mes|هذا الشهر|mwezi huu|bu ay|इस महीने|এই মাসে|اس مہینے|ខែនេះ|ဒီလ|ເດືອນນີ້|ngayong buwan|በዚህ ወር|இந்த மாதம்|මේ මාසයේ;next month|bulan depan|tháng sau|tháng tới|เดือนหน้า|下个月|下月|다음 달|다음달|来月|в следующем месяце|mois prochain|próximo mês|próximo mes|الشهر القادم|mwezi ujao|gelecek ay|अगले महीने|আগামী মাসে|اگلے مہینے|ខែក្រោយ|နောက်လ|ເດືອນໜ້າ|sa susunod na buwan|በሚቀጥለው ወር|அடுத்த மாதம்|ලබන මාසයේ"},
}

// monthWords are the months, apart by ;.
const monthWords = "january|jan|januari|มกราคม|ม.ค|января|janvier|janeiro|enero|ocak|يناير|जनवरी|জানুয়ারি|មករា|جنوری|januari;february|feb|februari|กุมภาพันธ์|ก.พ|февраля|février|fevereiro|febrero|şubat|فبراير|फरवरी|ফেব্রুয়ারি|កុម្ភៈ|فروری;march|mar|maret|mac|มีนาคม|มี.ค|марта|mars|março|marzo|mart|مارس|मार्च|মার্চ|មីនា|مارچ;april|apr|เมษายน|เม.ย|апреля|avril|abril|nisan|أبريل|ابريل|अप्रैल|এপ্রিল|មេសា|اپریل;may|mei|พฤษภาคม|พ.ค|мая|mai|maio|mayo|mayıs|مايو|मई|মে|ឧសភា|مئی;june|jun|juni|มิถุนายน|มิ.ย|июня|juin|junho|junio|haziran|يونيو|जून|জুন|មិថុនា|جون;july|jul|juli|julai|กรกฎาคม|ก.ค|июля|juillet|julho|julio|temmuz|يوليو|जुलाई|জুলাই|កក្កដា|جولائی;august|aug|agustus|ogos|สิงหาคม|ส.ค|августа|août|agosto|ağustos|أغسطس|अगस्त|আগস্ট|សីហា|اگست;september|sep|sept|กันยายน|ก.ย|сентября|septembre|setembro|septiembre|eylül|سبتمبر|सितंबर|সেপ্টেম্বর|កញ្ញា|ستمبر;october|oct|oktober|ตุลาคม|ต.ค|октября|octobre|outubro|octubre|ekim|أكتوبر|अक्टूबर|অক্টোবর|តុលា|اکتوبر;november|nov|พฤศจิกายน|พ.ย|ноября|novembre|novembro|noviembre|kasım|نوفمبر|नवंबर|নভেম্বর|វិច្ឆិកា|نومبر;december|dec|des|desember|disember|ธันวาคม|ธ.ค|декабря|décembre|dezembro|diciembre|aralık|ديسمبر|दिसंबर|ডিসেম্বর|ធ្នូ|دسمبر"

func (x *Extractor) addWhen() {
	for _, l := range whenLists {
		for i, words := range strings.Split(l.words, ";") {
			x.addList(l.kind, int32(i+1), strings.Split(words, "|"))
		}
	}
	for i, words := range strings.Split(monthWords, ";") {
		x.addList(wordSoon, int32(firstMonth+i), strings.Split(words, "|"))
	}
}

// How far from a word for a start or an end a day may stand, in bytes of folded text.
const (
	reachDay   = 40
	reachDayUp = 24 // before it
)

// days reads when work starts or people leave, and until when to apply; what an
// earlier field said stands.
func (f *field) days(out *Facts) {
	for i, h := range f.hits {
		switch {
		case h.kind == wordStart && out.Start == nil:
			out.Start = f.dayNear(i)
		case h.kind == wordLast && out.Deadline == nil:
			if w := f.dayNear(i); w != nil && (w.Day != "" || w.Relative != Today) {
				out.Deadline = w
			}
		}
	}
}

// dayNear is the first day after the word of hit i, or the last before it, on its line.
func (f *field) dayNear(i int) *When {
	s, h := f.Folded, f.hits[i]
	if w := f.dayBefore(h.start); w != nil {
		return w
	}
	to := min(len(s), h.end+reachDay)
	if n := strings.IndexByte(s[h.end:to], '\n'); n >= 0 {
		to = h.end + n
	}
	soon := -1
	for k := i + 1; k < len(f.hits) && f.hits[k].start < to; k++ {
		if o := f.hits[k]; o.kind == wordSoon && o.value < firstMonth && o.start >= h.end {
			soon = k
			break
		}
	}
	if at, _ := f.nextDigit(h.end, f.runAfter(h.end)); at < to && (soon < 0 || at < f.hits[soon].start) {
		if w := f.dayAt(at); w != nil {
			return w
		}
	}
	if soon < 0 {
		for k := i - 1; k >= 0 && h.start-f.hits[k].end <= reachDayUp; k-- {
			o := f.hits[k]
			if o.kind == wordSoon && o.value < firstMonth && o.end <= h.start && strings.IndexByte(s[o.end:h.start], '\n') < 0 {
				soon = k
				break
			}
		}
	}
	if soon < 0 {
		return nil
	}
	o := f.hits[soon]
	return &When{Relative: relatives[o.value], Span: f.span(o.start, o.end)}
}

// dayBefore is the day that ends right before i, as 5月20日截止 has it.
func (f *field) dayBefore(i int) *When {
	if i == 0 || isWordByte(rune(f.Folded[i-1])) || f.Folded[i-1] == ' ' {
		return nil
	}
	for k := f.runAfter(max(0, i-reachDayUp)); k < len(f.digits) && int(f.digits[k].To) <= i; k++ {
		if w := f.dayAt(int(f.digits[k].From)); w != nil && w.Span.To <= i && i-w.Span.To <= 6 && strings.IndexByte(f.Folded[w.Span.To:i], '\n') < 0 {
			return w
		}
	}
	return nil
}

// runAfter is the index of the first run of digits that ends after i.
func (f *field) runAfter(i int) int {
	return sort.Search(len(f.digits), func(k int) bool { return int(f.digits[k].To) > i })
}

// dayAt reads the day that the digits at i begin, or that a month before them does.
func (f *field) dayAt(i int) *When {
	s := f.Folded
	a, j := digitsValue(s, i)
	if j-i == 4 && j < len(s) { // 2026-05-20, 2026年5月20日
		k, ok := dateSign(s, j)
		if !ok {
			return nil
		}
		m, j := digitsValue(s, k)
		if k, ok = dateSign(s, j); !ok {
			return nil
		}
		d, j := digitsValue(s, k)
		return f.day(a, m, d, i, j)
	}
	if j-i > 2 {
		return nil
	}
	if m, k := f.monthBetween(j, min(len(s), j+24)); m > 0 { // 20 May 2026
		y, end := 0, k
		if p := skipDate(s, k); p < len(s) && isDigit(s[p]) {
			if v, e := digitsValue(s, p); e-p == 4 {
				y, end = v, e
			}
		}
		return f.day(y, m, a, i, end)
	}
	if m := f.monthBefore(i); m > 0 { // May 20, 2026
		y, end := 0, j
		if p := skipDate(s, j); p < len(s) && isDigit(s[p]) {
			if v, e := digitsValue(s, p); e-p == 4 {
				y, end = v, e
			}
		}
		return f.day(y, m, a, i, end)
	}
	k, ok := dateSign(s, j)
	if !ok {
		return nil
	}
	b, e := digitsValue(s, k)
	if e-k > 2 {
		return nil
	}
	between := s[j:k]
	if strings.ContainsAny(between, "月월") { // month before day
		return f.day(0, a, b, i, e)
	}
	y := 0
	if p, ok := dateSign(s, e); ok {
		if v, q := digitsValue(s, p); q-p == 4 || q-p == 2 {
			y, e = v, q
			if q-p == 2 {
				y += 2000
			}
		}
	} else if between == "-" || between == "." { // 3-5 and 3.5 are no days
		return nil
	}
	if b > 12 && a <= 12 {
		a, b = b, a
	}
	return f.day(y, b, a, i, e)
}

// day is a day that exists, or nil.
func (f *field) day(y, m, d, i, j int) *When {
	if y > 2400 { // of the Buddhist era
		y -= 543
	}
	if m < 1 || m > 12 || d < 1 || d > 31 || y != 0 && (y < 2000 || y > 2100) {
		return nil
	}
	w := &When{Day: fmt.Sprintf("--%02d-%02d", m, d), Span: f.span(i, j)}
	if y > 0 {
		w.Day = fmt.Sprintf("%04d-%02d-%02d", y, m, d)
	}
	return w
}

// monthBetween is the month that a word from i to j names, and where the word ends.
func (f *field) monthBetween(i, j int) (month, end int) {
	k := sort.Search(len(f.hits), func(k int) bool { return f.hits[k].start >= i })
	for ; k < len(f.hits) && f.hits[k].end <= j; k++ {
		h := f.hits[k]
		if h.kind == wordSoon && h.value >= firstMonth && h.start-skipDate(f.Folded, i) <= 3 {
			return int(h.value) - firstMonth + 1, h.end
		}
	}
	return 0, 0
}

// monthBefore is the month that a word right before i names.
func (f *field) monthBefore(i int) int {
	k := sort.Search(len(f.hits), func(k int) bool { return f.hits[k].start >= i })
	for k--; k >= 0 && i-f.hits[k].start < 40; k-- {
		if h := f.hits[k]; h.kind == wordSoon && h.value >= firstMonth && h.end < i && i-h.end <= 2 {
			return int(h.value) - firstMonth + 1
		}
	}
	return 0
}

// dateSign is where the next number of a date begins after what may stand between two of them at i.
func dateSign(s string, i int) (int, bool) {
	i = skipSpace(s, i, 1)
	for _, sign := range []string{"/", "-", ".", "年", "月", "월", "년", "tháng ", "thang "} {
		if strings.HasPrefix(s[i:], sign) {
			if k := skipSpace(s, i+len(sign), 1); k < len(s) && isDigit(s[k]) {
				return k, true
			}
		}
	}
	return 0, false
}

func skipDate(s string, i int) int {
	for n := 0; n < 3 && i < len(s) && (s[i] == ' ' || s[i] == ',' || s[i] == '.' || s[i] == '-'); n++ {
		i++
	}
	if strings.HasPrefix(s[i:], "de ") {
		i += len("de ")
	}
	return i
}

// digitsValue is the number of up to four digits at i and where it ends.
func digitsValue(s string, i int) (v, end int) {
	for end = i; end < len(s) && isDigit(s[end]) && end-i < 5; end++ {
		v = v*10 + int(s[end]-'0')
	}
	return v, end
}
