package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// password must never be seen in what lurewatch says.
const password = "s3cret-hunter2"

func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr := l.Addr().String()
	r := finished(t, t.TempDir(), nil, nil, "run", "--role", "web", "--set", "web.listen="+addr)
	if r.code != 1 || !strings.Contains(r.err, addr+" is in use") || !hinted(r.err) {
		t.Errorf("exit %d, want 1, the address, and a hint:\n%s", r.code, r.both())
	}
}

// TestServersThatAreNotThere starts the service before its servers: it waits, says
// so without a password, and ends when it is told to.
func TestServersThatAreNotThere(t *testing.T) {
	for name, c := range map[string]struct {
		set  []string
		says string
	}{
		"NATS":                     {[]string{"stream.url=nats://desk:" + password + "@" + closedPort(t)}, `level=WARN .*stream cannot be reached`},
		"NATS, several servers":    {[]string{"stream.url=nats://desk:" + password + "@" + closedPort(t) + ",nats://desk:" + password + "@" + closedPort(t)}, `level=WARN .*stream cannot be reached`},
		"Elasticsearch":            {[]string{"index.url=http://" + closedPort(t), "index.user=desk", "index.password=" + password}, `level=WARN .*index`},
		"Elasticsearch by TLS":     {[]string{"index.url=https://" + closedPort(t), "index.user=desk", "index.password=" + password}, `level=WARN .*index`},
		"Elasticsearch, two nodes": {[]string{"index.url=http://" + closedPort(t) + ", http://" + closedPort(t), "index.user=desk", "index.password=" + password}, `level=WARN .*index`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := []string{"run", "-v", "--data-dir", t.TempDir(), "--set", "web.listen=127.0.0.1:0"}
			for _, s := range c.set {
				args = append(args, "--set", s)
			}
			p := background(t, nil, args...)
			p.says(t, 20*time.Second, c.says)
			if code := p.stop(t, 30*time.Second); code != 0 { // the rules are loading meanwhile, and that is let finish
				t.Errorf("exit %d after SIGTERM, want 0", code)
			}
			said := p.out.String()
			if strings.Contains(said, password) {
				t.Errorf("the password is in what it said:\n%s", said)
			}
			if !hinted(said) {
				t.Errorf("no hint what to do:\n%s", said)
			}
		})
	}
}

// TestPasswordsAreNotPrinted puts passwords where they do and do not belong.
func TestPasswordsAreNotPrinted(t *testing.T) {
	for name, set := range map[string][]string{
		"in the address of the index":                {"index.url=http://desk:" + password + "@127.0.0.1:1"},
		"in an address of the index without http":    {"index.url=ftp://desk:" + password + "@127.0.0.1:1"},
		"in an address of the index that is no URL":  {"index.url=http://desk:" + password + "@127.0.0.1:port"},
		"in an address of the stream that is no URL": {"stream.url=nats://desk:" + password + "@127.0.0.1:port"},
		"in an address of the stream with %":         {"stream.url=nats://desk:" + password + "%zz@127.0.0.1:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range [][]string{{"config", "print"}, {"config", "check"}, {"search", "-v", "x"}, {"dead", "list", "-v"}} {
				args := slices.Concat(verb, []string{"--data-dir", t.TempDir()})
				for _, s := range set {
					args = append(args, "--set", s)
				}
				p := background(t, nil, args...)
				select { // a stream that cannot be reached is waited for: look at what is said until then
				case <-p.done:
				case <-time.After(2 * time.Second):
					p.stop(t, 30*time.Second)
				}
				if said := p.out.String(); strings.Contains(said, password) {
					t.Errorf("%v prints the password:\n%s", verb, said)
				}
			}
		})
	}
	// A password that the server refuses is not repeated to the reader.
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve(l) }()
	defer srv.Close()
	r := finished(t, t.TempDir(), nil, nil, "search", "-v", "x", "--data-dir", t.TempDir(), "--set", "index.url=http://"+l.Addr().String(), "--set", "index.user=desk", "--set", "index.password="+password)
	if r.code != 1 || strings.Contains(r.both(), password) || !hinted(r.err) {
		t.Errorf("refused by the index: exit %d, want 1 with a hint and without the password:\n%s", r.code, r.both())
	}
}

const goodPost = `{"id":"1","text":"Harbour Coffee Ltd in Leeds is looking for a part-time barista."}` + "\n"

