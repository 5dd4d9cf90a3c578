package pages

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Memory is what was known of a page before a visit.
type Memory struct {
	First bool // it was never looked at
	Dry   int  // looks without a post since the last with one; negative when there never was one
}

// Look folds a visit into the trace of its page. The events that it brings are
// given to publish first and the trace is kept after: a crash between the two brings
// the same events again. It returns when the trace is kept. Looks at the same time
// share one reading and one transaction.
func (s *Store) Look(ctx context.Context, v Visit, publish func(context.Context, []post.Event) error) (Memory, error) {
	key := keyOf(v.Source, v.URL)
	a, err := s.ask(ctx, &asked{key: key, visit: &v})
	if err == nil && len(a.events) > 0 {
		if err := publish(ctx, a.events); err != nil {
			return a.memory, fmt.Errorf("tell of a post: %w", err)
		}
		if a.changed {
			_, err = s.ask(ctx, &asked{key: key, trace: a.trace})
		}
	}
	return a.memory, err
}

// asked is one thing to do: to fold a visit, or to keep a trace whose events are told.
type asked struct {
	key   int64
	visit *Visit
	trace Trace
	reply chan answer // takes one
}

// answer is what became of it. A visit that brought events is not kept: whoever asked
// tells of them first.
type answer struct {
	memory  Memory
	events  []post.Event
	trace   Trace
	changed bool
	err     error
}

func (s *Store) ask(ctx context.Context, q *asked) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, err
	}
	q.reply = make(chan answer, 1)
	if !s.queue.add(q) {
		return answer{}, ErrClosed
	}
	a := <-q.reply // soon: it waits for the disk alone
	return a, a.err
}

// Bounds on what shares a transaction. The first after a quiet time begins at once.
const (
	most  = 256
	pause = 8 * time.Millisecond // from the beginning of one to that of the next
)

// work does what is asked for, in groups, until the queue is closed.
func (s *Store) work() {
	defer close(s.done)
	for group := range s.queue.groups(most, pause) {
		s.settle(group)
	}
}

// settle does a group of what was asked for, in its order.
func (s *Store) settle(group []*asked) {
	traces, err := s.load(group)
	if err != nil {
		answerAll(group, fmt.Errorf("read page trace: %w", err))
		return
	}
	known := make(map[int64]bool, len(traces))
	for key := range traces {
		known[key] = true
	}
	var rows []write
	var kept []*asked
	keep := func(q *asked, t Trace) {
		w, err := row(q.key, t, !known[q.key])
		if err != nil {
			q.reply <- answer{err: fmt.Errorf("keep page trace: %w", err)}
			return
		}
		traces[q.key] = t
		rows, kept = append(rows, w), append(kept, q)
	}
	memories := make(map[*asked]Memory, len(group))
	for _, q := range group {
		if q.visit == nil {
			keep(q, q.trace)
			continue
		}
		t := traces[q.key]
		m := Memory{First: !t.Looked, Dry: t.Dry}
		if m.First {
			m.Dry = -1
		}
		events, changed := t.Step(*q.visit)
		if changed && len(events) == 0 {
			memories[q] = m
			keep(q, t)
			continue
		}
		q.reply <- answer{memory: m, events: events, trace: t, changed: changed}
	}
	if err = s.put(context.Background(), rows); err != nil {
		err = fmt.Errorf("keep page trace: %w", err)
	}
	for _, q := range kept {
		q.reply <- answer{memory: memories[q], err: err}
	}
}

func answerAll(group []*asked, err error) {
	for _, q := range group {
		q.reply <- answer{err: err}
	}
}

// load reads the traces of all pages that a group looks at.
func (s *Store) load(group []*asked) (map[int64]Trace, error) {
	out := make(map[int64]Trace, len(group))
	var keys []any
	for _, q := range group {
		keys = append(keys, q.key)
	}
	for _, n := range sizes() {
		for len(keys) >= n {
			if err := s.read(s.find[n], keys[:n], out); err != nil {
				return nil, err
			}
			keys = keys[n:]
		}
	}
	return out, nil
}

