// Command composecheck loads a Compose file with the Compose project's own
// loader, which checks it against the schema, and prints its services as JSON.
// It is a module of its own, so that lurewatch does not carry its dependencies.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: composecheck FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(file string) error {
	opts, err := cli.NewProjectOptions([]string{file}, cli.WithName("lurewatch"))
	if err != nil {
		return err
	}
	project, err := opts.LoadProject(context.Background())
	if err != nil {
		return err
	}
	type service struct {
		Name        string             `json:"name"`
		Command     []string           `json:"command"`
		Environment map[string]*string `json:"environment"`
		DependsOn   []string           `json:"depends_on"`
	}
	var out []service
	for _, name := range project.ServiceNames() {
		s := project.Services[name]
		out = append(out, service{Name: name, Command: s.Command, Environment: s.Environment, DependsOn: s.GetDependencies()})
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}
