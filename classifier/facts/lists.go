package facts

// app is one way to be reached by a chat program, with the words that name it.
type app struct {
	kind  string
	words string // separated by |
	trust trust
}

// trust is how far the words of a row can be believed.
type trust uint8

const (
	sure  trust = iota
	weak        // they mean other things too: an id must follow a colon, an @ or the like
	asks        // they ask to be added: what follows is an id
	emoji       // a picture: an id must follow a colon, and hold a digit
)

// apps are matched folded. The words of one kind may stand in two rows, plain and weak.
var apps = []app{
	{"telegram", "telegram|telegrame|telegran|telgram|telegam|tele gram|телеграм*|телеграмм*|电报|纸飞机|飞机号|เทเลแกรม|เทเลแกม|เทเรแกรม|ເທເລແກຣມ|តេឡេក្រាម|តេលេក្រាម|တယ်လီဂရမ်|टेलीग्राम|टेलिग्राम|টেলিগ্রাম|ٹیلیگرام|تيليجرام|تليجرام|تلغرام|تيليغرام|تلجرام|تيليكرام|تلكرام|텔레그램|텔레그렘|テレグラム|テレグラ|ටෙලිග්‍රෑම්|டெலிகிராம்|ቴሌግራም|télégramme", sure},
	{"telegram", "tg|tele|tlg|t.g|тг|телега|телегу|телеге|в лс тг|飞机|ทีจี|ทีเล|텔레|텔그|telega|تلي|تيلي|តេលេ", weak},
	{"telegram", "加飞机|加电报|加tg|加纸飞机|텔레 추가|텔레추가", asks},
	{"telegram", "✈|✈️|🛩|🛫", emoji},
	{"whatsapp", "whatsapp|whats app|whatsap|watsapp|whatapp|whattsapp|wasap|wassap|ватсап*|вотсап*|วอทส์แอพ|วอทแอพ|วอตส์แอป|व्हाट्सएप|व्हाट्सऐप|व्हाट्सअप|वाट्सएप|व्हाट्सएप्प|হোয়াটসঅ্যাপ|হোয়াটসএপ|واتساب|واتس اب|واتس|واٹس ایپ|واٹس|왓츠앱|와츠앱|ワッツアップ|វ៉ាត់សាប់|ဝပ်ဆပ်|வாட்ஸ்அப்|වට්ස්ඇප්|ዋትስአፕ|ዋትሳፕ|zapzap|whatsappe", sure},
	{"whatsapp", "wa|w a|ws|wsp|wpp|zap|hp/wa|w.a", weak},
	{"line", "line id|id line|lineid|idline|line@|ไลน์|ไอดีไลน์|แอดไลน์|line账号|加line|line号|라인 아이디|라인아이디|ライン id", sure},
	{"line", "line|ไลน|赖|ライン|라인", weak},
	{"line", "加赖|加 赖|加line|ทักไลน์|ทัก ไลน์|แอดไลน์|แอด ไลน์|เพิ่มไลน์|เพิ่มเพื่อน ไลน์|ไลน์ไอดี|라인 추가|라인추가", asks},
	{"wechat", "wechat|we chat|weixin|微信|微信号|薇信|v信|微x|威信号|加微|加v|绿泡泡|วีแชท|วีแชต|위챗|ウィーチャット|вичат", sure},
	{"wechat", "wx|vx|威信|卫星|微", weak},
	{"wechat", "徽信|嶶信|微亻言|加微信|加微|加v|加vx|加wx|薇❤|v❤", asks},
	{"viber", "viber|вайбер*|ဗိုင်ဘာ|вибер*|ไวเบอร์|vibar", sure},
	{"zalo", "zalo|za lo|dalo", sure},
	{"signal", "signal id|signal", weak},
	{"kakaotalk", "kakaotalk|kakao talk|kakao id|카카오톡|카톡|카카오|カカオトーク|カカオ", sure},
	{"kakaotalk", "kakao|톡|ㅋㅌ|kkt", weak},
	{"facebook", "facebook|messenger|เฟส|เฟซบุ๊ก|เฟสบุ๊ค|ហ្វេសប៊ុក|ဖေ့စ်ဘုတ်", weak},
	{"facebook", "fb", weak},
	{"qq", "qq号|扣扣|企鹅号|qq群", sure},
	{"qq", "qq|企鹅|加q|加扣|秋秋", weak},
}

