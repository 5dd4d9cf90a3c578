package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func configCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Print or check the configuration"}
	cmd.AddCommand(
		&cobra.Command{
			Use: "print", Short: "Print every key with its value and where that came from", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error {
				l, err := g.load(nil)
				if err != nil {
					return err
				}
				return l.Print(g.out)
			},
		},
		&cobra.Command{
			Use: "check", Short: "Say whether the configuration is right", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error {
				l, err := g.load(nil)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(g.err, "configuration is right: %d sources, roles %v, data in %s\n", len(l.Sources), l.Roles, l.DataDir)
				return err
			},
		},
	)
	return cmd
}
