package guanxi

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
)

// decoder reads a document that the scanner accepted. Every method for a value
// leaves the cursor behind that value, whether it was right or not.
type decoder struct {
	cursor
	types  map[reflect.Type]*typeInfo
	faults []error
	room   int // how many more bytes of faults there may be
	full   bool
}

// faultSize is what a fault takes beside its pointer, roughly.
const faultSize = 128

// fault places err, or the faults in err, at the cursor's path. A long pointer
// shared by many faults would grow the list out of all proportion to the
// document, hence the room.
func (d *decoder) fault(err error) {
	if d.full {
		return
	}
	here := d.pointer()
	for fe := range places(err) {
		if d.room -= len(here) + len(fe.Pointer) + faultSize; d.room < 0 {
			d.full = true
			d.faults = append(d.faults, &FieldError{"", ErrTooMany})
			return
		}
		d.faults = append(d.faults, &FieldError{here + fe.Pointer, fe.Err})
	}
}

// wrong reports the value at the cursor as ill-typed and passes over it.
func (d *decoder) wrong(want string) {
	if !d.full {
		d.fault(fmt.Errorf("%w: want %s, got %s", ErrType, want, d.found()))
	}
	d.skip()
}

func (d *decoder) unsupported(t reflect.Type) {
	if !d.full {
		d.fault(fmt.Errorf("%w: Go type %s cannot be read from JSON", ErrType, t))
	}
	d.skip()
}

