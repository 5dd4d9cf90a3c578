package crawler

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/internal/post"
)

// classify says what a page shows, by its status and by signs in header and
// body, with the sign that decided.
func classify(r *fetch.Result) (post.Class, string) {
	body := r.Body
	if len(r.DOM) > 0 {
		body = r.DOM
	}
	if to, err := url.Parse(r.FinalURL); err == nil && r.FinalURL != r.URL && challengePath.MatchString(to.Path) {
		return post.ClassChallenge, "redirect to a challenge"
	}
	if sign := challenge(r.Status, r.Header, body); sign != "" {
		return post.ClassChallenge, sign
	}
	switch s := r.Status; {
	case s == 401:
		return post.ClassLogin, "status 401"
	case s == 404 || s == 410:
		return post.ClassGone, fmt.Sprintf("status %d", s)
	case s < 200 || s > 299:
		return post.ClassError, fmt.Sprintf("status %d", s)
	}
	if len(body) == 0 {
		if r.Truncated == fetch.TruncatedUnspecified {
			return post.ClassError, "content type is not a page"
		}
		return post.ClassError, "empty body"
	}
	if sign := networkWall(r, body); sign != "" {
		return post.ClassLogin, sign
	}
	if sign := login(r, body); sign != "" {
		return post.ClassLogin, sign
	}
	if sign := gone(r, body); sign != "" {
		return post.ClassGone, sign
	}
	return post.ClassContent, ""
}

// transient reports whether asking again later may help.
func transient(status int) bool {
	switch status {
	case 403, 408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529:
		return true
	}
	return false
}

// head and tail bound where signs are looked for: interstitials carry theirs at
// the top, and a whole scan of every page would cost more than reading it.
const (
	headBytes = 6 << 10
	tailBytes = 2 << 10
	// wallText is the visible text, in bytes, above which a page is taken to be
	// more than a wall.
	wallText = 2500
)

// smallPage is the size, in bytes, above which an answer with a good status is
// not searched for signs other than its title: walls are small.
const smallPage = 24 << 10

// titles are how titles of interstitials begin, in lower case. Those of the second
// kind count only with an error status.
func titles(status int) []string {
	out := []string{
		"just a moment...", "attention required! | cloudflare", "please wait... | cloudflare", "ddos-guard", "human verification", "robot or human", "安全验证", "百度安全验证",
		"vercel security checkpoint", "pardon our interruption", "client challenge", "making sure you're not a bot", "making sure you&#39;re not a bot", "bot verification", "radware bot manager captcha",
		"checking your browser", "are you not a robot", "вы не робот", "访问验证", "人机验证", "滑动验证", "验证码拦截",
	}
	if status >= 400 {
		out = append(out, "access denied", "security check", "are you a robot", "one moment, please", "access to this page has been denied", "blocked", "you have been blocked", "error 1020")
	}
	return out
}

// sureSigns only interstitials carry.
func sureSigns() []string {
	return []string{
		"window._cf_chl_opt", "cf-browser-verification", "cf-challenge-running", // Cloudflare
		"captcha-delivery.com/", "var dd={'rt'", // DataDome
		"px-captcha", "captcha.px-cdn.net", // PerimeterX
		"_sec/cp_challenge", "sec-if-cpt-container", "sec-bc-tile-parent", "?bm-verify=", "errors.edgesuite.net", // Akamai
		"awswafintegration", "captcha-sdk.awswaf.com", "gokuprops", // AWS WAF
		"ddos-guard/js-challenge", "check.ddos-guard.net", "/.well-known/ddos-guard/", // DDoS-Guard
		"_incapsula_resource", "incapsula incident id", "sucuri_cloudproxy_js", // Imperva, Sucuri
		"aliyun_waf", "acw_sc__v2", "wappass.baidu.com/static/captcha", "callback.58.com/antibot", // Chinese clouds
		"/.within.website/x/cmd/anubis", "window.kpsdk", "tiktok-verify-page", "/recaptcha/challengepage/",
	}
}

// maybeSigns ordinary pages carry too, in a form: they count on pages that show
// little else.
func maybeSigns() []string {
	return []string{
		"verify you are human", "are you a robot", "checking your browser", "g-recaptcha", "recaptcha/api.js", "recaptcha/enterprise.js", "h-captcha", "hcaptcha.com/1/api.js",
		"challenges.cloudflare.com/turnstile", "enable javascript and cookies to continue", "unusual traffic from your", "press &amp; hold", "press & hold to confirm",
		"geetest.com/", "initgeetest", "gt_captcha", "tcaptcha.js", "smartcaptcha.yandexcloud.net", "arkoselabs.com/", "aliyuncaptcha", "friendlychallenge",
		"滑动验证", "访问验证", "人机验证", "请完成验证", "访问过于频繁", "请输入验证码", "подтвердите, что вы не робот", "xác minh bạn là con người", "ยืนยันว่าคุณเป็นมนุษย์",
	}
}

// challengePath is where interstitials are redirected to.
var challengePath = regexp.MustCompile(`(?i)^(/sorry/index|/showcaptcha|/captcha([/._-]|$)|/challenge\.html|/cdn-cgi/challenge|/antibot|/verify-human|/_guard/)`)

