package source

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// layouts are the absolute forms, tried in order.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
	"2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02", "2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2",
	time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04 -0700", "2 Jan 2006 15:04:05 -0700",
	"2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006", time.ANSIC, time.UnixDate, time.RubyDate, time.RFC850,
	"2006/01/02 15:04:05", "2006/01/02 15:04", "2006/01/02", "2006.01.02 15:04", "2006.01.02", "20060102",
	"2.1.2006 15:04:05", "2.1.2006 15:04", "2.1.2006", "2/1/2006 15:04:05", "2/1/2006 15:04", "2/1/2006", "2-1-2006 15:04", "2-1-2006",
	"January 2, 2006 15:04", "January 2, 2006 3:04 PM", "January 2, 2006", "Mon Jan 2, 2006 3:04 pm", "2 January 2006 15:04", "Jan 2, 2006 3:04 PM", "Jan 2, 2006, 3:04 PM", "Jan 2, 2006", "2 January 2006", "2 Jan 2006 15:04", "2 Jan 2006", "2-Jan-2006", "02-Jan-06",
	"Monday, January 2, 2006", "Monday, 2 January 2006", "2006年1月2日 15:04", "2006年1月2日", "2006년 1월 2일",
	"20060102T150405Z", "2006-01", "1/2/2006",
}

var (
	agoRE   = regexp.MustCompile(`(\d{1,4})\+?\s*([\p{L}\p{M}]+)`)
	spaceRE = regexp.MustCompile(`\s+`)
)

// agoUnits are stems of units of time in the languages whose boards write
// "3 days ago"; the longest stem that fits counts.
var agoUnits = []struct {
	stem string
	d    time.Duration
}{
	{"sec", time.Second}, {"sek", time.Second}, {"秒", time.Second}, {"초", time.Second}, {"วินาที", time.Second}, {"giây", time.Second}, {"detik", time.Second}, {"saniye", time.Second},
	{"min", time.Minute}, {"мин", time.Minute}, {"分", time.Minute}, {"분", time.Minute}, {"นาที", time.Minute}, {"phút", time.Minute}, {"menit", time.Minute}, {"dakika", time.Minute}, {"នាទី", time.Minute},
	{"hour", time.Hour}, {"val", time.Hour}, {"tund", time.Hour}, {"óra", time.Hour}, {"ore", time.Hour}, {"hr", time.Hour}, {"h", time.Hour}, {"stund", time.Hour}, {"heure", time.Hour}, {"hora", time.Hour}, {"hodin", time.Hour}, {"godzin", time.Hour}, {"час", time.Hour}, {"годин", time.Hour},
	{"小时", time.Hour}, {"小時", time.Hour}, {"時間", time.Hour}, {"시간", time.Hour}, {"ชั่วโมง", time.Hour}, {"giờ", time.Hour}, {"jam", time.Hour}, {"saat", time.Hour}, {"oras", time.Hour}, {"ម៉ោង", time.Hour}, {"घंट", time.Hour},
	{"day", day}, {"dien", day}, {"päev", day}, {"nap", day}, {"zile", day}, {"dana", day}, {"d", day}, {"tag", day}, {"jour", day}, {"día", day}, {"dia", day}, {"dny", day}, {"dní", day}, {"dni", day}, {"dnů", day}, {"dnem", day}, {"den", day}, {"dzie", day}, {"день", day}, {"дня", day}, {"дней", day}, {"дні", day}, {"天", day}, {"日", day}, {"일", day}, {"วัน", day},
	{"ngày", day}, {"hari", day}, {"gün", day}, {"araw", day}, {"ថ្ងៃ", day}, {"दिन", day}, {"ရက်", day},
	{"week", 7 * day}, {"w", 7 * day}, {"woche", 7 * day}, {"semaine", 7 * day}, {"semana", 7 * day}, {"týdn", 7 * day}, {"týden", 7 * day}, {"tydz", 7 * day}, {"tygod", 7 * day}, {"недел", 7 * day}, {"тиж", 7 * day},
	{"周", 7 * day}, {"週", 7 * day}, {"星期", 7 * day}, {"주", 7 * day}, {"สัปดาห์", 7 * day}, {"tuần", 7 * day}, {"minggu", 7 * day}, {"hafta", 7 * day}, {"linggo", 7 * day}, {"សប្តាហ៍", 7 * day},
	{"month", 30 * day}, {"mo", 30 * day}, {"monat", 30 * day}, {"mois", 30 * day}, {"mes", 30 * day}, {"měsíc", 30 * day}, {"mies", 30 * day}, {"месяц", 30 * day}, {"місяц", 30 * day},
	{"个月", 30 * day}, {"個月", 30 * day}, {"か月", 30 * day}, {"ヶ月", 30 * day}, {"月", 30 * day}, {"개월", 30 * day}, {"เดือน", 30 * day}, {"tháng", 30 * day}, {"bulan", 30 * day}, {"buwan", 30 * day}, {"ay", 30 * day}, {"ខែ", 30 * day},
	{"year", 365 * day}, {"yr", 365 * day}, {"y", 365 * day}, {"jahr", 365 * day}, {"an", 365 * day}, {"año", 365 * day}, {"ano", 365 * day}, {"rok", 365 * day}, {"let", 365 * day}, {"год", 365 * day}, {"лет", 365 * day},
	{"年", 365 * day}, {"년", 365 * day}, {"ปี", 365 * day}, {"năm", 365 * day}, {"tahun", 365 * day}, {"yıl", 365 * day},
}

