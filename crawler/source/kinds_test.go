package source

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// readKind is the post that auto finds on a page of our own wording.
func readKind(t *testing.T, url, body string) (post.Post, bool) {
	t.Helper()
	f, err := auto{}.Extract(context.Background(), Page{URL: url, ContentType: "text/html; charset=utf-8", Body: []byte(body), FetchedAt: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatalf("extract: %v", err)
	}
	if len(f.Posts) == 0 {
		return post.Post{}, false
	}
	return f.Posts[0], true
}

const duties = `<h2>Your duties</h2><ul><li>Answer customers in chat from our office</li><li>Write a report each evening</li><li>Help new colleagues in their first weeks</li></ul>
<h2>Requirements</h2><ul><li>Good English, no experience needed</li><li>Ready to work in shifts</li></ul><p>We offer a room and meals. To apply, send your CV to crew@harbour-desk.example or Telegram @harbour_crew.</p>`

func shellOf(title, body string) string {
	return `<!DOCTYPE html><html lang="en"><head><title>` + title + `</title></head><body><nav><a href="/">Home</a> <a href="/jobs">All jobs</a></nav>` + body + `<footer>© Board</footer></body></html>`
}

// Each kind was seen on real pages of sites that nobody had tuned on; the pages
// here are of our own wording.
func TestFieldsByTheKindOfPage(t *testing.T) {
	for name, tc := range map[string]struct {
		url, body string
		check     func(post.Post) string
	}{
		"a row of several labels with their values": {
			body: shellOf("Harbour Desk careers", `<h1>Chat Agent, night shift</h1><table><tr><td>Job ID:</td><td>4471</td><td>Location:</td><td>Svay Rieng</td></tr><tr><td>Posted Date:</td><td>10/28/2026</td><td>Company:</td><td>Harbour Desk Co</td></tr></table>`+duties),
			check: func(p post.Post) string {
				return p.Company + "; " + strings.Join(p.Locations, ",") + "; " + p.PostedAt.Format(time.DateOnly) + "; want Harbour Desk Co; Svay Rieng; 2026-10-28"
			},
		},
		"fields named for tests alone": {
			body: shellOf("Chat Agent | Board", `<main><h1 data-qa="vacancy-title">Chat Agent</h1><div data-qa="vacancy-salary">from 1 200 USD a month</div><a data-qa="vacancy-company-name" href="/e/9">Harbour Desk</a><p data-testid="job-location">Bavet</p><section>`+duties+`</section></main>`),
			check: func(p post.Post) string {
				return p.Company + "; " + strings.Join(p.Locations, ",") + "; " + rawOf(p) + "; want Harbour Desk; Bavet; 1200 USD"
			},
		},
		"a place that only a link to a map tells": {
			body: shellOf("Chat Agent – Harbour Desk", `<main><h1>Chat Agent</h1><p><a href="https://www.google.com/maps?q=12">12 Ferry Road, Koh Kong</a></p>`+duties+`</main>`),
			check: func(p post.Post) string {
				return strings.Join(p.Locations, ",") + "; want 12 Ferry Road, Koh Kong"
			},
		},
		"a link to a map that names no place": {
			body:  shellOf("Chat Agent – Harbour Desk", `<main><h1>Chat Agent</h1><p><a href="https://www.google.com/maps?q=12">View on map</a></p>`+duties+`</main>`),
			check: func(p post.Post) string { return strings.Join(p.Locations, ",") + "; want " },
		},
		"a page named after its kind, the job in an element named so": {
			body:  shellOf("Careers", `<h1>Careers</h1><table><tr><td class="x_Header_JobTitle">Typing clerk for a chat desk</td></tr></table>`+duties),
			check: func(p post.Post) string { return p.Title + "; want Typing clerk for a chat desk" },
		},
		"a page named after its kind, the job behind a label": {
			body: shellOf("Job details", `<h1>Job details</h1><dl><dt>Position title</dt><dd>Typing clerk</dd><dt>City</dt><dd>Pailin</dd></dl>`+duties),
			check: func(p post.Post) string {
				return p.Title + "; " + strings.Join(p.Locations, ",") + "; want Typing clerk; Pailin"
			},
		},
		"a title whose last part is the job": {
			body: shellOf("Puesto Central - Empleos - Operador de chat nocturno", `<table><tr><td><b>Operador de chat nocturno</b></td></tr><tr><td>Empresa de atención por chat busca personal sin experiencia. Requisitos: español fluido, disponibilidad de turnos. Ofrecemos alojamiento y comida. Enviar CV por Telegram @puesto_central_rh.</td></tr><tr><td>Localidad:</td><td>Tacna</td></tr><tr><td>Salario:</td><td>900 USD</td></tr></table>`),
			check: func(p post.Post) string {
				return p.Title + "; " + strings.Join(p.Locations, ",") + "; want Operador de chat nocturno; Tacna"
			},
		},
		"a tail that says that this is a job": {
			body: shellOf("夜間チャット担当の求人詳細情報｜港ワーク", `<h1>夜間チャット担当の求人詳細情報</h1><p>最終更新日　2026/11/03</p><dl><dt>勤務地・交通</dt><dd>コッコン市</dd><dt>給与・報酬</dt><dd>時給1400円</dd></dl><p>仕事内容 チャットでのお客様対応です。未経験歓迎、寮完備。応募は Telegram @minato_work まで。勤務時間はシフト制です。</p>`),
			check: func(p post.Post) string {
				return p.Title + "; " + strings.Join(p.Locations, ",") + "; " + p.PostedAt.Format(time.DateOnly) + "; want 夜間チャット担当; コッコン市; 2026-11-03"
			},
		},
		"figures joined by marks that nobody sees": {
			body:  shellOf("Operátor chatu – Přístav", `<main><h1>Operátor chatu</h1><dl><dt>Plat</dt><dd>40 000 `+"\u200d–\u200d"+` 60 000 Kč</dd></dl>`+duties+`</main>`),
			check: func(p post.Post) string { return rawOf(p) + "; want 40000-60000 CZK" },
		},
		"pay under a qualified label": {
			body:  shellOf("Chat Agent – Harbour Desk", `<main><h1>Chat Agent</h1>`+duties+`<div class="t">Monthly Salary Range</div><div><span>$1,600</span><span>—</span><span>$2,200 USD</span></div></main>`),
			check: func(p post.Post) string { return rawOf(p) + "; want 1600-2200 USD" },
		},
		"hints that a script shows later": {
			body: shellOf("Chat Agent – Harbour Desk", `<main><h1>Chat Agent</h1><p class="hint d-none">The ad was saved in your favourites.</p><p class="d-none d-md-block">Seen at every width but the smallest.</p><p class="tel hidden">Call +855 12 345 678</p>`+duties+`</main>`),
			check: func(p post.Post) string {
				got := ""
				for _, s := range []string{"favourites", "smallest", "345 678"} {
					if strings.Contains(p.Text, s) {
						got += s + " "
					}
				}
				return got + "; want smallest 345 678 "
			},
		},
		"other jobs among the text": {
			body: shellOf("Chat Agent – Harbour Desk", `<main><h1>Chat Agent</h1>`+duties+`<div>`+rowsOf(7)+`</div></main>`),
			check: func(p post.Post) string {
				if strings.Contains(p.Text, "Elsewhere") {
					return "with other jobs; want without"
				}
				return "without; want without"
			},
		},
		"the employer's own site": {
			url:   "https://harbour-desk.example/careers/chat-agent",
			body:  shellOf("Chat Agent — Harbour Desk SA", `<main><h1>Chat Agent</h1><p>Harbour Desk SA is hiring. Harbour Desk SA answers for shops.</p>`+duties+`</main>`),
			check: func(p post.Post) string { return p.Company + "; want Harbour Desk SA" },
		},
		"an employer that only the address names": {
			url:   "https://careers.chatharbour.com/jobs/12",
			body:  shellOf("Chat Agent", `<main><h1>Chat Agent</h1><p>About us: ChatHarbour answers for shops. ChatHarbour is growing, and ChatHarbour pays monthly.</p>`+duties+`</main>`),
			check: func(p post.Post) string { return p.Company + "; want ChatHarbour" },
		},
		"an employer that the title calls a company": {
			body:  shellOf("Вакансія: Оператор чату, компанія Тиха Гавань, робота дистанційно — Дошка", `<main><h1>Оператор чату</h1><p class="company">Дані про компанію</p><p>Обов'язки: відповідати клієнтам у чаті. Вимоги: досвід не потрібен. Пропонуємо житло. Надсилайте резюме в Telegram @havan_hr</p></main>`),
			check: func(p post.Post) string { return p.Company + "; want Тиха Гавань" },
		},
		"a board that its ads name once": {
			url:   "https://www.harbourboard.com/jobs/12",
			body:  shellOf("Chat Agent | HarbourBoard", `<main><h1>Chat Agent</h1>`+duties+`<p>Say that you saw it on HarbourBoard.</p></main>`),
			check: func(p post.Post) string { return p.Company + "; want " },
		},
		"a date in words above the title": {
			body:  shellOf("Вакансія: Оператор чату — Гавань", `<main><p>Вакансія від 15 липня 2026</p><h1>Оператор чату</h1><p>Обов'язки: відповідати клієнтам у чаті. Вимоги: досвід не потрібен. Пропонуємо житло. Надсилайте резюме в Telegram @havan_hr</p></main>`),
			check: func(p post.Post) string { return p.PostedAt.Format(time.DateOnly) + "; want 2026-07-15" },
		},
		"state of a script with dates as objects": {
			body: shellOf("Chat Agent - Harbour", `<div id="app"></div><script>window.HARBOUR_PAGE_DATA = {"job":{"title":"Chat Agent","content":"<p>Answer customers in chat, room and meals free, no experience needed. Write to Telegram @harbour_crew and tell us when you can start.</p>","advertiser":{"name":"Harbour Desk"},"location":{"label":"Bavet"},"listedAt":{"label":"4d ago","utc":"2026-11-03T10:00:00Z"}}};</script>`),
			check: func(p post.Post) string {
				return p.Title + "; " + p.Company + "; " + strings.Join(p.Locations, ",") + "; " + p.PostedAt.Format(time.DateOnly) + "; want Chat Agent; Harbour Desk; Bavet; 2026-11-03"
			},
		},
		"a short ad above many others": {
			body:  shellOf("Chat Agent Koh Kong | Board", `<main><h1>Chat Agent Koh Kong</h1><p>Hiring now: typing and chat, 1500 USD a month, room and meals free. Contact Telegram @harbour_crew</p><div>`+rowsOf(12)+`</div></main>`),
			check: func(p post.Post) string { return p.Title + "; want Chat Agent Koh Kong" },
		},
		"an ad with the form to apply with below": {
			body: shellOf("Chat Agent – Harbour Desk", `<main><h1>Chat Agent</h1>`+strings.Repeat(duties, 2)+applyFields+`</main>`),
			check: func(p post.Post) string {
				if strings.Contains(p.Text, "First name") {
					return p.Title + " with form; want without"
				}
				return p.Title + "; want Chat Agent"
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			url := tc.url
			if url == "" {
				url = "https://board.example/jobs/4471"
			}
			p, ok := readKind(t, url, tc.body)
			if !ok {
				t.Fatal("no post")
			}
			got, want, _ := strings.Cut(tc.check(p), "; want ")
			if strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("got %q, want %q\n%s", got, want, p.Text)
			}
		})
	}
}

