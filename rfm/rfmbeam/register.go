package rfmbeam

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/guanxi-go/guanxi"
)

// keys are the keys of the registered types. Workers build transforms from a
// type's name alone, so what belongs to a type must be found without an argument,
// as Beam's own registries have it.
var keys sync.Map // reflect.Type → guanxi.Key[K]

// Register makes the transforms known to Beam for one type of customer id. Call it
// in an init function of the program, which runs on every worker; as everything
// that is registered with Beam it must come before beam.Init.
//
//	func init() { rfmbeam.Register(guanxi.IntKey[int64]()) }
func Register[K comparable](key guanxi.Key[K]) {
	keys.Store(reflect.TypeFor[K](), key)
	for _, t := range []reflect.Type{
		reflect.TypeFor[Chunk[K]](), reflect.TypeFor[Scored[K]](), reflect.TypeFor[Rows[K]](),
		reflect.TypeFor[foldFn[K]](), reflect.TypeFor[routeFn[K]](), reflect.TypeFor[dedupeFn[K]](), reflect.TypeFor[mergeFn[K]](), reflect.TypeFor[takeFn[K]](), reflect.TypeFor[populationFn[K]](),
		reflect.TypeFor[countFn[K]](), reflect.TypeFor[recountFn[K]](), reflect.TypeFor[recountKeyedFn[K]](),
		reflect.TypeFor[scoreFn[K]](), reflect.TypeFor[scoreKeyedFn[K]](),
		reflect.TypeFor[rowsFn[K]](),
	} {
		beam.RegisterType(t)
	}
	register.Emitter1[Chunk[K]]()
	register.Emitter2[int64, Chunk[K]]()
	register.Emitter1[Scored[K]]()
	register.Emitter1[Rows[K]]()
	register.Iter1[Chunk[K]]()
}

// keyOf returns the key of a registered type.
func keyOf[K comparable]() (guanxi.Key[K], error) {
	if v, ok := keys.Load(reflect.TypeFor[K]()); ok {
		return v.(guanxi.Key[K]), nil
	}
	return nil, fmt.Errorf("rfmbeam: %w: %v: call rfmbeam.Register in an init function", ErrKey, reflect.TypeFor[K]())
}
