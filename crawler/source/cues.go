package source

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// cue is a group of words that a job ad has as part of its structure. They tell
// an ad from an article; they say nothing of what kind of ad it is, which is the
// classifier's business.
type cue int

const (
	cueHiring  cue = iota // somebody is wanted
	cueRole               // names of work
	cuePay                // pay
	cueDuty               // what is to be done
	cueNeed               // what is asked for
	cueApply              // how to apply
	cueContact            // how to reach the poster
	cueBenefit            // what comes with the work
	cueHours              // hours and kind of contract
	cuePlace              // label of the place
	cueCompany            // label of the employer
	cueDate               // label of the date
	cueNews               // the voice of an article
	cueGroups
)

// cueWords lists the words by group; a trailing * makes a stem of one. Languages
// follow one another: en, de, fr, es, pt, it, nl, cs/sk, pl, ru, uk, tr, vi, id/ms,
// tl, zh, ja, ko, th, km, lo, my, hi, bn, ur, ar, sw.
var cueWords = [cueGroups]string{
	cueHiring: `hiring|we are looking for|we're looking for|is looking for|looking for a|job vacancy|vacancy|vacancies|job opening|open position|job opportunity|wanted|recruit*|job offer|job ad|join our team|now hiring|urgently needed|position available|staff needed|workers needed|needed|apply for this job|jobs|careers|job|
gesucht|suchen wir|wir suchen|stellenangebot*|stellenanzeige*|stellenausschreibung|sucht|m/w/d|w/m/d|(m/w|(w/m|mitarbeiter/in|verstärkung|jobangebot|recrute|recrutement|recherchons|offre d'emploi|poste à pourvoir|h/f|se busca|buscamos|se solicita|oferta de empleo|oferta de trabajo|vacante*|contratamos|vaga|vagas|contrata-se|procuramos|oferta de emprego|cercasi|cerchiamo|offerta di lavoro|ricerchiamo|gezocht|vacature*|wij zoeken|hledáme|hledám|nabídka práce|volná pozice|přijmeme|hľadáme|ponuka práce|poszukujemy|oferta pracy|zatrudni*|szukamy|praca|
требу*|ваканси*|ищем|набор сотрудников|набираем|приглаша* на работу|работа в|потріб*|ваканс*|шукаємо|aranıyor|iş ilanı|alınacak*|eleman|tuyển dụng|tuyển|cần tuyển|việc làm|tuyển gấp|tìm người|lowongan|dibutuhkan|loker|kami mencari|dicari|jawatan kosong|kerja kosong|diperlukan|naghahanap|kailangan|bakante|trabaho|
招聘|诚聘|誠聘|急聘|招工|招人|招募|高薪|聘请|聘請|徵才|徵人|誠徵|诚招|直招|急招|職缺|职位|職位|募集|求人|採用|スタッフ募集|채용|모집|구인|구합니다|직원|รับสมัคร|ตำแหน่งงาน|หางาน|สมัครงาน|ประกาศรับ|ต้องการรับ|ជ្រើសរើស|ការងារ|ត្រូវការ|បុគ្គលិក|ឱកាសការងារ|ຮັບສະໝັກ|ວຽກ|ຕ້ອງການ|အလုပ်ခေါ်|အလုပ်|ခေါ်ယူ|လိုအပ်|भर्ती|नौकरी|आवश्यकता|रिक्ति|নিয়োগ|চাকরি|আবশ্যক|নিয়োগ|ملازمت|نوکری|بھرتی|آسامی|وظيفة|وظائف|مطلوب|توظيف|فرصة عمل|nafasi za kazi|ajira|anahitajika|wanahitajika`,
	cueRole: `engineer|developer|programmer|manager|assistant|officer|specialist|technician|operator|translator|typist|clerk|accountant|driver|cook|chef|waiter|waitress|cleaner|receptionist|teacher|designer|analyst|consultant|coordinator|supervisor|sales executive|customer service|agent|administrator|secretary|worker|nurse|guard|cashier|marketer|internship|trainee|representative|
entwickler*|ingenieur*|mitarbeiter*|sachbearbeiter*|pädagog*|techniker*|berater*|verkäufer*|leiter*|développeu*|ingénieur*|vendeu*|assistant*|responsable|ingenier*|desarrollador*|vendedor*|gerente|asistente|programador*|programátor*|vývojář*|inženýr|analytik*|asistent*|konzultant*|tester*|programista|inżynier|kierowca|sprzedawca|менеджер*|оператор*|разработчик*|инженер*|водител*|продав*|администратор*|переводчик*|nhân viên|kỹ sư|quản lý|phiên dịch|lập trình viên|karyawan|staf|admin|operator|penerjemah|
客服|翻译|翻譯|文员|司机|厨师|工程师|工程師|经理|經理|助理|主管|专员|專員|打字|推广|業務|业务|技術者|エンジニア|사원|매니저|상담원|พนักงาน|แอดมิน|ล่าม|วิศวกร|ผู้จัดการ|ជាងបច្ចេកទេស|វិស្វករ|អ្នកបកប្រែ|អ្នកគ្រប់គ្រង|ພະນັກງານ|ဝန်ထမ်း|मैनेजर|ऑपरेटर|ड्राइवर|টাইপিস্ট|অপারেটর|مترجم|موظف|مهندس`,
	cuePay: `salary|salaries|wage|wages|compensation|pay rate|remuneration|stipend|per month|/month|monthly|per hour|base pay|basic pay|income|commission|bonus|gehalt|vergütung|entgelt|verdienst|lohn|bezahlung|salaire|rémunération|salario|sueldo|remuneración|salário|remuneração|stipendio|retribuzione|salaris|mzda|plat|platové*|wynagrodzeni*|pensja|stawka|зарплат*|оплата|заработн*|оклад|доход|зп|з/п|заробітн*|maaş|ücret|lương|thu nhập|mức lương|gaji|upah|penghasilan|sahod|sweldo|suweldo|
工资|工資|薪资|薪資|薪水|底薪|月薪|待遇|薪酬|提成|保底|给与|給与|時給|月給|年収|급여|월급|연봉|시급|페이|เงินเดือน|รายได้|ค่าจ้าง|ค่าคอม|ប្រាក់ខែ|ប្រាក់បៀវត្ស|ប្រាក់ឈ្នួល|ເງິນເດືອນ|ລາຍຮັບ|လစာ|वेतन|सैलरी|तनख्वाह|বেতন|تنخواہ|راتب|الراتب|أجر|mshahara`,
	cueDuty: `responsibilities|responsibility|duties|job description|what you'll do|what you will do|your role|your tasks|key tasks|job purpose|scope of work|job duties|role overview|about the role|aufgaben|ihre aufgaben|deine aufgaben|tätigkeit*|arbeitsbereich|missions|vos missions|tâches|responsabilités|description du poste|responsabilidades|funciones|tareas|descripción del puesto|descrição da vaga|atividades|mansioni|attività|descrizione|taken|werkzaamheden|náplň práce|pracovní náplň|co budeš dělat|co budete dělat|co tě čeká|náplň|obowiązki|zakres obowiązków|zadania|twoje zadania|opis stanowiska|
обязанност*|задачи|что делать|чем предстоит|обов'язки|görev*|iş tanımı|mô tả công việc|nhiệm vụ|công việc|tugas|tanggung jawab|deskripsi pekerjaan|tungkulin|gawain|
工作内容|工作內容|岗位职责|崗位職責|职责|職責|岗位|職務|业务内容|仕事内容|業務内容|업무내용|담당업무|주요업무|업무|ลักษณะงาน|หน้าที่|รายละเอียดงาน|ความรับผิดชอบ|តួនាទី|ភារកិច្ច|ការទទួលខុសត្រូវ|ໜ້າທີ່|တာဝန်|कार्य|जिम्मेदारी*|দায়িত্ব|ذمہ داری*|المهام|المسؤوليات|majukumu`,
	cueNeed: `requirements|requirement|qualifications|qualification|what you'll need|what we expect|must have|skills required|experience required|years of experience|years experience|education|degree|fluent|who you are|eligibility|no experience|age between|aged|candidate|candidates|applicants|anforderungen|profil|ihr profil|dein profil|qualifikation*|voraussetzung*|kenntnisse|berufserfahrung|wir erwarten|profil recherché|compétences|expérience|formation|vous êtes|requisitos|experiencia|requisiti|esperienza|eisen|ervaring|functie-eisen|požadavky|požadujeme|požadované|očekáváme|praxe|znalost*|umíš|umět|měl bys|wymagania|oczekujemy|doświadczeni*|mile widziane|znajomość|
требования|требуется опыт|опыт работы|без опыта|знание|кандидат*|вимоги|досвід|aranan nitelikler|nitelikler|deneyim|tecrübe|yêu cầu|kinh nghiệm|trình độ|độ tuổi|persyaratan|kualifikasi|pengalaman|syarat|kelayakan|kwalipikasyon|karanasan|
要求|岗位要求|崗位要求|任职要求|任職資格|条件|條件|学历|學歷|年龄|年齡|经验|經驗|応募資格|経験|必須|자격요건|자격|경력|우대사항|คุณสมบัติ|ประสบการณ์|วุฒิ|อายุ|លក្ខខណ្ឌ|តម្រូវការ|បទពិសោធន៍|គុណវុឌ្ឍិ|អាយុ|ຄຸນສົມບັດ|ປະສົບການ|အရည်အချင်း|အတွေ့အကြုံ|လိုအပ်ချက်|योग्यता|अनुभव|उम्र|যোগ্যতা|অভিজ্ঞতা|اہلیت|تجربہ|المؤهلات|الخبرة|الشروط|vigezo|sifa|uzoefu`,
	cueApply: `apply now|apply|how to apply|to apply|send your cv|send cv|send us your|submit your|your resume|cover letter|cv to|resume to|interested candidates|if interested|application deadline|closing date|interview|bewerben|bewerbung*|jetzt bewerben|lebenslauf|anschreiben|bewerbungsfrist|postuler|candidature|envoyez votre|lettre de motivation|postular|envía tu|enviar cv|currículum|hoja de vida|candidate-se|enviar currículo|candidati|invia il|inviare cv|solliciteer|sollicit*|životopis|pošli|pošlete|ozvi se|napište|zašlete|aplikuj|cv na|wyślij|prosimy o przesłanie|rozmow* kwalifikacyjn*|
откликнуться|резюме|присылайте|отправ* резюме|собеседован*|надсилайте|başvuru|başvur|özgeçmiş|ứng tuyển|nộp hồ sơ|hồ sơ|cv về|phỏng vấn|lamar|lamaran|kirim cv|kirimkan|mohon|temuduga|mag-apply|ipasa|
投递|投遞|简历|簡歷|履歷|应聘|應聘|应征|應徵|报名|面试|面試|応募|履歴書|面接|지원방법|이력서|지원하기|면접|สมัครได้ที่|ส่งประวัติ|เรซูเม่|สัมภาษณ์|สมัครด่วน|ដាក់ពាក្យ|ប្រវត្តិរូប|សម្ភាសន៍|ຍື່ນ|ສຳພາດ|လျှောက်ထား|လျှောက်လွှာ|အင်တာဗျူး|आवेदन|बायोडाटा|इंटरव्यू|আবেদন|সিভি|درخواست|انٹرویو|التقديم|السيرة الذاتية|للتقديم|tuma maombi|wasifu`,
	cueContact: `contact|contact us|call|whatsapp|telegram|wechat|viber|zalo|phone|tel|hotline|dm|pm me|inbox|email|message us|kontakt|ansprechpartner*|telefon|contacter|contacto|llamar|contato|contatto|bellen|контакт*|звон*|телеграм*|телефон|писать|пишите|звертат*|iletişim|liên hệ|gọi|sđt|hubungi|wa|line|makipag-ugnayan|tumawag|联系|聯繫|联络|聯絡|微信|电话|電話|飞机|纸飞机|連絡|お問い合わせ|문의|연락처|카톡|ติดต่อ|สนใจ|ไลน์|โทร|ទំនាក់ទំនង|ទូរស័ព្ទ|ឆាត|តេឡេក្រាម|ຕິດຕໍ່|ໂທ|ဆက်သွယ်|ဖုန်း|संपर्क|फोन|যোগাযোগ|ফোন|رابطہ|فون|للتواصل|اتصل|واتساب|wasiliana|piga simu`,
	cueBenefit: `benefits|perks|we offer|what we offer|free accommodation|accommodation|food and accommodation|free food|meals provided|housing|visa|air ticket|flight|insurance|annual leave|paid leave|wir bieten|benefits|unterkunft|verpflegung|urlaubstage|urlaub|nous offrons|avantages|logement|ofrecemos|beneficios|alojamiento|oferecemos|benefícios|offriamo|vitto|alloggio|wij bieden|nabízíme|benefity|co nabízíme|na co se můžeš těšit|ubytování|stravenky|oferujemy|benefity|zakwaterowanie|мы предлагаем|условия|жилье|проживание|питание|бонусы|пропонуємо|житло|sunuyoruz|yan haklar|konaklama|quyền lợi|phúc lợi|bao ăn|bao ở|ăn ở|chế độ|fasilitas|tunjangan|benefit|mess|kami tawarkan|makan|benepisyo|libre|
包吃|包住|食宿|福利|五险|五險|机票|機票|包机票|签证|奖金|獎金|福利厚生|社宅|寮|복리후생|숙식|혜택|สวัสดิการ|ที่พัก|อาหาร|ประกันสังคม|อยู่ฟรี|អត្ថប្រយោជន៍|កន្លែងស្នាក់នៅ|អាហារ|ធានារ៉ាប់រង|ສະຫວັດດີການ|ທີ່ພັກ|ခံစားခွင့်|နေစရာ|အစားအသောက်|सुविधाएं|आवास|भोजन|সুবিধা|থাকা|খাওয়া|رہائش|کھانا|المزايا|السكن|تأشيرة|marupurupu|malazi`,
	cueHours: `full-time|full time|part-time|part time|working hours|work schedule|shift|shifts|hours per week|employment type|contract type|contract|permanent|freelance|remote|work from home|days off|day off|vollzeit|teilzeit|arbeitszeit*|befristet|unbefristet|stunden|temps plein|temps partiel|cdi|cdd|horaires|tiempo completo|medio tiempo|jornada|horario|tempo integral|período integral|tempo pieno|orario|voltijd|deeltijd|plný úvazek|částečný úvazek|úvazek|hpp|dpp|pracovní doba|pełny etat|etat|umowa|zmian*|полная занятость|график|смен*|полный день|удален*|повна зайнятість|графік|tam zamanlı|yarı zamanlı|çalışma saatleri|vardiya|toàn thời gian|bán thời gian|thời gian làm việc|ca làm|giờ làm|penuh waktu|paruh waktu|jam kerja|waktu kerja|sepenuh masa|oras|
全职|全職|兼职|兼職|工作时间|工作時間|上班时间|双休|单休|轮班|勤務時間|正社員|アルバイト|休日|근무시간|정규직|계약직|근무|เต็มเวลา|เวลาทำงาน|วันหยุด|ทำงานวันละ|ម៉ោងធ្វើការ|ពេញម៉ោង|ថ្ងៃឈប់|ເວລາເຮັດວຽກ|အလုပ်ချိန်|အချိန်ပြည့်|पूर्णकालिक|समय|पार्ट टाइम|পূর্ণকালীন|সময়|فل ٹائم|دوام|ساعات العمل|muda wote`,
	cuePlace:   `location|place of work|work location|workplace|job location|city|address|based in|arbeitsort|einsatzort|standort|ort|lieu|lieu de travail|localisation|ubicación|lugar de trabajo|lugar|localização|local|sede|luogo|sede di lavoro|standplaats|locatie|místo výkonu práce|místo|lokalita|miejsce pracy|lokalizacja|место работы|город|адрес|місце роботи|місто|konum|çalışma yeri|şehir|địa điểm|nơi làm việc|địa điểm làm việc|khu vực|lokasi|penempatan|tempat kerja|lokasyon|lugar ng trabaho|工作地点|工作地點|地点|地點|上班地点|工作地|地址|勤務地|場所|근무지|근무지역|위치|สถานที่|สถานที่ทำงาน|สถานที่ปฏิบัติงาน|ทำงานที่|จังหวัด|ទីតាំង|ទីកន្លែង|កន្លែងធ្វើការ|ສະຖານທີ່|နေရာ|အလုပ်နေရာ|स्थान|कार्यस्थल|স্থান|কর্মস্থল|مقام|جگہ|الموقع|مكان العمل|المدينة|mahali`,
	cueCompany: `company|company name|employer|organization|organisation|hiring organization|firma|unternehmen|arbeitgeber|entreprise|société|employeur|empresa|compañía|azienda|bedrijf|werkgever|společnost|zaměstnavatel|pracodawca|компания|организация|работодатель|компанія|роботодавець|şirket|firma|işveren|công ty|tên công ty|perusahaan|syarikat|majikan|kumpanya|公司|公司名称|公司名稱|企业|企業|单位|会社|会社名|회사|회사명|기업|บริษัท|ชื่อบริษัท|ក្រុមហ៊ុន|ឈ្មោះក្រុមហ៊ុន|ບໍລິສັດ|ကုမ္ပဏီ|कंपनी|কোম্পানি|প্রতিষ্ঠান|کمپنی|الشركة|kampuni`,
	cueDate:    `posted|date posted|posted on|posting date|published|publish date|date|post date|veröffentlicht|veröffentlicht am|datum|eingestellt am|publié le|date de publication|fecha|publicado|fecha de publicación|data|publicado em|pubblicato|data di pubblicazione|geplaatst|zveřejněno|datum zveřejnění|dodano|data publikacji|opublikowano|дата|опубликовано|размещено|дата публикации|опубліковано|ilan tarihi|tarih|ngày đăng|đăng ngày|tanggal|diposting|petsa|发布时间|發布時間|发布日期|刊登日期|更新时间|日期|掲載日|更新日|등록일|게시일|วันที่ประกาศ|ลงประกาศ|วันที่|ថ្ងៃប្រកាស|កាលបរិច្ឆេទ|ວັນທີ|နေ့စွဲ|रक्ती|तिथि|তারিখ|تاریخ|تاريخ النشر|التاريخ|tarehe`,
	cueNews:    `according to|said that|told|reported|police|arrested|journalist|government|minister|court|study|researchers|survey|the article|read more|laut|sagte|berichtet*|polizei|forscher|studie|bundesregierung|selon|a déclaré|gouvernement|según|dijo|gobierno|policía|secondo|ha detto|podle|řekl|policie|według|powiedział|rząd|сообщил*|заявил*|полици*|правительств*|theo|cho biết|công an|cảnh sát|menurut|kata|polisi|pemerintah|据报道|警方|记者|記者|表示|政府|報道|によると|경찰|기자|정부|ตำรวจ|รัฐบาล|ผู้สื่อข่าว|រាយការណ៍|នគរបាល|ရဲ|पुलिस|পুলিশ|پولیس|الشرطة|الحكومة|وفقا`,
}

