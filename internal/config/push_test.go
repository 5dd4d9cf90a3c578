package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPushersAndTokensAreChecked(t *testing.T) {
	const long = "0123456789abcdef0123456789abcdef"
	for name, c := range map[string]struct{ file, want string }{
		"a pusher with a token":              {file: "push: [{name: ngo, token: " + long + "}]\n"},
		"a pusher with a digest":             {file: "push: [{name: ngo, token: 'sha256:" + long + long + "'}]\n"},
		"a pusher without a name":            {file: "push: [{token: " + long + "}]\n", want: "push[0]: the name"},
		"a name with a blank":                {file: "push: [{name: 'a b', token: " + long + "}]\n", want: "push[0]: the name"},
		"a pusher without a token":           {file: "push: [{name: ngo}]\n", want: "at least 20 characters"},
		"a short token":                      {file: "push: [{name: ngo, token: hunter2}]\n", want: "at least 20 characters"},
		"a digest that is none":              {file: "push: [{name: ngo, token: 'sha256:1234'}]\n", want: "64 hex digits"},
		"two pushers of one name":            {file: "push: [{name: a, token: " + long + "}, {name: a, token: " + long + "x}]\n", want: "stands twice"},
		"two pushers with one token":         {file: "push: [{name: a, token: " + long + "}, {name: b, token: " + long + "}]\n", want: "same token"},
		"a source with a token":              {file: "sources: [{name: a, seeds: ['https://api.example/x'], token: EAAabcdefgh}]\n"},
		"a token for this machine":           {file: "sources: [{name: a, seeds: ['http://127.0.0.1:1/x'], token: EAAabcdefgh}]\n"},
		"a token in the seed":                {file: "sources: [{name: a, seeds: ['https://api.example/x?access_token=EAAabcdefgh']}]\n", want: "write it into token:"},
		"a token that anybody would read":    {file: "sources: [{name: a, seeds: ['http://api.example/x'], token: EAAabcdefgh}]\n", want: "https addresses alone"},
		"a token too short to mask":          {file: "sources: [{name: a, seeds: ['https://api.example/x'], token: abc}]\n", want: "at least 8"},
		"a token file that is not there":     {file: "push: [{name: a, token: 'file:/nowhere/token'}]\n", want: "push[0].token"},
		"a webhook secret that is not there": {file: "alerts: {webhooks: [{name: a, url: 'https://h.example/', secret: 'file:/nowhere/token'}]}\n", want: "alerts.webhooks[0].secret"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "c.yml")
			if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(Inputs{File: path})
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want %q in it", err, c.want)
			case err != nil && (strings.Contains(err.Error(), "EAAabcdefgh") || strings.Contains(err.Error(), long)):
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}

func TestSecretsOfListsComeFromFilesAndNeverPrint(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "token")
	file := filepath.Join(dir, "c.yml")
	for path, text := range map[string]string{
		secret: "correct-horse-battery-staple\n",
		file: "push: [{name: ngo, token: 'file:" + secret + "'}]\nsources: [{name: ads, adapter: metaads, seeds: ['https://graph.example/ads_archive'], token: 'file:" + secret + "'}]\n" +
			"alerts: {webhooks: [{name: a, url: 'https://h.example/', secret: 'file:" + secret + "'}]}\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := Load(Inputs{File: file})
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string]Secret{"push": l.Push[0].Token, "source": l.Sources[0].Token, "webhook": l.Alerts.Webhooks[0].Secret} {
		if string(got) != "correct-horse-battery-staple" {
			t.Errorf("%s: the file was not read", what)
		}
	}
	var out bytes.Buffer
	if err := l.Print(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "correct") || strings.Count(out.String(), "<secret>") < 3 {
		t.Errorf("printed:\n%s", &out)
	}
}
