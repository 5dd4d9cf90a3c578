package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/picture"
)

func configCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use: "config", Short: "Print or check the configuration",
		Long: `One YAML file (-c or LUREWATCH_CONFIG), then LUREWATCH_… environment variables, then
flags; the later wins. The key a.b is LUREWATCH_A_B, and --set a.b=value.`,
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "print", Short: "Print every key with its value and where that came from", Args: cobra.NoArgs,
			Example: `  lurewatch config print > lurewatch.yml`,
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
			Example: `  lurewatch config check -c lurewatch.yml`,
			RunE: func(c *cobra.Command, _ []string) error {
				l, err := g.load(nil)
				if err != nil {
					return err
				}
				r, err := picture.New(c.Context(), app.PictureOptions(l.Pictures, nil, nil))
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(g.err, "configuration is right: %d sources, roles %v, data in %s\nwords in pictures: %s\n", len(l.Sources), l.Roles, l.DataDir, r.Status())
				return err
			},
		},
	)
	return cmd
}
