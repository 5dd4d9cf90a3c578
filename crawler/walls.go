package crawler

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/lurewatch/lurewatch/crawler/fetch"
)

// network is how one network's walls look. Hosts are matched with what is below
// them; paths by prefix of the final URL; titles by prefix; words anywhere in a
// page that shows little else. All in lower case.
type network struct {
	hosts  []string
	paths  []string
	titles []string
	words  []string
}

// loginWalls are those of the networks on which such ads appear.
func loginWalls() []network {
	return []network{
		{
			hosts: []string{"facebook.com"}, paths: []string{"/login", "/checkpoint", "/privacy/consent/lw"},
			titles: []string{"log into facebook", "log in to facebook", "facebook – log in", "facebook - log in", "facebook – anmelden", "đăng nhập facebook", "登录 facebook", "登入 facebook"},
			words:  []string{"you must log in to continue", "log in to continue to facebook", "log into facebook", "you must log in first", "bạn phải đăng nhập để tiếp tục", "คุณต้องเข้าสู่ระบบก่อน", "您必须先登录"},
		},
		{
			hosts: []string{"instagram.com"}, paths: []string{"/accounts/login", "/challenge", "/accounts/suspended"},
			titles: []string{"login • instagram", "log in • instagram", "login | instagram"},
			words:  []string{"log in to see photos and videos", "log in to instagram"},
		},
		{
			hosts: []string{"linkedin.com"}, paths: []string{"/authwall", "/uas/login", "/login", "/checkpoint", "/signup"},
			titles: []string{"sign up | linkedin", "linkedin login", "join linkedin", "linkedin: log in or sign up"},
			words:  []string{"authwall", "join to view full", "sign in to view"},
		},
		{
			hosts: []string{"tiktok.com"}, paths: []string{"/login", "/signup"},
			titles: []string{"log in | tiktok", "login | tiktok"},
			words:  []string{"log in to tiktok", "log in to continue watching"},
		},
		{
			hosts: []string{"x.com", "twitter.com"}, paths: []string{"/i/flow/login", "/login", "/account/access"},
			titles: []string{"log in to x", "log in to twitter", "login on twitter"},
			words:  []string{"log in to x", "sign in to x", "these posts are protected", "these tweets are protected"},
		},
		{
			hosts: []string{"vk.com", "vk.ru"}, paths: []string{"/login", "/blank.php", "/restore", "/join"},
			titles: []string{"вход | вконтакте", "log in | vk"},
			words:  []string{"вы должны войти", "войдите на сайт", "чтобы просматривать эту страницу", "you must log in", "это частная группа", "это закрытая группа", "this is a private community", "this is a closed community"},
		},
		{
			hosts: []string{"t.me", "telegram.me"}, paths: []string{"/+", "/joinchat/"},
			words: []string{"private channel", "private group", "you are invited to the", "you are invited to a"},
		},
		{
			hosts: []string{"reddit.com"}, paths: []string{"/login", "/account/login"},
			words: []string{"is a private community", "you must be invited to visit this community"},
		},
		{hosts: []string{"weibo.com", "weibo.cn"}, paths: []string{"/login", "/newlogin", "/visitor/visitor", "/signin"}, titles: []string{"sina visitor system", "微博-随时随地发现新鲜事"}},
		{hosts: []string{"xiaohongshu.com"}, paths: []string{"/login", "/website-login"}, words: []string{"登录后查看", "登录后推荐"}},
		{hosts: []string{"discord.com"}, paths: []string{"/login", "/register"}},
	}
}

// loginWords say on pages of hardly anything else that one has to log in first.
func loginWords() []string {
	return []string{
		"you must be logged in", "you must log in", "please log in to continue", "please login to continue", "log in to continue", "login to continue", "sign in to continue", "please sign in to view",
		"please log in to view", "login required", "members only",
		"请先登录", "请登录后", "您需要登录", "登录后查看", "需要登录", "請先登入", "登入後查看", "ログインが必要", "ログインしてください", "로그인이 필요", "로그인 후 이용",
		"กรุณาเข้าสู่ระบบ", "โปรดเข้าสู่ระบบ", "vui lòng đăng nhập", "bạn cần đăng nhập", "bạn phải đăng nhập", "silakan masuk", "silakan login", "anda harus login", "sila log masuk", "mag-log in upang", "mag-log in para",
		"សូមចូលគណនី", "ກະລຸນາເຂົ້າສູ່ລະບົບ", "အကောင့်ဝင်ပါ", "कृपया लॉगिन करें", "कृपया लग इन गर्नुहोस्", "লগইন করুন", "براہ کرم لاگ ان کریں", "කරුණාකර ලොග් වන්න", "உள்நுழையவும்",
		"يرجى تسجيل الدخول", "يجب تسجيل الدخول", "እባክዎ ይግቡ", "tafadhali ingia", "войдите, чтобы", "необходимо авторизоваться", "необходима авторизация", "debes iniciar sesión", "inicia sesión para", "faça login para", "entre para continuar",
		"connectez-vous pour", "vous devez être connecté", "giriş yapmanız gerek", "giriş yapmalısınız",
	}
}

// hardlyText is the visible text, in bytes, of a page that only asks to log in.
const hardlyText = 900

// networkWall reports the sign that a page is a network's login wall.
func networkWall(r *fetch.Result, body []byte) string {
	to, err := url.Parse(r.FinalURL)
	if err != nil || !isHTML(r) {
		return ""
	}
	host := strings.ToLower(to.Hostname())
	// A Telegram channel without a public preview leads to its bare page.
	if asked, err := url.Parse(r.URL); err == nil && (host == "t.me" || host == "telegram.me") && strings.HasPrefix(asked.Path, "/s/") && !strings.HasPrefix(to.Path, "/s/") {
		return "channel without a public preview"
	}
	for _, n := range loginWalls() {
		if !below(host, n.hosts) {
			continue
		}
		path := strings.ToLower(to.Path)
		for _, p := range n.paths {
			if strings.HasPrefix(path, p) {
				return "login page of " + n.hosts[0]
			}
		}
		title := wallTitle(body)
		for _, t := range n.titles {
			if strings.HasPrefix(title, t) {
				return "title " + t
			}
		}
		if visible(body, wallText) < wallText {
			text := plain(utf8Body(r, body))
			for _, w := range n.words {
				if strings.Contains(text, w) {
					return "says: " + w
				}
			}
		}
		return ""
	}
	if len(body) <= 64<<10 && visible(body, hardlyText) < hardlyText && !bytes.Contains(body, []byte("JobPosting")) {
		text := plain(utf8Body(r, body))
		for _, w := range loginWords() {
			if strings.Contains(text, w) {
				return "says: " + w
			}
		}
	}
	return ""
}

func below(host string, domains []string) bool {
	for _, d := range domains {
		if host == d || strings.HasSuffix(host, "."+d) {
			return true
		}
	}
	return false
}

// wallTitle is the title of a page, in lower case and plain text.
func wallTitle(body []byte) string {
	_, rest, ok := bytes.Cut(body[:min(len(body), 64<<10)], []byte("<title"))
	if !ok {
		return ""
	}
	title, _, _ := bytes.Cut(rest, []byte("</title"))
	_, title, _ = bytes.Cut(title[:min(len(title), 500)], []byte(">"))
	return plain(title)
}
