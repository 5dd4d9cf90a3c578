package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/lurewatch/lurewatch/rules"
)

// version is set by the release build; a plain build tells the commit.
var version = ""

func versionString() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "devel-" + s.Value[:12]
			}
		}
	}
	return "devel"
}

func versionCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Version of the binary and of its rule pack", Args: cobra.NoArgs,
		Long: "A verdict names the hash of the rules that made it: the second line tells this binary's.",
		RunE: func(*cobra.Command, []string) error {
			pack, err := rules.LoadWith("")
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(g.out, "lurewatch %s (%s %s/%s)\nrules %s %s\n", versionString(), runtime.Version(), runtime.GOOS, runtime.GOARCH,
				pack.ID.Version, pack.ID.Hash.Short())
			return err
		},
	}
}

func manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Write the manual pages into a folder", Args: cobra.ExactArgs(1),
		Example: `  lurewatch man ~/.local/share/man/man1`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("make folder: %w", err)
			}
			return doc.GenManTree(c.Root(), &doc.GenManHeader{Title: "LUREWATCH", Section: "1", Source: "lurewatch " + versionString()}, args[0])
		},
	}
}