func challenge(status int, h http.Header, body []byte) string {
	if strings.EqualFold(h.Get("Cf-Mitigated"), "challenge") {
		return "header cf-mitigated"
	}
	if status == 999 {
		return "status 999" // LinkedIn's, to crawlers
	}
	if a := strings.ToLower(h.Get("X-Amzn-Waf-Action")); a == "challenge" || a == "captcha" {
		return "header x-amzn-waf-action"
	}
	if title := titleOf(body); len(title) > 0 {
		for _, s := range titles(status) {
			if bytes.HasPrefix(title, []byte(s)) {
				return "title " + s
			}
		}
	}
	if status < 400 && len(body) > smallPage {
		return ""
	}
	window := lowerEnds(body)
	for _, s := range sureSigns() {
		if bytes.Contains(window, []byte(s)) {
			return s
		}
	}
	for _, s := range maybeSigns() {
		if bytes.Contains(window, []byte(s)) && (status >= 400 || visible(body, wallText) < wallText) {
			return s
		}
	}
	return ""
}

// titleOf is how the first title in the head or the tail of a body begins, in ASCII
// lower case.
func titleOf(body []byte) []byte {
	head := headBytes
	if len(body) <= headBytes+tailBytes {
		head = len(body)
	}
	for _, rest := range [][]byte{body[:head], body[max(head, len(body)-tailBytes):]} {
		for {
			i := bytes.IndexByte(rest, '<')
			if i < 0 {
				break
			}
			if rest = rest[i+1:]; len(rest) >= len("title") && bytes.EqualFold(rest[:len("title")], []byte("title")) {
				_, title, _ := bytes.Cut(rest, []byte(">"))
				return bytes.TrimSpace(lower(title[:min(len(title), 200)]))
			}
		}
	}
	return nil
}

// lowerEnds is the head and tail of a body in ASCII lower case.
func lowerEnds(body []byte) []byte {
	if len(body) <= headBytes+tailBytes {
		return lower(body)
	}
	w := make([]byte, 0, headBytes+tailBytes)
	w = append(append(w, body[:headBytes]...), body[len(body)-tailBytes:]...)
	return lower(w)
}

func lower(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		out[i] = c
	}
	return out
}

var (
	loginPath = regexp.MustCompile(`(?i)(^|[/._-])(log[-_]?in|sign[-_]?in|auth|checkpoint|sso|passport|account/login|accountlogin)([/._?-]|$)`)
	password  = regexp.MustCompile(`(?i)<input[^>]{0,300}type\s*=\s*["']?password`)
)

// login reports the sign that a page is a login wall: a redirect to a login
// address, or a password field on a page that shows little else.
func login(r *fetch.Result, body []byte) string {
	to, err := url.Parse(r.FinalURL)
	if err != nil {
		return ""
	}
	asked, err := url.Parse(r.URL)
	if err != nil {
		return ""
	}
	atLogin := loginPath.MatchString(to.Path)
	switch {
	case atLogin && !loginPath.MatchString(asked.Path) && to.String() != asked.String():
		return "redirect to a login page"
	case !atLogin && (len(body) > 64<<10 || bytes.Contains(body, []byte("JobPosting"))): // a post is there, in front of the form
		return ""
	case bytes.Contains(body, []byte("assword")) || bytes.Contains(body, []byte("ASSWORD")):
		if password.Match(body) && visible(body, wallText) < wallText {
			return "password field and little else"
		}
	}
	return ""
}

// visible estimates the visible text of HTML in bytes: what is outside tags,
// scripts and styles, runs of space counted once. It counts little further than
// enough.
func visible(b []byte, enough int) int {
	n, space := 0, true
	eachVisible(b, func(text []byte) bool {
		for _, c := range text {
			if isSpace := c <= ' '; !isSpace || !space {
				n++
				space = isSpace
			}
		}
		return n <= enough
	})
	return n
}

// eachVisible calls fn with each run of HTML that is outside tags, scripts and
// styles, until it returns false.
func eachVisible(b []byte, fn func(text []byte) bool) {
	for i := 0; i < len(b); {
		if b[i] != '<' {
			j := bytes.IndexByte(b[i:], '<')
			if j < 0 {
				j = len(b) - i
			}
			if !fn(b[i : i+j]) {
				return
			}
			i += j
			continue
		}
		if bytes.HasPrefix(b[i:], []byte("<!--")) {
			j := bytes.Index(b[i:], []byte("-->"))
			if j < 0 {
				return
			}
			i += j + 3
			continue
		}
		for _, el := range []string{"script", "style", "noscript", "template"} {
			if len(b) > i+len(el)+1 && bytes.EqualFold(b[i+1:i+1+len(el)], []byte(el)) {
				if j := bytes.Index(b[i:], []byte("</"+el)); j > 0 {
					i += j
				}
				break
			}
		}
		j := bytes.IndexByte(b[i:], '>')
		if j < 0 {
			return
		}
		i += j + 1
	}
}