// cueEntry is one word of the table, ready to be compared.
type cueEntry struct {
	word  string
	group cue
	stem  bool // a word of the text may go on
	free  bool // may begin inside a run of letters: scripts without spaces
}

// cueTable maps the first three bytes of a word to the words that begin so.
var cueTable = sync.OnceValue(func() map[[3]byte][]cueEntry {
	t := map[[3]byte][]cueEntry{}
	for g, list := range cueWords {
		for w := range strings.SplitSeq(list, "|") {
			w = strings.TrimSpace(w)
			e := cueEntry{group: cue(g)}
			e.word, e.stem = strings.CutSuffix(w, "*")
			if e.word == "" {
				continue
			}
			r, _ := utf8.DecodeRuneInString(e.word)
			e.free = unspaced(r)
			t[key3(e.word)] = append(t[key3(e.word)], e)
		}
	}
	return t
})

func key3(s string) (k [3]byte) {
	copy(k[:], s)
	return k
}

// unspaced reports scripts that write words without spaces between them.
func unspaced(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Hangul)
}

// cueHit is one word found: bytes from at to end of the lower-cased text.
type cueHit struct {
	group   cue
	at, end int
}

// findCues lists the cues in low, which is lower case, in order. Where several
// begin at one place the longest of each group counts.
func findCues(low string) []cueHit {
	var hits []cueHit
	table := cueTable()
	prevWord := false
	for i, r := range low {
		word := unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
		if (!prevWord || unspaced(r)) && (word || r == '(' || r == '/') {
			var best [cueGroups]int
			for n := 3; n >= 2; n-- { // words of two bytes are padded
				if i+n > len(low) {
					continue
				}
				for _, e := range table[key3(low[i:i+n])] {
					if len(e.word) > best[e.group] && strings.HasPrefix(low[i:], e.word) && (e.stem || e.free || wordEnds(low[i+len(e.word):])) {
						best[e.group] = len(e.word)
					}
				}
			}
			for g, n := range best {
				if n > 0 && len(hits) < 5000 {
					hits = append(hits, cueHit{cue(g), i, i + n})
				}
			}
		}
		prevWord = word
	}
	return hits
}

func wordEnds(rest string) bool {
	if rest == "" {
		return true
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
}

// cueHits counts the cues of each group in a lower-case text.
func cueHits(low string) (n [cueGroups]int) {
	for _, h := range findCues(low) {
		n[h.group]++
	}
	return n
}
