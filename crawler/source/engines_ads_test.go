package source

// advert is one ad of our own, as it would stand on any board.
type advert struct {
	lang, site                       string
	title, company, place, pay, date string // as shown
	iso                              string // date
	min, max                         float64
	currency                         string
	body                             []string
	contacts                         []string  // each on a line of its own
	labels                           [5]string // company, place, pay, date, contact
	menu                             []string
	related                          []string
	heldOut                          bool // worded last, and never looked into
}

// adverts are worded for these tests, in languages and alphabets of the region and
// of those who are recruited. Half of them sound honest, half do not: it is the
// reading that is measured here.
func adverts() []advert {
	return []advert{
		{"en", "Harbour Jobs", "Night shift packer", "Bluefin Cold Storage", "Port Klang", "RM 2,100 - RM 2,600 per month", "3 June 2025", "2025-06-03", 2100, 2600, "MYR",
			[]string{"You pack frozen fish on the night shift, six nights a week, and keep the line clean.", "Requirements: steady hands, warm clothes, two references. We train you for a fortnight.", "Benefits: overtime at one and a half, a hostel bed ten minutes away, one meal a shift."},
			[]string{"WhatsApp +60 12-345 6789", "Email: nights@bluefin.example"}, [5]string{"Company", "Location", "Salary", "Posted", "How to apply"},
			[]string{"Home", "All jobs", "Post a job", "Log in"}, []string{"Forklift driver", "Canteen cook"}, false},
		{"en", "Island Board", "Typing staff wanted, leave this week", "Silver Crane Holdings", "Sihanoukville", "USD 900 - 1,300 a month", "5 June 2025", "2025-06-05", 900, 1300, "USD",
			[]string{"Hiring forty people who type in English and can sit twelve hours.", "No experience, no degree. Ticket, visa, room and three meals are on the company.", "Your duties: answer chats from a script and keep the customer talking."},
			[]string{"Telegram: @silver_crane_hr", "Phone: +855 96 777 1234"}, [5]string{"Employer", "Place", "Pay", "Date", "Contact"},
			[]string{"Start", "Jobs", "Rooms", "Sign up"}, []string{"Receptionist in Kampot", "Driver with car"}, false},
		{"th", "หางานไว", "รับสมัครพนักงานคลังสินค้า", "บริษัท ทองพูน จำกัด", "สมุทรปราการ", "12,000 - 15,000 บาท/เดือน", "2 มิถุนายน 2568", "2025-06-02", 12000, 15000, "THB",
			[]string{"รายละเอียดงาน: ตรวจรับสินค้าเข้าคลัง จัดเรียงสินค้า และเตรียมส่งของให้ลูกค้าทุกวัน", "คุณสมบัติ: อายุ 18-40 ปี ไม่จำเป็นต้องมีประสบการณ์ ทำงานเป็นกะได้", "สวัสดิการ: ประกันสังคม ชุดพนักงาน ค่าอาหาร รถรับส่ง"},
			[]string{"โทร 081-234-5678", "ไลน์ไอดี: thongphun.hr"}, [5]string{"บริษัท", "สถานที่ทำงาน", "เงินเดือน", "วันที่ลงประกาศ", "ติดต่อ"},
			[]string{"หน้าแรก", "หางาน", "ลงประกาศ", "เข้าสู่ระบบ"}, []string{"พนักงานขับรถ", "แม่บ้านโรงแรม"}, false},
		{"th", "งานชายแดน", "แอดมินตอบแชท ปอยเปต", "โกลเด้นเลค กรุ๊ป", "ปอยเปต", "30,000 บาท/เดือน", "4 มิถุนายน 2568", "2025-06-04", 30000, 30000, "THB",
			[]string{"รับสมัครแอดมินตอบแชทลูกค้า ไม่ต้องมีวุฒิ ไม่ต้องมีประสบการณ์ มีคนสอนงานให้", "มีที่พักฟรี อาหารฟรี ออกค่ารถให้ก่อน ไม่หักทีหลัง", "ทำงานวันละ 12 ชั่วโมง หยุดเดือนละ 2 วัน ต้องไปได้ทันที"},
			[]string{"ไลน์ไอดี: lake_job99", "เทเลแกรม @goldenlake_admin"}, [5]string{"ชื่อบริษัท", "สถานที่ปฏิบัติงาน", "รายได้", "วันที่ประกาศ", "สนใจติดต่อ"},
			[]string{"หน้าหลัก", "ประกาศ", "สมัครสมาชิก", "ช่วยเหลือ"}, []string{"พนักงานร้านอาหาร", "ช่างไฟฟ้า"}, false},
		{"km", "ការងារថ្មី", "ជ្រើសរើសបុគ្គលិកលក់", "ក្រុមហ៊ុន ផ្កាឈូក", "ភ្នំពេញ", "$250 - $350", "2025-06-01", "2025-06-01", 250, 350, "USD",
			[]string{"តួនាទី៖ លក់ទំនិញនៅក្នុងហាង និងស្វាគមន៍អតិថិជនជារៀងរាល់ថ្ងៃ", "លក្ខខណ្ឌ៖ អាយុ ១៨ ឆ្នាំឡើងទៅ មិនតម្រូវឱ្យមានបទពិសោធន៍", "អត្ថប្រយោជន៍៖ អាហារថ្ងៃត្រង់ ថ្ងៃឈប់សម្រាក និងប្រាក់រង្វាន់"},
			[]string{"ទូរស័ព្ទ 012 345 678", "Telegram: @phkachhouk_hr"}, [5]string{"ក្រុមហ៊ុន", "ទីកន្លែង", "ប្រាក់ខែ", "ថ្ងៃផ្សាយ", "ទំនាក់ទំនង"},
			[]string{"ទំព័រដើម", "ការងារ", "ចូល", "ចុះឈ្មោះ"}, []string{"អ្នកបើកបរ", "គណនេយ្យករ"}, false},
		{"vi", "Việc Nhanh", "Tuyển nhân viên bán hàng", "Công ty Sao Mai", "Đà Nẵng", "8 - 12 triệu", "03/06/2025", "2025-06-03", 8e6, 12e6, "VND",
			[]string{"Mô tả công việc: đứng quầy, tư vấn cho khách và sắp xếp hàng hóa mỗi ngày.", "Yêu cầu: từ 18 tuổi, nhanh nhẹn, không cần kinh nghiệm vì được đào tạo.", "Quyền lợi: thưởng doanh số, bảo hiểm, nghỉ hai ngày mỗi tháng."},
			[]string{"Zalo: 0905 123 456", "Email: tuyendung@saomai.example"}, [5]string{"Công ty", "Nơi làm việc", "Mức lương", "Ngày đăng", "Liên hệ"},
			[]string{"Trang chủ", "Việc làm", "Đăng tin", "Đăng nhập"}, []string{"Tài xế xe tải", "Kế toán kho"}, false},
		{"vi", "Rao Vặt Biên Giới", "Cần 20 bạn trực chat tại Bavet", "Tập đoàn Hải Long", "Bavet", "15 - 20 triệu", "05/06/2025", "2025-06-05", 15e6, 20e6, "VND",
			[]string{"Công việc: trực tin nhắn với khách theo kịch bản có sẵn, gõ phím nhanh là được.", "Bao ăn ở, bao vé xe, làm hộ chiếu giúp, không cần bằng cấp.", "Yêu cầu: đi được ngay trong tuần, chịu được áp lực, làm ca đêm."},
			[]string{"Telegram: @hailong_tuyendung", "Điện thoại: 0987 654 321"}, [5]string{"Tên công ty", "Địa điểm làm việc", "Lương", "Ngày đăng", "Liên hệ"},
			[]string{"Trang chủ", "Tin mới", "Diễn đàn", "Đăng ký"}, []string{"Phụ bếp quán ăn", "Thợ may"}, false},
		{"zh", "海边招聘网", "诚聘仓库管理员", "蓝鲸物流有限公司", "广州", "6000-8000元/月", "2025年6月2日", "2025-06-02", 6000, 8000, "CNY",
			[]string{"岗位职责：负责货物入库、盘点和发货，保持仓库整洁，按时填写报表。", "任职要求：高中以上学历，会用电脑，吃苦耐劳，能适应轮班。", "福利待遇：五险一金，包午餐，每月休息六天。"},
			[]string{"电话：13800138000", "邮箱：hr@lanjing.example"}, [5]string{"公司名称", "工作地点", "薪资", "发布时间", "联系方式"},
			[]string{"首页", "职位", "企业", "登录"}, []string{"货车司机", "前台文员"}, false},
		{"zh-tw", "南島分類廣告", "誠徵海外客服人員", "金湖集團", "西港", "60000元/月", "2025-06-04", "2025-06-04", 60000, 60000, "",
			[]string{"工作內容：用電腦與客戶聊天，公司提供話術，會打字就可以。", "應徵條件：十八歲以上，無經驗可，需持有護照，可立即出發。", "公司福利：包吃包住，機票由公司支付，業績獎金另計。"},
			[]string{"微信：jinhu_hr88", "Telegram：@jinhu_group"}, [5]string{"公司", "工作地點", "薪資", "刊登日期", "聯絡方式"},
			[]string{"首頁", "求職", "刊登", "登入"}, []string{"餐廳外場", "倉儲人員"}, false},
		{"my", "အလုပ်ရှာ", "ဆိုင်ဝန်ထမ်း ခေါ်ယူသည်", "ရွှေကြာ ကုမ္ပဏီ", "ရန်ကုန်", "300,000 MMK", "2025-06-03", "2025-06-03", 300000, 300000, "MMK",
			[]string{"အလုပ်အကြောင်း - ဆိုင်တွင် ပစ္စည်းရောင်းခြင်း၊ ဝယ်သူများကို ကူညီခြင်း။", "လိုအပ်ချက် - အသက် ၁၈ နှစ်အထက်၊ အတွေ့အကြုံ မလိုပါ၊ လေ့ကျင့်ပေးမည်။", "ခံစားခွင့် - နေ့လယ်စာ၊ တစ်လ ၄ ရက် ပိတ်ရက်၊ နှစ်စဉ် ဆုကြေး။"},
			[]string{"ဖုန်း 09 450 123 456", "Viber: 09 450 123 456"}, [5]string{"ကုမ္ပဏီ", "တည်နေရာ", "လစာ", "ရက်စွဲ", "ဆက်သွယ်ရန်"},
			[]string{"ပင်မ", "အလုပ်များ", "ဝင်ရန်", "မှတ်ပုံတင်"}, []string{"ယာဉ်မောင်း", "စာရင်းကိုင်"}, false},
		{"id", "Loker Cepat", "Lowongan operator mesin jahit", "CV Benang Emas", "Semarang", "Rp 3.200.000 - Rp 3.800.000", "4 Juni 2025", "2025-06-04", 3.2e6, 3.8e6, "IDR",
			[]string{"Tugas: menjalankan mesin jahit, menjaga mutu hasil, dan melapor kepada kepala regu.", "Syarat: usia 18-35 tahun, bersedia kerja shift, tidak perlu pengalaman.", "Fasilitas: makan siang, BPJS, mes untuk karyawan dari luar kota."},
			[]string{"WhatsApp: 0812-3456-7890", "Email: lamaran@benangemas.example"}, [5]string{"Perusahaan", "Lokasi", "Gaji", "Tanggal posting", "Hubungi"},
			[]string{"Beranda", "Lowongan", "Pasang iklan", "Masuk"}, []string{"Sopir box", "Admin gudang"}, false},
		{"ja", "はまべ求人", "倉庫スタッフ募集", "株式会社青波", "横浜市", "月給22万円〜25万円", "2025年6月3日", "2025-06-03", 220000, 250000, "JPY",
			[]string{"仕事内容：倉庫での検品、梱包、出荷の準備をしていただきます。", "応募資格：十八歳以上、未経験歓迎、夜勤のできる方。", "待遇：交通費支給、社会保険完備、食事補助あり。"},
			[]string{"電話：045-123-4567", "メール：saiyo@aonami.example"}, [5]string{"会社名", "勤務地", "給与", "掲載日", "連絡先"},
			[]string{"ホーム", "求人", "登録", "ログイン"}, []string{"配送ドライバー", "調理補助"}, false},
		{"ko", "바다구인", "물류센터 직원 모집", "주식회사 푸른물결", "부산", "월급 250만원", "2025.06.02", "2025-06-02", 2.5e6, 2.5e6, "KRW",
			[]string{"담당업무: 상품 입고와 검수, 포장, 출고 준비를 맡습니다.", "자격요건: 만 18세 이상, 경력 무관, 교대 근무 가능자.", "복리후생: 4대 보험, 중식 제공, 통근 버스 운행."},
			[]string{"전화: 051-123-4567", "카카오톡: bluewave_hr"}, [5]string{"회사명", "근무지", "급여", "등록일", "연락처"},
			[]string{"홈", "채용정보", "등록", "로그인"}, []string{"지게차 기사", "주방 보조"}, false},
		{"tl", "Trabaho Ngayon", "Hiring: customer service sa Myawaddy", "Lotus Gate Marketing", "Myawaddy", "PHP 45,000 - 55,000", "June 3, 2025", "2025-06-03", 45000, 55000, "PHP",
			[]string{"Naghahanap kami ng marunong mag-English at mabilis mag-type, kahit walang experience.", "Libre ang ticket, visa, tirahan at pagkain. Aalis agad ngayong linggo.", "Responsibilities: makipag-chat sa mga kliyente gamit ang script na ibibigay."},
			[]string{"Telegram: @lotusgate_ph", "Viber: +63 917 123 4567"}, [5]string{"Company", "Location", "Salary", "Date posted", "Contact"},
			[]string{"Home", "Jobs", "Post ad", "Login"}, []string{"Barista", "Delivery rider"}, false},
		{"ru", "Работа у моря", "Требуется оператор на склад", "ООО Синий Кит", "Владивосток", "60 000 - 75 000 руб.", "03.06.2025", "2025-06-03", 60000, 75000, "RUB",
			[]string{"Обязанности: приём и учёт товара, сборка заказов, порядок на складе.", "Требования: ответственность, график два через два, опыт не обязателен.", "Условия: оформление по трудовой, питание, развозка после смены."},
			[]string{"Телефон: +7 914 123-45-67", "Почта: sklad@kit.example"}, [5]string{"Компания", "Город", "Зарплата", "Дата", "Контакты"},
			[]string{"Главная", "Вакансии", "Разместить", "Войти"}, []string{"Водитель", "Повар"}, false},
		{"ms", "Kerja Utara", "Pembantu kedai diperlukan segera", "Kedai Runcit Haji Salleh", "Alor Setar", "RM1,700 sebulan", "7 Jun 2025", "2025-06-07", 1700, 1700, "MYR",
			[]string{"Tugas: menyusun barang, melayan pelanggan di kaunter dan menjaga kebersihan kedai.", "Kelayakan: umur 18 tahun ke atas, rajin, tidak perlu pengalaman.", "Kami sediakan tempat tinggal dan makan tengah hari."},
			[]string{"WhatsApp 019-456 7788", "Emel: kerja@hajisalleh.example"}, [5]string{"Majikan", "Tempat kerja", "Gaji", "Tarikh", "Hubungi"},
			[]string{"Utama", "Kerja", "Iklan", "Masuk"}, []string{"Jurujual", "Pemandu lori"}, true},
		{"hi", "नौकरी चौक", "गोदाम के लिए हेल्पर चाहिए", "शर्मा ट्रेडर्स", "लुधियाना", "₹12,000 - ₹15,000 प्रति माह", "6 जून 2025", "2025-06-06", 12000, 15000, "INR",
			[]string{"काम: माल उतारना, गिनती करना और ट्रक में लादना, रोज़ आठ घंटे।", "योग्यता: उम्र 18 से 40 साल, अनुभव ज़रूरी नहीं, पढ़ना लिखना आता हो।", "सुविधाएं: रहने की जगह, दोपहर का भोजन, महीने में चार छुट्टियां।"},
			[]string{"फोन: 098765 43210", "WhatsApp: +91 98765 43210"}, [5]string{"कंपनी", "स्थान", "वेतन", "तारीख", "संपर्क"},
			[]string{"होम", "नौकरियां", "विज्ञापन", "लॉगिन"}, []string{"ड्राइवर", "रसोइया"}, true},
		{"lo", "ວຽກວຽງຈັນ", "ຮັບສະໝັກພະນັກງານຂາຍ", "ຮ້ານ ດອກຈຳປາ", "ວຽງຈັນ", "3,000,000 ກີບ", "05/06/2025", "2025-06-05", 3e6, 3e6, "LAK",
			[]string{"ໜ້າທີ່: ຂາຍເຄື່ອງໃນຮ້ານ ຕ້ອນຮັບລູກຄ້າ ແລະ ຈັດເຄື່ອງໃຫ້ງາມທຸກມື້", "ຄຸນສົມບັດ: ອາຍຸ 18 ປີຂຶ້ນໄປ ບໍ່ຈຳເປັນຕ້ອງມີປະສົບການ", "ສະຫວັດດີການ: ອາຫານທ່ຽງ ວັນພັກ ແລະ ເງິນໂບນັດ"},
			[]string{"ໂທ 020 5555 1234", "WhatsApp: +856 20 5555 1234"}, [5]string{"ບໍລິສັດ", "ສະຖານທີ່", "ເງິນເດືອນ", "ວັນທີ", "ຕິດຕໍ່"},
			[]string{"ໜ້າຫຼັກ", "ວຽກ", "ລົງປະກາດ", "ເຂົ້າ"}, []string{"ຄົນຂັບລົດ", "ແມ່ບ້ານ"}, true},
		{"sw", "Ajira Pwani", "Anahitajika karani wa ghala", "Bahari Traders Ltd", "Mombasa", "KES 25,000 - 32,000", "8 Juni 2025", "2025-06-08", 25000, 32000, "KES",
			[]string{"Majukumu: kupokea mizigo, kuhesabu bidhaa na kuandika taarifa kila jioni.", "Sifa: umri miaka 20 hadi 35, elimu ya sekondari, uzoefu si lazima.", "Marupurupu: chakula cha mchana, usafiri na bima ya afya."},
			[]string{"Simu: +254 712 345 678", "Barua pepe: kazi@bahari.example"}, [5]string{"Kampuni", "Mahali", "Mshahara", "Tarehe", "Wasiliana"},
			[]string{"Nyumbani", "Kazi", "Tangaza", "Ingia"}, []string{"Dereva", "Mpishi"}, true},
		{"zh", "边城信息港", "急招打字员二十名", "腾龙科技园", "妙瓦底", "1.5万-2万元/月", "2025/06/07", "2025-06-07", 15000, 20000, "CNY",
			[]string{"工作很简单，按照话术和客户聊天，每天十二小时，会拼音就行。", "不看学历不看经验，十八到三十五岁，有护照优先，没有护照公司办。", "路费全包，落地有人接，吃住免费，月底发工资，业绩另有提成。"},
			[]string{"飞机：@tenglong_hr", "QQ：876543210"}, [5]string{"单位", "上班地点", "工资", "发布日期", "联系人"},
			[]string{"主页", "招工", "租房", "注册"}, []string{"饭店服务员", "工地小工"}, true},
		{"en", "Gulf Postings", "Security guards for Dubai, joining immediately", "Falcon Manpower", "Deira, Dubai", "AED 1,800 + overtime", "12-Jun-2025", "2025-06-12", 1800, 1800, "AED",
			[]string{"We are looking for guards, height above 170 cm, twelve hour duty with one day off.", "Qualification: plus two, basic English, ECNR or ECR passport.", "The company gives room, transport, medical insurance and a two year visa."},
			[]string{"Call or WhatsApp: +971 50 765 4321", "cv@falconmanpower.example"}, [5]string{"Agency", "Work location", "Basic salary", "Posted on", "Apply"},
			[]string{"Home", "Walk-ins", "Consultants", "Sign in"}, []string{"Mason", "Steel fixer"}, true},
	}
}

