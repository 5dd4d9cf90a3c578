package source

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWalkThroughOfTheDocs follows docs/sources.md to the letter: its one board,
// its one file and its one line, laid over this package, must build and read a page.
func TestWalkThroughOfTheDocs(t *testing.T) {
	doc, err := os.ReadFile("../../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	file := indented(string(doc), "// myboard reads", "       ")
	value := indented(string(doc), `{`+"\n"+`        name: "myboard"`, "    ")
	line := regexp.MustCompile("Add `(myboard\\{\\},)` to `All`").FindStringSubmatch(string(doc))
	if file == "" || value == "" || line == nil {
		t.Fatalf("the walk-through has changed: file %d bytes, value %d bytes, line %q", len(file), len(value), line)
	}
	dir := t.TempDir()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	overlay := map[string]string{}
	lay := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay[filepath.Join(here, name)] = path
	}
	with := func(name, was, becomes string) {
		b, err := os.ReadFile(name)
		if err != nil || strings.Count(string(b), was) != 1 {
			t.Fatalf("%s: %q is there %d times: %v", name, was, strings.Count(string(b), was), err)
		}
		lay(name, strings.Replace(string(b), was, becomes, 1))
	}
	lay("myboard.go", "package source\n\nimport (\n\t\"context\"\n\t\"strings\"\n\t\"time\"\n)\n\n"+file)
	with("source.go", "\t\tfeed{},\n", "\t\t"+line[1]+"\n\t\tfeed{},\n")
	with("board.go", "var boards = []board{\n", "var boards = []board{\n"+strings.ReplaceAll(value, `"myboard"`, `"myboardpages"`)+"\n")
	lay("laid_test.go", `package source

import ("context"; "testing")

func TestLaid(t *testing.T) {
	f, err := auto{}.Extract(context.Background(), Page{URL: "https://myboard.example/api", ContentType: "application/json",
		Body: []byte(`+"`"+`{"myboard_version":3,"ads":[{"title":"Clerk","description":"Files all day","company":"Mill","id":7}]}`+"`"+`)})
	if err != nil || f.Adapter != "myboard" || len(f.Posts) != 1 || f.Posts[0].Company != "Mill" { t.Fatalf("%+v %v", f, err) }
	f, err = auto{}.Extract(context.Background(), Page{URL: "https://www.myboard.example/ads/991", ContentType: "text/html",
		Body: []byte(`+"`"+`<h1 class="ad-title">Clerk</h1><b class="seller">Mill</b><div id="ad-body">Files all day<p class="share">share</p></div>`+"`"+`)})
	if err != nil || len(f.Posts) != 1 || f.Posts[0].NativeID != "991" || f.Posts[0].Text != "Files all day" || f.Posts[0].Company != "Mill" { t.Fatalf("%+v %v", f, err) }
	if _, ok := Lookup("myboard"); !ok { t.Fatal("not in All") }
}
`)
	b, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	lay("overlay.json", string(b))
	cmd := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-overlay", filepath.Join(dir, "overlay.json"), "-run", "^TestLaid$", "-v", ".")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS: TestLaid") {
		t.Errorf("%v\n%s", err, out)
	}
}

// indented is the indented block of a document that begins with start.
func indented(doc, start, indent string) string {
	i := strings.Index(doc, indent+start)
	if i < 0 {
		return ""
	}
	var b strings.Builder
	for line := range strings.Lines(doc[i:]) {
		text, in := strings.CutPrefix(line, indent)
		if !in && strings.TrimSpace(line) != "" {
			break
		}
		if !in {
			text = "\n"
		}
		b.WriteString(text)
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
