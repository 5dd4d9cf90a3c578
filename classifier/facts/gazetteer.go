package facts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Gazetteer is the file of places, as loaded by [ParseGazetteer].
type Gazetteer struct {
	RiskLevels map[string]string `yaml:"risk_levels"`
	Places     []GazetteerPlace  `yaml:"places"`
}

// GazetteerPlace is one place of the gazetteer.
type GazetteerPlace struct {
	ID        string              `yaml:"id"`
	Name      string              `yaml:"name"`
	Country   string              `yaml:"country"` // ISO 3166-1 alpha-2
	Admin     string              `yaml:"admin"`
	Kind      string              `yaml:"kind"` // compound | cluster | town | transit | origin | country
	Risk      string              `yaml:"risk"` // high | medium | context
	Lat       float64             `yaml:"lat"`  // degrees north, approximate
	Lon       float64             `yaml:"lon"`  // degrees east, approximate
	Precision string              `yaml:"precision"`
	Ambiguous bool                `yaml:"ambiguous"` // the name is common elsewhere
	Status    string              `yaml:"status"`
	Note      string              `yaml:"note"`
	Aliases   map[string][]string `yaml:"aliases"` // by language; ? before one makes it ambiguous, * after it a stem
	Sources   []string            `yaml:"sources"`
}

// ParseGazetteer reads a gazetteer strictly: an unknown key, an id given twice, an
// unknown kind or risk, a place without a name to look for is an error.
func ParseGazetteer(b []byte) (*Gazetteer, error) {
	g := &Gazetteer{}
	if err := decodeStrict(b, g); err != nil {
		return nil, fmt.Errorf("parse gazetteer: %w", err)
	}
	if len(g.Places) == 0 {
		return nil, errors.New("parse gazetteer: no places\nhint: list them under `places:`")
	}
	seen := map[string]bool{}
	for _, p := range g.Places {
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("parse gazetteer: place %q: %w", p.ID, err)
		}
		if seen[p.ID] {
			return nil, fmt.Errorf("parse gazetteer: place %q is there twice", p.ID)
		}
		seen[p.ID] = true
	}
	return g, nil
}

func (p GazetteerPlace) check() error {
	switch {
	case p.ID == "":
		return errors.New("no id")
	case p.Name == "":
		return errors.New("no name")
	case len(p.Country) != 2 || p.Country[0] < 'A' || p.Country[0] > 'Z':
		return fmt.Errorf("country %q is no ISO 3166-1 alpha-2 code", p.Country)
	case !slices.Contains([]string{"compound", "cluster", "town", "transit", "origin", "country"}, p.Kind):
		return fmt.Errorf("kind %q is none of compound, cluster, town, transit, origin, country", p.Kind)
	case !slices.Contains([]string{"high", "medium", "context"}, p.Risk):
		return fmt.Errorf("risk %q is none of high, medium, context", p.Risk)
	case p.Lat < -90 || p.Lat > 90 || p.Lon < -180 || p.Lon > 180:
		return fmt.Errorf("%v, %v is no place on earth", p.Lat, p.Lon)
	}
	for lang, names := range p.Aliases {
		if lang == "" || slices.Contains(names, "") {
			return fmt.Errorf("empty alias in language %q", lang)
		}
	}
	if len(p.Aliases) == 0 {
		return errors.New("no aliases: nothing would find it")
	}
	return nil
}

func decodeStrict(b []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return err
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return errors.New("more than one document")
	}
	return nil
}
