package ledger

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"time"
)

// Role says what a user may do on the desk. Each includes those after it.
type Role string

// The roles.
const (
	RoleAdmin    Role = "admin"    // also manages users and reads the audit log
	RoleReviewer Role = "reviewer" // also decides, and may ask for contacts
	RoleViewer   Role = "viewer"   // reads
)

// Roles lists the roles, the least first.
func Roles() []Role { return []Role{RoleViewer, RoleReviewer, RoleAdmin} }

func (r Role) rank() int {
	for i, x := range Roles() {
		if x == r {
			return i + 1
		}
	}
	return 0
}

// Includes reports whether a user of role r may do what other may.
func (r Role) Includes(other Role) bool { return r.rank() > 0 && r.rank() >= other.rank() }

// User is one account.
type User struct {
	Name       string
	Role       Role
	Disabled   bool
	MustChange bool  // the password was set by somebody else
	Generation int64 // grows with each change of password, role or access: a session of an older one is over
	CreatedAt  time.Time
	LastLogin  time.Time // zero for never
}

var userName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,31}$`)

const userColumns = "name, role, disabled, must_change, generation, created_at, last_login"

// EnsureAdmin makes the first user, an admin with a random password, when there
// is no user at all. The password is told this once and kept nowhere.
func (l *Ledger) EnsureAdmin(ctx context.Context) (name, password string, created bool, err error) {
	password = NewPassword()
	hash, err := l.hash.make(ctx, password)
	if err != nil {
		return "", "", false, err
	}
	err = l.write(ctx, "make first admin", func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM users").Scan(&n); err != nil || n > 0 {
			return err
		}
		created = true
		return l.insertUser(ctx, tx, "system", User{Name: "admin", Role: RoleAdmin}, hash)
	})
	if err != nil || !created {
		return "", "", false, err
	}
	return "admin", password, true, nil
}

// AddUser makes an account. by is who does it, for the audit log. The new user
// has to change the password at the first login.
func (l *Ledger) AddUser(ctx context.Context, by, name string, role Role, password string) error {
	if !userName.MatchString(name) {
		return invalid("a user name has 1 to 32 of a-z 0-9 . _ - and starts with a letter or digit")
	}
	if role.rank() == 0 {
		return invalid("role %q is none of admin, reviewer, viewer", role)
	}
	if err := checkPassword(name, password); err != nil {
		return err
	}
	hash, err := l.hash.make(ctx, password)
	if err != nil {
		return err
	}
	return l.write(ctx, "add user", func(tx *sql.Tx) error {
		_, err := userOf(ctx, tx, name)
		if err == nil {
			return ErrExists
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		return l.insertUser(ctx, tx, by, User{Name: name, Role: role, MustChange: true}, hash)
	})
}

func (l *Ledger) insertUser(ctx context.Context, tx *sql.Tx, by string, u User, hash string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO users (name, role, password, must_change, created_at) VALUES (?, ?, ?, ?, ?)",
		u.Name, u.Role, hash, u.MustChange, stamp(l.now()))
	if err != nil {
		return err
	}
	_, err = l.record(ctx, tx, by, "user_add", u.Name, map[string]any{"role": u.Role})
	return err
}

// SetPassword gives a user a new password and ends their sessions. When
// somebody else sets it, the user has to change it at the next login.
func (l *Ledger) SetPassword(ctx context.Context, by, name, password string) error {
	if err := checkPassword(name, password); err != nil {
		return err
	}
	hash, err := l.hash.make(ctx, password)
	if err != nil {
		return err
	}
	return l.write(ctx, "set password", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "UPDATE users SET password = ?, must_change = ?, generation = generation + 1 WHERE name = ?",
			hash, by != name, name)
		if err := oneRow(res, err); err != nil {
			return err
		}
		if err := unlock(ctx, tx, by, name); err != nil {
			return err
		}
		_, err = l.record(ctx, tx, by, "user_password", name, nil)
		return err
	})
}

// SetAccess changes a user's role, or switches the account off or on, and ends
// their sessions. The last admin that can log in stays one: [ErrLast].
func (l *Ledger) SetAccess(ctx context.Context, by, name string, role Role, disabled bool) error {
	if role.rank() == 0 {
		return invalid("role %q is none of admin, reviewer, viewer", role)
	}
	return l.write(ctx, "set access", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "UPDATE users SET role = ?, disabled = ?, generation = generation + 1 WHERE name = ?", role, disabled, name)
		if err := oneRow(res, err); err != nil {
			return err
		}
		var admins int
		err = tx.QueryRowContext(ctx, "SELECT count(*) FROM users WHERE role = 'admin' AND disabled = 0").Scan(&admins)
		if err != nil {
			return err
		}
		if admins == 0 {
			return ErrLast
		}
		_, err = l.record(ctx, tx, by, "user_access", name, map[string]any{"role": role, "disabled": disabled})
		return err
	})
}

func oneRow(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(ErrNotFound, err)
	}
	return nil
}

// User finds one account.
func (l *Ledger) User(ctx context.Context, name string) (User, error) {
	u, err := userOf(ctx, l.reader, name)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return u, explain("find user", l.opt.Path, err)
	}
	return u, err
}

func userOf(ctx context.Context, q queryer, name string) (User, error) {
	us, err := query(ctx, q, scanUser, "SELECT "+userColumns+" FROM users WHERE name = ?", name)
	if err == nil && len(us) == 0 {
		return User{}, ErrNotFound
	}
	if err != nil {
		return User{}, err
	}
	return us[0], nil
}

// Users lists all accounts by name.
func (l *Ledger) Users(ctx context.Context) ([]User, error) {
	us, err := query(ctx, l.reader, scanUser, "SELECT "+userColumns+" FROM users ORDER BY name")
	if err != nil {
		return nil, explain("list users", l.opt.Path, err)
	}
	return us, nil
}

func scanUser(rows *sql.Rows) (User, error) {
	var u User
	var created, last string
	err := rows.Scan(&u.Name, &u.Role, &u.Disabled, &u.MustChange, &u.Generation, &created, &last)
	if err != nil {
		return u, err
	}
	if u.CreatedAt, err = parseStamp(created); err != nil || last == "" {
		return u, err
	}
	u.LastLogin, err = parseStamp(last)
	return u, err
}