func (s *Store) read(find *sql.Stmt, keys []any, into map[int64]Trace) error {
	rows, err := find.Query(keys...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key int64
		var body sql.RawBytes
		t := Trace{Looked: true}
		if err := rows.Scan(&key, &t.Dry, &body); err != nil {
			return err
		}
		if len(body) > 0 {
			if err := json.Unmarshal(body, &t); err != nil {
				return err
			}
		}
		into[key] = t
	}
	return rows.Err()
}

// write is one trace on its way to the file.
type write struct {
	key   int64
	dry   int
	body  any
	fresh bool // there was none in the file
}

func row(key int64, t Trace, fresh bool) (write, error) {
	w := write{key: key, dry: t.Dry, fresh: fresh}
	if t.Post == "" {
		return w, nil // most pages: a few bytes each
	}
	b, err := json.Marshal(t)
	w.body = string(b)
	return w, err
}

// sizes are how many keys or rows the prepared statements take, the largest first: any
// number is a sum of few of them.
func sizes() []int { return []int{32, 8, 1} }

// prepare prepares the statements that are run for every group.
func (s *Store) prepare(ctx context.Context) (err error) {
	s.find, s.keep = map[int]*sql.Stmt{}, map[int]*sql.Stmt{}
	for _, n := range sizes() {
		//nolint:gosec // places for values are all that is joined
		find := "SELECT key, dry, trace FROM pages WHERE key IN (?" + strings.Repeat(",?", n-1) + ")"
		if s.find[n], err = s.writer.PrepareContext(ctx, find); err != nil { //nolint:sqlclosecheck // closed with the connection
			return err
		}
		//nolint:gosec // places for values are all that is joined
		keep := "INSERT OR IGNORE INTO pages VALUES (?,?,?)" + strings.Repeat(",(?,?,?)", n-1)
		if s.keep[n], err = s.writer.PrepareContext(ctx, keep); err != nil { //nolint:sqlclosecheck // closed with the connection
			return err
		}
	}
	s.update, err = s.writer.PrepareContext(ctx, "UPDATE pages SET dry = ?, trace = ? WHERE key = ?")
	return err
}

// put writes rows in one transaction; of several for one page the last counts. New
// rows are many at a time and in an order that SQLite need not guard against failing
// half-way, for which it would copy every page that it changes.
func (s *Store) put(ctx context.Context, rows []write) error {
	if len(rows) == 0 {
		return nil
	}
	last := make(map[int64]int, len(rows))
	for i, w := range rows {
		last[w.key] = i
	}
	var fresh, known []any
	for i, w := range rows {
		switch {
		case last[w.key] != i:
		case w.fresh:
			fresh = append(fresh, w.key, w.dry, w.body)
		default:
			known = append(known, w.dry, w.body, w.key)
		}
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		for _, n := range sizes() {
			for len(fresh) >= 3*n {
				if err := s.insert(ctx, tx, n, fresh[:3*n]); err != nil {
					return err
				}
				fresh = fresh[3*n:]
			}
		}
		for ; len(known) > 0; known = known[3:] {
			if _, err := tx.StmtContext(ctx, s.update).ExecContext(ctx, known[:3]...); err != nil { //nolint:sqlclosecheck // closed with the transaction
				return err
			}
		}
		return nil
	})
}

// insert adds n rows. Where another process was quicker, they replace what it wrote.
func (s *Store) insert(ctx context.Context, tx *sql.Tx, n int, args []any) error {
	res, err := tx.StmtContext(ctx, s.keep[n]).ExecContext(ctx, args...) //nolint:sqlclosecheck // closed with the transaction
	if err != nil {
		return err
	}
	if k, err := res.RowsAffected(); err != nil || int(k) == n {
		return err
	}
	for ; len(args) > 0; args = args[3:] {
		if _, err := tx.StmtContext(ctx, s.update).ExecContext(ctx, args[1], args[2], args[0]); err != nil { //nolint:sqlclosecheck // closed with the transaction
			return err
		}
	}
	return nil
}
