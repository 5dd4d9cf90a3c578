package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Pusher is one entry of `push:`: who may hand in posts over HTTP.
type Pusher struct {
	Name  string `yaml:"name" doc:"short name; its posts are of source push:NAME, or push:NAME/SOURCE where they name one"`
	Token Secret `yaml:"token" doc:"bearer token, 20 characters or more; or sha256: and its digest in hex, so that the file holds no secret"`
}

// digestMark is in front of a token that the file gives as its digest.
const digestMark = "sha256:"

// minToken is the shortest token of a pusher, characters.
const minToken = 20

var pusherName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}$`)

func (c Config) checkPush() (errs []error) {
	var names []string
	tokens := map[Secret]bool{}
	for i, p := range c.Push {
		digest, hashed := strings.CutPrefix(string(p.Token), digestMark)
		raw, err := hex.DecodeString(digest)
		switch {
		case !pusherName.MatchString(p.Name):
			errs = append(errs, fmt.Errorf("push[%d]: the name %q must be 1 to 64 of letters, digits, dot, dash and low line", i, p.Name))
		case slices.Contains(names, p.Name):
			errs = append(errs, fmt.Errorf("push[%d]: the name %q stands twice", i, p.Name))
		case tokens[p.Token]:
			errs = append(errs, fmt.Errorf("push[%d] (%s): another pusher has the same token: each needs its own", i, p.Name))
		case hashed && (err != nil || len(raw) != 32):
			errs = append(errs, fmt.Errorf("push[%d] (%s): token: behind sha256: 64 hex digits are needed, as `printf %%s TOKEN | sha256sum` prints them", i, p.Name))
		case !hashed && len(p.Token) < minToken:
			errs = append(errs, fmt.Errorf("push[%d] (%s): token: at least %d characters are needed, such as `openssl rand -hex 32` prints", i, p.Name, minToken))
		}
		names = append(names, p.Name)
		tokens[p.Token] = true
	}
	return errs
}

// checkToken looks at the token of a source, and for one that stands in an address.
func (s Source) checkToken() error {
	for _, seed := range s.Seeds {
		u, err := url.Parse(seed)
		if err != nil {
			continue // said elsewhere
		}
		for _, k := range []string{"access_token", "appsecret_proof", "client_secret", "oauth_token"} {
			if u.Query().Has(k) {
				return fmt.Errorf("a seed holds %s, which would be kept with every capture: write it into token: instead", k)
			}
		}
		if ip, err := netip.ParseAddr(u.Hostname()); s.Token != "" && u.Scheme != "https" && (err != nil || !ip.IsLoopback()) {
			return errors.New("a token is sent to https addresses alone: a seed is none")
		}
	}
	if s.Token != "" && (len(s.Token) < 8 || strings.ContainsFunc(string(s.Token), func(r rune) bool { return r <= ' ' || r >= 0x7f })) {
		return errors.New("token: at least 8 printable ASCII characters are needed")
	}
	return nil
}

// secretsInLists calls fn for every secret in a list of blocks, which fields leaves out.
func (l *Loaded) secretsInLists(fn func(name string, s *Secret) error) error {
	var walk func(name string, v reflect.Value) error
	walk = func(name string, v reflect.Value) error {
		switch {
		case v.Type() == reflect.TypeFor[Secret]():
			if s, ok := reflect.TypeAssert[*Secret](v.Addr()); ok {
				return fn(name, s)
			}
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				if tag := v.Type().Field(i).Tag.Get("yaml"); tag != "" {
					if err := walk(strings.TrimPrefix(name+"."+tag, "."), v.Field(i)); err != nil {
						return err
					}
				}
			}
		case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct && !isText(v.Type().Elem()):
			for i := range v.Len() {
				if err := walk(fmt.Sprintf("%s[%d]", name, i), v.Index(i)); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return walk("", reflect.ValueOf(&l.Config).Elem())
}

// readListedSecrets replaces each secret of a list that is written as file:PATH by
// that file's content.
func (l *Loaded) readListedSecrets() error {
	return l.secretsInLists(func(name string, s *Secret) error {
		path, isFile := strings.CutPrefix(string(*s), "file:")
		if !isFile {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("%s: %w\nhint: the file must hold the secret and nothing else", name, err)
		}
		*s = Secret(strings.TrimSpace(string(b)))
		return nil
	})
}
