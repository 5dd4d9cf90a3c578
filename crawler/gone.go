package crawler

import (
	"bytes"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"github.com/lurewatch/lurewatch/crawler/fetch"
)

// gonePhrases say that a post or page is no more, in the words of job boards,
// forums and networks, per language of the lexicon. They are in lower case, with
// straight apostrophes.
func gonePhrases() [][]string {
	return [][]string{
		/* en */ {
			"no longer available", "no longer accepting applications", "job has expired", "job is expired", "job is closed", "job is no longer active", "job posting has expired",
			"position has been filled", "position has been closed", "vacancy has expired", "vacancy is closed", "listing has expired", "listing has ended", "ad has expired", "advert has expired",
			"posting has been removed", "post has been removed", "post has been deleted", "has been removed by the author", "job not found", "page not found", "page could not be found",
			"page isn't available", "page is not available", "content isn't available", "this page doesn't exist", "this account doesn't exist", "topic does not exist", "message was deleted",
			"applications are closed", "404 not found", "error 404",
		},
		/* zh */ {
			"职位已过期", "职位已下线", "职位已关闭", "职位不存在", "该职位已停止招聘", "招聘已结束", "已停止招聘", "信息已过期", "信息已删除", "信息不存在", "页面不存在", "您访问的页面不存在", "帖子不存在", "已被删除", "主题不存在",
			"職位已過期", "職缺已關閉", "職缺已下架", "職缺不存在", "頁面不存在", "找不到頁面", "找不到网页", "信息已失效",
		},
		/* ja */ {"掲載は終了しました", "掲載が終了しました", "掲載を終了しました", "掲載終了しました", "募集は終了しました", "募集を終了しました", "この求人は終了", "ページが見つかりません", "ページは見つかりません", "ページは存在しません"},
		/* ko */ {"마감된 공고", "마감된 채용", "채용이 마감", "모집이 마감", "삭제된 게시", "삭제된 글", "존재하지 않는 공고", "존재하지 않는 페이지", "페이지를 찾을 수 없습니다"},
		/* th */ {"ประกาศนี้หมดอายุ", "ประกาศหมดอายุแล้ว", "ปิดรับสมัครแล้ว", "ประกาศงานนี้ถูกปิด", "ประกาศนี้ถูกลบ", "ตำแหน่งงานนี้ไม่เปิดรับ", "ไม่พบหน้า", "ไม่พบประกาศ", "ไม่พบตำแหน่งงาน"},
		/* vi */ {"việc làm này đã hết hạn", "việc làm đã hết hạn", "tin tuyển dụng đã hết hạn", "tin tuyển dụng này đã hết hạn", "tin đã hết hạn", "đã ngừng tuyển dụng", "đã hết hạn nộp hồ sơ", "không tìm thấy trang", "trang không tồn tại", "tin này đã bị xóa", "công việc này không còn"},
		/* id */ {"lowongan ini sudah tidak tersedia", "lowongan ini tidak lagi tersedia", "lowongan sudah ditutup", "lowongan ini sudah ditutup", "lowongan ini telah ditutup", "lowongan telah berakhir", "lowongan ini telah berakhir", "lowongan kedaluwarsa", "lowongan sudah tidak aktif", "halaman tidak ditemukan", "iklan sudah tidak tersedia"},
		/* ms */ {"jawatan ini tidak lagi tersedia", "jawatan kosong ini telah ditutup", "iklan ini telah tamat tempoh", "iklan telah tamat tempoh", "halaman tidak dijumpai", "halaman tidak wujud"},
		/* tl */ {"hindi na available ang trabahong ito", "hindi na available ang post", "sarado na ang trabahong ito", "sarado na ang aplikasyon", "wala na ang post na ito", "hindi mahanap ang pahina", "napunan na ang posisyon"},
		/* km */ {"ការងារនេះបានផុតកំណត់", "ការងារនេះផុតកំណត់", "ការងារនេះត្រូវបានបិទ", "ផុតកំណត់ទទួលពាក្យ", "ការប្រកាសនេះផុតកំណត់", "រកមិនឃើញទំព័រ", "រកទំព័រមិនឃើញ", "ទំព័រនេះមិនមាន"},
		/* lo */ {"ວຽກນີ້ໝົດອາຍຸ", "ປະກາດນີ້ໝົດອາຍຸ", "ປິດຮັບສະໝັກແລ້ວ", "ບໍ່ພົບໜ້າ", "ບໍ່ພົບຫນ້າ"},
		/* my */ {"အလုပ်ခေါ်စာ သက်တမ်းကုန်", "အလုပ်ခေါ်စာသက်တမ်းကုန်", "အလုပ်ခေါ်စာ ပိတ်သွားပါပြီ", "လျှောက်လွှာပိတ်ပါပြီ", "လျှောက်လွှာ ပိတ်ပါပြီ", "စာမျက်နှာ ရှာမတွေ့", "စာမျက်နှာကို ရှာမတွေ့"},
		/* hi */ {"यह नौकरी अब उपलब्ध नहीं", "नौकरी की समय सीमा समाप्त", "आवेदन की अंतिम तिथि समाप्त", "विज्ञापन समाप्त हो गया", "पृष्ठ नहीं मिला", "पेज नहीं मिला"},
		/* bn */ {"চাকরিটি আর উপলব্ধ নেই", "চাকরির মেয়াদ শেষ", "আবেদনের সময়সীমা শেষ", "আবেদনের সময় শেষ", "বিজ্ঞপ্তির মেয়াদ শেষ", "পৃষ্ঠাটি পাওয়া যায়নি", "পাতাটি পাওয়া যায়নি", "পাতাটি খুঁজে পাওয়া যায়নি"},
		/* ne */ {"जागिर अब उपलब्ध छैन", "आवेदन दिने म्याद सकिएको", "म्याद सकिएको छ", "पृष्ठ भेटिएन", "पेज भेटिएन"},
		/* ur */ {"نوکری اب دستیاب نہیں", "ملازمت اب دستیاب نہیں", "اشتہار کی میعاد ختم", "صفحہ نہیں ملا", "صفحہ موجود نہیں"},
		/* si */ {"රැකියාව තවදුරටත් නොමැත", "ඉල්ලුම්පත් භාර ගැනීම අවසන්", "දැන්වීම කල් ඉකුත්", "පිටුව හමු නොවීය", "පිටුව සොයාගත නොහැක"},
		/* ta */ {"இந்த வேலை இனி கிடைக்காது", "விண்ணப்பிக்கும் காலம் முடிந்தது", "விளம்பரம் காலாவதியானது", "பக்கம் கிடைக்கவில்லை", "பக்கம் காணப்படவில்லை"},
		/* ar */ {"الوظيفة لم تعد متاحة", "الوظيفة غير متاحة", "الوظيفة مغلقة", "انتهت صلاحية الإعلان", "انتهت صلاحية هذه الوظيفة", "انتهى التقديم", "الصفحة غير موجودة", "لم يتم العثور على الصفحة", "تم حذف الإعلان"},
		/* am */ {"ይህ ሥራ ከእንግዲህ አይገኝም", "የማመልከቻ ጊዜው አልፏል", "የማመልከቻው ጊዜ አልፏል", "ገጹ አልተገኘም"},
		/* sw */ {"kazi hii haipatikani tena", "nafasi hii imefungwa", "nafasi hii ya kazi imefungwa", "tangazo hili limeisha muda", "tangazo limeisha muda", "ukurasa haukupatikana"},
		/* ru */ {"вакансия закрыта", "вакансия в архиве", "вакансия больше не актуальна", "вакансия не найдена", "вакансия удалена", "вакансия неактивна", "объявление снято с публикации", "объявление удалено", "объявление не найдено", "срок публикации истек", "срок публикации истёк", "страница не найдена", "запись удалена"},
		/* es */ {"oferta ya no está disponible", "oferta caducada", "oferta ha caducado", "oferta ha expirado", "oferta finalizada", "vacante ya no está disponible", "vacante cerrada", "puesto cubierto", "anuncio ha caducado", "anuncio ya no está disponible", "ya no acepta solicitudes", "página no encontrada", "pagina no encontrada", "página no existe"},
		/* pt */ {"vaga não está mais disponível", "vaga já não está disponível", "vaga encerrada", "vaga expirada", "vaga expirou", "vaga preenchida", "anúncio expirado", "anúncio expirou", "anúncio não está mais disponível", "página não encontrada", "página não existe"},
		/* fr */ {"offre n'est plus disponible", "offre d'emploi n'est plus", "offre expirée", "offre a expiré", "offre est pourvue", "offre pourvue", "annonce n'existe plus", "annonce n'est plus disponible", "annonce a expiré", "annonce expirée", "poste est pourvu", "page introuvable", "page non trouvée", "page n'existe pas"},
		/* tr */ {"ilan yayından kaldırıl", "ilan yayında değil", "ilan artık yayında değil", "ilanın süresi dol", "ilan süresi dol", "ilan pasif", "ilan bulunamadı", "sayfa bulunamadı"},
	}
}

