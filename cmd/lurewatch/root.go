package main

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/internal/config"
)

// globals are the flags that every verb has, and what it talks to.
type globals struct {
	std
	file    string
	dataDir string
	set     []string
	verbose bool

	packName string // of the verbs of rules
}

func newRoot(s std) *cobra.Command {
	g := &globals{std: s}
	root := &cobra.Command{
		Use:   "lurewatch",
		Short: "Find online recruitment that lures people into scam compounds",
		Long: `lurewatch reads job posts and ads where they appear, judges them by open rules in
many languages, shows the words that say why, and hands confirmed ones on.

Data goes to stdout, words for people to stderr.`,
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	f := root.PersistentFlags()
	f.StringVarP(&g.file, "config", "c", "", "configuration file (LUREWATCH_CONFIG)")
	f.StringVar(&g.dataDir, "data-dir", "", "folder of everything that lurewatch keeps")
	f.StringArrayVar(&g.set, "set", nil, "set one configuration key: --set crawl.pace=2s")
	f.BoolVarP(&g.verbose, "verbose", "v", false, "log what happens in detail")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		demoCommand(g), runCommand(g), statusCommand(g), crawlCommand(g), importCommand(g), extractCommand(g), sourcesCommand(g),
		classifyCommand(g), evalCommand(g), rulesCommand(g), searchCommand(g), takedownCommand(g),
		deadCommand(g), frontierCommand(g), auditCommand(g), evidenceCommand(g), rebuildCommand(g), userCommand(g), configCommand(g), benchCommand(g),
		versionCommand(g), manCommand(), exitTopic(),
	)
	for _, c := range root.Commands() {
		usageArgs(c)
	}
	return root
}

// usageArgs makes a wrong number of arguments a wrong use, with exit code 2.
func usageArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		usageArgs(sub)
	}
}

// verbOf is the verb that args name, with a space behind it, for a hint.
func verbOf(root *cobra.Command, args []string) string {
	c, _, err := root.Find(args)
	if err != nil || c == root {
		return ""
	}
	return strings.TrimPrefix(c.CommandPath(), "lurewatch ") + " --"
}

// load reads the configuration as the flags say. More keys that a verb's own
// flags stand for come in extra and win.
func (g *globals) load(extra map[string]string) (*config.Loaded, error) {
	in := config.Inputs{File: g.file, Env: g.env, Set: map[string]string{}}
	if in.File == "" {
		in.File = lookup(g.env, "LUREWATCH_CONFIG")
	}
	for _, kv := range g.set {
		k, v, ok := strings.Cut(kv, "=")
		if !ok {
			return nil, usageError{fmt.Errorf("--set %s: wants KEY=VALUE", kv)}
		}
		in.Set[k] = v
	}
	if g.dataDir != "" {
		in.Set["data_dir"] = g.dataDir
	}
	maps.Copy(in.Set, extra)
	return config.Load(in)
}

func lookup(env []string, name string) string {
	i := slices.IndexFunc(env, func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
	if i < 0 {
		return ""
	}
	return env[i][len(name)+1:]
}

// logger writes to w as the configuration says; --verbose lowers the level.
func (g *globals) logger(c config.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Level)) // checked by config
	if g.verbose {
		level = slog.LevelDebug
	}
	opt := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, opt))
	}
	return slog.New(slog.NewTextHandler(w, opt))
}

// terminal reports whether w is a terminal, where a line can be drawn over.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func exitTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit",
		Short: "What the exit codes mean",
		Long: `0  fine
1  failed: the message says why, and what to do next
2  wrong use: a flag, an argument or a verb that does not exist
3  partly done: what could not be done was reported, the rest was done`,
	}
}
