package app

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/custody"
	"github.com/lurewatch/lurewatch/internal/custody/stamp"
	"github.com/lurewatch/lurewatch/internal/evidence"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
)

// EvidenceExport says what to hand over, to whom it is owed, and why.
type EvidenceExport struct {
	Post   string
	By     string // who asks for it
	Reason string
	Acts   bool // with the entries on who looked at the post, decided on it and exported it
}

// Exported is what an export made.
type Exported struct {
	Package []byte
	Digest  post.Digest
	Records int
	Stamped bool // an authority has stamped the log since the records were entered
}

// ExportEvidence makes the package of one post. The ledger has the export, with the
// package's digest, before it returns. It needs archive, index, ledger and classifier.
func (a *App) ExportEvidence(ctx context.Context, x EvidenceExport) (Exported, error) {
	if strings.TrimSpace(x.Reason) == "" {
		return Exported{}, errors.New("an export of evidence needs a reason\nhint: the records may name people who only applied or commented; say with --reason what it is for, it is logged")
	}
	if a.custody == nil {
		return Exported{}, errors.New("the custody log cannot be written, so nothing can be handed over\nhint: run the export as a user who may write to the data folder")
	}
	doc, err := a.index.Get(ctx, x.Post)
	if err != nil {
		return Exported{}, fmt.Errorf("find post %s: %w", x.Post, err)
	}
	if err := a.custody.Flush(ctx); err != nil {
		return Exported{}, err
	}
	if err := a.EnterActs(ctx); err != nil {
		return Exported{}, err
	}
	h, err := a.handover(ctx, doc, x)
	if err != nil {
		return Exported{}, err
	}
	if len(h.stamps) == 0 && len(a.cfg.Evidence.TimestampURLs) > 0 { // not stamped since: have it done now
		if _, err := a.Timestamp(ctx); err != nil {
			a.log.Warn("the package will be without a timestamp", "err", err)
		}
		if h, err = a.handover(ctx, doc, x); err != nil {
			return Exported{}, err
		}
	}
	c, err := a.contents(ctx, doc, x, h)
	if err != nil {
		return Exported{}, err
	}
	b, err := evidence.Write(c)
	if err != nil {
		return Exported{}, err
	}
	out := Exported{Package: b, Digest: post.DigestOf(b), Records: len(c.Members), Stamped: len(c.Stamps) > 0}
	_, err = a.ledger.LogExport(ctx, ledger.Export{Kind: "evidence", By: x.By, Post: x.Post, Reason: x.Reason, Items: out.Records, Digest: out.Digest})
	if err != nil {
		return Exported{}, err
	}
	return out, a.EnterActs(ctx)
}

// handover is what the custody log has on one post.
type handover struct {
	lines   []custody.Line // in order
	entries []custody.Entry
	stamps  []custody.Timestamp // that cover all of them, one of each authority
	head    custody.Head
}

type place struct {
	file   string
	offset int64
}

// wanted are the records by which the captures of a post are known.
func wanted(d indexer.Doc) (places map[place]bool, ids map[string]bool) {
	places, ids = map[place]bool{}, map[string]bool{}
	add := func(l post.Locator) {
		if !l.IsZero() {
			places[place{l.File, l.Offset}] = true
		}
	}
	add(d.Capture.Record)
	add(d.Capture.Screenshot)
	for _, v := range d.Versions {
		add(v.Record)
	}
	for _, p := range d.Post.Pictures {
		add(p.Record)
	}
	for _, s := range d.Sights {
		ids[s.Capture] = true
	}
	return places, ids
}

// handover walks the custody log for a post.
func (a *App) handover(ctx context.Context, doc indexer.Doc, x EvidenceExport) (handover, error) {
	var h handover
	places, ids := wanted(doc)
	infos := map[string]custody.Line{} // the first record of each file: which software wrote it
	taken := map[string]bool{}
	var stamps []custody.Timestamp
	take := func(l custody.Line, e custody.Entry) {
		h.lines, h.entries = append(h.lines, l), append(h.entries, e)
	}
	head, faults, err := custody.Walk(ctx, a.cfg.Path(custodyDir), func(l custody.Line, e custody.Entry) error {
		switch {
		case e.Capture != nil && len(e.Capture.Records) > 0:
			if r := e.Capture.Records[0]; r.Type == "warcinfo" && r.Offset == 0 {
				infos[e.Capture.File] = l
			}
			if slices.ContainsFunc(e.Capture.Records, func(r custody.Record) bool { return places[place{e.Capture.File, r.Offset}] || ids[r.ID] }) {
				for _, r := range e.Capture.Records {
					delete(places, place{e.Capture.File, r.Offset})
				}
				if info, ok := infos[e.Capture.File]; ok && !taken[e.Capture.File] && info.Seq != l.Seq {
					first, err := info.Entry()
					if err != nil {
						return err
					}
					take(info, first)
				}
				taken[e.Capture.File] = true
				take(l, e)
			}
		case e.Act != nil && x.Acts && e.Act.Of == x.Post:
			take(l, e)
		case e.Timestamp != nil:
			stamps = append(stamps, *e.Timestamp)
		}
		return nil
	})
	switch {
	case err != nil:
		return h, err
	case len(faults) > 0:
		return h, fmt.Errorf("the custody log is not whole: %s\nhint: `lurewatch evidence verify` names all that is wrong; nothing is handed over from it", faults[0])
	case len(taken) == 0 || len(places) > 0:
		return h, fmt.Errorf("%d records of post %s are not in the custody log\nhint: an index that was made elsewhere does not fit this archive; `lurewatch rebuild` makes it anew", max(len(places), 1), x.Post)
	}
	h.head = head
	last := slices.MaxFunc(h.lines, func(a, b custody.Line) int { return cmp.Compare(a.Seq, b.Seq) }).Seq
	known := map[string]bool{}
	for _, ts := range stamps { // the first of each authority that covers all
		if ts.Seq >= last && !known[ts.Authority] {
			known[ts.Authority] = true
			h.stamps = append(h.stamps, ts)
		}
	}
	return h, nil
}

