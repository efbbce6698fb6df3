package audiencetest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi/segment/audience"
)

// TestDirectory runs every case of the contract of audience.Directory as a
// subtest, each on a directory of its own: open returns one that is empty, and
// cleans up through t.Cleanup. key returns the i-th of different keys that the
// directory takes, from 0 on: some thousands are asked for, and the first are best
// the awkward ones. The directory is called from several goroutines at once.
func TestDirectory[K comparable](t *testing.T, open func(t *testing.T) audience.Directory[K], key func(i int) K) {
	for _, c := range cases[K]() {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(box[K]{open(t), key}); err != nil {
				t.Errorf("%v\nthe contract: %s", err, c.contract)
			}
		})
	}
}

var awkward = []string{"a", "A", "á", "a ", " a", "a\u0301", "ａ", "a%", "a_", "ß", "ss", "'", `\`, "😀", "1", "01", "客户", "NULL"}

// AwkwardKey returns keys for directories of text: case, accents and spaces first.
func AwkwardKey(i int) string {
	if i < len(awkward) {
		return awkward[i]
	}
	return "customer-" + strconv.Itoa(i)
}

// kase is one sentence of the contract and what checks it.
type kase[K comparable] struct {
	name, contract string
	run            func(box[K]) error
}

// cases are in the order in which a new directory meets them.
func cases[K comparable]() []kase[K] {
	return []kase[K]{
		{"fresh", "Find gives no ordinal; a directory begins without customers.", box[K].fresh},
		{"assigned", "Assign gives an ordinal; Find and Keys tell the two from each other.", box[K].assigned},
		{"again", "Assign gives the same one to the same key in every call, twice in one call too.", box[K].again},
		{"keys", "Two keys never have the same ordinal. Keys are compared as they are.", box[K].different},
		{"dense", "Ordinals are dense: the n-th customer has one of 0 to n − 1.", box[K].dense},
		{"many", "A call may have thousands of keys.", box[K].many},
		{"none", "A call without keys is no error.", box[K].none},
		{"find order", "Find appends the ordinal of each key, in their order, and NoOrdinal for a key that has none.", box[K].findOrder},
		{"keys order", "Keys are in the order of the ordinals. Ordinals that nobody has are left out.", box[K].keysOrder},
		{"removed", "A removed customer has no ordinal, and the ordinal no key.", box[K].removed},
		{"remove nobody", "To remove a key that is not there is no error.", box[K].removeNobody},
		{"never again", "The ordinal of a removed customer is never given again, the greatest included.", box[K].neverAgain},
		{"comes back", "A key that comes back is a new customer with a new ordinal.", box[K].comesBack},
		{"live", "Live is the set of the ordinals that a customer has now.", box[K].live},
		{"appends", "dst is appended to.", box[K].appends},
		{"own slices", "The directory keeps no slice of the caller's, and gives none of its own away.", box[K].ownSlices},
		{"cancelled", "If ctx is done before anything is written, nothing is, dst is returned as it was, and the error is ctx's.", box[K].cancelled},
		{"race", "Assign gives the same one to the same key from every goroutine.", box[K].race},
	}
}

// box is a directory with keys to try.
type box[K comparable] struct {
	audience.Directory[K]
	key func(i int) K
}

// span returns the keys from a to b − 1.
func (d box[K]) span(a, b int) []K {
	keys := make([]K, 0, max(b-a, 0))
	for i := a; i < b; i++ {
		keys = append(keys, d.key(i))
	}
	return keys
}

var background = context.Background()

// given assigns, and checks the number.
func (d box[K]) given(keys ...K) ([]uint32, error) {
	got, err := d.Assign(background, nil, keys)
	if err != nil {
		return nil, fmt.Errorf("Assign: %w", err)
	}
	if len(got) != len(keys) {
		return nil, fmt.Errorf("Assign of %d keys: %d ordinals", len(keys), len(got))
	}
	for i, v := range got {
		if v == audience.NoOrdinal {
			return nil, fmt.Errorf("Assign of %v: NoOrdinal", keys[i])
		}
	}
	return got, nil
}

// finds checks what is found of keys.
func (d box[K]) finds(keys []K, want ...uint32) error {
	got, err := d.Find(background, nil, keys)
	if err != nil {
		return fmt.Errorf("Find: %w", err)
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("Find of %v: %d, want %d", keys, got, want)
	}
	return nil
}

// names checks who has the ordinals.
func (d box[K]) names(ordinals []uint32, want ...audience.Customer[K]) error {
	got, err := d.Keys(background, nil, ordinals)
	if err != nil {
		return fmt.Errorf("Keys: %w", err)
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("Keys of %d: %v, want %v", ordinals, got, want)
	}
	return nil
}

// living checks the universe.
func (d box[K]) living(want ...uint32) error {
	got, err := d.Live(background)
	if err != nil {
		return fmt.Errorf("Live: %w", err)
	}
	if s := audience.Of(want...); !got.Equal(s) {
		return fmt.Errorf("Live: %s, want %s", got, s)
	}
	return nil
}

func (d box[K]) drop(keys ...K) error {
	if err := d.Remove(background, keys); err != nil {
		return fmt.Errorf("Remove of %v: %w", keys, err)
	}
	return nil
}