// notices are texts of the same length that offer no work: what reads an ad in them
// is wrong.
func notices() []advert {
	labels := [5]string{"Company", "Location", "Salary", "Posted", "Contact"}
	return []advert{
		{lang: "en", site: "Harbour Town", title: "The old pier opens again on Sunday", date: "3 June 2025", iso: "2025-06-03", labels: labels, menu: []string{"News", "Sport"}, related: []string{"Ferry times", "Weather"},
			body:     []string{"After two years of repairs the old pier is open to visitors again, the council said.", "Children will find a merry-go-round, and a band plays from noon.", "Buses run every ten minutes; the car park by the church is closed."},
			contacts: []string{"Photographs by a reader.", "Read more on page four."}},
		{lang: "th", site: "ข่าวเมือง", title: "เปิดตลาดน้ำแห่งใหม่ริมคลอง", date: "2 มิถุนายน 2568", iso: "2025-06-02", labels: labels, menu: []string{"หน้าแรก", "ข่าว"}, related: []string{"อากาศวันนี้", "กีฬา"},
			body:     []string{"เทศบาลเปิดตลาดน้ำแห่งใหม่เมื่อวันเสาร์ มีร้านขนมและของที่ระลึกกว่าห้าสิบร้าน", "นักท่องเที่ยวชมการแสดงพื้นบ้านและนั่งเรือชมคลองตลอดทั้งวัน", "ผู้ว่าราชการกล่าวว่าตลาดจะเปิดทุกสุดสัปดาห์จนถึงปลายปี"},
			contacts: []string{"ภาพโดยผู้อ่าน", "อ่านต่อหน้า 4"}},
		{lang: "zh", site: "海边新闻", title: "老码头修好了，周日重新开放", date: "2025年6月2日", iso: "2025-06-02", labels: labels, menu: []string{"首页", "新闻"}, related: []string{"天气", "体育"},
			body:     []string{"经过两年的修缮，老码头本周日重新向游客开放，据报道当天有乐队演出。", "孩子们可以坐旋转木马，老人们说这里和从前一样热闹。", "记者看到，公交车每十分钟一班，教堂旁的停车场暂时关闭。"},
			contacts: []string{"图片由读者提供", "更多内容见第四版"}},
		{lang: "vi", site: "Tin Phố", title: "Chợ hoa ven sông mở lại sau mùa lũ", date: "03/06/2025", iso: "2025-06-03", labels: labels, menu: []string{"Trang chủ", "Tin tức"}, related: []string{"Thời tiết", "Bóng đá"},
			body:     []string{"Sau mùa lũ, chợ hoa ven sông mở lại với hơn trăm gian hàng, theo ban quản lý chợ.", "Du khách đi thuyền ngắm hoa và nghe đờn ca vào buổi tối.", "Bà con cho biết giá hoa năm nay không tăng nhiều so với năm ngoái."},
			contacts: []string{"Ảnh: bạn đọc", "Xem tiếp trang 4"}},
	}
}
