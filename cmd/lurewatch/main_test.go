package main

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// asLurewatch makes the test binary behave as lurewatch: tests that kill a process
// start it that way.
const asLurewatch = "LUREWATCH_TEST_AS_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(asLurewatch) != "" {
		main()
		return
	}
	testscript.Main(m, map[string]func(){"lurewatch": main})
}

// lurewatch is the command line of a real process.
func lurewatch(ctx context.Context, args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), asLurewatch+"=1")
	return cmd
}

// TestScripts runs the binary as users meet it, verb by verb.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true})
}
