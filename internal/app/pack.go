package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lurewatch/lurewatch/classifier"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

// rulebook is a pack and the classifier that was compiled from it. It is immutable:
// new rules are a new rulebook.
type rulebook struct {
	pack       *rules.Pack
	classifier *classifier.Classifier
	seen       string // what the folder of own rules looked like before it was read
}

// Pack is the pack that judges now, none when this process does not classify.
func (a *App) Pack() post.Pack {
	if b := a.book.Load(); b != nil {
		return b.pack.ID
	}
	return post.Pack{}
}

func (a *App) openClassifier() error {
	b, err := a.readRules()
	if err != nil {
		return err
	}
	for _, f := range a.faults(b.pack) {
		a.log.Warn("an own rule is at fault; a reload would refuse it", "finding", f.String())
	}
	a.book.Store(b)
	return nil
}

// readRules loads and compiles what the configuration names.
func (a *App) readRules() (*rulebook, error) {
	b := &rulebook{seen: a.glance()}
	var err error
	if b.pack, err = rules.LoadWith(a.cfg.Rules.Dir); err != nil {
		return nil, err
	}
	b.classifier, err = classifier.New(b.pack, classifier.Options{})
	return b, err
}

// glance is what the folder of own rules looks like now: its fingerprint, or why it
// cannot be read.
func (a *App) glance() string {
	if a.cfg.Rules.Dir == "" {
		return ""
	}
	d, err := rules.Fingerprint(a.cfg.Rules.Dir)
	if err != nil {
		return err.Error()
	}
	return string(d)
}

// faults are the lint errors of an operator's own files. Those of the built-in pack
// are not theirs to mend.
func (a *App) faults(p *rules.Pack) (out []rules.Finding) {
	if a.cfg.Rules.Dir == "" {
		return nil
	}
	for _, f := range p.Lint() {
		if f.Severity == sigma.SeverityError && p.Local(f.File) {
			out = append(out, f)
		}
	}
	return out
}

// Reload reads the rules again and lets the new pack judge from the next message
// on. Messages under way are judged to their end by the pack that they began with;
// nothing waits meanwhile and nothing is lost. Rules that do not load, or in which
// lint finds an error, change nothing. What came of it is in the log and, where this
// process holds the ledger, in the audit log. changed is false when the rules are
// what they were.
func (a *App) Reload(ctx context.Context) (changed bool, err error) {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	old := a.book.Load()
	if old == nil {
		return false, errors.New("reload rules: this process does not classify\nhint: tell a process with the role classify")
	}
	started := a.opt.Now()
	b, err := a.readRules()
	if err == nil {
		var errs []error
		for _, f := range a.faults(b.pack) {
			errs = append(errs, errors.New(f.String()))
		}
		err = errors.Join(errs...)
	}
	if err != nil {
		err = fmt.Errorf("reload rules: %w\nhint: pack %s judges on; mend the files, then it is tried again", err, old.pack.ID.Hash.Short())
		a.log.Error("the new rules are refused, the old ones judge on", "dir", a.cfg.Rules.Dir, "pack", old.pack.ID.Hash.Short(), "err", err)
		a.audit(ctx, "rules.refuse", old.pack.ID.Hash, map[string]any{"dir": a.cfg.Rules.Dir, "error": bounded(err.Error(), 2000)})
		return false, err
	}
	a.book.Store(b)
	if b.pack.ID == old.pack.ID {
		return false, nil
	}
	a.log.Info("new rules judge from now on", "dir", a.cfg.Rules.Dir, "pack", b.pack.ID.Hash.Short(), "before", old.pack.ID.Hash.Short(),
		"rules", len(b.pack.Rules.Rules()), "filters", len(b.pack.Rules.Filters()), "took", a.opt.Now().Sub(started))
	a.audit(ctx, "rules.reload", b.pack.ID.Hash, map[string]any{"dir": a.cfg.Rules.Dir, "before": old.pack.ID.Hash, "version": b.pack.ID.Version, "rules": len(b.pack.Rules.Rules())})
	return true, nil
}

func bounded(s string, most int) string {
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

func (a *App) audit(ctx context.Context, act string, pack post.Digest, detail any) {
	if a.ledger == nil {
		return
	}
	if _, err := a.ledger.Record(ctx, "system", act, string(pack), detail); err != nil {
		a.log.Error("the audit log has no line of a reload", "act", act, "err", err)
	}
}

// watchRules reloads the rules when the folder of own rules has changed and stands
// still again, so that a half copied folder is not read.
func (a *App) watchRules(ctx context.Context) error {
	if a.cfg.Rules.Dir == "" {
		return nil
	}
	tick := time.NewTicker(a.opt.RulesEvery)
	defer tick.Stop()
	known, last := a.book.Load().seen, ""
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now := a.glance()
		if now == known || now != last {
			last = now
			continue
		}
		if _, err := a.Reload(ctx); err != nil { // it has said so
			known = now
			continue
		}
		known = a.book.Load().seen
	}
}

// ruleText is why a rule matters, in the words of its file.
func (a *App) ruleText(id string) (string, bool) {
	b := a.book.Load()
	if b == nil {
		return "", false
	}
	for _, r := range b.pack.Rules.Rules() {
		if r.ID == id {
			return r.Description, true
		}
	}
	return "", false
}

// conceptTitle is a concept in words.
func (a *App) conceptTitle(id string) (string, bool) {
	b := a.book.Load()
	if b == nil {
		return "", false
	}
	for _, c := range b.pack.Concepts {
		if c.ID == id {
			return c.Title, true
		}
	}
	return "", false
}
