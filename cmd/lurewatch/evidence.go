package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/custody/stamp"
	"github.com/lurewatch/lurewatch/internal/evidence"
)

func evidenceCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use: "evidence", Short: "Check, timestamp and hand over what was captured",
		Long: `Every archived record, and every act of people on it, is in a custody log whose
entries are chained by hash. docs/evidence.md says what that proves, and what not.`,
	}
	cmd.AddCommand(evidenceVerifyCommand(g), evidenceTimestampCommand(g), evidenceExportCommand(g))
	return cmd
}

func evidenceVerifyCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "verify [PACKAGE.wacz…]", Short: "Find whatever is not as it was written, and name it", Args: cobra.ArbitraryArgs,
		Long: `Without a package: holds each record of the archive against the digest in the
custody log, checks the chain of that log, its timestamps, and the audit log of the
ledger. What is at fault is named: file, offset, record and URL. It changes nothing
and may run beside the service.

With packages: checks what ` + "`lurewatch evidence export`" + ` wrote, without any data folder.
evidence.timestamp_roots says which authorities to trust.`,
		Example: `  lurewatch evidence verify
  lurewatch evidence verify post.wacz --set evidence.timestamp_roots=roots.pem`,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return g.verifyPackages(c.Context(), args)
			}
			l, err := g.load(nil)
			if err != nil {
				return err
			}
			v, err := app.VerifyEvidence(c.Context(), l.Config, g.logger(l.Log, g.err))
			if err != nil {
				return err
			}
			return g.verified(v)
		},
	}
}

func (g *globals) verified(v app.Verified) error {
	tellFaults(g.out, v.Faults)
	fmt.Fprintf(g.out, "%d captures with %d records, %d bytes; %d acts; %d timestamps\n", v.Captures, v.Records, v.Bytes, v.Acts, v.Timestamps)
	fmt.Fprintf(g.out, "head: entry %d, %s\n", v.Head.Seq, v.Head.Hash)
	if v.Stamped.Seq > 0 {
		fmt.Fprintf(g.out, "stamped: entry %d, at %s by %s\n", v.Stamped.Seq, v.Stamped.Time.Format("2006-01-02 15:04:05Z"), v.Stamped.Authority)
	} else {
		fmt.Fprintln(g.err, "no timestamp: whoever can write the files could have made a whole new chain; note the head somewhere else, or set evidence.timestamp_urls")
	}
	for _, note := range v.Notes {
		fmt.Fprintf(g.err, "note: %s\n", note)
	}
	if v.Waiting > 0 || v.WaitActs > 0 {
		fmt.Fprintf(g.err, "on their way into the custody log: %d bytes of the archive, %d acts\n", v.Waiting, v.WaitActs)
	}
	return faulty(v.Faults)
}

func tellFaults(w io.Writer, faults []string) {
	for _, f := range faults {
		fmt.Fprintf(w, "fault: %s\n", f)
	}
}

func faulty(faults []string) error {
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("the evidence is not as it was written: %d faults\nhint: put back a copy of what is named above, and find out who could write to it", len(faults))
}

func evidenceTimestampCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "timestamp", Short: "Have the head of the custody log stamped now", Args: cobra.NoArgs,
		Long: `Asks every authority of evidence.timestamp_urls for an RFC 3161 timestamp of the head,
which covers all entries before it. The service does the same every
evidence.timestamp_every; an authority that is down gets the head later.`,
		RunE: func(c *cobra.Command, _ []string) error {
			return g.withApp(c.Context(), app.Archive|app.Ledger, nil, func(ctx context.Context, a *app.App) error {
				rep, err := a.Timestamp(ctx)
				if err != nil {
					return err
				}
				for _, s := range rep.Stamped {
					fmt.Fprintf(g.out, "entry %d stamped at %s by %s\n", s.Seq, s.Time.Format("2006-01-02 15:04:05Z"), s.Authority)
				}
				for name, why := range rep.Waiting {
					fmt.Fprintf(g.err, "no timestamp yet by %s: %s\n", name, why)
				}
				switch {
				case len(rep.Waiting) > 0 && len(rep.Stamped) == 0:
					return errors.New("no authority gave a timestamp\nhint: the head waits and is stamped when one answers; run this again, or leave it to the service")
				case len(rep.Waiting) > 0:
					return errPartly
				case len(rep.Stamped) == 0:
					fmt.Fprintln(g.err, "nothing new since the last timestamp")
				}
				return nil
			})
		},
	}
}

