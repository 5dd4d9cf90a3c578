package classifier

import (
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/internal/post"
)

// TestWhoSpeaks gives sentences that use the words of an offer and are none, and
// offers that use the words of a report.
func TestWhoSpeaks(t *testing.T) {
	tests := map[string]struct {
		text string
		want post.Stance
	}{
		"en: a job at home that pays in hugs":         {"Job opening at my mom's house: live-in, meals provided, phone taken at dinner, can't leave until the dishes are done, pay is love 😂 apply within", post.StanceOther},
		"pt: the same":                                {"Contrata-se marido: casa e comida, celular fica comigo, sair só com autorização, salário em abraços kkkk", post.StanceOther},
		"zh: the same":                                {"招聘男朋友:包吃包住,手机上交,出门要批准,工资是亲亲,哈哈哈哈", post.StanceOther},
		"ko: the same, laughing in consonants":        {"남친 구합니다. 숙식 제공, 핸드폰 압수, 외출은 허락제, 월급은 뽀뽀ㅋㅋㅋㅋ", post.StanceOther},
		"en: a chapter":                               {"Chapter 14. \"Your passport stays with me,\" the manager said, and locked the drawer. Eight hundred dollars, they had promised, and a free ticket.", post.StanceOther},
		"zh: a chapter":                               {"第十二章 “护照先放我这。”老板笑着锁上抽屉。机票是他们买的,打字而已。", post.StanceOther},
		"en: an article of a law":                     {"Art. 12. Employers shall not retain passports, restrict leaving the dormitory or deduct the air ticket from wages.", post.StanceOther},
		"zh: a dialogue":                              {"老板:我们公司包吃包住、护照统一保管。\n同事:这是去柬埔寨吗?\n老板:不是,是员工旅游。", post.StanceOther},
		"en: who quotes an offer warns of it":         {"Please share. \"Free ticket to Thailand, customer service, 1500 dollars\" is what they wrote to my cousin. Block them.", post.StanceWarning},
		"ms: who quotes between apostrophes":          {"Ada budak offer anak saya 'gaji 6k, luar negara, tiket ditanggung, makan free'. Nasib dia cerita. Ibu bapa, tanya anak.", post.StanceWarning},
		"en: lecture notes":                           {"Lecture notes: what adverts for scam compounds promise (high pay, flight and room free, no diploma, passport kept).", post.StanceOther},
		"en: we were sold":                            {"We were sold twice. I ended up on the fourth floor, and my family paid before they let me out.", post.StanceTestimony},
		"es: if they offer it, do not go":             {"Si te ofrecen vuelo pagado, 1500 dólares por escribir mensajes y te piden decir que vas de turista, no viajes. Así se llevaron a tres chicos del barrio.", post.StanceWarning},
		"id: if they offer it, do not go":             {"Kalau ada yang nawarin tiket gratis, gaji 15 juta cuma balas chat, masuk pakai visa turis: jangan mau. Sudah tiga anak desa kita nggak pulang.", post.StanceWarning},
		"en: is it true":                              {"Got a message: chat support in Bangkok, 1400 usd, ticket and condo free, no interview. Anyone heard of this? Feels too good.", post.StanceSeeker},
		"ru: where to check the licence":              {"Парень обещает Филиппины за неделю, платить ничего не надо, работа с клиентами. Где проверить лицензию такой фирмы?", post.StanceSeeker},
		"fr: they promised, and took the passport":    {"On m'avait promis 1 500 $, le billet et la chambre. Sur place ils ont pris mon passeport et mon téléphone. J'ai réussi à partir au bout de cinq mois.", post.StanceTestimony},
		"sw: they told me, and I came home":           {"Waliniambia ni kazi ya ofisi, dola 1000, tiketi na nyumba bure. Nilipofika walichukua pasipoti na simu, hatukuruhusiwa kutoka. Nilirudi nyumbani baada ya miezi mitano.", post.StanceTestimony},
		"ja: a brother who is beaten":                 {"弟はタイで倉庫の仕事だと言って出かけました。今はこっそり連絡してきます。ノルマに届かないと殴られるそうです。", post.StanceTestimony},
		"en: locked up and beaten, and nothing else":  {"Five months behind that fence. Locked in, beaten when we missed the quota, and a ransom before they let us go.", post.StanceTestimony},
		"am: a sister is addressed, and told to lie":  {"እህቴ ስራው ቀላል ነው ቁጭ ብለሽ መልስ መስጠት ብቻ። ቦሌ ላይ ሲጠይቁሽ ለጉብኝት ነው በይ፣ ስራ እንዳታወሪ።", post.StanceOffer},
		"en: an offer to the banned":                  {"Blacklisted at the border? We take you over the river at night, job ready, text @example_hr", post.StanceOffer},
		"id: a bounty for who wants work":             {"Yang punya kenalan mau kerja ke Kamboja setor ke gue, per kepala 5 juta, cair begitu orangnya nyampe kantor. DM", post.StanceOffer},
		"km: a question to who is in debt":            {"ជំពាក់បំណុលមែនទេ? ក្រុមហ៊ុនសងបំណុលឲ្យមុន រួចកាត់ប្រាក់ខែ ការងារវាយអក្សរនៅប៉ោយប៉ែត", post.StanceOffer},
		"tl: an offer that laughs and names its pay":  {"Hiring chat agents sa Laos hehe 😂😂 60k a month, libre ticket, message @example_hr", post.StanceOffer},
		"en: an offer that asks for the word \"yes\"": {"We are hiring chat staff, salary 900 USD, free room. Comment \"yes\" or write to @example_hr", post.StanceOffer},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := classify(t, post.Post{ID: "x", Text: tt.text, Lang: name[:2]})
			if v.Stance != tt.want {
				t.Errorf("stance of %q = %s, want %s (concepts %q)", tt.text, v.Stance, tt.want, v.Facts.Concepts)
			}
			if v.Flagged && tt.want != post.StanceOffer {
				t.Errorf("%q is flagged: %v", tt.text, v.Rules)
			}
			if help := tt.want == post.StanceTestimony; v.Help != help && v.Stance == tt.want {
				t.Errorf("help for %q = %v, want %v", tt.text, v.Help, help)
			}
		})
	}
}

