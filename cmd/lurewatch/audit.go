package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/internal/ledger"
)

func auditCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use: "audit", Short: "The log of who did what",
		Long: `Every login, decision, look at a contact and export is in the ledger's audit log,
each entry bound to the one before it by a hash.`,
	}
	cmd.AddCommand(&cobra.Command{
		Use: "verify", Short: "Check that no entry was changed, and print the head of the chain", Args: cobra.NoArgs,
		Long: `Recomputes the hash chain of the audit log, and holds every decision against its
entry. Whoever can write the file can make a whole new chain: note the head that
is printed somewhere else, and compare.`,
		RunE: func(c *cobra.Command, _ []string) error {
			return g.withLedger(c, func(ctx context.Context, l *ledger.Ledger) error { return g.verifyAudit(ctx, l, true) })
		},
	})
	return cmd
}

// verifyAudit fails when the audit log was changed; it prints the head when told to.
func (g *globals) verifyAudit(ctx context.Context, l *ledger.Ledger, tell bool) error {
	chain, err := l.Verify(ctx)
	if err != nil {
		return err
	}
	if !chain.OK() {
		return fmt.Errorf("the audit log is not whole: entry %d: %s\nhint: put back a copy of ledger.db, and find out who could write to it", chain.FaultSeq, chain.Fault)
	}
	if tell {
		fmt.Fprintf(g.out, "%d entries, head %s\n", chain.Entries, chain.Head)
	}
	return nil
}
