package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/health"
	"github.com/lurewatch/lurewatch/internal/web"
)

// Status is how the service on a data folder does.
type Status struct {
	DataDir   string            `json:"data_dir"`
	At        time.Time         `json:"at"`
	Processes []health.Process  `json:"processes"` // alive
	Sources   []web.Source      `json:"sources"`
	Pending   map[string]uint64 `json:"pending"` // messages that wait, by stage
	Dead      uint64            `json:"dead"`
	Today     int64             `json:"today"` // captures since midnight UTC, of the processes that are alive
	DiskFree  int64             `json:"disk_free"`
	Error     *health.Fault     `json:"error,omitempty"` // newest, of the processes that are alive
	Problems  []Problem         `json:"problems"`
}

// Problem is one thing that is wrong, and what to do about it.
type Problem struct {
	What string `json:"what"`
	Do   string `json:"do"`
}

// Bounds below which, and above which, status says that something is wrong.
const (
	leastDisk   = 1 << 30
	mostPending = 100_000
)

// ReadStatus asks the health file and the stream of a data folder. Where a service
// runs, the stream is joined as by any other process of the folder; nothing is changed.
// It answers [health.ErrNone] where nothing ever ran.
func ReadStatus(ctx context.Context, opt Options) (s Status, err error) {
	file := opt.Config.Path(healthFile)
	store, err := health.OpenExisting(ctx, file)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	opt.Parts = Stream
	wait, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	a, streamErr := Open(wait, opt)
	if streamErr != nil {
		opt.Parts = 0
		if a, err = Open(ctx, opt); err != nil {
			return s, err
		}
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	s = Status{DataDir: opt.Config.DataDir, At: a.opt.Now().UTC(), Problems: []Problem{}, DiskFree: diskFree(opt.Config.DataDir)}
	ps, err := store.Processes(ctx)
	if err != nil {
		return s, err
	}
	for _, p := range ps {
		if !p.Alive(s.At) {
			continue
		}
		s.Processes = append(s.Processes, p)
		s.Today += p.Today
		if p.Error != nil && (s.Error == nil || p.Error.At.After(s.Error.At)) {
			s.Error = p.Error
		}
	}
	if s.Sources, err = a.sourceReport(ctx, store); err != nil {
		return s, err
	}
	if a.stream != nil {
		s.Pending = a.pending(wait)
		if s.Dead, err = a.stream.Count(wait, "dead"); err != nil {
			streamErr, err = err, nil
		}
	}
	s.judge(opt.Config, streamErr)
	return s, nil
}

// judge says what is wrong.
func (s *Status) judge(cfg config.Config, streamErr error) {
	wrong := func(do, format string, args ...any) {
		s.Problems = append(s.Problems, Problem{What: fmt.Sprintf(format, args...), Do: do})
	}
	if len(s.Processes) == 0 {
		wrong("start it with `lurewatch run`", "the service does not run")
	} else {
		for _, role := range cfg.Roles {
			if !slices.ContainsFunc(s.Processes, func(p health.Process) bool { return slices.Contains(p.Roles, role) }) {
				wrong("start `lurewatch run --role "+role+"`, here or, with stream.url, on another machine", "no process on this data folder runs the role %s", role)
			}
		}
	}
	for _, p := range s.Processes {
		if p.Browser != nil && p.Browser.Broken != "" {
			wrong("mend what it says, or set crawl.browser: off to go on without", "the browser of process %d does not start: %s", p.PID, p.Browser.Broken)
		}
	}
	if streamErr != nil {
		wrong("look at stream.url, or at the process that server.json in the folder stream names", "the stream cannot be reached: %s", strings.SplitN(streamErr.Error(), "\n", 2)[0])
	}
	for _, src := range s.Sources {
		if src.Configured && src.State.Bad() {
			wrong(src.State.Advice(), "source %s is %s", src.Name, src.State)
		}
	}
	if s.Dead > 0 {
		wrong("see `lurewatch dead list`, mend the cause, then `lurewatch dead retry --all`", "dead letters wait: %d", s.Dead)
	}
	for _, w := range waiting {
		if n := s.Pending[w.stage]; n > mostPending {
			wrong("start one more process with that role", "%d messages wait for the stage %s", n, w.stage)
		}
	}
	if s.DiskFree >= 0 && s.DiskFree < leastDisk {
		wrong("make room, or move the data folder", "only %d MB are free where the data folder is", s.DiskFree>>20)
	}
}
