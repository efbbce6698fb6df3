package audiencetest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/segment/audience"
)

// steps stops at the first error.
func steps(errs ...func() error) error {
	for _, step := range errs {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func pairs[K comparable](ordinals []uint32, keys []K) []audience.Customer[K] {
	all := make([]audience.Customer[K], len(keys))
	for i, k := range keys {
		all[i] = audience.Customer[K]{Ordinal: ordinals[i], Key: k}
	}
	return all
}

func (d box[K]) fresh() error {
	return steps(
		func() error { return d.finds(d.span(0, 2), audience.NoOrdinal, audience.NoOrdinal) },
		func() error { return d.names([]uint32{0, 1, audience.NoOrdinal}) },
		func() error { return d.living() },
	)
}

func (d box[K]) assigned() error {
	keys := d.span(0, 3)
	got, err := d.given(keys...)
	if err != nil {
		return err
	}
	return steps(
		func() error { return d.finds(keys, got...) },
		func() error { return d.names(got, pairs(got, keys)...) },
	)
}

func (d box[K]) again() error {
	first, err := d.given(d.key(0), d.key(1))
	if err != nil {
		return err
	}
	second, err := d.given(d.key(1), d.key(2), d.key(0), d.key(2))
	if err != nil {
		return err
	}
	if second[0] != first[1] || second[2] != first[0] {
		return fmt.Errorf("ordinals %d, and %d for the keys 1, 2, 0, 2", first, second)
	}
	if second[1] != second[3] {
		return fmt.Errorf("one key twice in one call: %d and %d", second[1], second[3])
	}
	return nil
}

func (d box[K]) different() error {
	keys := d.span(0, 40)
	got, err := d.given(keys...)
	if err != nil {
		return err
	}
	if n := audience.Of(got...).Count(); n != int64(len(keys)) {
		return fmt.Errorf("%d keys have %d ordinals", len(keys), n)
	}
	return steps(
		func() error { return d.finds(keys, got...) },
		func() error { return d.names(got, pairs(got, keys)...) },
	)
}

func (d box[K]) dense() error {
	for i := range 4 {
		if _, err := d.given(d.span(0, 5*i+1)...); err != nil {
			return err
		}
	}
	return d.living(audience.First(16).Append(nil)...)
}

func (d box[K]) many() error {
	const n = 3000
	keys := d.span(0, n)
	got, err := d.given(keys...)
	if err != nil {
		return err
	}
	return steps(
		func() error { return d.living(audience.First(n).Append(nil)...) },
		func() error { return d.finds(keys, got...) },
		func() error { return d.names(got, pairs(got, keys)...) },
		func() error { return d.drop(keys[1:]...) },
		func() error { return d.living(got[0]) },
	)
}

func (d box[K]) none() error {
	return steps(
		func() error { _, err := d.given(); return err },
		func() error { return d.finds(nil) },
		func() error { return d.names(nil) },
		func() error { return d.drop() },
		func() error { return d.living() },
	)
}

func (d box[K]) findOrder() error {
	got, err := d.given(d.span(0, 3)...)
	if err != nil {
		return err
	}
	keys := []K{d.key(2), d.key(9), d.key(0), d.key(2), d.key(8), d.key(1)}
	return steps(
		func() error {
			return d.finds(keys, got[2], audience.NoOrdinal, got[0], got[2], audience.NoOrdinal, got[1])
		},
		func() error { return d.living(got...) }, // Find gives none
	)
}

func (d box[K]) keysOrder() error {
	got, err := d.given(d.span(0, 3)...)
	if err != nil {
		return err
	}
	ordinals := []uint32{got[2], 1000, got[0], audience.NoOrdinal, got[2], got[1]}
	return d.names(ordinals, pairs([]uint32{got[2], got[0], got[2], got[1]}, []K{d.key(2), d.key(0), d.key(2), d.key(1)})...)
}

func (d box[K]) removed() error {
	got, err := d.given(d.span(0, 3)...)
	if err != nil {
		return err
	}
	return steps(
		func() error { return d.drop(d.key(1)) },
		func() error { return d.finds(d.span(0, 3), got[0], audience.NoOrdinal, got[2]) },
		func() error {
			return d.names(got, pairs([]uint32{got[0], got[2]}, []K{d.key(0), d.key(2)})...)
		},
	)
}

func (d box[K]) removeNobody() error {
	got, err := d.given(d.key(0), d.key(1))
	if err != nil {
		return err
	}
	return steps(
		func() error { return d.drop(d.key(5)) },
		func() error { return d.drop(d.key(0), d.key(6), d.key(0)) },
		func() error { return d.drop(d.key(0)) },
		func() error { return d.finds(d.span(0, 2), audience.NoOrdinal, got[1]) },
	)
}

func (d box[K]) neverAgain() error {
	got, err := d.given(d.span(0, 4)...)
	if err != nil {
		return err
	}
	if err := d.drop(d.key(1), d.key(3)); err != nil {
		return err
	}
	more, err := d.given(d.span(4, 8)...)
	if err != nil {
		return err
	}
	if old := audience.Of(got...).And(audience.Of(more...)); !old.IsEmpty() {
		return fmt.Errorf("ordinals of removed customers were given again: %s", old)
	}
	return d.names([]uint32{got[1], got[3]})
}

func (d box[K]) comesBack() error {
	got, err := d.given(d.key(0), d.key(1))
	if err != nil {
		return err
	}
	if err := d.drop(d.key(1)); err != nil {
		return err
	}
	back, err := d.given(d.key(1))
	if err != nil {
		return err
	}
	if back[0] == got[1] || back[0] == got[0] {
		return fmt.Errorf("the key came back to ordinal %d", back[0])
	}
	return steps(
		func() error { return d.finds([]K{d.key(1)}, back[0]) },
		func() error { return d.names([]uint32{got[1], back[0]}, pairs(back, []K{d.key(1)})...) },
	)
}

func (d box[K]) live() error {
	got, err := d.given(d.span(0, 3)...)
	if err != nil {
		return err
	}
	before, err := d.Live(background)
	if err != nil {
		return fmt.Errorf("Live: %w", err)
	}
	var back []uint32
	return steps(
		func() error { return d.living(got...) },
		func() error { return d.drop(d.key(0), d.key(2)) },
		func() error { return d.living(got[1]) },
		func() (err error) { back, err = d.given(d.key(2)); return err },
		func() error { return d.living(got[1], back[0]) },
		func() error {
			if want := audience.Of(got...); !before.Equal(want) {
				return fmt.Errorf("a set that Live returned changed to %s from %s", before, want)
			}
			return nil
		},
	)
}

func (d box[K]) appends() error {
	given, err := d.Assign(background, []uint32{77}, d.span(0, 2))
	if err != nil {
		return fmt.Errorf("Assign: %w", err)
	}
	found, err := d.Find(background, []uint32{78}, d.span(0, 2))
	if err != nil {
		return fmt.Errorf("Find: %w", err)
	}
	if len(given) != 3 || len(found) != 3 || given[0] != 77 || found[0] != 78 || !slices.Equal(given[1:], found[1:]) {
		return fmt.Errorf("appended to 77: %d; to 78: %d", given, found)
	}
	first := audience.Customer[K]{Ordinal: 79, Key: d.key(5)}
	named, err := d.Keys(background, []audience.Customer[K]{first}, given[1:])
	if err != nil {
		return fmt.Errorf("Keys: %w", err)
	}
	if want := append([]audience.Customer[K]{first}, pairs(given[1:], d.span(0, 2))...); !slices.Equal(named, want) {
		return fmt.Errorf("appended: %v, want %v", named, want)
	}
	return nil
}

func (d box[K]) ownSlices() error {
	keys := d.span(0, 3)
	got, err := d.given(keys...)
	if err != nil {
		return err
	}
	want := slices.Clone(got)
	found, err := d.Find(background, nil, d.span(0, 3))
	if err != nil {
		return fmt.Errorf("Find: %w", err)
	}
	named, err := d.Keys(background, nil, want)
	if err != nil {
		return fmt.Errorf("Keys: %w", err)
	}
	clear(keys)
	clear(got)
	clear(found)
	clear(named)
	return steps(
		func() error { return d.finds(d.span(0, 3), want...) },
		func() error { return d.names(want, pairs(want, d.span(0, 3))...) },
		func() error { return d.living(want...) },
	)
}

func (d box[K]) cancelled() error {
	got, err := d.given(d.key(0))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(background)
	cancel()
	dst := []uint32{5}
	same := func(call string, dst []uint32, err error) error {
		if err := contract.Is(err, context.Canceled, call); err != nil {
			return err
		}
		if len(dst) != 1 || dst[0] != 5 {
			return fmt.Errorf("%s returned %d with its error, and was given 5", call, dst)
		}
		return nil
	}
	return steps(
		func() error { v, err := d.Assign(ctx, dst, d.span(0, 3)); return same("Assign", v, err) },
		func() error { v, err := d.Find(ctx, dst, d.span(0, 3)); return same("Find", v, err) },
		func() error {
			v, err := d.Keys(ctx, nil, got)
			if len(v) > 0 {
				return fmt.Errorf("Keys returned %v, though ctx was done", v)
			}
			return contract.Is(err, context.Canceled, "Keys")
		},
		func() error { return contract.Is(d.Remove(ctx, d.span(0, 1)), context.Canceled, "Remove") },
		func() error { _, err := d.Live(ctx); return contract.Is(err, context.Canceled, "Live") },
		func() error { return d.living(got...) },
	)
}

func (d box[K]) race() error {
	const workers, keys = 8, 60
	all := d.span(0, keys)
	got := make([][]uint32, workers)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			got[w] = make([]uint32, keys)
			for i, k := range all { // all in one order, so that they meet
				v, err := d.given(k)
				if err != nil {
					errs[w] = err
					return
				}
				got[w][i] = v[0]
			}
		})
	}
	wg.Wait()
	for w := range workers {
		if errs[w] != nil {
			return errs[w]
		}
		if !slices.Equal(got[w], got[0]) {
			return fmt.Errorf("two goroutines got %d and %d for the same keys", got[0], got[w])
		}
	}
	if n := audience.Of(got[0]...).Count(); n != keys {
		return fmt.Errorf("%d keys have %d ordinals", keys, n)
	}
	return d.living(audience.First(keys).Append(nil)...)
}
