package crawler

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
)

// Run crawls until nothing is left to fetch, or as a service until ctx ends. It
// returns nil when it ran to its end, ctx's error when it was stopped, and any
// other error when evidence, posts or outcomes could not be kept. Leases not
// settled are given back in every case.
func (c *Crawler) Run(ctx context.Context) error {
	if err := c.begin(ctx); err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r := &running{
		c: c, stop: stop, started: c.opt.Now(),
		hands:    handsOf(c.opt.Workers),
		work:     make(chan job, handsOf(c.opt.Workers)),
		finished: make(chan finished, handsOf(c.opt.Workers)),
		commits:  make(chan frontier.Result, 4*c.opt.Workers),
		settled:  make(chan struct{}, 1),
		hosts:    map[string]*queue{},
		away:     map[string]time.Time{},
	}
	var workers, committer sync.WaitGroup
	for range r.hands {
		workers.Go(func() { r.worker(ctx) })
	}
	committer.Go(func() { r.commit(ctx) })
	r.dispatch(ctx)
	close(r.work)
	// What is under way ends first (its context is cancelled when we were
	// stopped), then what it left is written.
	go func() { workers.Wait(); close(r.finished) }()
	for f := range r.finished {
		r.settle(f)
	}
	close(r.commits)
	committer.Wait()
	for _, q := range r.hosts {
		r.unclaim(q)
	}
	r.giveBack()
	for _, name := range c.names {
		if err := c.keepTraps(ctx, c.sites[name], true); err != nil {
			c.opt.Log.Warn("what traps have counted is not kept", "source", name, "err", err)
		}
	}
	r.countLeft(context.WithoutCancel(ctx))
	return context.Cause(ctx)
}

// countLeft notes in the report what a run that gave up on hosts, or came to the
// end of a budget, leaves for the next one.
func (r *running) countLeft(ctx context.Context) {
	if !r.left {
		return
	}
	for _, n := range r.c.names {
		st, err := r.c.opt.Frontier.Stat(ctx, n)
		if err != nil {
			r.c.opt.Log.Warn("pages left could not be counted", "source", n, "err", err)
			return
		}
		r.c.count(func(rep *Report) { rep.Left += st.Waiting })
	}
}

type job struct {
	site  *site
	lease frontier.Lease
}

type finished struct {
	job
	result frontier.Result
	err    error
}

// queue is what this process has claimed of one host and not begun.
type queue struct {
	jobs  []job
	under int // under way
}

// running is the state of one Run. The dispatching goroutine owns all of it but
// the channels and what the mutex guards.
type running struct {
	c        *Crawler
	stop     context.CancelCauseFunc
	started  time.Time
	work     chan job
	finished chan finished
	commits  chan frontier.Result
	settled  chan struct{} // something was committed

	hosts  map[string]*queue
	queued int // jobs in hosts
	busy   int // hands with a job
	hands  int // how many there are
	back   []frontier.Lease
	left   bool                 // pages stay behind
	away   map[string]time.Time // hosts to be left alone for long, and until when

	mu   sync.Mutex
	open int // results not committed yet
}

func (r *running) worker(ctx context.Context) {
	for j := range r.work {
		res, err := r.c.page(ctx, j.site, j.lease)
		r.finished <- finished{j, res, err}
	}
}

// dispatch claims and hands out work until there is none, or ctx ends.
func (r *running) dispatch(ctx context.Context) {
	dry := false // the last claim gave nothing, and nothing was committed since
	for ctx.Err() == nil {
		if !dry && r.queued < 8*r.c.opt.Workers {
			n, err := r.claim(ctx)
			if err != nil {
				if ctx.Err() == nil {
					r.stop(err)
				}
				return
			}
			dry = n == 0
		}
		wake := r.handOut()
		if !dry && r.busy == 0 && r.queued == 0 && r.uncommitted() == 0 {
			continue // all that was claimed was given back: claim what is left
		}
		var timer <-chan time.Time
		var t *time.Timer
		if dry && r.busy == 0 && r.queued == 0 && r.uncommitted() == 0 {
			d, ok := r.idle(ctx)
			if !ok {
				return
			}
			wake, dry = r.c.opt.Now().Add(d), false
		}
		if !wake.IsZero() {
			t = time.NewTimer(max(wake.Sub(r.c.opt.Now()), time.Millisecond))
			timer = t.C
		}
		select {
		case <-ctx.Done():
		case f := <-r.finished:
			r.settle(f)
		case <-r.settled:
			dry = false
		case <-timer:
			dry = false
		}
		if t != nil {
			t.Stop()
		}
	}
}