func evidenceExportCommand(g *globals) *cobra.Command {
	var x app.EvidenceExport
	var out string
	cmd := &cobra.Command{
		Use: "export POST", Short: "Write the captures of one post, with custody and proof, as a WACZ", Args: cobra.ExactArgs(1),
		Long: `Writes a WACZ 1.1.1 file with the archived records of a post exactly as they are, the
entries of the custody log that tell of them, a proof up to a timestamped head, the
verdict, the rules that fired, and a plain statement. Whoever gets it can check it with
sha256sum and openssl, without lurewatch and without a network.

A record cannot be handed over in part: it may name people who only applied or
commented. So a --reason is asked for, which is written to the audit log and the custody
log, with the digest of the file.`,
		Example: `  lurewatch evidence export p0123456789abcdef0123456789abcdef --out post.wacz --reason "request 2026/114"`,
		RunE: func(c *cobra.Command, args []string) error {
			x.Post, x.By = args[0], "command line: "+whoami()
			if strings.TrimSpace(x.Reason) == "" {
				return usageError{errors.New("evidence export needs a --reason, which is written to the audit log\nhint: the records may name people who only applied or commented, and cannot be handed over in part")}
			}
			if out == "" {
				out = x.Post + ".wacz"
			}
			return g.withApp(c.Context(), app.Archive|app.Index|app.Ledger|app.Classifier, nil, func(ctx context.Context, a *app.App) error {
				return g.exportEvidence(ctx, a, x, out)
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file to write; POST.wacz when not set")
	cmd.Flags().StringVar(&x.Reason, "reason", "", "why, for the audit log and the statement")
	cmd.Flags().BoolVar(&x.Acts, "acts", false, "with the entries on who looked at the post, decided on it and exported it: they name your people")
	return cmd
}

func (g *globals) exportEvidence(ctx context.Context, a *app.App, x app.EvidenceExport, out string) error {
	if err := g.verifyAudit(ctx, a.Ledger(), false); err != nil {
		return err
	}
	done, err := a.ExportEvidence(ctx, x)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, done.Package, 0o600); err != nil { // after the audit log: nothing leaves without its entry
		return fmt.Errorf("write package: %w", err)
	}
	fmt.Fprintf(g.out, "%s  %s\n", strings.TrimPrefix(string(done.Digest), "sha256:"), out)
	fmt.Fprintf(g.err, "%d records, whole: they may name people who only applied or commented\n", done.Records)
	if !done.Stamped {
		fmt.Fprintln(g.err, "no authority has stamped the custody log since these records were entered; the statement says so\nhint: set evidence.timestamp_urls, run `lurewatch evidence timestamp`, and export again")
	}
	return nil
}

// verifyPackages checks packages without any data folder.
func (g *globals) verifyPackages(_ context.Context, files []string) error {
	l, err := g.load(nil)
	if err != nil {
		return err
	}
	var roots *x509.CertPool
	if name := l.Evidence.TimestampRoots; name != "" {
		if roots, err = stamp.Roots(name); err != nil {
			return err
		}
	}
	var faults []string
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil {
			return fmt.Errorf("read package: %w", err)
		}
		if info.Size() > evidence.MaxPackage {
			return fmt.Errorf("read package: %s has %d bytes, at most %d are read", name, info.Size(), evidence.MaxPackage)
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read package: %w", err)
		}
		rep := evidence.Check(b, roots)
		for _, f := range rep.Faults {
			faults = append(faults, name+": "+f)
		}
		tellFaults(g.out, faults[len(faults)-len(rep.Faults):])
		fmt.Fprintf(g.out, "%s: %s, made at %s by %s: %d records, %d entries of the custody log\n", name, rep.Title, rep.Made, rep.Software, rep.Records, rep.Captures)
		fmt.Fprintf(g.out, "sha256: %s\n", rep.Digest)
		for _, s := range rep.Stamps {
			fmt.Fprintln(g.out, "stamped:", s)
		}
		switch {
		case len(rep.Stamps) == 0:
			fmt.Fprintln(g.err, "no timestamp: the package shows that nothing was changed piecemeal, and not when it was made")
		case !rep.Trusted:
			fmt.Fprintln(g.err, "who the authorities are was not checked: set evidence.timestamp_roots to a file of their root certificates")
		}
	}
	return faulty(faults)
}
