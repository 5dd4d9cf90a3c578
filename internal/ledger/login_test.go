package ledger

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
)

const good = "correct horse battery"

func withUser(t *testing.T) (*Ledger, *clock) {
	t.Helper()
	l, c := fresh(t)
	if err := l.AddUser(context.Background(), "admin", "anong", RoleReviewer, good); err != nil {
		t.Fatal(err)
	}
	return l, c
}

func TestEnsureAdminOnce(t *testing.T) {
	l, _ := fresh(t)
	ctx := context.Background()
	name, password, created, err := l.EnsureAdmin(ctx)
	if err != nil || !created || len(password) < 20 {
		t.Fatalf("EnsureAdmin = %q, %d characters, %v, %v", name, len(password), created, err)
	}
	u, err := l.Login(ctx, name, password, "")
	if err != nil || u.Role != RoleAdmin || u.LastLogin.IsZero() {
		t.Fatalf("Login = %+v, %v", u, err)
	}
	if _, _, created, err := l.EnsureAdmin(ctx); created || err != nil {
		t.Errorf("a second EnsureAdmin = %v, %v", created, err)
	}
	var stored string
	if err := l.reader.QueryRow("SELECT password FROM users").Scan(&stored); err != nil || !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("stored password = %.40s…, %v", stored, err)
	}
}

