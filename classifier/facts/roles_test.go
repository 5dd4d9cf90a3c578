package facts

import (
	"os"
	"strings"
	"testing"
)

// TestRolesAreClassesOfTheLexicon looks each class up in the rules that ship.
func TestRolesAreClassesOfTheLexicon(t *testing.T) {
	b, err := os.ReadFile("../../rules/classes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for class, r := range roles {
		if !strings.Contains(string(b), "id: "+class+"\n") {
			t.Errorf("%s is no class of the lexicon", class)
		}
		if got, ok := RoleOf(class); !ok || got != r || r.Name == "" || r.Sector == "" {
			t.Errorf("role of %s = %+v, %v", class, got, ok)
		}
		if names[r.Name] {
			t.Errorf("%s is named twice", r.Name)
		}
		names[r.Name] = true
	}
	if _, ok := RoleOf("ABROAD"); ok {
		t.Error("ABROAD names a role")
	}
}
