package app

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/indexer"
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

// wanted asks for the records by which the captures of a post are known.
func wanted(d indexer.Doc) (q custody.Query) {
	add := func(l post.Locator) {
		if at := (custody.Place{File: l.File, Offset: l.Offset}); !l.IsZero() && !slices.Contains(q.Places, at) {
			q.Places = append(q.Places, at)
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
		q.Records = append(q.Records, s.Capture)
	}
	return q
}

// handover finds what the custody log has on a post. It reads the entries of the post
// and not the log; that these belong to the log is shown by their proof, which the
// package's own check follows before anything is handed over.
func (a *App) handover(ctx context.Context, doc indexer.Doc, x EvidenceExport) (handover, error) {
	var h handover
	q := wanted(doc)
	missing := slices.Clone(q.Places)
	if x.Acts {
		q.Acts = []string{x.Post}
	}
	found, err := custody.Find(ctx, a.custody.Dir(), q)
	if err != nil {
		return h, fmt.Errorf("%w\nhint: `lurewatch evidence verify` names all that is wrong; nothing is handed over from it", err)
	}
	var files custody.Query // of whose first record tells which software wrote them
	for _, f := range found {
		if c := f.Entry.Capture; c != nil {
			missing = slices.DeleteFunc(missing, func(p custody.Place) bool {
				return p.File == c.File && slices.ContainsFunc(c.Records, func(r custody.Record) bool { return r.Offset == p.Offset })
			})
			files.Places = append(files.Places, custody.Place{File: c.File})
		}
	}
	if len(files.Places) == 0 || len(missing) > 0 {
		return h, fmt.Errorf("%d records of post %s are not in the custody log\nhint: an index that was made elsewhere does not fit this archive; `lurewatch rebuild` makes it anew", max(len(missing), 1), x.Post)
	}
	infos, err := custody.Find(ctx, a.custody.Dir(), files)
	if err != nil {
		return h, err
	}
	for _, f := range infos {
		if f.Entry.Capture.Records[0].Type == "warcinfo" {
			found = append(found, f)
		}
	}
	slices.SortFunc(found, func(a, b custody.Found) int { return cmp.Compare(a.Line.Seq, b.Line.Seq) })
	for _, f := range slices.CompactFunc(found, func(a, b custody.Found) bool { return a.Line.Seq == b.Line.Seq }) {
		h.lines, h.entries = append(h.lines, f.Line), append(h.entries, f.Entry)
	}
	if h.head, err = a.custody.Head(); err != nil {
		return h, err
	}
	h.stamps, err = a.custody.FirstStamps(ctx, h.lines[len(h.lines)-1].Seq)
	return h, err
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
	lines, err := custody.Seek(ctx, a.custody.Dir(), seqs...)
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
	if rec.Field(captureField) == "" || rec.Type != "response" && rec.Type != "resource" {
		return m, nil, nil
	}
	return m, &evidence.Page{URL: rec.TargetURI, Title: cmp.Or(doc.Post.Title, rec.TargetURI), At: rec.Date}, nil
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