// goneText is the visible text, in bytes, above which a page that says in a heading
// that something is gone is an article about that.
const goneText = 2 * wallText

var gonePath = regexp.MustCompile(`(?i)(^|[/_-])(404|not[-_]?found|page[-_]?not[-_]?found|(job|vacancy|ad|listing|post)[-_]?(expired|closed|removed)|expired)([/._-]|$)`)

// gone reports the sign that a page with a good status says that the post, or the
// page itself, is no more.
func gone(r *fetch.Result, body []byte) string {
	if !isHTML(r) || bytes.Contains(body, []byte("JobPosting")) { // the post is still there
		return ""
	}
	if to, err := url.Parse(r.FinalURL); err == nil && r.FinalURL != r.URL && gonePath.MatchString(to.Path) {
		if asked, err := url.Parse(r.URL); err == nil && !gonePath.MatchString(asked.Path) {
			return "redirect to a page for what is gone"
		}
	}
	if len(body) > 512<<10 {
		return ""
	}
	seen := visible(body, goneText)
	if seen > goneText {
		return ""
	}
	page := utf8Body(r, body)
	if seen < wallText {
		if s := goneIn(plain(page)); s != "" {
			return s
		}
	}
	for _, h := range headings(page) {
		if s := goneIn(plain(h)); s != "" {
			return s
		}
	}
	return ""
}

