package fold

import (
	"slices"
	"testing"
)

func TestFold(t *testing.T) {
	tests := map[string]struct {
		in, want string
		ruses    []string
	}{
		"plain text stays, in lower case":                {in: "Hiring NOW", want: "hiring now"},
		"Vietnamese keeps its accents":                   {in: "Việc NHẸ lương cao", want: "việc nhẹ lương cao"},
		"decomposed Vietnamese is composed":              {in: "vie\u0323\u0302c nhe\u0323", want: "việc nhẹ"},
		"marks in the wrong order compose too":           {in: "vie\u0302\u0323c", want: "việc"},
		"zero-width space inside a word":                 {in: "pass\u200bport", want: "passport", ruses: []string{ZeroWidth}},
		"zero-width space in Khmer is a word break":      {in: "ការងារ\u200bខ្ពស់", want: "ការងារខ្ពស់"},
		"soft hyphen is typography":                      {in: "re\u00adcruit", want: "recruit"},
		"override of direction":                          {in: "gn\u202eirih", want: "gnirih", ruses: []string{Bidi}},
		"Latin letters in a Cyrillic word":               {in: "Телeгрaм", want: "телеграм", ruses: []string{Homoglyph}},
		"Cyrillic letters in a Latin word":               {in: "раsspоrt", want: "passport", ruses: []string{Homoglyph}},
		"Cyrillic capitals in a Latin word":              {in: "WhаtsАpp", want: "whatsapp", ruses: []string{Homoglyph}},
		"a Latin word with a Russian ending":             {in: "SMSка", want: "smsка"},
		"full-width letters":                             {in: "ＷＨＡＴＳ", want: "whats", ruses: []string{FullWidth}},
		"two full-width letters are typography":          {in: "ＣＳ客服", want: "cs客服"},
		"mathematical letters":                           {in: "𝓌𝒽𝒶𝓉𝓈𝒶𝓅𝓅 𝟭𝟮", want: "whatsapp 12", ruses: []string{StyledLetters}},
		"squared letters":                                {in: "🅷🅸🆁🅸🅽🅶", want: "hiring", ruses: []string{StyledLetters}},
		"keycaps side by side":                           {in: "1️⃣0️⃣0️⃣0️⃣ usd", want: "1000 usd", ruses: []string{EmojiDigits}},
		"one keycap numbers a list":                      {in: "1️⃣ visa", want: "1 visa"},
		"letters from regional indicators":               {in: "🇭🇮🇷🇮🇳🇬", want: "hiring", ruses: []string{EmojiDigits}},
		"flags stay flags":                               {in: "🇰🇭🇹🇭 job", want: "🇰🇭🇹🇭 job"},
		"Thai digits":                                    {in: "๑๕๐๐๐ บาท", want: "15000 บาท"},
		"Khmer, Lao, Burmese, Bengali and Arabic digits": {in: "១៥ ໑໕ ၁၅ ১৫ ١٥ ۱۵ १५ ௧௫", want: "15 15 15 15 15 15 15 15"},
		"wide gaps":                                  {in: "flight   is    free\n\n  now", want: "flight is free\n\n now"},
		"letters pulled apart":                       {in: "h i r i n g  n o w !", want: "hiring n o w !", ruses: []string{SpacedLetters}},
		"dotted letters":                             {in: "S.A.L.A.R.Y", want: "salary", ruses: []string{SpacedLetters}},
		"Chinese pulled apart":                       {in: "高 薪 招 聘", want: "高薪招聘", ruses: []string{SpacedLetters}},
		"Arabic pulled apart":                        {in: "خدمة في ك.م.ب.و.د.ي.ا", want: "خدمه في كمبوديا", ruses: []string{SpacedLetters}},
		"the alphabet is a list":                     {in: "a b c d e", want: "a b c d e"},
		"an initialism of three":                     {in: "U.S.A.", want: "u.s.a."},
		"Traditional Chinese":                        {in: "柬埔寨園區招聘電話", want: "柬埔寨园区招聘电话"},
		"characters taken apart":                     {in: "微亻言", want: "微信", ruses: []string{SplitCharacters}},
		"letters drawn out":                          {in: "hiriiing urgenttt freeee", want: "hiring urgent free", ruses: []string{RepeatedLetters}},
		"an acronym of one letter":                   {in: "SSS www.example.org", want: "sss www.example.org"},
		"typographic quotes, dashes and spaces":      {in: "don’t – “go”\u00a0now", want: "don't - \"go\" now"},
		"Thai sara am, composed or not":              {in: "ท\u0e4d\u0e32งาน น\u0e49\u0e4d\u0e32 น\u0e4d\u0e49\u0e32", want: "ทำงาน น้ำ น้ำ"},
		"Thai marks in the wrong order":              {in: "ท\u0e48\u0e35", want: "ท\u0e35\u0e48"},
		"Thai double e":                              {in: "เเรงงาน", want: "แรงงาน"},
		"Lao tone and nikhahit":                      {in: "ນ\u0ec9\u0ecd\u0eb2 ໜີ", want: "ນ\u0ec9\u0eb3 ຫນີ"},
		"Khmer coeng da is coeng ta":                 {in: "បណ្ដុះ", want: "បណ្តុះ"},
		"Khmer coeng ro comes last":                  {in: "ស\u17d2\u179a\u17d2\u178fី", want: "ស\u17d2\u178f\u17d2\u179aី"},
		"Khmer vowel in two":                         {in: "ក\u17c1\u17b8 ក\u17c1\u17b6", want: "ក\u17be ក\u17c4"},
		"Khmer shifter seen as u":                    {in: "កាស\u17bb\u17b8ណ\u17bc", want: "កាស\u17ca\u17b8ណ\u17bc"},
		"Burmese dot below and asat":                 {in: "ခွင\u1037\u103a ခွင\u103a\u1037", want: "ခွင\u1037\u103a ခွင\u1037\u103a"},
		"Burmese nought typed as wa":                 {in: "၁ဝဝဝ", want: "1000"},
		"Arabic yeh, kaf, alef, tatweel and harakat": {in: "إلـــى کی مُحَمَّد", want: "الي كي محمد"},
		"Turkish capitals":                           {in: "İŞ İLANI ışık", want: "iş ilani işik"},
		"Devanagari nukta":                           {in: "नौकरी ज़रूरत", want: "नौकरी जरूरत"},
		"half-width kana":                            {in: "ｶﾞｯﾂ", want: "ガッツ"},
		"Hangul in pieces":                           {in: "\u1112\u1161\u11ab국", want: "한국"},
		"Russian yo":                                 {in: "Ещё", want: "еще"},
		"full-width punctuation":                     {in: "薪资：１０００，面议", want: "薪资:1000,面议"},
		"bytes that are no UTF-8":                    {in: "a\xff\xc0b", want: "a\x1a\x1ab"},
		"nothing":                                    {},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := Fold(tt.in)
			if got.Folded != tt.want || !slices.Equal(got.Disguises, tt.ruses) {
				t.Errorf("fold(%q) = %q %q, want %q %q", tt.in, got.Folded, got.Disguises, tt.want, tt.ruses)
			}
			checkText(t, got)
			if again := Fold(got.Folded); again.Folded != got.Folded {
				t.Errorf("folded again %q = %q", got.Folded, again.Folded)
			}
		})
	}
}