// claim leases more work. Hosts that are to be left alone for long, or have
// enough waiting here, are left to others.
func (r *running) claim(ctx context.Context) (int, error) {
	now := r.c.opt.Now()
	total := 0
	var busy []string
	for h, q := range r.hosts {
		if len(q.jobs) >= 2 && !r.c.pace.parallel(h, 0) || r.c.pace.ready(h).After(now.Add(30*time.Second)) {
			busy = append(busy, h)
		}
	}
	for h, until := range r.away {
		if until.After(now.Add(r.c.opt.soon())) {
			busy = append(busy, h)
		} else {
			delete(r.away, h)
		}
	}
	for _, paced := range []bool{true, false} {
		var names []string
		for _, n := range r.c.names {
			if s := r.c.sites[n]; (s.Pace > 0) == paced && r.within(s) {
				names = append(names, n)
			}
		}
		if len(names) == 0 {
			continue
		}
		perHost := 8 * r.c.opt.Workers
		if paced {
			perHost = r.c.aSecond(names) // many hosts, few of each: they wait for their pace here
		}
		held := busy
		if paced {
			for h, q := range r.hosts {
				if len(q.jobs) > 0 {
					held = append(held, h)
				}
			}
		}
		leases, err := r.c.opt.Frontier.Claim(ctx, frontier.Query{Sites: names, N: 16 * r.c.opt.Workers, PerHost: perHost, Busy: held, Lease: r.c.opt.Lease})
		if err != nil {
			return total, err
		}
		for _, l := range leases {
			q := r.hosts[l.Host]
			if q == nil {
				q = &queue{}
				r.hosts[l.Host] = q
			}
			q.jobs = append(q.jobs, job{r.c.sites[l.Site], l})
			r.queued++
		}
		total += len(leases)
	}
	return total, nil
}

// within reports whether a site has budget left, and says once when it has not.
func (r *running) within(s *site) bool {
	r.c.mu.Lock()
	defer r.c.mu.Unlock()
	sp := r.c.spent[s.Name]
	if now := r.c.opt.Now(); r.c.opt.Service && now.Sub(sp.since) > 24*time.Hour {
		*sp = spent{since: now, day: sp.day, dayRequests: sp.dayRequests, dayBytes: sp.dayBytes} // a service has its budgets anew each day
	}
	was := sp.over
	day := s.dayOver(sp, r.c.opt.Now())
	switch {
	case day != "":
		sp.over = day
	case s.MaxPages >= 0 && sp.pages >= s.MaxPages:
		sp.over = "pages"
	case s.MaxBytes >= 0 && sp.bytes >= s.MaxBytes:
		sp.over = "bytes"
	case !r.c.opt.Service && r.c.opt.Now().Sub(r.started) > s.MaxTime:
		sp.over = "time"
	default:
		sp.over = ""
		return true
	}
	r.left = true
	if sp.over == was {
		return false
	}
	r.c.opt.Log.Info("budget is used up", "source", s.Name, "budget", sp.over, "pages", sp.pages, "bytes", sp.bytes)
	return false
}

// handOut gives free workers what may be fetched now, and returns when the next
// host becomes ready (zero when none waits for time).
func (r *running) handOut() (wake time.Time) {
	now := r.c.opt.Now()
	for host, q := range r.hosts {
		if len(q.jobs) == 0 && q.under == 0 {
			delete(r.hosts, host)
			continue
		}
		for len(q.jobs) > 0 && r.busy < r.hands {
			j := q.jobs[0]
			if !r.within(j.site) || j.lease.Until.Sub(now) < r.c.opt.Lease/4 {
				// Out of budget, or waited so long that the lease would run out under way.
				q.jobs, r.queued = q.jobs[1:], r.queued-1
				r.back = append(r.back, j.lease)
				continue
			}
			if q.under > 0 && !r.c.pace.parallel(host, j.site.Pace) {
				break
			}
			if at := r.c.pace.ready(host); at.After(now) {
				if at.Sub(now) > r.c.opt.patience() {
					r.drop(host, q, at)
					break
				}
				if wake.IsZero() || at.Before(wake) {
					wake = at
				}
				break
			}
			q.jobs, r.queued = q.jobs[1:], r.queued-1
			q.under++
			r.busy++
			r.c.mu.Lock()
			r.c.spent[j.site.Name].pages++
			r.c.mu.Unlock()
			r.work <- j // has room for every hand
		}
	}
	r.giveBack()
	return wake
}

// patience is how long claimed pages wait for their host, in a queue or with a worker.
func (o *Options) patience() time.Duration {
	if o.Service {
		return o.Lease / 4
	}
	return min(o.Lease/4, o.Patience)
}

// soon is how long before a host may be asked again its pages are claimed: they wait
// in a queue that long, and would be given back at once if it were longer.
func (o *Options) soon() time.Duration { return min(30*time.Second, o.patience()) }

