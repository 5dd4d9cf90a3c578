package crawler

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/internal/post"
)

func TestWallsOfTheWorld(t *testing.T) {
	ad := strings.Repeat("<p>We hire customer service staff for our office, free flight, room and board, 900 USD a month.</p>", 40)
	thai, err := charmap.Windows874.NewEncoder().String("<title>x</title><p>ประกาศนี้หมดอายุแล้ว</p>")
	if err != nil {
		t.Fatal(err)
	}
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String("<meta charset=gb2312><h1>该职位已关闭</h1>")
	if err != nil {
		t.Fatal(err)
	}
	type page struct {
		status  int // 200 when it is 0
		asked   string
		final   string // as asked for when it is empty
		kind    string // content type; HTML when it is empty
		body    string
		header  http.Header
		want    post.Class
		because string // part of the sign
	}
	tests := map[string]page{
		// Challenges.
		"Cloudflare, managed challenge":    {status: 403, body: `<title>Nur einen Moment…</title><script>window._cf_chl_opt={cvId:'3'}</script>`, want: post.ClassChallenge},
		"Cloudflare, waiting":              {body: `<title>Please Wait... | Cloudflare</title>`, want: post.ClassChallenge},
		"Cloudflare, blocked":              {status: 403, body: `<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>`, want: post.ClassChallenge},
		"Cloudflare turnstile alone":       {body: `<script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script><div class="cf-turnstile"></div>`, want: post.ClassChallenge},
		"Cloudflare's script on a job":     {body: ad + `<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>`, want: post.ClassContent},
		"hCaptcha alone":                   {body: `<form><div class="h-captcha" data-sitekey=x></div></form>`, want: post.ClassChallenge},
		"reCAPTCHA Enterprise alone":       {body: `<script src="https://www.google.com/recaptcha/enterprise.js"></script><p>One more step</p>`, want: post.ClassChallenge},
		"Google's sorry page":              {asked: "https://www.google.com/search?q=x", final: "https://www.google.com/sorry/index?continue=x", body: "<p>Our systems have detected unusual traffic</p>", want: post.ClassChallenge},
		"DataDome":                         {status: 403, body: `<p>Please enable JS and disable any ad blocker</p><script>var dd={'rt':'c','cid':'A'}</script>`, want: post.ClassChallenge},
		"DataDome, status 200":             {body: `<iframe src="https://geo.captcha-delivery.com/captcha/?initialCid=x"></iframe>`, want: post.ClassChallenge},
		"PerimeterX":                       {status: 403, body: `<title>Access to this page has been denied.</title><div id="px-captcha"></div>`, want: post.ClassChallenge},
		"PerimeterX, status 200":           {body: `<script src="https://captcha.px-cdn.net/PX1/captcha.js"></script>`, want: post.ClassChallenge},
		"Akamai, denied":                   {status: 403, body: `<title>Access Denied</title>Reference&#32;&#35;18.2 https://errors.edgesuite.net/18.2`, want: post.ClassChallenge},
		"Akamai, proof of work":            {status: 428, body: `<div id="sec-if-cpt-container"></div><script src="/_sec/cp_challenge/sec-4-4.js"></script>`, want: post.ClassChallenge},
		"Akamai, refresh":                  {body: `<meta http-equiv="refresh" content="5; URL='/job?bm-verify=AAQ'"/>`, want: post.ClassChallenge},
		"AWS WAF, body":                    {status: 202, body: `<script>window.gokuProps = {"key":"A"}; AwsWafIntegration.getToken()</script>`, want: post.ClassChallenge},
		"DDoS-Guard":                       {status: 403, body: `<title>DDoS-Guard</title><script src="https://check.ddos-guard.net/check.js"></script>`, want: post.ClassChallenge},
		"Geetest":                          {body: `<script src="https://static.geetest.com/v4/gt4.js"></script><p>请完成验证</p>`, want: post.ClassChallenge},
		"Geetest in a real page":           {body: ad + `<script src="https://static.geetest.com/v4/gt4.js"></script>`, want: post.ClassContent},
		"Imperva":                          {body: `<iframe src="/_Incapsula_Resource?SWUDNSAI=31">Request unsuccessful. Incapsula incident ID: 1</iframe>`, want: post.ClassChallenge},
		"Imperva, by title":                {body: `<title>Pardon Our Interruption</title>`, want: post.ClassChallenge},
		"Anubis":                           {body: `<title>Making sure you&#39;re not a bot!</title>`, want: post.ClassChallenge},
		"Vercel":                           {status: 429, body: `<title>Vercel Security Checkpoint</title>`, want: post.ClassChallenge},
		"Kasada":                           {status: 429, body: `<script>window.KPSDK={}</script>`, want: post.ClassChallenge},
		"Yandex":                           {asked: "https://rabota.ya.ru/1", final: "https://rabota.ya.ru/showcaptcha?cc=1", body: "<title>Вы не робот?</title>", want: post.ClassChallenge},
		"Aliyun":                           {body: `<script>var arg1='x';document.cookie='acw_sc__v2='+arg2</script>`, want: post.ClassChallenge},
		"58.com":                           {body: `<title>请输入验证码</title><script src="https://callback.58.com/antibot/x.js"></script>`, want: post.ClassChallenge},
		"too often, Chinese":               {body: `<p>访问过于频繁，请稍后再试</p>`, want: post.ClassChallenge},
		"LinkedIn, status 999":             {status: 999, body: `<script>window.location.href="/authwall"</script>`, want: post.ClassChallenge},
		"TikTok":                           {body: `<div class="tiktok-verify-page"></div>`, want: post.ClassChallenge},
		"VK":                               {asked: "https://vk.com/wall-1_2", final: "https://vk.com/challenge.html?hash429=x", body: "<p>x</p>", want: post.ClassChallenge},
		"a job that builds captchas":       {body: "<title>Captcha engineer</title>" + ad + "<p>You will work on reCAPTCHA and are you a robot pages</p>", want: post.ClassContent},
		"a small job that asks for typing": {body: "<title>Typing job</title><p>Solve captchas from home, 5 USD a day</p>", want: post.ClassContent},

		// Login walls.
		"Facebook, redirect":            {asked: "https://www.facebook.com/groups/1/posts/2", final: "https://www.facebook.com/login/?next=x", body: ad, want: post.ClassLogin},
		"Facebook, in place":            {asked: "https://m.facebook.com/groups/1", body: "<title>Log in to Facebook</title><p>You must log in to continue.</p>", want: post.ClassLogin},
		"Facebook, Vietnamese":          {asked: "https://vi-vn.facebook.com/x", body: "<title>Đăng nhập Facebook</title>", want: post.ClassLogin},
		"Facebook, a post":              {asked: "https://www.facebook.com/x/posts/1", body: "<title>Hiring | Facebook</title>" + ad + "<a href=/login>Log In</a>", want: post.ClassContent},
		"Facebook, removed or private":  {asked: "https://www.facebook.com/x/posts/1", body: "<title>Facebook</title><p>This content isn't available right now</p>", want: post.ClassGone},
		"Instagram":                     {asked: "https://www.instagram.com/p/X/", final: "https://www.instagram.com/accounts/login/?next=/p/X/", body: "<title>Login • Instagram</title>", want: post.ClassLogin},
		"Instagram, gone":               {asked: "https://www.instagram.com/p/X/", body: "<title>Instagram</title><h2>Sorry, this page isn’t available.</h2>", want: post.ClassGone},
		"LinkedIn authwall":             {asked: "https://www.linkedin.com/in/x", final: "https://www.linkedin.com/authwall?trk=x", body: ad, want: post.ClassLogin},
		"LinkedIn, a public job":        {asked: "https://www.linkedin.com/jobs/view/1", body: "<title>Acme hiring</title>" + ad + "<form><input type=password></form>", want: post.ClassContent},
		"TikTok, login":                 {asked: "https://www.tiktok.com/@a/video/1", final: "https://www.tiktok.com/login?redirect_url=x", body: "<p>Log in to TikTok</p>", want: post.ClassLogin},
		"X":                             {asked: "https://x.com/a/status/1", final: "https://x.com/i/flow/login?redirect_after_login=x", body: "<p>x</p>", want: post.ClassLogin},
		"X, protected":                  {asked: "https://x.com/a", body: "<p>These posts are protected</p>", want: post.ClassLogin},
		"VK, closed group":              {asked: "https://vk.com/club1", body: "<title>Работа</title><p>Это закрытая группа</p>", want: post.ClassLogin},
		"VK, login":                     {asked: "https://vk.com/wall-1_1", final: "https://vk.com/login?to=x", body: "<p>x</p>", want: post.ClassLogin},
		"Telegram, no preview":          {asked: "https://t.me/s/channel", final: "https://t.me/channel", body: "<title>Telegram: Contact @channel</title>" + ad, want: post.ClassLogin},
		"Telegram, private":             {asked: "https://t.me/+AbCdEf", body: "<p>You are invited to the private channel</p>", want: post.ClassLogin},
		"Telegram, a preview":           {asked: "https://t.me/s/channel", final: "https://t.me/s/channel", body: "<title>Jobs – Telegram</title>" + ad, want: post.ClassContent},
		"Reddit, private":               {asked: "https://www.reddit.com/r/x", body: "<h1>r/x is a private community</h1>", want: post.ClassLogin},
		"Weibo's visitor page":          {asked: "https://weibo.com/1/x", final: "https://passport.weibo.com/visitor/visitor?entry=x", body: "<title>Sina Visitor System</title>", want: post.ClassLogin},
		"a host named like a network":   {asked: "https://notfacebook.com/login-help", body: "<title>Log in to Facebook: how</title>" + ad, want: post.ClassContent},
		"a forum for members, English":  {body: "<p>You must be logged in to view this forum.</p>", want: post.ClassLogin},
		"a forum for members, Chinese":  {body: "<p>抱歉，您需要登录才能查看</p>", want: post.ClassLogin},
		"a forum for members, Thai":     {body: "<p>กรุณาเข้าสู่ระบบเพื่อดูกระทู้นี้</p>", want: post.ClassLogin},
		"a forum for members, Russian":  {body: "<p>Необходимо авторизоваться</p>", want: post.ClassLogin},
		"a thread with a line on login": {body: ad + "<p>You must be logged in to reply.</p>", want: post.ClassContent},

		// Gone, with a good status.
		"expired banner over nothing":    {body: "<title>Jobs</title><h2>This job has expired</h2><a href=/>Other jobs</a>", want: post.ClassGone, because: "job has expired"},
		"expired, in the title":          {body: "<title>Job not found | Board</title>" + ad, want: post.ClassGone},
		"redirect to a page for it":      {asked: "https://a.test/job/1", final: "https://a.test/404", body: ad + ad, want: post.ClassGone},
		"redirect to expired":            {asked: "https://a.test/job/1", final: "https://a.test/job-expired?id=1", body: ad, want: post.ClassGone},
		"Thai in windows-874":            {kind: "text/html; charset=windows-874", body: thai, want: post.ClassGone},
		"Chinese in GB18030":             {kind: "text/html", body: gbk, want: post.ClassGone},
		"an entity in the phrase":        {body: "<p>Cette offre n&#8217;est plus disponible</p>", want: post.ClassGone},
		"a phrase across tags":           {body: "<p>Vaga <b>encerrada</b></p>", want: post.ClassGone},
		"structured data is still there": {body: `<h2>This job has expired</h2><script type="application/ld+json">{"@type":"JobPosting"}</script>`, want: post.ClassContent},
		"the words in a script":          {body: `<p>Cook wanted, Poipet, call 012</p><script>const t = "This job has expired"</script>`, want: post.ClassContent},
		"the words in a template":        {body: `<p>Cook wanted, Poipet, call 012</p><template>Page not found</template><!-- page not found -->`, want: post.ClassContent},
		"a long ad with the words":       {body: ad + "<p>The last position has been filled; one more is open.</p>", want: post.ClassContent},
		"a long article about it":        {body: "<h1>What to do when a position has been filled</h1>" + ad + ad, want: post.ClassContent},
		"an API answer":                  {kind: "application/json", body: `{"error":null,"text":"this job has expired"}`, want: post.ClassContent},
		"a feed":                         {kind: "application/rss+xml", body: `<rss><item><title>page not found</title></item></rss>`, want: post.ClassContent},
		"a short ad that hires":          {body: "<title>Hiring</title><h1>Chat agents</h1><p>Apply now, no longer wait</p>", want: post.ClassContent},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := &fetch.Result{URL: tt.asked, FinalURL: tt.final, Status: max(tt.status, 0), Header: tt.header, ContentType: tt.kind, Body: []byte(tt.body)}
			if r.Status == 0 {
				r.Status = 200
			}
			if r.Header == nil {
				r.Header = http.Header{}
			}
			if r.URL == "" {
				r.URL = "https://jobs.test/job/1"
			}
			if r.FinalURL == "" {
				r.FinalURL = r.URL
			}
			got, why := classify(r)
			if got != tt.want || !strings.Contains(why, tt.because) {
				t.Errorf("classify = %s (%s), want %s (%s)", got, why, tt.want, tt.because)
			}
		})
	}
}