func TestLaughter(t *testing.T) {
	for word, want := range map[string]bool{
		"haha": true, "jajaja": true, "kkkk": true, "555": true, "哈哈": true, "wkwk": true, "ههه": true, "хаха": true, "lol": true,
		"chapter": false, "ha": false, "k": false, "papaya": false, "": false,
	} {
		if got := laughter(word); got != want {
			t.Errorf("laughter(%q) = %v, want %v", word, got, want)
		}
	}
}

func TestGiggles(t *testing.T) {
	for text, want := range map[string]bool{
		"월급은 뽀뽀ㅋ": true, "ㅋㅋㅋㅋ 진짜": true, "좋아요ㅎㅎ": true,
		"ㅋㅌ로 연락": false, "ㅌㅋ": false, "안녕하세요": false, "": false, "ㅋㅌ ㅋㅌ 그리고 ㅋㅋ": true,
	} {
		if got := giggles(text); got != want {
			t.Errorf("giggles(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestStaged(t *testing.T) {
	w := &work{view: everything()}
	w.text.text = "boss: come in\nguest: why\nboss: we eat\n"
	if !w.staged() {
		t.Error("two speakers in turn are no dialogue")
	}
	w.text.text = strings.Repeat("a: x\nb: y\nc: z\nd: x\ne: y\nf: z\ng: x\nh: y\n", 1000) // bounded: it looks at eight names
	w.text.text = "Salary: 900\nPlace: Laos\nFood: free\nContact: @example_hr\n"
	if w.staged() {
		t.Error("the points of an advert are a dialogue")
	}
}
