package health

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Beat is how often a process reports that it is alive; one whose last report is
// older than [Stale] is not.
const (
	Beat  = 2 * time.Second
	Stale = 30 * time.Second
)

// Process is what one process of the data folder says of itself.
type Process struct {
	ID      string    `json:"id"` // made once a start
	PID     int       `json:"pid"`
	Host    string    `json:"host"` // name of the machine
	Roles   []string  `json:"roles"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Beat    time.Time `json:"beat"`
	Desk    string    `json:"desk,omitempty"` // address of the review desk, when it shows one

	Captured int64 `json:"captured"`
	Posts    int64 `json:"posts"`
	Flagged  int64 `json:"flagged"`
	Indexed  int64 `json:"indexed"`
	Noticed  int64 `json:"noticed"`
	Today    int64 `json:"today"` // captures since midnight UTC

	Frontier map[string]Queue `json:"frontier,omitempty"` // by source
	Browser  *Browser         `json:"browser,omitempty"`  // when its crawl may use one
	Error    *Fault           `json:"error,omitempty"`    // newest
}

// Browser is how the browser of a process does, since its crawl began.
type Browser struct {
	Running  int              `json:"running"` // browsers
	Tabs     int              `json:"tabs"`    // pages that are being loaded
	MaxTabs  int              `json:"max_tabs"`
	Memory   int64            `json:"memory"` // bytes; 0 where the system does not tell
	Pages    int64            `json:"pages"`  // loads begun
	Replaced map[string]int64 `json:"replaced"`
	Crashed  int64            `json:"crashed"`          // pages
	Broken   string           `json:"broken,omitempty"` // why the last start failed
}

// Restarts is how often the browser was replaced other than for its age.
func (b Browser) Restarts() (n int64) {
	for why, k := range b.Replaced {
		if why != "pages" {
			n += k
		}
	}
	return n
}

// Queue is what waits in the frontier of one source.
type Queue struct {
	Known   int64 `json:"known"`
	Waiting int64 `json:"waiting"` // to be fetched now or later
	Leased  int64 `json:"leased"`
}

// Fault is one message of the log at level error.
type Fault struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
	N    int64     `json:"n"` // errors since the start
}

// Alive reports whether the process has told of itself lately.
func (p Process) Alive(now time.Time) bool { return now.Sub(p.Beat) < Stale }

// forget is how long the last report of a process that died is kept.
const forget = 24 * time.Hour

// Report keeps the report of a process in place of its last, and drops the reports
// of those that died long ago.
func (s *Store) Report(ctx context.Context, p Process) error {
	b, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("report process: %w", err)
	}
	_, err = s.db.ExecContext(ctx, "INSERT INTO processes VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET beat = excluded.beat, report = excluded.report", p.ID, p.Beat.UnixMilli(), b)
	if err == nil {
		_, err = s.db.ExecContext(ctx, "DELETE FROM processes WHERE beat < ?", p.Beat.Add(-forget).UnixMilli())
	}
	if err != nil {
		return fmt.Errorf("report process: %w", err)
	}
	return nil
}

// Gone takes the report of a process that has ended as it should away.
func (s *Store) Gone(ctx context.Context, id string) error {
	if _, err := s.db.ExecContext(ctx, "DELETE FROM processes WHERE id = ?", id); err != nil {
		return fmt.Errorf("report end of process: %w", err)
	}
	return nil
}

// Processes lists the reports, the newest start first.
func (s *Store) Processes(ctx context.Context) ([]Process, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT report FROM processes ORDER BY json_extract(report, '$.started') DESC, id")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	defer rows.Close()
	var out []Process
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, fmt.Errorf("list processes: %w", err)
		}
		var p Process
		if err := json.Unmarshal(b, &p); err != nil {
			continue // of another version
		}
		out = append(out, p)
	}
	return out, rows.Err()
}
