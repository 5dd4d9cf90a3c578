package source

import (
	"regexp"
	"strings"
	"sync"
)

// months are the names of months, January first, in the languages in which dates
// are written out beside English. Where a name has several forms a bar divides them.
var months = []string{
	"มกราคม|ม.ค.|ม.ค กุมภาพันธ์|ก.พ. มีนาคม|มี.ค. เมษายน|เม.ย. พฤษภาคม|พ.ค. มิถุนายน|มิ.ย. กรกฎาคม|ก.ค. สิงหาคม|ส.ค. กันยายน|ก.ย. ตุลาคม|ต.ค. พฤศจิกายน|พ.ย. ธันวาคม|ธ.ค.",
	"មករា កុម្ភៈ|កុម្ភះ មីនា|មិនា មេសា ឧសភា មិថុនា កក្កដា សីហា កញ្ញា តុលា វិច្ឆិកា ធ្នូ",
	"ມັງກອນ ກຸມພາ ມີນາ ເມສາ ພຶດສະພາ ມິຖຸນາ ກໍລະກົດ ສິງຫາ ກັນຍາ ຕຸລາ ພະຈິກ ທັນວາ",
	"ဇန်နဝါရီ ဖေဖော်ဝါရီ မတ် ဧပြီ မေ ဇွန် ဇူလိုင် ဩဂုတ်|သြဂုတ် စက်တင်ဘာ အောက်တိုဘာ နိုဝင်ဘာ ဒီဇင်ဘာ",
	"januari|jan februari|pebruari maret|mac april mei juni|jun juli|julai agustus|ogos september oktober november|nopember desember|disember",
	"enero|janvier|januar|styczeń|stycznia|ledna|января|січня febrero|février|februar|luty|lutego|února|февраля|лютого marzo|mars|märz|marzec|marca|března|марта|березня abril|avril|aprile|kwietnia|dubna|апреля|квітня " +
		"mayo|mai|maggio|maja|května|мая|травня junio|juin|giugno|czerwca|června|июня|червня julio|juillet|luglio|lipca|července|июля|липня agosto|août|august|sierpnia|srpna|августа|серпня " +
		"septiembre|septembre|settembre|września|září|сентября|вересня octubre|octobre|ottobre|października|října|октября|жовтня noviembre|novembre|listopada|listopadu|ноября|листопада diciembre|décembre|dezember|dicembre|grudnia|prosince|декабря|грудня",
	"enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre",
	"ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
	"जनवरी फरवरी|फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर|सितम्बर अक्टूबर|अक्तूबर नवंबर|नवम्बर दिसंबर|दिसम्बर",
	"জানুয়ারি|জানুয়ারী ফেব্রুয়ারি|ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
	"جنوری|يناير فروری|فبراير مارچ|مارس اپریل|أبريل مئی|مايو جون|يونيو جولائی|يوليو اگست|أغسطس ستمبر|سبتمبر اکتوبر|أكتوبر نومبر|نوفمبر دسمبر|ديسمبر",
	"januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba",
}

var english = strings.Fields("January February March April May June July August September October November December")

// monthOf maps each name, in lower case, to the English one.
var monthOf = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for _, list := range months {
		for i, names := range strings.Fields(list) {
			for name := range strings.SplitSeq(names, "|") {
				if m[name] == "" {
					m[name] = english[i%12]
				}
			}
		}
	}
	return m
})

// writtenOut is a day, a month's name and a year; a word for "of" or "month" may
// stand before the name, and one for "year" before the year.
var writtenOut = regexp.MustCompile(`(\d{1,2})\.?\s*(?:de |del |ខែ|ເດືອນ|เดือน)?\s*([\p{L}\p{M}.]{2,24}?)\s*(?:de |del |ឆ្នាំ|ปี|พ\.ศ\.|ค\.ศ\.)?,?\s*((?:19|20)\d\d)`)

// vietnameseDay is "3 tháng 6, 2025", with or without "ngày" and "năm".
var vietnameseDay = regexp.MustCompile(`(\d{1,2}) tháng (\d{1,2})(?:,| năm)? ?((?:19|20)\d\d)`)

// plainDate turns digits of other scripts into ours, and a written date that is no
// English one into one.
func plainDate(s string) string {
	s = strings.Map(asciiDigit, s)
	low := strings.ToLower(s)
	if m := vietnameseDay.FindStringSubmatch(low); m != nil {
		return m[1] + "/" + m[2] + "/" + m[3]
	}
	for _, m := range writtenOut.FindAllStringSubmatch(low, 4) {
		if name := monthOf()[strings.TrimSpace(m[2])]; name != "" {
			return m[1] + " " + name + " " + m[3]
		}
	}
	return s
}

// asciiDigit is the digit of a script of the region as ours, any other rune as it is.
func asciiDigit(r rune) rune {
	for _, zero := range []rune{'๐', '០', '໐', '၀', '०', '০', '٠', '۰', '０'} {
		if r >= zero && r <= zero+9 {
			return '0' + r - zero
		}
	}
	return r
}
