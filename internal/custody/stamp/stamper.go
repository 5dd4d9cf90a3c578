package stamp

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/internal/custody"
)

// Folder is where answers are kept, in the folder of the custody log.
const Folder = "stamps"

// Options is what a stamper needs. Log and URLs are required.
type Options struct {
	Log    *custody.Log
	URLs   []string      // of authorities, http or https
	Every  time.Duration // how often the head is stamped; default one hour
	Roots  *x509.CertPool
	Client *http.Client // nil means one of its own, without redirects
	Now    func() time.Time
	Logger *slog.Logger
}

// Stamper has the head of a custody log stamped. One process at a time does it.
type Stamper struct {
	opt Options
	dir string
}

// New checks opt.
func New(opt Options) (*Stamper, error) {
	if opt.Log == nil || len(opt.URLs) == 0 {
		return nil, errors.New("timestamps: a custody log and the URL of an authority are needed")
	}
	for _, s := range opt.URLs {
		if u, err := url.Parse(s); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("timestamps: %q is no http or https URL of an authority", Name(s))
		}
	}
	if opt.Every <= 0 {
		opt.Every = time.Hour
	}
	if opt.Client == nil {
		opt.Client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	return &Stamper{opt: opt, dir: filepath.Join(opt.Log.Dir(), Folder)}, nil
}

// queue is what waits, as it stands on the disk: an authority that is down gets the
// head when it is up again, also after a restart. Per authority one head waits, the
// newest: a stamp on it covers all before it, and one on an older head would prove
// nothing that it does not.
type queue struct {
	Round   time.Time           `json:"round"` // when a head was queued last
	Idle    int64               `json:"idle"`  // the entry after which nothing came but timestamps; 0: unknown
	Waiting map[string]*waiting `json:"waiting"`
}

type waiting struct {
	Seq   int64     `json:"seq"`
	Hash  string    `json:"hash"`
	Since time.Time `json:"since"` // of the oldest head that this one stands for
	Tries int       `json:"tries"`
	Next  time.Time `json:"next"`
	Error string    `json:"error,omitempty"`
}

// Report is what came of one go.
type Report struct {
	Stamped []custody.Timestamp
	Waiting map[string]string // authority: why it still waits
}

