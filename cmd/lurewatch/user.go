package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/ledger"
)

func userCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use: "user", Short: "People who may use the review desk",
		Long: `A viewer looks, a reviewer decides, an admin also manages users. Every change is
written to the audit log.`,
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "list", Short: "List users and their roles", Args: cobra.NoArgs,
			Example: `  lurewatch user list`,
			RunE: func(c *cobra.Command, _ []string) error {
				return g.withLedger(c, func(ctx context.Context, l *ledger.Ledger) error {
					us, err := l.Users(ctx)
					for _, u := range us {
						fmt.Fprintf(g.out, "%s\t%s\n", u.Name, u.Role)
					}
					return err
				})
			},
		},
		&cobra.Command{
			Use: "add NAME ROLE", Short: "Add a user (admin, reviewer or viewer) with a new password, printed once", Args: cobra.ExactArgs(2),
			Example: `  lurewatch user add dara reviewer`,
			RunE: func(c *cobra.Command, args []string) error {
				return g.withLedger(c, func(ctx context.Context, l *ledger.Ledger) error {
					password := ledger.NewPassword()
					if err := l.AddUser(ctx, "command line: "+whoami(), args[0], ledger.Role(args[1]), password); err != nil {
						return err
					}
					fmt.Fprintf(g.out, "%s\n", password)
					return nil
				})
			},
		},
		&cobra.Command{
			Use: "password NAME", Short: "Set a user's password, read as one line from stdin; an empty line makes a new one", Args: cobra.ExactArgs(1),
			Example: `  lurewatch user password dara < password.txt
  echo | lurewatch user password dara`,
			RunE: func(c *cobra.Command, args []string) error {
				line, _ := bufio.NewReader(g.in).ReadString('\n')
				password := strings.TrimRight(line, "\r\n")
				made := password == ""
				if made {
					password = ledger.NewPassword()
				}
				return g.withLedger(c, func(ctx context.Context, l *ledger.Ledger) error {
					if err := l.SetPassword(ctx, "command line: "+whoami(), args[0], password); err != nil {
						return err
					}
					if made {
						fmt.Fprintln(g.out, password)
					}
					return nil
				})
			},
		},
	)
	return cmd
}

func (g *globals) withLedger(c *cobra.Command, fn func(context.Context, *ledger.Ledger) error) error {
	return g.withApp(c.Context(), app.Ledger, nil, func(ctx context.Context, a *app.App) error {
		return fn(ctx, a.Ledger())
	})
}
