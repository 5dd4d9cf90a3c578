package web

import (
	"net/http"

	"github.com/lurewatch/lurewatch/internal/ledger"
)

// MaxBody bounds the body of a request, in bytes: the largest form is a note.
const MaxBody = 64 << 10

// anyone marks a route that asks for no login.
const anyone ledger.Role = ""

// route is one page or act: its pattern, the least role that it asks for, and who does it.
type route struct {
	pattern string
	role    ledger.Role
	do      handler
}

// table lists every route that has a session.
func (d *Desk) table() []route {
	const viewer, reviewer, admin = ledger.RoleViewer, ledger.RoleReviewer, ledger.RoleAdmin
	return []route{
		{"GET /login", anyone, d.loginShow},
		{"POST /login", anyone, d.login},
		{"POST /logout", viewer, d.logout},

		{"GET /{$}", viewer, d.home},
		{"GET /queue", viewer, d.queueShow},
		{"GET /search", viewer, d.searchShow},
		{"GET /help", reviewer, d.helpShow},
		{"GET /status", viewer, d.statusShow},
		{"GET /sources", viewer, d.sourcesShow},

		{"GET /posts/{id}", viewer, d.postShow},
		{"POST /posts/{id}/decision", reviewer, d.postDecide},
		{"POST /posts/{id}/contacts", reviewer, d.contactsReveal},
		{"GET /posts/{id}/archived", reviewer, d.archivedShow},
		{"GET /posts/{id}/versions/{digest}", reviewer, d.archivedShow},
		{"GET /posts/{id}/screenshot", reviewer, d.screenshotShow},
		{"GET /posts/{id}/events/{event}/archived", reviewer, d.eventArchivedShow},
		{"GET /posts/{id}/events/{event}/screenshot", reviewer, d.eventScreenshotShow},
		{"GET /posts/{id}/pictures/{n}", reviewer, d.pictureShow},
		{"GET /posts/{id}/group", reviewer, d.groupShow},
		{"POST /posts/{id}/group", reviewer, d.groupDecide},

		{"GET /account", viewer, d.accountShow},
		{"POST /account/password", viewer, d.accountPassword},

		{"GET /audit", admin, d.auditShow},
		{"GET /users", admin, d.usersShow},
		{"POST /users", admin, d.userAdd},
		{"POST /users/{name}/password", admin, d.userPassword},
		{"POST /users/{name}/access", admin, d.userAccess},

		{"/", viewer, d.nowhere},
	}
}

func (d *Desk) routes() http.Handler {
	pages := http.NewServeMux()
	for _, r := range d.table() {
		pages.Handle(r.pattern, d.guard(r))
	}
	mux := http.NewServeMux()
	mux.Handle("/", d.sessions.LoadAndSave(pages))
	mux.Handle("GET /static/{file}", d.assets)
	mux.HandleFunc("GET /healthz", d.healthz)
	if d.opt.Metrics != nil {
		mux.Handle("GET /metrics", d.opt.Metrics)
	}

	protected := http.NewCrossOriginProtection()
	protected.SetDenyHandler(http.HandlerFunc(d.crossOrigin))
	return d.headers(d.recovered(protected.Handler(http.MaxBytesHandler(mux, MaxBody))))
}
