package evidence

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// forge changes the files of a package and makes every sum anew, as somebody does who
// knows how packages are made.
func forge(t testing.TB, b []byte, change func([]file) []file) []byte {
	t.Helper()
	files, err := unpack(b)
	if err != nil {
		t.Fatal(err)
	}
	files = change(files)
	var d dataPackage
	var sums bytes.Buffer
	var out []file
	for _, f := range files {
		switch f.name {
		case "datapackage.json":
			if err := json.Unmarshal(f.data, &d); err != nil {
				t.Fatal(err)
			}
		case "datapackage-digest.json", sumsFile:
		default:
			out = append(out, f)
			fmt.Fprintf(&sums, "%s  %s\n", sum(f.data), f.name)
		}
	}
	out = append(out, file{sumsFile, sums.Bytes()})
	d.Resources = nil
	for _, f := range out {
		d.Resources = append(d.Resources, resource{Name: strings.ToLower(f.name[strings.LastIndexByte(f.name, '/')+1:]), Path: f.name, Hash: "sha256:" + sum(f.data), Bytes: len(f.data)})
	}
	manifest, err := indented(d)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := indented(packageDigest{"datapackage.json", "sha256:" + sum(manifest)})
	if err != nil {
		t.Fatal(err)
	}
	var w bytes.Buffer
	if err := pack(&w, append(out, file{"datapackage.json", manifest}, file{"datapackage-digest.json", digest})); err != nil {
		t.Fatal(err)
	}
	return w.Bytes()
}

// in changes one file; the change must change something.
func in(t testing.TB, name, old, with string) func([]file) []file {
	return func(files []file) []file {
		i := slices.IndexFunc(files, func(f file) bool { return f.name == name })
		if i < 0 || !bytes.Contains(files[i].data, []byte(old)) {
			t.Fatalf("%s has no %q:\n%s", name, old, files[i].data)
		}
		files[i].data = bytes.Replace(bytes.Clone(files[i].data), []byte(old), []byte(with), 1)
		return files
	}
}

func add(name, data string) func([]file) []file {
	return func(files []file) []file { return append(files, file{name, []byte(data)}) }
}

// TestAForgedPackageIsFound: what somebody can do to a package who makes all its sums anew.
func TestAForgedPackageIsFound(t *testing.T) {
	b, err := Write(contents(t))
	if err != nil {
		t.Fatal(err)
	}
	if rep := Check(forge(t, b, func(f []file) []file { return f }), nil); len(rep.Faults) > 0 {
		t.Fatalf("nothing was changed: %q", rep.Faults)
	}
	for name, c := range map[string]struct {
		change func([]file) []file
		says   string
	}{
		"the statement says another address":    {in(t, statement+".txt", "https://jobs.example/1", "https://jobs.example/2"), statement + ".txt: it does not say what the other files say"},
		"the statement says it was stamped":     {in(t, statement+".txt", "NO TIMESTAMP", "A TIMESTAMP"), statement + ".txt: it does not say"},
		"only the page of the statement":        {in(t, statement+".html", "not flagged", "flagged"), statement + ".html: it does not say"},
		"another reason":                        {in(t, exportFile, "asked", "taken"), "does not say what the other files say"},
		"another title":                         {in(t, verdictFile, "Chat", "Cook"), "does not say what the other files say"},
		"a verdict that is another":             {in(t, verdictFile, `"flagged": false`, `"flagged": true`), "does not say what the other files say"},
		"the text of a rule":                    {in(t, rulesFile, `"text": "title: R`, `"text": "title: S`), "the text of rule r is another"},
		"made at another time":                  {in(t, "datapackage.json", "2001-09-09", "2001-09-08"), "datapackage.json: it does not say"},
		"the index leads to another record":     {in(t, indexFile, `"offset":"0"`, `"offset":"9"`), indexFile + ": it is not the index of these records"},
		"the index leads from another address":  {in(t, indexFile, "jobs.example/1", "jobs.example/7"), indexFile + ": it is not the index"},
		"an index of another archive":           {in(t, indexFile, warcFile, "forged.warc.gz"), indexFile + ": it is not the index"},
		"a page that no record is of":           {in(t, pagesFile, "jobs.example/1", "jobs.example/9"), "no record is of https://jobs.example/9"},
		"a page at another time":                {in(t, pagesFile, "2001-09-09", "2001-09-08"), "no record is of"},
		"one more archive":                      {add("archive/forged.warc.gz", "x"), "archive/forged.warc.gz"},
		"one more list of pages":                {add("pages/extraPages.jsonl", "{}"), "pages/extraPages.jsonl"},
		"one more index":                        {add("indexes/index.cdx.gz", "x"), "indexes/index.cdx.gz"},
		"a signature of nobody":                 {add("signatures.json", "{}"), "signatures.json"},
		"a file beside, of another case":        {add("evidence/STATEMENT.txt", "x"), "evidence/STATEMENT.txt"},
		"files in another order":                {func(f []file) []file { f[0], f[1] = f[1], f[0]; return f }, "stands where archive/" + warcFile + " belongs"},
		"a file taken out":                      {func(f []file) []file { return slices.DeleteFunc(f, func(f file) bool { return f.name == exportFile }) }, exportFile},
		"a custody entry":                       {in(t, custodyFile, "2001-09-09", "2001-09-08"), "the proof does not lead to it"},
		"an entry told twice":                   {func(f []file) []file { return double(f, custodyFile) }, ""},
		"a record of the archive":               {func(f []file) []file { f[0].data = slices.Concat(f[0].data[:20], []byte{0}, f[0].data[21:]); return f }, "its bytes are not those that were archived"},
		"two records swapped":                   {swapRecords, "the custody log has another one, or none"},
		"the proof ends earlier":                {func(f []file) []file { return firstLines(f, proofFile, 1) }, "the proof does not lead to it"},
		"the proof has a link of another chain": {in(t, proofFile, "1 ", "2 "), proofFile},
		"records at the end that nobody entered": {func(f []file) []file {
			f[0].data = append(bytes.Clone(f[0].data), archived(t, "https://jobs.example/1", "forged")...)
			return f
		}, "belong to no record"},
	} {
		forged := forge(t, b, c.change)
		rep := Check(forged, nil)
		if told := strings.Join(rep.Faults, "\n"); len(rep.Faults) == 0 || !strings.Contains(told, c.says) {
			t.Errorf("%s: found %q, want %q named", name, told, c.says)
		}
	}
}

