package sigma

// Event is what a rule is matched against: the fields of one post. A field may
// have any number of values; a test holds when it holds for one of them.
//
// The engine folds strings itself ([Fold]), once per field and match, so an
// Event returns them as they are. It asks each field at most once a match, keeps
// nothing afterwards and never writes to what it was given.
type Event interface {
	// Strings returns the values of a field, nil when it is absent or a number.
	// The empty name means every text field: keywords without a field search it.
	// A boolean field has the value "true" or "false".
	Strings(field string) []string
	// Numbers returns the values of a number field, nil when it is absent.
	Numbers(field string) []float64
	// Has reports whether the field is known for this post, be it empty.
	Has(field string) bool
}

// Map is an Event made of a map, for tests and small tools. Values are string,
// []string, float64, int, []float64, bool or nil (known, but empty).
type Map map[string]any

var _ Event = Map(nil)

// Strings returns the string form of strings and booleans. The values of "text"
// and "title" are what keywords search, unless the empty name is set.
func (m Map) Strings(field string) []string {
	if _, set := m[""]; field == "" && !set {
		return append(m.Strings("title"), m.Strings("text")...)
	}
	switch v := m[field].(type) {
	case string:
		return []string{v}
	case []string:
		return v
	case bool:
		if v {
			return []string{"true"}
		}
		return []string{"false"}
	}
	return nil
}

// Numbers returns the values of a number.
func (m Map) Numbers(field string) []float64 {
	switch v := m[field].(type) {
	case float64:
		return []float64{v}
	case int:
		return []float64{float64(v)}
	case []float64:
		return v
	}
	return nil
}

// Has reports whether the key is there.
func (m Map) Has(field string) bool {
	_, ok := m[field]
	return ok
}