func writeFile(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDataFolderThatCannotBeWritten(t *testing.T) {
	posts := writeFile(t, "posts.jsonl", []byte(goodPost))
	under := filepath.Join(posts, "data")
	locked := filepath.Join(t.TempDir(), "locked")
	if err := os.Mkdir(locked, 0o555); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data   string
		nobody bool
	}{
		"a folder below a file":        {under, false},
		"a folder that others own":     {locked, true},
		"a new folder in one of those": {filepath.Join(locked, "data"), true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, verb := range [][]string{{"import", posts}, {"run", "--set", "web.listen=127.0.0.1:0"}, {"search", "x"}, {"user", "list"}} {
				cmd := prepared(t.Context(), "/", nil, nil, append(verb, "--data-dir", c.data)...)
				if c.nobody {
					asNobody(t, &cmd.Path, &cmd.SysProcAttr, filepath.Dir(locked), filepath.Dir(posts))
				}
				r := ended(t, cmd)
				if r.code != 1 || !hinted(r.err) || strings.Contains(r.both(), "goroutine") {
					t.Errorf("%v: exit %d, want 1 and a hint:\n%s", verb, r.code, r.both())
				}
			}
		})
	}
}

// asNobody lets a command run as the user nobody, who may read the folders, and
// whom, unlike root, a mode of 0555 stops from writing. Without root it changes nothing.
func asNobody(t *testing.T, program *string, attr **syscall.SysProcAttr, folders ...string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	bin := filepath.Join(t.TempDir(), "lurewatch")
	if err := os.Link(*program, bin); err != nil {
		b, err := os.ReadFile(*program)
		if err == nil {
			err = os.WriteFile(bin, b, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range append(folders, filepath.Dir(bin)) {
		for d := dir; d != filepath.Clean(os.TempDir()) && len(d) > 1; d = filepath.Dir(d) {
			if err := os.Chmod(d, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	*program = bin
	*attr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}

// TestOddFiles gives each verb that reads files what no one means to give it: no
// crash, no trace of Go, and the exit code that the command line promises.
func TestOddFiles(t *testing.T) {
	garbage := make([]byte, 64<<10)
	for i, x := 0, uint32(1); i < len(garbage); i++ {
		x = x*1664525 + 1013904223
		garbage[i] = byte(x >> 24)
	}
	elf, err := os.ReadFile("/bin/true")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, b := range map[string][]byte{
		"empty.jsonl": nil, "empty.html": nil, "empty.csv": nil, "empty.json": nil,
		"garbage.jsonl": garbage, "garbage.html": garbage, "garbage.csv": garbage, "garbage": garbage, "program.html": elf,
		"utf8.jsonl":  []byte("{\"id\":\"\xff\xfe\",\"text\":\"caf\xe9 \xf0\x28 job\"}\n" + goodPost),
		"nul.jsonl":   []byte("\x00\x00\x00\n" + goodPost),
		"deep.jsonl":  []byte(strings.Repeat("[", 200_000) + "\n" + goodPost),
		"deep.html":   []byte(strings.Repeat("<div>", 200_000) + "job"),
		"bom.jsonl":   []byte("\xef\xbb\xbf" + goodPost),
		"crlf.jsonl":  []byte(strings.ReplaceAll(goodPost, "\n", "\r\n")),
		"blank.jsonl": []byte("\n\n  \n" + goodPost + "\n\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for call, codes := range map[string]string{
		"classify empty.jsonl":    "0",
		"classify garbage.jsonl":  "3",
		"classify utf8.jsonl":     "03",
		"classify nul.jsonl":      "3",
		"classify deep.jsonl":     "3",
		"classify bom.jsonl":      "0",
		"classify crlf.jsonl":     "0",
		"classify blank.jsonl":    "3", // an empty line is no object
		"classify folder":         "1",
		"extract empty.html":      "0",
		"extract garbage.html":    "03",
		"extract garbage":         "03",
		"extract program.html":    "1",
		"extract deep.html":       "0",
		"extract folder":          "1",
		"import empty.jsonl":      "3",
		"import empty.csv":        "013",
		"import empty.html":       "03",
		"import empty.json":       "013",
		"import garbage.jsonl":    "3",
		"import garbage.csv":      "13",
		"import garbage.html":     "03",
		"import garbage":          "013",
		"import utf8.jsonl":       "03",
		"import nul.jsonl":        "3",
		"import deep.jsonl":       "3",
		"import bom.jsonl":        "0",
		"import crlf.jsonl":       "0",
		"import blank.jsonl":      "3",
		"import folder":           "1",
		"eval empty.jsonl":        "01",
		"eval garbage.jsonl":      "13",
		"eval folder":             "1",
		"eval --pages folder":     "1",
		"rules lint garbage":      "1",
		"rules lint folder":       "01",
		"rules test garbage":      "1",
		"config check -c folder":  "1",
		"config check -c garbage": "1",
		"run -c garbage":          "1",
	} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			args := append(strings.Fields(call), "--data-dir", filepath.Join(t.TempDir(), "data"))
			r := finished(t, dir, nil, nil, args...)
			if !strings.Contains(codes, fmt.Sprint(r.code)) {
				t.Errorf("exit %d, want one of %s:\n%s", r.code, strings.Join(strings.Split(codes, ""), " "), tail(r.both(), 1500))
			}
			if r.code != 0 && r.err == "" {
				t.Error("it failed, and did not say why")
			}
			if strings.Contains(r.both(), "goroutine ") || strings.Contains(r.err, "panic") {
				t.Errorf("a trace of Go:\n%s", tail(r.both(), 1500))
			}
			if strings.ContainsAny(r.err, "\x00\x1b\x07") {
				t.Errorf("raw bytes of the input go to the terminal: %q", tail(r.err, 300))
			}
		})
	}
}

// endless is n bytes of one line.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.n <= 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), e.n)]
	for i := range p {
		p[i] = 'a'
	}
	e.n -= int64(len(p))
	return len(p), nil
}

// maxResident bounds what classify and import may hold in memory, in KiB.
const maxResident = 400 << 10

func TestHugeLineTakesBoundedMemory(t *testing.T) {
	slow(t)
	line := func() io.Reader {
		return io.MultiReader(strings.NewReader(goodPost+`{"id":"2","text":"`), &endless{100 << 20}, strings.NewReader("\"}\n"+goodPost))
	}
	path := filepath.Join(t.TempDir(), "huge.jsonl")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(f, line()); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		stdin io.Reader
		args  []string
		want  string // how often a good post is answered
	}{
		"classify": {line(), []string{"classify"}, `"id":"1"`},
		"import":   {nil, []string{"import", path, "--data-dir", t.TempDir()}, "read 3  refused 1  archived 2"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := prepared(t.Context(), t.TempDir(), nil, c.stdin, c.args...)
			r, peak := measured(t, cmd)
			if peak == 0 {
				t.Error("the system does not tell how much memory the process held")
			}
			t.Logf("%s: peak %d MiB", name, peak>>10)
			if r.code != 3 || !strings.Contains(r.out, c.want) {
				t.Errorf("exit %d, want 3 and the other lines answered:\n%s", r.code, tail(r.both(), 1000))
			}
			if name == "classify" && strings.Count(r.out, `"id":"1"`) != 2 {
				t.Errorf("the posts around the line are not both judged:\n%s", tail(r.out, 1000))
			}
			if len(r.both()) > 64<<10 {
				t.Errorf("%d bytes of answer: the line is repeated", len(r.both()))
			}
			if peak > maxResident {
				t.Errorf("peak %d KiB in memory, want at most %d", peak, maxResident)
			}
		})
	}
}

// TestFullDisk imports more than the disk holds: it fails, says so, and what was
// taken in before is whole.
func TestFullDisk(t *testing.T) {
	slow(t)
	dir := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	var posts bytes.Buffer
	for i := range 40_000 {
		fmt.Fprintf(&posts, `{"id":"%d","text":"Post %d: %x, a bakery in Leeds looks for a baker, apply at the counter."}`+"\n", i, i, uint64(i)*0x9e3779b97f4a7c15)
	}
	file := writeFile(t, "posts.jsonl", posts.Bytes())
	data := filepath.Join(dir, "data")
	r := finished(t, t.TempDir(), nil, nil, "import", file, "--data-dir", data)
	if r.code != 1 || !strings.Contains(r.err, "no space left") && !strings.Contains(r.err, "full") || !hinted(r.err) {
		t.Errorf("exit %d, want 1, a word of the full disk, and a hint:\n%s", r.code, tail(r.both(), 2000))
	}
	if strings.Contains(r.both(), "goroutine ") {
		t.Errorf("a trace of Go:\n%s", tail(r.both(), 2000))
	}
	t.Logf("%s", tail(r.err, 600))

	// More room: the same import goes through.
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=512m"); err != nil {
		t.Skipf("the disk cannot be made larger: %v", err)
	}
	r = finished(t, t.TempDir(), nil, nil, "import", file, "--data-dir", data)
	if r.code != 0 || !strings.Contains(r.out, "posts 40000") {
		t.Errorf("with room again: exit %d\n%s", r.code, tail(r.both(), 2000))
	}
	if r = finished(t, t.TempDir(), nil, nil, "rebuild", "--check", "--data-dir", data); r.code != 0 {
		t.Errorf("rebuild --check: exit %d\n%s", r.code, tail(r.both(), 2000))
	}
}
