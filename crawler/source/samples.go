package source

import (
	"bufio"
	"embed"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"slices"
	"strings"
	"time"
)

// samples are the saved pages that the tests read. They are in the binary, so that
// an operator can see what each source makes of them.
//
//go:embed testdata/*/* testdata/addresses.txt
var samples embed.FS

// Sample is one saved page of a source.
type Sample struct {
	Name string // folder/file, as below testdata
	Page Page
}

// sampled is when the saved pages count as fetched.
var sampled = time.Date(2025, 6, 10, 12, 0, 0, 0, time.UTC)

// Samples are the saved pages of a source, those of every source for auto. They
// lie in testdata/NAME; testdata/addresses.txt says where they came from.
func Samples(name string) ([]Sample, error) {
	if name == "" || name == "auto" {
		name = "*"
	}
	files, err := fs.Glob(samples, "testdata/"+name+"/*")
	if err != nil {
		return nil, fmt.Errorf("find saved pages of %s: %w", name, err)
	}
	addresses, err := sampleAddresses()
	if err != nil {
		return nil, err
	}
	var out []Sample
	for _, f := range slices.Sorted(slices.Values(files)) {
		if strings.HasSuffix(f, ".golden.json") || strings.HasPrefix(f, "testdata/fuzz/") {
			continue
		}
		b, err := samples.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("read saved page: %w", err)
		}
		rel := strings.TrimPrefix(f, "testdata/")
		out = append(out, Sample{rel, Page{URL: addresses[rel], ContentType: sampleType(f), Body: b, FetchedAt: sampled}})
	}
	return out, nil
}

// sampleAddresses reads addresses.txt: a file and its address on each line.
func sampleAddresses() (map[string]string, error) {
	f, err := samples.Open("testdata/addresses.txt")
	if err != nil {
		return nil, fmt.Errorf("open addresses of saved pages: %w", err)
	}
	defer f.Close()
	out := map[string]string{}
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		if file, address, ok := strings.Cut(sc.Text(), " "); ok {
			out[file] = strings.TrimSpace(address)
		}
	}
	return out, sc.Err()
}

func sampleType(file string) string {
	switch ext := path.Ext(file); ext {
	case ".json":
		return "application/json"
	case ".xml", ".rss", ".atom":
		return "application/xml"
	case ".html":
		return "text/html; charset=utf-8"
	default:
		return mime.TypeByExtension(ext)
	}
}