func rawOf(p post.Post) string {
	if p.Salary == nil {
		return "none"
	}
	s := *p.Salary
	s.Period = ""
	return rawSalary(s)
}

func rowsOf(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`<div class="row"><a href="/jobs/` + string(rune('a'+i)) + `-901">Another job of somebody else</a><span>Elsewhere</span></div>`)
	}
	return b.String()
}

const applyFields = `<form action="/apply" method="post"><label>First name *</label><input name="a"><label>Last name *</label><input name="b"><label>E-mail *</label><input type="email" name="c"><label>Phone *</label><input type="tel" name="d"><label>Your salary expectation *</label><input name="e"><label>Notice period *</label><input name="f"><label>Resume *</label><input type="file" name="g"><button>Send application</button></form>`

func TestPagesBesideAdsGiveNoPost(t *testing.T) {
	for name, tc := range map[string]struct{ url, body string }{
		"a form to apply with":                   {"https://board.example/jobs/4471/apply", shellOf("Chat Agent | Jobs at Harbour Desk", `<main><h1>Chat Agent (m/f)</h1><p>Full time</p><p>We look forward to your application! Please fill in the form.</p>`+applyFields+`</main>`)},
		"rows that lead to ads":                  {"https://board.example/chat-jobs", shellOf("Chat jobs in Koh Kong", `<main><h1>Chat jobs</h1><p>We found 8 jobs for you. Salary, location, company.</p><div>`+rowsOf(9)+`</div></main>`)},
		"controls without the element of a form": {"https://board.example/chat-agent/apply", shellOf("Chat Agent", `<main><h1>Chat Agent</h1><p>Full time, remote</p>`+strings.NewReplacer("<form", "<div", "</form>", "</div>").Replace(applyFields)+`</main>`)},
		"an employer":                            {"https://board.example/company/harbour-desk", shellOf("Harbour Desk", `<main><h1>Harbour Desk</h1><p>Employees: 120. Benefits: insurance, meals. Salary level: average. Founded 2011, chat services for shops.</p></main>`)},
		"a title that counts ads":                {"https://board.example/jobs/chat", shellOf("1,204 chat jobs in Koh Kong", `<main><h1>1,204 chat jobs in Koh Kong</h1><p>Salary, duties, requirements: choose, then apply now. Full time and part time, free accommodation.</p></main>`)},
		"rows without links":                     {"https://board.example/jobs/chat", shellOf("Chat and typing", `<main><h1>Chat and typing</h1>`+strings.Repeat(`<div><h3>Chat Agent</h3><p>Harbour Desk, Bavet</p><p>$900 - $1,200 a month</p><p>3 days ago</p></div>`, 7)+`</main>`)},
		"a form inside of a script's frame":      {"https://board.example/jobs/4471/apply", shellOf("Application", `<div id="app"><h1>Application</h1>`+applyFields+`</div>`)},
	} {
		t.Run(name, func(t *testing.T) {
			if p, ok := readKind(t, tc.url, tc.body); ok {
				t.Errorf("got post %q, want none\n%s", p.Title, p.Text)
			}
		})
	}
}

// A form that a framework lays around the whole page is no form to apply with.
func TestFormAroundTheWholePageKeepsTheAd(t *testing.T) {
	body := shellOf("Chat Agent", `<form action="default.aspx"><input type="hidden" name="__VIEWSTATE" value="x"><input name="q1"><input name="q2"><input name="q3"><input name="q4"><input name="q5"><input name="q6"><h1>Chat Agent</h1>`+duties+`</form>`)
	p, ok := readKind(t, "https://board.example/jobs/4471", body)
	if !ok || !strings.Contains(p.Text, "@harbour_crew") {
		t.Errorf("got %v %q, want the ad with its contact", ok, p.Text)
	}
}