// drop gives back all that waits for a host, and claims none of it until then.
func (r *running) drop(host string, q *queue, until time.Time) {
	r.away[host] = until
	r.unclaim(q)
}

// unclaim gives back what waits in q.
func (r *running) unclaim(q *queue) {
	for _, j := range q.jobs {
		r.back = append(r.back, j.lease)
	}
	r.queued -= len(q.jobs)
	q.jobs = nil
}

// settle takes what a worker finished.
func (r *running) settle(f finished) {
	r.busy--
	if q := r.hosts[f.lease.Host]; q != nil {
		q.under--
	}
	if f.result.Retry || f.err != nil || uncaptured(f.result.Outcome) {
		r.c.mu.Lock()
		r.c.spent[f.site.Name].pages--
		r.c.mu.Unlock()
	}
	if f.err != nil {
		r.back = append(r.back, f.lease)
		if errors.Is(f.err, errSpent) {
			return // within says so from now on
		}
		if errors.Is(f.err, errNotYet) {
			r.away[f.lease.Host] = r.c.pace.ready(f.lease.Host)
			return
		}
		r.stop(f.err) // of ctx itself, or fatal: nothing more can be kept
		return
	}
	r.c.opt.OnSettle(f.site.Name, f.result)
	r.mu.Lock()
	r.open++
	r.mu.Unlock()
	r.commits <- f.result
}

func (r *running) uncommitted() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.open
}

// Bounds on results that share a transaction of the frontier. One after a quiet time
// is written at once.
const (
	mostCommitted = 256
	commitPause   = 10 * time.Millisecond // from the beginning of one group to that of the next
)

// commit writes results in groups: what came while the last group was written, or
// within the pause since it was begun.
func (r *running) commit(ctx context.Context) {
	ctx = context.WithoutCancel(ctx) // what was done is recorded even when stopped
	due := time.NewTimer(0)
	defer due.Stop()
	for res := range r.commits {
		batch := r.gather(res, due.C)
		due.Reset(commitPause)
		if _, err := r.c.opt.Frontier.Done(ctx, batch); err != nil {
			r.stop(fmt.Errorf("record outcomes: %w", err))
		}
		r.mu.Lock()
		r.open -= len(batch)
		r.mu.Unlock()
		select {
		case r.settled <- struct{}{}:
		default:
		}
	}
}

// gather collects a group of results until it is due, full, or the last.
func (r *running) gather(first frontier.Result, due <-chan time.Time) []frontier.Result {
	batch, late := []frontier.Result{first}, false
	for len(batch) < mostCommitted {
		select {
		case res, ok := <-r.commits:
			if !ok {
				return batch
			}
			batch = append(batch, res)
			continue
		default:
		}
		if late {
			break
		}
		select {
		case res, ok := <-r.commits:
			if !ok {
				return batch
			}
			batch = append(batch, res)
		case <-due:
			late = true
		}
	}
	return batch
}

// giveBack releases leases that were not begun, or not finished.
func (r *running) giveBack() {
	if len(r.back) == 0 {
		return
	}
	if err := r.c.opt.Frontier.Release(context.Background(), r.back); err != nil {
		r.c.opt.Log.Warn("leases could not be given back and will run out", "count", len(r.back), "err", err)
	}
	r.back = nil
}

// idle is called when there is nothing to do: it returns how long to wait for
// more, or that the run is over.
func (r *running) idle(ctx context.Context) (time.Duration, bool) {
	var names []string
	for _, n := range r.c.names {
		if r.within(r.c.sites[n]) {
			names = append(names, n)
		}
	}
	if len(names) == 0 && !r.c.opt.Service {
		return 0, false
	}
	next, ok, err := r.c.opt.Frontier.Next(ctx, names)
	if err != nil {
		if ctx.Err() == nil {
			r.stop(err)
		}
		return 0, false
	}
	wait := max(next.Sub(r.c.opt.Now()), 10*time.Millisecond)
	if r.c.opt.Service {
		// Others may add to the frontier, so never sleep long.
		if !ok {
			wait = time.Minute
		}
		return min(r.afterAway(next, wait), time.Minute), true
	}
	if !ok {
		return 0, false
	}
	wait = r.afterAway(next, wait)
	if wait > r.c.opt.Patience {
		r.left = true
		return 0, false
	}
	return wait, true
}

// afterAway lengthens a wait when what is due belongs to hosts that are to be left
// alone: asking the frontier before then would be in vain.
func (r *running) afterAway(next time.Time, wait time.Duration) time.Duration {
	now := r.c.opt.Now()
	if len(r.away) == 0 || next.After(now) {
		return wait
	}
	first := time.Duration(-1)
	for _, until := range r.away {
		if d := until.Sub(now) - r.c.opt.soon(); first < 0 || d < first {
			first = max(d, 0)
		}
	}
	return max(wait, first)
}