const day = 24 * time.Hour

var agoMarks = []string{"ago", "před", "vor ", "il y a", "hace", "há ", "fa", "назад", "тому", "前", "전", "ที่แล้ว", "ที่ผ่านมา", "trước", "lalu", "önce", "nakaraan", "temu", "मुन", "पहले", "មុន", "prieš", "pirms", "tagasi", "ezelőtt", "acum", "пре ", "prije", "geleden", "sedan", "siden", "sitten", "πριν"}

var (
	todayWords     = []string{"today", "just now", "just posted", "heute", "gerade eben", "aujourd'hui", "hoy", "dnes", "dzisiaj", "dziś", "сегодня", "今天", "今日", "刚刚", "剛剛", "오늘", "방금", "วันนี้", "hôm nay", "vừa xong", "hari ini", "baru saja", "bugün", "ngayon", "ថ្ងៃនេះ"}
	yesterdayWords = []string{"yesterday", "gestern", "hier", "ayer", "včera", "wczoraj", "вчера", "昨天", "昨日", "어제", "เมื่อวาน", "hôm qua", "kemarin", "dün", "kahapon", "ម្សិលមិញ"}
)

// ParseTime reads a date or a time as feeds, boards and exports write them:
// RFC 3339 and its careless relatives, RFC 1123, day-first and year-first dates,
// Unix seconds, milliseconds and microseconds, and, when base is set, relative
// forms such as "3 weeks ago" in some twenty languages. A form without zone is
// taken as UTC, one that could be day-first or month-first as day-first. Years
// outside 1990 to 2100 are refused.
func ParseTime(s string, base time.Time) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 100 {
		return time.Time{}, false
	}
	s = spaceRE.ReplaceAllString(s, " ")
	if n, err := strconv.ParseFloat(s, 64); err == nil && len(s) != 8 && len(s) != 4 {
		switch {
		case n >= 1e15 && n < 4.2e15:
			return time.UnixMicro(int64(n)).UTC(), true
		case n >= 1e12 && n < 4.2e12:
			return time.UnixMilli(int64(n)).UTC(), true
		case n >= 6.3e8 && n < 4.2e9:
			return time.Unix(int64(n), 0).UTC(), true
		}
		return time.Time{}, false
	}
	cleaned := thaiYear(strings.Map(asciiDigit, s))
	if t, ok := absolute(cleaned); ok {
		return t, true
	}
	if t, ok := absolute(plainDate(cleaned)); ok {
		return t, true
	}
	if !base.IsZero() {
		if t, ok := relative(strings.ToLower(s), base.UTC()); ok {
			return t, true
		}
	}
	if m := writtenOut.FindStringSubmatch(cleaned); m != nil { // English names amid other words
		if t, ok := absolute(m[1] + " " + strings.Trim(m[2], ".") + " " + m[3]); ok {
			return t, true
		}
	}
	if m := insideRE.FindString(cleaned); m != "" && m != cleaned { // words around it
		return absolute(m)
	}
	return time.Time{}, false
}

func absolute(s string) (time.Time, bool) {
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil && t.Year() >= 1990 && t.Year() <= 2100 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// insideRE finds a numeric date, year first, amid other words.
var insideRE = regexp.MustCompile(`(?:19|20)\d\d(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日)(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?`)

var buddhistRE = regexp.MustCompile(`\b25[3-9]\d\b`)

// thaiYear turns a year of the Buddhist era into one of the common era.
func thaiYear(s string) string {
	return buddhistRE.ReplaceAllStringFunc(s, func(y string) string {
		n, err := strconv.Atoi(y)
		if err != nil {
			return y
		}
		return strconv.Itoa(n - 543)
	})
}

func relative(s string, base time.Time) (time.Time, bool) {
	for _, w := range todayWords {
		if strings.Contains(s, w) {
			return base, true
		}
	}
	if m := agoRE.FindStringSubmatch(s); m != nil && (containsAny(s, agoMarks) || len(s) <= 4) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return time.Time{}, false
		}
		unit := time.Duration(0)
		longest := 0
		for _, u := range agoUnits {
			if strings.HasPrefix(m[2], u.stem) && len(u.stem) > longest && (len(u.stem) > 2 || m[2] == u.stem || m[2] == u.stem+"s") {
				unit, longest = u.d, len(u.stem)
			}
		}
		if unit > 0 && time.Duration(n) < 50*365*day/unit {
			return base.Add(-time.Duration(n) * unit), true
		}
	}
	for _, w := range yesterdayWords {
		if strings.Contains(s, w) {
			return base.Add(-day), true
		}
	}
	return time.Time{}, false
}

func containsAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
