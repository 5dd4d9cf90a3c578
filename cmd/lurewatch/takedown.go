package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/alerts/takedown"
	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
)

// takedownFlags are the flags of `takedown export`.
type takedownFlags struct {
	format, out, reason string
	contacts            bool
	query               indexer.Query
}

func takedownCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use: "takedown", Short: "Lists of confirmed posts, for platforms",
		Long: "What leaves here was confirmed by a reviewer, and every list is written to the audit log.",
	}
	var f takedownFlags
	export := &cobra.Command{
		Use: "export", Short: "Write what reviewers confirmed as CSV or JSON lines", Args: cobra.NoArgs,
		Long: `Holds confirmed posts and nothing else, in the order of confirmation. Contacts are
left out unless --contacts asks for them with a --reason. Every export is written
to the audit log with its digest.`,
		Example: `  lurewatch takedown export --format jsonl --out list.jsonl`,
		RunE: func(c *cobra.Command, _ []string) error {
			format, err := takedown.ParseFormat(f.format)
			if err != nil {
				return usageError{err}
			}
			if f.contacts && f.reason == "" {
				return usageError{errors.New("--contacts needs a --reason, which is written to the audit log")}
			}
			return g.withApp(c.Context(), app.Index|app.Ledger, nil, func(ctx context.Context, a *app.App) error {
				return g.takedown(ctx, a, format, f)
			})
		},
	}
	fs := export.Flags()
	fs.StringVar(&f.format, "format", "csv", "csv or jsonl")
	fs.StringVar(&f.out, "out", "", "file to write, instead of stdout")
	fs.BoolVar(&f.contacts, "contacts", false, "with the contacts that the posts name")
	fs.StringVar(&f.reason, "reason", "", "why, for the audit log")
	fs.StringSliceVar(&f.query.Filter.Sources, "source", nil, "only these sources")
	fs.StringSliceVar(&f.query.Filter.Langs, "lang", nil, "only these languages")
	cmd.AddCommand(export)
	return cmd
}

func (g *globals) takedown(ctx context.Context, a *app.App, format takedown.Format, f takedownFlags) error {
	if err := g.verifyAudit(ctx, a.Ledger(), false); err != nil {
		return err // what leaves the house rests on decisions that nobody touched
	}
	profile := takedown.ProfilePosts
	if f.contacts {
		profile = takedown.ProfileContacts
	}
	var list bytes.Buffer // a list that fails half way must not look whole
	n, err := a.Takedown(ctx, &list, format, profile, f.query)
	if err != nil {
		return err
	}
	_, err = a.Ledger().LogExport(ctx, ledger.Export{
		Kind: "takedown", By: "command line: " + whoami(), Reason: f.reason, Items: n, Digest: post.DigestOf(list.Bytes()),
	})
	if err != nil {
		return err
	}
	if f.out != "" { // after the audit log: no list leaves without its entry
		err = os.WriteFile(f.out, list.Bytes(), 0o600)
	} else {
		_, err = g.out.Write(list.Bytes())
	}
	if err != nil {
		return fmt.Errorf("write list: %w", err)
	}
	fmt.Fprintf(g.err, "%d confirmed posts\n", n)
	return nil
}

// whoami is the name of the account that runs the command, for the audit log.
func whoami() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}
