package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// repository is the folder of the checkout.
func repository(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return root
}

// TestComposeFile checks docker-compose.yml with the Compose project's own loader,
// and each of our services by the configuration that it would start with.
func TestComposeFile(t *testing.T) {
	slow(t)
	root := repository(t)
	cmd := exec.CommandContext(t.Context(), "go", "run", "-C", filepath.Join(root, "tools", "composecheck"), ".", filepath.Join(root, "docker-compose.yml"))
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("docker-compose.yml: %v\n%s", err, &said)
	}
	var services []struct {
		Name        string
		Command     []string
		Environment map[string]*string
		DependsOn   []string `json:"depends_on"`
	}
	if err := json.Unmarshal(out, &services); err != nil {
		t.Fatalf("composecheck: %v\n%s", err, out)
	}
	ran := map[string]int{}
	for _, s := range services {
		if len(s.Command) == 0 || s.Command[0] != "run" {
			continue
		}
		var env []string
		for k, v := range s.Environment {
			if v == nil {
				t.Errorf("%s: %s has no value", s.Name, k)
				continue
			}
			env = append(env, k+"="+*v)
		}
		for _, d := range []string{"nats", "elasticsearch"} {
			if !slices.Contains(s.DependsOn, d) {
				t.Errorf("%s does not wait for %s", s.Name, d)
			}
		}
		at := slices.Index(s.Command, "--role")
		if at < 0 || at+1 >= len(s.Command) {
			t.Fatalf("%s: %v names no role", s.Name, s.Command)
		}
		roles := s.Command[at+1]
		for r := range strings.SplitSeq(roles, ",") {
			ran[r]++
		}
		// The file is mounted from the folder of the checkout.
		args := []string{"config", "check", "-c", filepath.Join(root, "lurewatch.yml"), "--set", "roles=" + roles}
		r := finished(t, t.TempDir(), env, nil, args...)
		if r.code != 0 || !strings.Contains(r.err, "configuration is right") || !strings.Contains(r.err, "data in /data") {
			t.Errorf("%s: exit %d\n%s", s.Name, r.code, r.both())
		}
		// A command that does not parse would end with 2 before it opens anything.
		help := finished(t, t.TempDir(), env, nil, append(slices.Clone(s.Command), "--help")...)
		if help.code != 0 {
			t.Errorf("%s: %v is no command: %s", s.Name, s.Command, help.both())
		}
	}
	for _, role := range []string{"crawl", "classify", "index", "alert", "web"} {
		if ran[role] != 1 {
			t.Errorf("role %s is run by %d services, want one", role, ran[role])
		}
	}
}