func double(files []file, name string) []file {
	for i, f := range files {
		if f.name == name {
			files[i].data = append(bytes.Clone(f.data), f.data...)
		}
	}
	return files
}

func firstLines(files []file, name string, n int) []file {
	for i, f := range files {
		if f.name == name {
			files[i].data = bytes.Join(bytes.SplitAfter(f.data, []byte("\n"))[:n], nil)
		}
	}
	return files
}

// swapRecords puts the second record before the first, with the list of records to match.
func swapRecords(files []file) []file {
	for i, f := range files {
		if f.name != recordsFile {
			continue
		}
		lines := strings.SplitAfter(string(f.data), "\n")
		a, b := strings.Fields(lines[0]), strings.Fields(lines[1])
		var n, m int
		fmt.Sscan(a[2], &n)
		fmt.Sscan(b[2], &m)
		warc := files[0].data
		files[0].data = slices.Concat(warc[n:], warc[:n])
		a[1], b[1] = fmt.Sprint(m), "0"
		b[5], a[5] = "7", "9"
		files[i].data = []byte(strings.Join(b, " ") + "\n" + strings.Join(a, " ") + "\n")
	}
	return files
}

// TestZipTricksAreFound: packages that one program unpacks in another way than the next.
func TestZipTricksAreFound(t *testing.T) {
	b, err := Write(contents(t))
	if err != nil {
		t.Fatal(err)
	}
	files, err := unpack(b)
	if err != nil {
		t.Fatal(err)
	}
	repack := func(fn func(z *zip.Writer, f file)) []byte {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		for _, f := range files {
			fn(z, f)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	store := func(z *zip.Writer, h zip.FileHeader, data []byte) {
		w, err := z.CreateHeader(&h)
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	with := func(name string, data []byte) []byte {
		var out bytes.Buffer
		if err := pack(&out, append(slices.Clone(files), file{name, data})); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	end := bytes.LastIndex(b, []byte("PK\x05\x06"))
	comment := slices.Concat(b[:end+20], []byte{3, 0}, []byte("hey"))
	hidden := slices.Concat(b[:end], []byte("hidden between"), b[end:])
	local := bytes.Replace(bytes.Clone(b), []byte("evidence/proof.txt"), []byte("evidence/proof.tyt"), 1) // the local header comes first
	entries := bytes.Clone(b)
	binary.LittleEndian.PutUint16(entries[end+10:], binary.LittleEndian.Uint16(entries[end+10:])-1)
	for name, bad := range map[string][]byte{
		"a name twice":                   with("evidence/proof.txt", []byte("another")),
		"a name twice, the same content": with("evidence/proof.txt", files[0].data),
		"a path out of the folder":       with("../evil.sh", []byte("x")),
		"a path out, deep":               with("evidence/../../evil.sh", []byte("x")),
		"an absolute path":               with("/etc/cron.d/evil", []byte("x")),
		"a path of Windows":              with(`..\evil.bat`, []byte("x")),
		"a folder":                       with("evidence/", nil),
		"an empty name":                  with("", []byte("x")),
		"something behind it":            append(bytes.Clone(b), "appended"...),
		"another package behind it":      append(bytes.Clone(b), b...),
		"something before it":            append([]byte("#!/bin/sh\n"), b...),
		"a comment":                      comment,
		"something between":              hidden,
		"two names of one file":          local,
		"fewer files than there are":     entries,
		"files that are packed": repack(func(z *zip.Writer, f file) {
			store(z, zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: epoch()}, f.data)
		}),
		"a link instead of a file": repack(func(z *zip.Writer, f file) {
			h := zip.FileHeader{Name: f.name, Method: zip.Store, Modified: epoch()}
			if f.name == statement+".txt" {
				h.SetMode(0o777 | 1<<27) // fs.ModeSymlink
			}
			store(z, h, f.data)
		}),
		"other times": repack(func(z *zip.Writer, f file) {
			store(z, zip.FileHeader{Name: f.name, Method: zip.Store, Modified: epoch().AddDate(20, 0, 0)}, f.data)
		}),
		"a size that is none": func() []byte {
			c := bytes.Clone(b)
			at := bytes.Index(c, []byte("PK\x01\x02"))
			binary.LittleEndian.PutUint32(c[at+24:], 1<<31)
			return c
		}(),
	} {
		if rep := Check(bad, nil); len(rep.Faults) == 0 {
			t.Errorf("%s: nothing is found", name)
		}
	}
}
