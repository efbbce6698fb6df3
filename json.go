package guanxi

import (
	"errors"
	"fmt"
	"reflect"
)

// What [UnmarshalStrict] finds wrong with a document, each in a [FieldError]
// whose text says more.
var (
	ErrSyntax       = errors.New("malformed JSON")
	ErrDepth        = errors.New("nested more than 64 deep")
	ErrUnknownField = errors.New("unknown field")
	ErrDuplicateKey = errors.New("duplicate key")
	ErrType         = errors.New("wrong type")
	ErrRange        = errors.New("number out of range")
	// ErrTooMany closes a list of faults so long that the rest is left out,
	// which only a document made for the purpose has.
	ErrTooMany = errors.New("too many faults to list")
)

// maxDepth is the deepest nesting of arrays and objects.
const maxDepth = 64

// UnmarshalStrict reads a config from JSON into *v, and reports every fault of
// the document at once, as joined *[FieldError] in the order of the document:
//
//   - [ErrUnknownField], naming the known field that comes close;
//   - [ErrDuplicateKey] in an object;
//   - [ErrType], naming the type wanted and the type found, where a value does
//     not fit; also a fraction or an exponent where an integer belongs, an array
//     of another length than the Go array, and a Go type that cannot be read;
//   - [ErrRange] for a number too large for its Go type or negative for an
//     unsigned one;
//   - [ErrSyntax], with its byte offset, for malformed JSON, invalid UTF-8, an
//     unpaired surrogate or data after the document; and [ErrDepth] for arrays
//     and objects nested more than 64 deep. Either is reported alone, since a
//     document that cannot be read to its end has no other places.
//
// The fields of structs have the names that encoding/json gives them (tags, "-",
// embedded structs, the "string" option), but match in their exact case only.
// encoding.TextUnmarshaler and json.Unmarshaler are honoured; what they return
// is placed as [At] does. null sets a pointer, slice, map or interface to nil
// and is [ErrType] for everything else, even for a type with a method of its
// own: what may be null is a pointer. Other kinds: bool, integers, floats,
// strings, []byte in base64, arrays, maps by strings, integers or
// TextUnmarshalers, and interface{} as encoding/json fills it.
//
// Decoding starts from the zero value of v's type, so that the result says what
// the document says and nothing that was in *v before. Where there is any fault
// *v is left as it was. v must be a non-nil pointer, or the error is [ErrType].
//
// A type that checks or fills itself calls UnmarshalStrict from its own
// UnmarshalJSON, on a type without that method:
//
//	func (p *Program) UnmarshalJSON(data []byte) error {
//		type plain Program
//		return guanxi.UnmarshalStrict(data, (*plain)(p))
//	}
//
// It is safe for concurrent use on different v, does not panic on any data, and
// allocates in proportion to len(data), times the size of the Go types in it.
// data is not kept, except by an UnmarshalJSON that keeps it.
func UnmarshalStrict(data []byte, v any) error {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() {
		return fmt.Errorf("%w: UnmarshalStrict wants a non-nil pointer, got %T", ErrType, v)
	}
	scan := scanner{cursor: cursor{data: data}}
	if fault := scan.document(); fault != nil {
		return fault
	}
	d := decoder{
		cursor: cursor{data: data},
		types:  make(map[reflect.Type]*typeInfo),
		room:   1<<20 + 16*len(data),
	}
	fresh := reflect.New(rv.Type().Elem())
	d.space()
	d.value(fresh.Elem())
	if len(d.faults) > 0 {
		return join(d.faults)
	}
	rv.Elem().Set(fresh.Elem())
	return nil
}

// join is errors.Join, but one error stays itself.
func join(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}
