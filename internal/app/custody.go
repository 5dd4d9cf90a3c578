package app

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/custody"
	"github.com/lurewatch/lurewatch/internal/ledger"
)

// custodyDir is the folder of the custody log.
const custodyDir = "custody"

func (a *App) software() string { return "lurewatch/" + a.opt.Version }

func (a *App) openCustody() (err error) {
	a.custody, err = custody.Open(custody.Options{Dir: a.cfg.Path(custodyDir), Software: a.software(), Now: a.opt.Now, Log: a.log})
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		a.log.Info("the custody log cannot be written: nothing is entered into it", "err", err)
		a.custody = nil
		return nil
	}
	if err == nil {
		a.closers = append(a.closers, a.custody.Close) // after the archive, which still tells of captures
	}
	return err
}

// kept is what the archive tells of captures that have reached the disk.
func (a *App) kept() func(string, [][]archive.Member) {
	if a.custody == nil {
		return nil
	}
	return func(file string, captures [][]archive.Member) {
		runs := make([][]custody.Record, len(captures))
		for i, ms := range captures {
			runs[i] = custodyRecords(ms)
		}
		a.custody.Captured(file, runs...)
	}
}

func custodyRecords(ms []archive.Member) []custody.Record {
	out := make([]custody.Record, len(ms))
	for i, m := range ms {
		out[i] = custody.Record{Type: m.Type, ID: m.ID, URL: m.URI, Offset: m.At.Offset, Length: m.At.Length, SHA256: hex.EncodeToString(m.Sum[:])}
	}
	return out
}

// takeIn enters what stands in the archive and not in the custody log: the archive is
// the truth, and a crash may have come between the two.
func (a *App) takeIn(ctx context.Context) error {
	if a.custody == nil {
		return nil
	}
	covered, err := a.custody.Covered()
	if err != nil {
		return err
	}
	n, told := 0, a.opt.Now()
	err = a.archive.Unclaimed(ctx, func(file string) int64 { return covered[file] }, func(file string, captures [][]archive.Member) error {
		es := make([]custody.Entry, len(captures))
		for i, ms := range captures {
			es[i] = custody.Entry{Kind: custody.KindCapture, Software: a.software(), Capture: &custody.Capture{File: file, Records: custodyRecords(ms), Late: true}}
		}
		n += len(es)
		if now := a.opt.Now(); now.Sub(told) > 5*time.Second {
			told = now
			a.log.Info("the archive is taken into the custody log", "file", file, "captures", n)
		}
		return a.custody.Append(ctx, es...)
	})
	if err != nil {
		return fmt.Errorf("take the archive into custody: %w", err)
	}
	if n > 0 {
		a.log.Info("captures that were not in the custody log are entered now, marked late", "captures", n)
	}
	return nil
}

// FollowAudit brings acts of people from the ledger's audit log into the custody log,
// within about a second. The log itself knows how far it has come, so that no crash
// loses one or enters it twice.
func (a *App) FollowAudit(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if err := a.EnterActs(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("acts wait in the ledger, they are not in the custody log yet", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// EnterActs enters all acts that the ledger holds now.
func (a *App) EnterActs(ctx context.Context) error {
	if a.custody == nil || a.ledger == nil {
		return nil
	}
	for {
		after, err := a.custody.Audited()
		if err != nil {
			return err
		}
		acts, err := a.ledger.AuditAfter(ctx, after, 500)
		if err != nil || len(acts) == 0 {
			return err
		}
		es := make([]custody.Entry, len(acts))
		for i, e := range acts {
			es[i] = custody.Entry{Kind: custody.KindAct, Act: actOf(e)}
		}
		if err := a.custody.Append(ctx, es...); err != nil {
			return err
		}
		if now, err := a.custody.Audited(); err != nil || now <= after {
			return errors.Join(err, fmt.Errorf("the custody log does not take audit entry %d", after+1))
		}
	}
}

// actOf is an audit entry as the custody log has it. The details stay in the ledger,
// bound by the hash; of an export, the post that it was of comes along.
func actOf(e ledger.Entry) *custody.Act {
	var detail struct{ Post string }
	of := e.Object
	if e.Act == "export" && json.Unmarshal(e.Detail, &detail) == nil && detail.Post != "" {
		of = detail.Post
	}
	return &custody.Act{Seq: e.Seq, Hash: e.Hash, At: custody.Time{Time: e.At}, By: e.Actor, Act: e.Act, Of: of}
}