// Every phrase is found on the page that says it, in title, heading or text, and in
// no other language's ordinary page.
func TestEveryLanguageSaysGone(t *testing.T) {
	languages, err := filepath.Glob("../rules/lexicon/*.yaml")
	if err != nil || len(languages) == 0 {
		t.Fatal("no languages to compare with: ", err)
	}
	if n := len(gonePhrases()); n != len(languages) {
		t.Errorf("phrases for %d languages, want one list for each of the %d of the lexicon", n, len(languages))
	}
	for _, phrases := range gonePhrases() {
		for _, p := range phrases {
			if p != strings.ToLower(p) || strings.Contains(p, "’") || len(p) < 9 {
				t.Errorf("%q is not in lower case, has a curved apostrophe or is too short to mean one thing", p)
			}
			for _, body := range []string{"<title>" + strings.ToUpper(p) + "</title>", "<h1>" + p + "</h1>", "<div><p>" + p + "!</p></div>"} {
				r := &fetch.Result{URL: "https://a.test/1", FinalURL: "https://a.test/1", Status: 200, Header: http.Header{}, Body: []byte(body)}
				if strings.ToLower(strings.ToUpper(p)) != p && strings.Contains(body, "<title>") {
					continue // Turkish and other letters that do not come back
				}
				if got, why := classify(r); got != post.ClassGone {
					t.Errorf("%s = %s (%s), want gone", body, got, why)
				}
			}
		}
	}
	for _, w := range loginWords() {
		r := &fetch.Result{URL: "https://a.test/1", FinalURL: "https://a.test/1", Status: 200, Header: http.Header{}, Body: []byte("<p>" + w + "</p>")}
		if got, why := classify(r); got != post.ClassLogin {
			t.Errorf("%s = %s (%s), want login", w, got, why)
		}
	}
}

// The saved pages of all sources are content: no wall is seen where there is none.
func TestSavedPagesAreContent(t *testing.T) {
	n := 0
	err := filepath.WalkDir("source/testdata", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".html", ".htm", ".json", ".xml"}, filepath.Ext(path)) || strings.Contains(path, "golden") {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil || len(body) == 0 {
			return err
		}
		n++
		kind := map[string]string{".json": "application/json", ".xml": "application/xml"}[filepath.Ext(path)]
		r := &fetch.Result{URL: "https://jobs.test/1", FinalURL: "https://jobs.test/1", Status: 200, Header: http.Header{}, ContentType: kind, Body: body}
		if got, why := classify(r); got != post.ClassContent {
			t.Errorf("%s is classed %s (%s)", path, got, why)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 20 {
		t.Fatalf("%d pages looked at: too few to show anything", n)
	}
	t.Logf("%d pages", n)
}

func BenchmarkClassify(b *testing.B) {
	body := []byte("<title>Jobs</title>" + strings.Repeat("<p>We hire customer service staff, free flight, room and board.</p>", 450))
	r := &fetch.Result{URL: "https://a.test/1", FinalURL: "https://a.test/1", Status: 200, Header: http.Header{}, Body: body}
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		classify(r)
	}
}
