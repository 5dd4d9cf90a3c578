package config

import (
	"encoding"
	"fmt"
	"io"
	"iter"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// field is one scalar key, or one list of scalars, of the configuration.
type field struct {
	key, doc string
	v        reflect.Value
}

func mapKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// fields lists the keys in the order of the struct. Lists of blocks (sources,
// alerts.webhooks) can be set in the file only, so they are no fields.
func (l *Loaded) fields() []field {
	var out []field
	var walk func(prefix string, v reflect.Value)
	walk = func(prefix string, v reflect.Value) {
		for i := range v.NumField() {
			sf := v.Type().Field(i)
			f := field{key: prefix + sf.Tag.Get("yaml"), doc: sf.Tag.Get("doc"), v: v.Field(i)}
			switch {
			case f.v.Kind() == reflect.Struct:
				walk(f.key+".", f.v)
			case f.v.Kind() == reflect.Slice && f.v.Type().Elem().Kind() == reflect.Struct && !isText(f.v.Type().Elem()):
			default:
				out = append(out, f)
			}
		}
	}
	walk("", reflect.ValueOf(&l.Config).Elem())
	return out
}

func isText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func (l *Loaded) find(key string) (field, bool) {
	for _, f := range l.fields() {
		if f.key == key {
			return f, true
		}
	}
	return field{}, false
}

func (l *Loaded) byEnv(name string) (field, bool) {
	for _, f := range l.fields() {
		if strings.ToUpper(strings.ReplaceAll(f.key, ".", "_")) == name {
			return f, true
		}
	}
	return field{}, false
}

func (l *Loaded) keys() (out []string) {
	for _, f := range l.fields() {
		out = append(out, f.key)
	}
	return out
}

// names lists the last part of every key there is, blocks in lists included.
func (l *Loaded) names() (out []string) {
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		for t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || seen[t] {
			return
		}
		seen[t] = true
		for f := range t.Fields() {
			if tag := f.Tag.Get("yaml"); tag != "" {
				out = append(out, tag)
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[Config]())
	return out
}

func (f field) secret() bool { return f.v.Type() == reflect.TypeFor[Secret]() }

func (f field) raw() string {
	if f.v.Kind() == reflect.String {
		return f.v.String()
	}
	return ""
}

// parse sets the field from one string; lists are comma separated.
func (f field) parse(s string) error {
	if f.v.Kind() != reflect.Slice {
		return parseScalar(f.v, s)
	}
	list := reflect.MakeSlice(f.v.Type(), 0, 4)
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		e := reflect.New(f.v.Type().Elem()).Elem()
		if err := parseScalar(e, part); err != nil {
			return err
		}
		list = reflect.Append(list, e)
	}
	f.v.Set(list)
	return nil
}

func parseScalar(v reflect.Value, s string) error {
	if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		return u.UnmarshalText([]byte(s))
	}
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		d, err := time.ParseDuration(s)
		if err != nil {
			return fmt.Errorf("%q is no duration such as 500ms, 2s or 24h", s)
		}
		v.SetInt(int64(d))
	case v.Kind() == reflect.String:
		v.SetString(s)
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", s)
		}
		v.SetBool(b)
	case v.CanInt():
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is no whole number", s)
		}
		v.SetInt(n)
	default:
		return fmt.Errorf("a %s can be set in the file only", v.Type())
	}
	return nil
}

// Print writes the configuration as a YAML file that [Load] reads back, each
// value with its origin. Secrets print as <secret>, or not at all when unset.
func (l *Loaded) Print(w io.Writer) error {
	var doc yaml.Node
	if err := doc.Encode(l.Config); err != nil {
		return fmt.Errorf("encode configuration: %w", err)
	}
	docs := map[string]string{}
	for _, f := range l.fields() {
		docs[f.key] = f.doc
	}
	l.comment("", &doc, docs)
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return fmt.Errorf("print configuration: %w", err)
	}
	return enc.Close()
}

func (l *Loaded) comment(prefix string, n *yaml.Node, docs map[string]string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		key := prefix + name.Value
		if value.Kind == yaml.MappingNode {
			l.comment(key+".", value, docs)
			continue
		}
		name.HeadComment = docs[key]
		if o := l.Origin(key); o != "default" && value.Kind == yaml.ScalarNode {
			value.LineComment = o
		}
	}
}

// MarshalYAML hides the value.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }
