package segment

import (
	"errors"
	"testing"

	"github.com/guanxi-go/guanxi"
)

// A host that asks for the sentinels of the root finds those of rules.
func TestSentinelsOfTheRoot(t *testing.T) {
	for in, want := range map[string][2]error{
		`{`: {ErrSyntax, guanxi.ErrSyntax},
		`{"combinator":"and","combinator":"or","rules":[]}`:                                    {ErrDuplicate, guanxi.ErrDuplicateKey},
		`{"combinator":"and","rules":[],"colour":1}`:                                           {ErrKey, guanxi.ErrUnknownField},
		`{"combinator":"and","rules":[{"field":"age","operator":"=","value":1` + "e30" + `}]}`: {ErrRange, guanxi.ErrRange},
	} {
		_, err := MustSchema[customer](SchemaConfig{}, Int("age", func(c *customer) (int64, bool) { return 0, true }, Meta{})).Parse([]byte(in))
		if !errors.Is(err, want[0]) || !errors.Is(err, want[1]) {
			t.Errorf("%s: %v, want %v", in, err, want[1])
		}
		for fe := range guanxi.Faults(err) {
			var f *Fault
			if !errors.As(fe, &f) || f.Code() == "" {
				t.Errorf("%s: %v has no code", in, fe)
			}
		}
	}
}