func TestPasswordsAreChecked(t *testing.T) {
	l, _ := fresh(t)
	ctx := context.Background()
	for name, c := range map[string]struct {
		user, password string
		role           Role
	}{
		"too short":                {"rose", "short", RoleViewer},
		"too long":                 {"rose", strings.Repeat("ab", 200), RoleViewer},
		"one letter again":         {"rose", strings.Repeat("a", 20), RoleViewer},
		"the user's name":          {"rose-of-the-desk", "Rose-of-the-Desk", RoleViewer},
		"a name with a slash":      {"../rose", good, RoleViewer},
		"a name in capitals":       {"Rose", good, RoleViewer},
		"a role that is not one":   {"rose", good, "root"},
		"an empty name":            {"", good, RoleViewer},
		"a name with a line break": {"rose\n", good, RoleViewer},
	} {
		if err := l.AddUser(ctx, "admin", c.user, c.role, c.password); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	if err := l.AddUser(ctx, "admin", "rose", RoleAdmin, good); err != nil {
		t.Fatal(err)
	}
	if err := l.AddUser(ctx, "admin", "rose", RoleAdmin, good); !errors.Is(err, ErrExists) {
		t.Errorf("the same name again = %v, want ErrExists", err)
	}
	if err := l.SetAccess(ctx, "rose", "rose", RoleViewer, false); !errors.Is(err, ErrLast) {
		t.Errorf("the last admin steps down = %v, want ErrLast", err)
	}
	if err := l.SetPassword(ctx, "rose", "nobody", good); !errors.Is(err, ErrNotFound) {
		t.Errorf("a password for nobody = %v, want ErrNotFound", err)
	}
}

func TestChangesEndSessions(t *testing.T) {
	l, _ := withUser(t)
	ctx := context.Background()
	was, _ := l.User(ctx, "anong")
	if !was.MustChange {
		t.Error("a password that an admin chose need not be changed")
	}
	if err := l.SetPassword(ctx, "anong", "anong", good+"!"); err != nil {
		t.Fatal(err)
	}
	is, _ := l.User(ctx, "anong")
	if is.Generation <= was.Generation || is.MustChange {
		t.Errorf("after the user's own change: %+v", is)
	}
	if _, err := l.Login(ctx, "anong", good, ""); !errors.Is(err, ErrLogin) {
		t.Errorf("the old password = %v", err)
	}
	if err := l.AddUser(ctx, "admin", "boss", RoleAdmin, good); err != nil {
		t.Fatal(err)
	}
	if err := l.SetAccess(ctx, "boss", "anong", RoleReviewer, true); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Login(ctx, "anong", good+"!", ""); !errors.Is(err, ErrLogin) {
		t.Errorf("login of a disabled user = %v", err)
	}
}

func TestLockout(t *testing.T) {
	l, c := withUser(t)
	ctx := context.Background()
	for i := range freePair {
		if _, err := l.Login(ctx, "anong", "wrong", "198.51.100.7"); !errors.Is(err, ErrLogin) {
			t.Fatalf("try %d = %v, want ErrLogin", i, err)
		}
	}
	locked := func(l *Ledger, from string) time.Duration {
		_, err := l.Login(ctx, "anong", good, from)
		if e, ok := errors.AsType[*LockedError](err); ok {
			return e.Until.Sub(c.now()).Round(time.Second)
		}
		if err != nil {
			t.Fatal(err)
		}
		return 0
	}
	if d := locked(l, "198.51.100.7"); d != firstLock {
		t.Errorf("after %d failures locked for %v, want %v", freePair, d, firstLock)
	}
	again := open(t, l.opt.Path, c)
	if d := locked(again, "198.51.100.7"); d != firstLock {
		t.Errorf("after reopening locked for %v, want %v", d, firstLock)
	}
	if d := locked(l, "203.0.113.9"); d != 0 {
		t.Errorf("the same user from elsewhere is locked for %v", d)
	}
	c.add(firstLock + time.Second)
	if _, err := l.Login(ctx, "anong", "wrong", "198.51.100.7"); !errors.Is(err, ErrLogin) {
		t.Fatal(err)
	}
	if d := locked(l, "198.51.100.7"); d != 2*firstLock {
		t.Errorf("after one more failure locked for %v, want %v", d, 2*firstLock)
	}
	c.add(3 * firstLock)
	if d := locked(l, "198.51.100.7"); d != 0 {
		t.Errorf("after the lock, the right password is locked out for %v", d)
	}
	es, err := l.Audit(ctx, AuditFilter{Act: "login_lock"})
	if err != nil || len(es) != 1 || es[0].Object != "anong" {
		t.Errorf("lock entries = %v, %v; want one for anong", es, err)
	}
}

func TestManyAddressesLockTheName(t *testing.T) {
	l, c := withUser(t)
	ctx := context.Background()
	key := attemptKey("name", "anong") // as if failures had come from many addresses
	_, err := l.writer.Exec("INSERT INTO attempts VALUES (?, ?, ?, '')", key, freeName-1, stamp(c.now()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Login(ctx, "anong", "wrong", "198.51.100.1"); !errors.Is(err, ErrLogin) {
		t.Fatal(err)
	}
	if _, err := l.Login(ctx, "anong", good, "198.51.100.2"); err == nil {
		t.Fatal("the name is not locked")
	} else if _, ok := errors.AsType[*LockedError](err); !ok {
		t.Fatal(err)
	}
}

// A guesser who sends all tries at once gets no more of them than one who waits.
func TestParallelGuesses(t *testing.T) {
	l, _ := withUser(t)
	ctx := context.Background()
	var wg sync.WaitGroup
	var mu sync.Mutex
	looked := 0
	for range 20 {
		wg.Go(func() {
			_, err := l.Login(ctx, "anong", "wrong", "198.51.100.7")
			if errors.Is(err, ErrLogin) {
				mu.Lock()
				looked++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if looked != freePair {
		t.Errorf("%d guesses were looked at, want %d", looked, freePair)
	}
}

func TestUnknownNamesFillNothing(t *testing.T) {
	l, c := withUser(t)
	ctx := context.Background()
	for range freePair + 1 {
		l.Login(ctx, "nobody", "wrong", "198.51.100.7")
	}
	if es, err := l.Audit(ctx, AuditFilter{Act: "login_lock"}); err != nil || len(es) != 0 {
		t.Errorf("a made-up name is in the audit log: %v, %v", es, err)
	}
	c.add(forgetAll + time.Hour)
	l.Login(ctx, "anong", "wrong", "")
	var n int
	if err := l.reader.QueryRow("SELECT count(*) FROM attempts").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d attempts are kept, %v; want the fresh one", n, err)
	}
}

func TestSessionStore(t *testing.T) {
	l, c := fresh(t)
	var s scs.CtxStore = l.Sessions()
	ctx := context.Background()
	if err := s.CommitCtx(ctx, "secret-token", []byte("one"), c.now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.CommitCtx(ctx, "secret-token", []byte("two"), c.now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	b, found, err := open(t, l.opt.Path, c).Sessions().Find("secret-token")
	if string(b) != "two" || !found || err != nil {
		t.Errorf("Find = %q, %v, %v", b, found, err)
	}
	var plain int
	if err := l.reader.QueryRow("SELECT count(*) FROM sessions WHERE token_hash LIKE '%secret%'").Scan(&plain); err != nil || plain != 0 {
		t.Errorf("the token is stored in plain: %d, %v", plain, err)
	}
	c.add(2 * time.Hour)
	if _, found, _ := s.FindCtx(ctx, "secret-token"); found {
		t.Error("an expired session is found")
	}
	if err := s.CommitCtx(ctx, "other", nil, c.now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := l.reader.QueryRow("SELECT count(*) FROM sessions").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d sessions are kept, want 1", n)
	}
	if err := s.DeleteCtx(ctx, "other"); err != nil {
		t.Fatal(err)
	}
	if _, found, err := s.FindCtx(ctx, "other"); found || err != nil {
		t.Errorf("after Delete: %v, %v", found, err)
	}
}

func FuzzParseHash(f *testing.F) {
	seeds := []string{unknownHash, "", "$argon2id$v=19$m=1,t=1,p=1$$", "$argon2id$v=19$m=99999999999,t=1,p=1$AA$AA"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parseHash(s)
		if err == nil && (p.time == 0 || p.lanes == 0 || len(p.key) < 16 || p.memory > 1<<20) {
			t.Errorf("parseHash(%q) = %+v: argon2 would panic or take all memory", s, p)
		}
	})
}