// wordLists are the words that people and companies are told by.
var wordLists = []struct {
	kind  wordKind
	words string
}{
	{wordDot, "dot com|dot net|dot org|dot co|dot my|dot ph|dot vn|dot sg|dot info|dot me|dot biz|d0t com|punto com|ponto com|point com|nokta com|titik com|chấm com|จุดคอม|точка ру|точка ru|точка ком|точка com|点com|닷컴|점 com"},
	{wordOther, "instagram|ig|insta|twitter|tiktok|tik tok|youtube|linkedin|ไอจี|ติ๊กต็อก|인스타|インスタ|threads|snapchat|discord|skype|github"},
	{wordPhone, "phone|tel|telp|tlp|telepon|telephone|telefon|call|mobile|cell|hp|no hp|no. hp|contact|contact no|contact number|hotline|sms|text|cp|cp#|cp no|nomor|hubungi|kontak|sđt|sdt|đt|điện thoại|liên hệ|lh|gọi|เบอร์|เบอร์โทร|โทร|โทรศัพท์|ติดต่อ|ເບີ|ໂທ|ຕິດຕໍ່|ទូរស័ព្ទ|ទូរសព្ទ|លេខ|ទំនាក់ទំនង|ဖုန်း|ဆက်သွယ်|电话|手机|联系|联系电话|热线|拨打|전화|연락처|핸드폰|휴대폰|문의|電話|携帯|連絡|телефон*|звон*|номер*|тел|тел.|звоните|téléphone|appel|appelez|numéro|contactez|telefone|ligue|celular|contato|teléfono|llamar|llame|número|هاتف|تليفون|اتصل|رقم|جوال|للتواصل|telefon|ara|numara|iletişim|फोन|मोबाइल|संपर्क|सम्पर्क|कॉल|ফোন|মোবাইল|যোগাযোগ|কল|فون|رابطہ|نمبر|موبائل|දුරකථන|අමතන්න|ඇමතුම්|தொலைபேசி|தொடர்பு|அழைக்க|simu|piga|namba|ስልክ|ደውሉ|ይደውሉ|numero|tawag"},
	{wordAge, "age|aged|ages|years old|year old|yrs old|y.o|y/o|yo|y.o.|yrs|usia|umur|berumur|berusia|อายุ|ອາຍຸ|អាយុ|វ័យ|အသက်|年龄|年纪|岁|周岁|나이|연령|세|세이상|세이하|세부터|세까지|만|年齢|歳|才|tuổi|độ tuổi|tuoi|возраст*|лет|years of age|âge|âgé|ans|idade|anos|edad|años|عمر|العمر|السن|سنة|yaş|yaşında|yaş aralığı|उम्र|आयु|वर्ष|साल|उमेर|বয়স|বছর|عمریں|වයස|අවුරුදු|வயது|umri|miaka|እድሜ|ዕድሜ|edad|taong gulang|tahun"},
	{wordMale, "male|males|men|man|gentlemen|boys|guys|guy|pria|laki-laki|laki laki|cowok|lelaki|lalaki|ชาย|ผู้ชาย|เพศชาย|ຊາຍ|ຜູ້ຊາຍ|ប្រុស|បុរស|ကျား|အမျိုးသား|ယောက်ျား|男|男生|男性|남자|남성|男子|мужчин*|парн*|мужской|муж|homme|hommes|homem|homens|masculino|hombre|hombres|ذكر|ذكور|رجال|شباب|erkek|पुरुष|लड़के|পুরুষ|ছেলে|مرد|පිරිමි|ආண්|ஆண்|ஆண்கள்|mwanaume|wanaume|ወንድ|ወንዶች|nam giới"},
	{wordFemale, "female|females|women|woman|ladies|lady|girls|girl|wanita|perempuan|cewek|babae|หญิง|ผู้หญิง|เพศหญิง|สาว|ຍິງ|ຜູ້ຍິງ|ស្រី|នារី|ស្ត្រី|အမျိုးသမီး|မိန်းကလေး|女|女生|女性|여자|여성|女子|женщин*|девушк*|девуш*|женский|femme|femmes|mulher|mulheres|feminino|mujer|mujeres|señorita*|أنثى|اناث|إناث|بنات|نساء|فتيات|kadın|bayan|kız|महिला|महिलाएं|लड़की|लड़कियां|মহিলা|মেয়ে|নারী|خواتین|لڑکیاں|عورت|කාන්තා|ගැහැණු|பெண்|பெண்கள்|mwanamke|wanawake|ሴት|ሴቶች|nữ|nữ giới"},
	{wordBoth, "male/female|male / female|m/f|f/m|both genders|any gender|pria/wanita|nam/nữ|nam nữ|nam, nữ|ชาย/หญิง|ชาย-หญิง|ชายหญิง|不限男女|男女不限|男女均可|男女皆可|男女|남녀|남녀무관|성별무관|men and women|male and female|both male & female|laki-laki/perempuan|ຊາຍ-ຍິງ|ប្រុសស្រី|ប្រុស/ស្រី|hommes et femmes|ذكور واناث|ذكور وإناث|kadın erkek|bay bayan|bay/bayan|erkek ve kadın|м/ж|мужчины и женщины|homens e mulheres|hombres y mujeres|पुरुष/महिला|ወንድም ሴትም"},
	{wordPeople, "people|persons|person|pax|workers|staff|vacancies|vacancy|openings|slots|candidates|orang|posisi|lowongan|người|nhân sự|คน|อัตรา|ตำแหน่ง|ຄົນ|នាក់|ရာထူး|ယောက်|ဦး|人|名|位|个名额|명|명을|человек*|сотрудник*|personnes|postes|pessoas|vagas|personas|vacantes|شخص|اشخاص|موظف*|kişi|personel|लोग|लोगों|पद|জন|افراد|දෙනෙක්|பேர்|watu|ሰው|ሰዎች|tao"},
	{wordCompanyEnd, "co., ltd|co.,ltd|co. ltd|co ltd|co., limited|company limited|ltd.|ltd|limited|inc|inc.|corp|corp.|corporation|llc|l.l.c|llp|gmbh|plc|pte ltd|pte. ltd|pte ltd.|pvt ltd|pvt. ltd|private limited|sdn bhd|sdn. bhd|sdn.bhd|berhad|tbk|s.a.|s.a.s|sarl|s.a.r.l|ltda|s.r.l|s.l.|eirl|e.i.r.l|ltd. şti|ltd. şti.|limited şirketi|a.ş|anonim şirketi|จำกัด|จำกัด (มหาชน)|จํากัด|有限公司|有限责任公司|集团|株式会社|合同会社|有限会社|주식회사|유한회사|(주)|㈱|tnhh|jsc|joint stock company|ຈຳກັດ|លីមីតធីត|လီမိတက်|ኃ.የተ.የግ.ማ|pt tbk"},
	{wordCompanyStart, "pt|pt.|cv|cv.|ud.|công ty|cong ty|cty|บริษัท|บจก|บจก.|บมจ|หจก|ห้างหุ้นส่วนจำกัด|ບໍລິສັດ|ក្រុមហ៊ុន|ကုမ္ပဏီ|株式会社|(株)|주식회사|(주)|ооо|оао|зао|пао|ип|شركة|société|empresa|compañía|company name|company|employer|公司"},
	{wordLicence, "dmw-*|poea-*|lesen no|lesen|no. lesen|劳务许可证|私立就业服务|oep license|oep licence|sippmi|sip3mi|p3mi|siuppak|siuppakln|dolab|jtksm|jtk|มีใบอนุญาต|ea licence|ea license|ea lic|ea no|ea reg|licence no|license no|licence number|license number|lic no|lic. no|license:|licence:|ra no|ra number|ra license|registration no|reg no|reg. no|ea personnel|mom licence|mom license|poea|poea license|dmw|dmw license|poea lic|slbfe|slbfe license|sbfe|la no|sippmi|sip2mi|bp2mi|no. izin|izin|boesl|bmet|rl no|rl-|rl|govt approved|mea reg|emigration licence|bureau licence|giấy phép|giấy phép số|ใบอนุญาต|ใบอนุญาตเลขที่|许可证|人力资源许可证|劳务许可证|등록번호|直業紹介事業許可|許可番号|有料職業紹介|лицензия|лицензии|licence n|licença|licencia|رخصة|ترخيص|ruhsat|lisans no|leseni|nita|nea|लाइसेन्स|इजाजतपत्र|इजाजत पत्र|लाइसेंस|লাইসেন্স|لائسنس|බලපත්‍ර අංක|ලයිසන්|ፈቃድ|ፍቃድ|အေဂျင်စီလိုင်စင်|လိုင်စင်"},
}

