package pages

import (
	"iter"
	"sync"
	"time"
)

// queue gathers what many ask for into groups. Whoever asks waits for the answer, so
// it holds no more than there are callers.
type queue struct {
	mu      sync.Mutex
	waiting []*asked
	closed  bool
	wake    chan struct{}
	ends    chan struct{}
}

func newQueue() queue { return queue{wake: make(chan struct{}, 1), ends: make(chan struct{})} }

// add reports false when the queue is closed.
func (q *queue) add(x *asked) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	if q.waiting = append(q.waiting, x); len(q.waiting) == 1 {
		select {
		case q.wake <- struct{}{}:
		default:
		}
	}
	return true
}

// close lets the groups end once all that waits has come.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed = true
		close(q.ends)
	}
}

// groups gives what waits, at most so many at a time and one group in each pause,
// until the queue is closed and empty. What comes after a quiet time does not wait.
func (q *queue) groups(most int, pause time.Duration) iter.Seq[[]*asked] {
	return func(yield func([]*asked) bool) {
		timer := time.NewTimer(0)
		defer timer.Stop()
		for {
			select {
			case <-q.wake:
			case <-q.ends:
			}
			select {
			case <-timer.C:
			case <-q.ends:
			}
			timer.Reset(pause)
			for {
				group, last := q.take(most)
				if len(group) > 0 && !yield(group) {
					return
				}
				if last {
					return
				}
				if len(group) < most {
					break
				}
			}
		}
	}
}

// take gives what waits, and whether nothing will come after it.
func (q *queue) take(most int) (group []*asked, last bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) <= most {
		group, q.waiting = q.waiting, nil
		return group, q.closed
	}
	group, q.waiting = q.waiting[:most:most], q.waiting[most:]
	return group, false
}