// headings are the title and the first headings of a page that are short.
func headings(page []byte) (out [][]byte) {
	for i := 0; i < len(page) && len(out) < 6; {
		j := bytes.IndexByte(page[i:], '<')
		if j < 0 {
			break
		}
		i += j + 1
		for _, el := range []string{"title", "h1", "h2"} {
			if len(page) < i+len(el)+1 || !bytes.EqualFold(page[i:i+len(el)], []byte(el)) || !bytes.ContainsAny(page[i+len(el):i+len(el)+1], " >\t\r\n") {
				continue
			}
			rest := page[i-1 : min(len(page), i+1000)]
			if end := bytes.Index(rest, []byte("</")); end > 0 && end < 500 {
				out = append(out, rest[:end])
			}
		}
	}
	return out
}

func goneIn(text string) string {
	for _, phrases := range gonePhrases() {
		if i := slices.IndexFunc(phrases, func(p string) bool { return strings.Contains(text, p) }); i >= 0 {
			return "says: " + phrases[i]
		}
	}
	return ""
}

// isHTML reports whether signs of walls make sense: a feed or an API answer has none.
func isHTML(r *fetch.Result) bool {
	if len(r.DOM) > 0 || r.ContentType == "" {
		return true
	}
	return strings.Contains(strings.ToLower(r.ContentType), "html")
}

// utf8Body is the body in UTF-8.
func utf8Body(r *fetch.Result, body []byte) []byte {
	if utf8.Valid(body) {
		return body
	}
	e, _, _ := charset.DetermineEncoding(body, r.ContentType)
	out, err := e.NewDecoder().Bytes(body)
	if err != nil {
		return body
	}
	return out
}

// plain is the visible text of HTML in lower case, runs of space as one, entities
// undone, apostrophes straight.
func plain(b []byte) string {
	var out strings.Builder
	eachVisible(b, func(text []byte) bool { out.Write(text); out.WriteByte(' '); return true })
	s := strings.ToLower(html.UnescapeString(out.String()))
	return strings.Join(strings.Fields(strings.NewReplacer("’", "'", "\u00a0", " ", "\u200b", "").Replace(s)), " ")
}