// found names the JSON type of the value at the cursor.
func (d *decoder) found() string {
	switch d.peek() {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

// raw passes over the value at the cursor and returns it.
func (d *decoder) raw() []byte {
	start := d.i
	d.skip()
	return d.data[start:d.i:d.i]
}

func (d *decoder) skip() {
	for depth := 0; d.i < len(d.data); {
		switch d.data[d.i] {
		case '{', '[':
			depth++
			d.i++
		case '}', ']':
			depth--
			d.i++
		case '"':
			for d.i++; d.data[d.i] != '"'; d.i++ {
				if d.data[d.i] == '\\' {
					d.i++
				}
			}
			d.i++
		case ',', ':', ' ', '\t', '\r', '\n':
			d.i++
			continue
		default:
			d.word()
		}
		if depth == 0 {
			return
		}
	}
}

// word passes over a number, true, false or null and returns it.
func (d *decoder) word() []byte {
	start := d.i
	for ; d.i < len(d.data); d.i++ {
		switch d.data[d.i] {
		case ',', ']', '}', ':', ' ', '\t', '\r', '\n':
			return d.data[start:d.i]
		}
	}
	return d.data[start:]
}

// items calls item at each element or key of the container at the cursor.
func (d *decoder) items(item func(n int)) {
	d.i++
	d.space()
	for n := 0; ; n++ {
		if c := d.peek(); c == ']' || c == '}' {
			d.i++
			return
		}
		item(n)
		if d.space(); d.peek() == ',' {
			d.i++
			d.space()
		}
	}
}

// elements calls element at each value of the array at the cursor.
func (d *decoder) elements(element func(n int)) {
	d.items(func(n int) {
		d.push(step{index: n})
		element(n)
		d.pop()
	})
}

// members calls member at each value of the object at the cursor, except those
// of repeated keys, which are faults.
func (d *decoder) members(member func(key string)) {
	seen := make(map[string]struct{})
	d.items(func(int) {
		lit := d.raw()
		key := unquote(lit)
		d.space()
		d.i++ // the colon
		d.space()
		d.push(step{key: lit})
		if _, ok := seen[key]; ok {
			d.fault(ErrDuplicateKey)
			d.skip()
		} else {
			seen[key] = struct{}{}
			member(key)
		}
		d.pop()
	})
}

// value decodes the value at the cursor into v, which is zero and addressable.
func (d *decoder) value(v reflect.Value) {
	isNull := d.peek() == 'n'
	for hops := 0; v.Kind() == reflect.Pointer; hops++ {
		if isNull {
			d.skip()
			return
		}
		if !v.CanSet() || hops == maxDepth {
			d.unsupported(v.Type())
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	t := v.Type()
	info := d.info(t)
	nilable := false
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Interface:
		nilable = true
	}
	own := v.CanInterface()
	switch {
	case isNull && !nilable:
		d.wrong(info.want())
	case info.json && own:
		raw := d.raw()
		d.own(v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(raw))
	case isNull:
		d.skip()
	case info.text && own:
		if d.peek() != '"' {
			d.wrong("string")
			return
		}
		text := []byte(unquote(d.raw()))
		d.own(v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText(text))
	default:
		d.kind(v, info)
	}
}

// own places what a type's own method returned.
func (d *decoder) own(err error) {
	if err != nil {
		d.fault(err)
	}
}

func (d *decoder) kind(v reflect.Value, info *typeInfo) {
	c := d.peek()
	isNumber := c == '-' || '0' <= c && c <= '9'
	switch v.Kind() {
	case reflect.Struct:
		if c == '{' {
			d.object(v, info)
			return
		}
	case reflect.Map:
		if c == '{' {
			d.mapping(v, info)
			return
		}
	case reflect.Slice:
		if c == '[' {
			d.slice(v)
			return
		}
		if c == '"' && v.Type().Elem().Kind() == reflect.Uint8 {
			d.bytes(v)
			return
		}
	case reflect.Array:
		if c == '[' {
			d.array(v)
			return
		}
	case reflect.Interface:
		if v.NumMethod() > 0 {
			d.unsupported(v.Type())
		} else if x := reflect.ValueOf(d.plain()); x.IsValid() {
			v.Set(x)
		}
		return
	case reflect.String:
		if info.t == jsonNumber {
			if isNumber {
				v.SetString(string(d.word()))
				return
			}
		} else if c == '"' {
			v.SetString(unquote(d.raw()))
			return
		}
	case reflect.Bool:
		if c == 't' || c == 'f' {
			v.SetBool(c == 't')
			d.skip()
			return
		}
	case reflect.Float32, reflect.Float64:
		if isNumber {
			v.SetFloat(d.float(v.Type().Bits()))
			return
		}
	default:
		if !v.CanInt() && !v.CanUint() {
			d.unsupported(v.Type())
			return
		}
		if isNumber {
			d.integer(v)
			return
		}
	}
	d.wrong(info.want())
}

func (d *decoder) integer(v reflect.Value) {
	start := d.i
	text := string(d.word())
	for i := range len(text) {
		switch text[i] {
		case '.', 'e', 'E':
			d.i = start
			if !d.full {
				d.fault(fmt.Errorf("%w: want integer, got %.32s", ErrType, text))
			}
			d.skip()
			return
		}
	}
	if setInteger(v, text) != nil && !d.full {
		d.fault(fmt.Errorf("%w: %.32s is not a %s", ErrRange, text, v.Kind()))
	}
}

func setInteger(v reflect.Value, text string) error {
	if v.CanInt() {
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		v.SetInt(n)
		return err
	}
	n, err := strconv.ParseUint(text, 10, v.Type().Bits())
	v.SetUint(n)
	return err
}

func (d *decoder) float(size int) float64 {
	text := string(d.word())
	f, err := strconv.ParseFloat(text, size)
	if err != nil {
		if !d.full {
			d.fault(fmt.Errorf("%w: %.32s is not a float%d", ErrRange, text, size))
		}
		return 0
	}
	return f
}

// plain decodes the value at the cursor as encoding/json does into interface{}.
func (d *decoder) plain() any {
	switch d.peek() {
	case '{':
		m := make(map[string]any)
		d.members(func(key string) { m[key] = d.plain() })
		return m
	case '[':
		s := []any{}
		d.elements(func(int) { s = append(s, d.plain()) })
		return s
	case '"':
		return unquote(d.raw())
	case 't':
		d.skip()
		return true
	case 'f':
		d.skip()
		return false
	case 'n':
		d.skip()
		return nil
	}
	return d.float(64)
}

func (d *decoder) slice(v reflect.Value) {
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	d.elements(func(n int) {
		if n == v.Cap() {
			v.Grow(1)
		}
		v.SetLen(n + 1)
		d.value(v.Index(n))
	})
}

func (d *decoder) bytes(v reflect.Value) {
	start := d.i
	b, err := base64.StdEncoding.DecodeString(unquote(d.raw()))
	if err != nil {
		end := d.i
		d.i = start
		d.fault(fmt.Errorf("%w: want bytes in base64", ErrType))
		d.i = end
		return
	}
	v.SetBytes(b)
}

func (d *decoder) array(v reflect.Value) {
	got := 0
	d.elements(func(n int) {
		if got++; n < v.Len() {
			d.value(v.Index(n))
		} else {
			d.skip()
		}
	})
	if got != v.Len() && !d.full {
		d.fault(fmt.Errorf("%w: want an array of %d, got %d", ErrType, v.Len(), got))
	}
}

func (d *decoder) mapping(v reflect.Value, info *typeInfo) {
	t := v.Type()
	if !info.keyed {
		d.unsupported(t)
		return
	}
	v.Set(reflect.MakeMap(t))
	d.members(func(text string) {
		key := reflect.New(t.Key()).Elem()
		if err := setKey(key, d.info(t.Key()).text, text); err != nil {
			d.fault(err)
			d.skip()
			return
		}
		if v.MapIndex(key).IsValid() { // another spelling of the same key
			d.fault(ErrDuplicateKey)
			d.skip()
			return
		}
		elem := reflect.New(t.Elem()).Elem()
		d.value(elem)
		v.SetMapIndex(key, elem)
	})
}

func setKey(key reflect.Value, isText bool, text string) error {
	switch {
	case isText:
		return key.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
	case key.Kind() == reflect.String:
		key.SetString(text)
		return nil
	}
	switch err := setInteger(key, text); {
	case err == nil:
		return nil
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%w: the key is not a %s", ErrRange, key.Kind())
	}
	return fmt.Errorf("%w: want an integer as the key", ErrType)
}

func (d *decoder) object(v reflect.Value, info *typeInfo) {
	d.members(func(name string) {
		f, ok := info.fields[name]
		if !ok {
			if near := nearest(name, info.names); near != "" && !d.full {
				d.fault(fmt.Errorf("%w; did you mean %q?", ErrUnknownField, near))
			} else {
				d.fault(ErrUnknownField)
			}
			d.skip()
			return
		}
		at := v
		for i, n := range f.index {
			if i > 0 && at.Kind() == reflect.Pointer {
				if at.IsNil() {
					if !at.CanSet() { // an embedded pointer to an unexported struct
						d.unsupported(at.Type())
						return
					}
					at.Set(reflect.New(at.Type().Elem()))
				}
				at = at.Elem()
			}
			at = at.Field(n)
		}
		if f.quoted {
			d.quoted(at)
		} else {
			d.value(at)
		}
	})
}

// quoted decodes a field of the "string" option, whose JSON is in a string.
func (d *decoder) quoted(v reflect.Value) {
	if c := d.peek(); c == 'n' {
		d.value(v)
		return
	} else if c != '"' {
		d.wrong("string with the value in it")
		return
	}
	start := d.i
	inner := []byte(unquote(d.raw()))
	scan := scanner{cursor: cursor{data: inner}}
	if len(inner) == 0 || inner[0] == '{' || inner[0] == '[' || inner[0] <= ' ' || scan.document() != nil {
		d.i = start
		d.wrong("string with the value in it")
		return
	}
	data, end := d.data, d.i
	d.data, d.i = inner, 0
	d.value(v)
	d.data, d.i = data, end
}