// Run stamps until ctx ends. Where another process does it already, it waits for that
// one to end.
func (s *Stamper) Run(ctx context.Context) error {
	pause := min(s.opt.Every, time.Minute)
	tick := time.NewTicker(max(pause/2, 100*time.Millisecond))
	defer tick.Stop()
	for {
		if _, err := s.Go(ctx, false); err != nil && ctx.Err() == nil {
			s.opt.Logger.Warn("the custody log is not timestamped", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Go stamps what is due: the head once in a while, and what waited until now. With now
// set, the head is due at once and nothing waits for its turn.
func (s *Stamper) Go(ctx context.Context, now bool) (Report, error) {
	rep := Report{Waiting: map[string]string{}}
	if err := os.MkdirAll(s.dir, 0o750); err != nil {
		return rep, fmt.Errorf("timestamps: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o640) //nolint:gosec // the operator's group may read evidence
	if err != nil {
		return rep, fmt.Errorf("timestamps: %w", err)
	}
	defer lock.Close()
	if !custody.TryLock(lock) {
		if now {
			return rep, errors.New("timestamps: another process is getting them right now\nhint: try again in a minute")
		}
		return rep, nil
	}
	q := s.load()
	head, err := s.due(&q, now)
	if err != nil {
		return rep, err
	}
	if err := s.save(q); err != nil {
		return rep, err
	}
	s.askAll(ctx, &q, now, &rep)
	if len(rep.Stamped) > 0 && (q.Idle == head.Seq || rep.Stamped[0].Seq == head.Seq) {
		if after, err := s.opt.Log.Head(); err == nil && after.Seq == head.Seq+int64(len(rep.Stamped)) {
			q.Idle = after.Seq
		}
	}
	for name, w := range q.Waiting {
		rep.Waiting[name] = w.Error
	}
	return rep, s.save(q)
}

// due queues the head when its time has come and there is something new below it.
func (s *Stamper) due(q *queue, now bool) (custody.Head, error) {
	head, err := s.opt.Log.Head()
	if err != nil {
		return head, fmt.Errorf("timestamps: %w", err)
	}
	known := map[string]bool{}
	for _, u := range s.opt.URLs {
		known[Name(u)] = true
	}
	maps.DeleteFunc(q.Waiting, func(name string, _ *waiting) bool { return !known[name] }) // taken out of the configuration
	t := s.opt.Now().UTC()
	if head.Seq == 0 || head.Seq == q.Idle || !now && t.Before(q.Round.Add(s.opt.Every)) {
		return head, nil
	}
	q.Round, q.Idle = t, 0
	for name := range known {
		w := q.Waiting[name]
		if w == nil {
			w = &waiting{Since: t}
			q.Waiting[name] = w
		}
		w.Seq, w.Hash = head.Seq, head.Hash
	}
	return head, nil
}

// askAll asks every authority whose turn it is, side by side.
func (s *Stamper) askAll(ctx context.Context, q *queue, now bool, rep *Report) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, authority := range s.opt.URLs {
		name := Name(authority)
		mu.Lock()
		w := q.Waiting[name]
		mu.Unlock()
		if w == nil || !now && s.opt.Now().Before(w.Next) {
			continue
		}
		wg.Go(func() {
			ts, err := s.one(ctx, authority, w)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				delete(q.Waiting, name)
				rep.Stamped = append(rep.Stamped, ts)
				s.opt.Logger.Info("the custody log is timestamped", "entry", ts.Seq, "authority", name, "time", ts.Time.Time)
				return
			}
			w.Tries++
			w.Error = err.Error()
			w.Next = s.opt.Now().UTC().Add(min(s.opt.Every, time.Minute<<min(w.Tries-1, 10)))
			s.opt.Logger.Warn("an authority gives no timestamp, the head waits for it", "authority", name, "entry", w.Seq, "tries", w.Tries, "err", err)
		})
	}
	wg.Wait()
	slices.SortFunc(rep.Stamped, func(a, b custody.Timestamp) int { return strings.Compare(a.Authority, b.Authority) })
}

// one gets one timestamp, keeps it, and enters it.
func (s *Stamper) one(ctx context.Context, authority string, w *waiting) (custody.Timestamp, error) {
	var digest [sha256.Size]byte
	if n, err := hex.Decode(digest[:], []byte(w.Hash)); err != nil || n != len(digest) {
		return custody.Timestamp{}, fmt.Errorf("the queue holds %q, which is no hash", w.Hash)
	}
	answer, tok, err := ask(ctx, s.opt.Client, authority, digest, s.opt.Roots)
	if err != nil {
		return custody.Timestamp{}, err
	}
	chain := tok.PEM()
	sum, chainSum := sha256.Sum256(answer), sha256.Sum256(chain)
	base := fmt.Sprintf("%015d-%x", w.Seq, sum[:6])
	for ext, b := range map[string][]byte{".tsr": answer, ".pem": chain} {
		if err := writeSynced(filepath.Join(s.dir, base+ext), b); err != nil {
			return custody.Timestamp{}, err
		}
	}
	ts := custody.Timestamp{
		Seq: w.Seq, Head: w.Hash, Authority: Name(authority), Time: custody.Time{Time: tok.Time}, File: base + ".tsr", SHA256: hex.EncodeToString(sum[:]),
		Chain: base + ".pem", ChainSHA256: hex.EncodeToString(chainSum[:]), Trusted: tok.Trusted,
	}
	return ts, s.opt.Log.Append(ctx, custody.Entry{Kind: custody.KindTimestamp, Timestamp: &ts})
}

func (s *Stamper) load() queue {
	var q queue
	b, err := os.ReadFile(filepath.Join(s.dir, "queue.json"))
	if err == nil {
		err = json.Unmarshal(b, &q)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.opt.Logger.Warn("the queue of timestamps cannot be read, the head is stamped anew", "err", err)
		q = queue{}
	}
	if q.Waiting == nil {
		q.Waiting = map[string]*waiting{}
	}
	return q
}

func (s *Stamper) save(q queue) error {
	b, err := json.Marshal(q)
	if err != nil {
		return err
	}
	name := filepath.Join(s.dir, "queue.json")
	if err := writeSynced(name+".new", b); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

func writeSynced(name string, b []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o640) //nolint:gosec // the operator's group may read evidence
	if err != nil {
		return fmt.Errorf("keep timestamp: %w", err)
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("keep timestamp: %w", err)
	}
	return nil
}