// commissionOnly is the value of the words for pay by commission alone.
const commissionOnly = 1

const commissionWords = "commission only|only commission|commission-only|commission based only|purely commission|pure commission|100% commission|no basic salary|no base salary|without basic salary|komisi saja|hanya komisi|tanpa gaji pokok|full komisi|komisen sahaja|hoa hồng thuần|chỉ hưởng hoa hồng|không lương cứng|không lương cơ bản|ค่าคอมอย่างเดียว|คอมอย่างเดียว|ไม่มีเงินเดือน|ไม่มีฐานเงินเดือน|无底薪|纯提成|没有底薪|零底薪|纯佣金|완전 수당제|수당제|기본급 없음|100% 인센티브|完全歩合|フルコミッション|固定給なし|только процент|голый процент|без оклада|только проценты|commission uniquement|sans fixe|à la commission|só comissão|sem salário fixo|comissão pura|solo comisión|solo comisiones|sin sueldo base|عمولة فقط|بدون راتب|kamisheni pekee|bila mshahara|sadece komisyon|sabit maaş yok|केवल कमीशन|सिर्फ कमीशन|শুধু কমিশন|صرف کمیشن|កម្រៃជើងសារតែមួយ|ကော်မရှင်သီးသန့်|ຄ່າຄອມຢ່າງດຽວ|komisyon lang|walang basic"