// contents gathers what the package holds.
func (a *App) contents(ctx context.Context, doc indexer.Doc, x EvidenceExport, h handover) (evidence.Contents, error) {
	c := evidence.Contents{
		Post: doc.Post, Verdict: doc.Verdict, Made: a.opt.Now(), Software: a.software(), By: x.By, Reason: x.Reason, Captures: h.lines, Head: h.head,
	}
	if err := a.prove(ctx, &c, h); err != nil {
		return c, err
	}
	var total int64
	for _, e := range h.entries {
		if e.Capture == nil {
			continue
		}
		for _, r := range e.Capture.Records {
			if total += r.Length; total > evidence.MaxPackage {
				return c, fmt.Errorf("the records of post %s are above %d bytes\nhint: hand over copies of the archive files instead", x.Post, evidence.MaxPackage)
			}
			m, page, err := a.member(ctx, e.Capture.File, r, doc)
			if err != nil {
				return c, err
			}
			c.Members = append(c.Members, m)
			if page != nil {
				c.Pages = append(c.Pages, *page)
			}
		}
	}
	slices.SortStableFunc(c.Members, func(a, b evidence.Member) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Offset, b.Offset))
	})
	slices.SortStableFunc(c.Pages, func(a, b evidence.Page) int { return b.At.Compare(a.At) }) // the newest opens first
	for _, r := range doc.Verdict.Rules {
		c.Rules = append(c.Rules, evidence.Rule{ID: r.ID, Title: r.Title, Hash: r.Hash, Text: a.ruleFile(r)})
	}
	if n := len(doc.Sights); doc.Sightings > n {
		c.Notes = append(c.Notes, fmt.Sprintf("The post was seen %d times; this package holds the captures of the newest %d, and of each text that the post has had.", doc.Sightings, n))
	}
	c.Notes = append(c.Notes, "A page may show more than one post. Its record holds all of them, for a record is kept whole.")
	return c, nil
}

// prove adds timestamps and the way from their heads, or from the head of the log, to
// every entry.
func (a *App) prove(ctx context.Context, c *evidence.Contents, h handover) error {
	tops := []int64{h.head.Seq}
	if len(h.stamps) > 0 {
		tops = nil
	}
	for _, ts := range h.stamps {
		answer, err1 := os.ReadFile(a.cfg.Path(custodyDir, stamp.Folder, ts.File))
		chain, err2 := os.ReadFile(a.cfg.Path(custodyDir, stamp.Folder, ts.Chain))
		if err := errors.Join(err1, err2); err != nil {
			return fmt.Errorf("read timestamp of entry %d: %w", ts.Seq, err)
		}
		c.Stamps = append(c.Stamps, evidence.Stamp{Timestamp: ts, Answer: answer, Certificates: chain})
		tops = append(tops, ts.Seq)
	}
	var seqs []int64
	for _, top := range tops {
		for _, l := range h.lines {
			seqs = append(seqs, custody.Path(top, l.Seq)...)
		}
	}
	lines, err := custody.Lines(ctx, a.cfg.Path(custodyDir), seqs...)
	if err != nil {
		return err
	}
	for _, l := range lines {
		c.Proof = append(c.Proof, l.Link)
	}
	slices.SortFunc(c.Proof, func(a, b custody.Link) int { return cmp.Compare(b.Seq, a.Seq) })
	return nil
}

// member reads one record as it stands in the archive, and as a viewer sees it.
func (a *App) member(ctx context.Context, file string, r custody.Record, doc indexer.Doc) (evidence.Member, *evidence.Page, error) {
	m := evidence.Member{Record: r, File: file}
	l := post.Locator{File: file, Offset: r.Offset, Length: r.Length}
	var raw bytes.Buffer
	if err := a.archive.Raw(ctx, l, func(b io.Reader) error { _, err := raw.ReadFrom(b); return err }); err != nil {
		return m, nil, err
	}
	m.Raw = raw.Bytes()
	rec, err := a.archive.Read(ctx, l)
	if err != nil {
		return m, nil, fmt.Errorf("record %s of %s: %w\nhint: `lurewatch evidence verify` names all that is damaged; put back a copy of the file", r.ID, r.URL, err)
	}
	x := &evidence.Indexed{URL: rec.TargetURI, Date: rec.Date, Digest: rec.StatedDigest()}
	switch rec.Type {
	case "response":
		if h, err := archive.SplitHTTP(rec.Block); err == nil {
			x.Status, x.MIME = h.Status(), mediaType(h.Header.Get("Content-Type"))
		}
	case "resource":
		x.MIME = mediaType(rec.ContentType)
	default:
		return m, nil, nil
	}
	m.Index = x
	if rec.Field(captureField) == "" {
		return m, nil, nil
	}
	return m, &evidence.Page{URL: rec.TargetURI, Title: cmp.Or(doc.Post.Title, rec.TargetURI), At: rec.Date}, nil
}

func mediaType(s string) string {
	if kind, _, err := mime.ParseMediaType(s); err == nil {
		return kind
	}
	return "application/octet-stream"
}

// ruleFile is the text of a rule that fired, if it is the one that fired.
func (a *App) ruleFile(hit post.RuleHit) []byte {
	b := a.book.Load()
	if b == nil {
		return nil
	}
	for _, r := range b.pack.Rules.Rules() {
		if r.ID == hit.ID && r.Hash == hit.Hash {
			return b.pack.Text(r.File)
		}
	}
	return nil
}
