package guanxi

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// typeInfo is what the decoder knows of a Go type.
type typeInfo struct {
	t      reflect.Type
	json   bool // *T is a json.Unmarshaler
	text   bool // *T is an encoding.TextUnmarshaler
	keyed  bool // a map whose key type can be read
	fields map[string]field
	names  []string // of the fields, in order of declaration
}

// field is a field of a struct or of one embedded in it.
type field struct {
	name   string
	index  []int
	tagged bool // the name is from a tag
	quoted bool // the "string" option
}

var (
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	jsonNumber      = reflect.TypeFor[json.Number]()
)

func (d *decoder) info(t reflect.Type) *typeInfo {
	if info := d.types[t]; info != nil {
		return info
	}
	p := reflect.PointerTo(t)
	info := &typeInfo{t: t, json: p.Implements(jsonUnmarshaler), text: p.Implements(textUnmarshaler)}
	switch t.Kind() {
	case reflect.Struct:
		info.names, info.fields = structFields(t)
	case reflect.Map:
		k := t.Key()
		switch k.Kind() {
		case reflect.String,
			reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
			reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			info.keyed = true
		default:
			info.keyed = reflect.PointerTo(k).Implements(textUnmarshaler)
		}
	}
	d.types[t] = info
	return info
}

// want names the JSON type that fits.
func (info *typeInfo) want() string {
	switch {
	case info.json:
		return "value"
	case info.text:
		return "string"
	case info.t == jsonNumber:
		return "number"
	}
	switch info.t.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Float32, reflect.Float64:
		return "number"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	}
	return "integer"
}

// structFields applies the rules of encoding/json: of the fields with one name
// the least nested wins, then the one named by a tag; a tie hides them all.
func structFields(t reflect.Type) ([]string, map[string]field) {
	type level struct {
		t     reflect.Type
		index []int
	}
	var found []field
	visited := map[reflect.Type]bool{}
	next := []level{{t: t}}
	var times map[reflect.Type]int // how often a type is embedded at this depth
	for nextTimes := map[reflect.Type]int{}; len(next) > 0; {
		current := next
		next, times, nextTimes = nil, nextTimes, map[reflect.Type]int{}
		for _, l := range current {
			if visited[l.t] {
				continue
			}
			visited[l.t] = true
			for i := range l.t.NumField() {
				sf := l.t.Field(i)
				ft := sf.Type
				if sf.Anonymous && ft.Kind() == reflect.Pointer {
					ft = ft.Elem()
				}
				tag := sf.Tag.Get("json")
				if tag == "-" || !sf.IsExported() && (!sf.Anonymous || ft.Kind() != reflect.Struct) {
					continue
				}
				name, options, _ := strings.Cut(tag, ",")
				if !validName(name) {
					name = ""
				}
				index := append(slices.Clip(l.index), i)
				if name == "" && sf.Anonymous && ft.Kind() == reflect.Struct {
					if nextTimes[ft]++; nextTimes[ft] == 1 {
						next = append(next, level{ft, index})
					}
					continue
				}
				f := field{name: name, index: index, tagged: name != "", quoted: quotable(sf.Type, options)}
				if name == "" {
					f.name = sf.Name
				}
				found = append(found, f)
				if times[l.t] > 1 { // embedded twice: its fields hide each other
					found = append(found, f)
				}
			}
		}
	}
	var names []string
	byName := make(map[string][]field, len(found))
	for _, f := range found {
		if byName[f.name] == nil {
			names = append(names, f.name)
		}
		byName[f.name] = append(byName[f.name], f)
	}
	fields := make(map[string]field, len(names))
	for name, same := range byName {
		slices.SortStableFunc(same, func(a, b field) int {
			if c := len(a.index) - len(b.index); c != 0 || a.tagged == b.tagged {
				return c
			}
			if a.tagged {
				return -1
			}
			return 1
		})
		if len(same) == 1 || len(same[0].index) != len(same[1].index) || same[0].tagged != same[1].tagged {
			fields[name] = same[0]
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		_, ok := fields[name]
		return !ok
	})
	return names, fields
}

// validName reports whether encoding/json takes a name from a tag.
func validName(name string) bool {
	for _, r := range name {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return name != ""
}

// quotable reports whether the "string" option is given and has a meaning.
func quotable(t reflect.Type, options string) bool {
	if t.Name() == "" && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64, reflect.Uintptr,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return slices.Contains(strings.Split(options, ","), "string")
	}
	return false
}

// maxName bounds the names that are compared for likeness, in bytes.
const maxName = 64

// nearest returns the known name that differs from name in case alone, or else
// the first of those with the fewest typing errors, at most a third of name;
// "" if there is none.
func nearest(name string, known []string) string {
	if len(name) > maxName {
		return ""
	}
	best, limit := "", min(max(len(name)/3, 1), 3)+1
	for _, k := range known {
		if strings.EqualFold(k, name) {
			return k
		}
		if len(k) <= maxName && max(len(k)-len(name), len(name)-len(k)) < limit {
			if n := edits(name, k); n < limit && n < len(k) {
				best, limit = k, n
			}
		}
	}
	return best
}

// edits counts the bytes put in, left out, changed or swapped with their
// neighbour between a and b, neither longer than maxName (optimal string
// alignment).
func edits(a, b string) int {
	var rows [3][maxName + 1]int // of i−2, i−1 and i
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			n := last[j]
			if a[i] != b[j] {
				n++
			}
			n = min(n, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				n = min(n, before[j-1]+1)
			}
			row[j+1] = n
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
