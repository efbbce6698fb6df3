package migration_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

var update = flag.Bool("update", false, "write the golden files")

func goldenCounts() *migration.Counts {
	c := must(migration.NewCounts(migration.Config{Stages: ids(3), Period: migration.Quarter, Since: day(2025, 1, 1), Until: day(2026, 1, 1)}))
	rng := rand.New(rand.NewPCG(31, 1))
	for range 200 {
		if err := c.Add(journal(rng, 3, us(day(2024, 11, 1)), us(day(2026, 4, 1)))); err != nil {
			panic(err)
		}
	}
	return c
}

var goldenSteps = []migration.FunnelStep{{ID: "view"}, {ID: "cart", Name: guanxi.Text{EN: "Cart", ZH: "购物车"}}, {ID: "buy"}}

func goldenFunnel() *migration.Funnel {
	f := must(migration.NewFunnel(migration.FunnelConfig{Steps: goldenSteps, Window: guanxi.Span{Days: 7}}))
	rng := rand.New(rand.NewPCG(31, 2))
	for range 30 {
		if err := f.Add(randomEvents(rng, 3)); err != nil {
			panic(err)
		}
	}
	return f
}

type encoded interface {
	MarshalBinary() ([]byte, error)
	UnmarshalBinary([]byte) error
	Reset()
}

// A released version decodes for ever, and is what is written today.
func TestGoldenEncodings(t *testing.T) {
	for name, a := range map[string]encoded{"testdata/counts_v1.hex": goldenCounts(), "testdata/funnel_v1.hex": goldenFunnel()} {
		now := must(a.MarshalBinary())
		if *update {
			if err := os.WriteFile(name, []byte(hex.EncodeToString(now)+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		then := must(hex.DecodeString(string(bytes.TrimSpace(must(os.ReadFile(name))))))
		if !bytes.Equal(now, then) {
			t.Errorf("%s: another encoding", name)
		}
		a.Reset()
		if err := a.UnmarshalBinary(then); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if again := must(a.MarshalBinary()); !bytes.Equal(then, again) {
			t.Errorf("%s: read and written it differs", name)
		}
	}
}

func TestBadEncodings(t *testing.T) {
	for _, a := range []encoded{goldenCounts(), goldenFunnel()} {
		good := must(a.MarshalBinary())
		refuse := func(what string, data []byte, want error) {
			t.Helper()
			if err := a.UnmarshalBinary(data); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
			if !bytes.Equal(good, must(a.MarshalBinary())) {
				t.Fatalf("%s: changed", what)
			}
		}
		for n := range good {
			refuse("truncated", good[:n], migration.ErrFormat)
		}
		refuse("longer", append(slices.Clone(good), 0), migration.ErrFormat)
		version := slices.Clone(good)
		version[len("guanxi/migration/counts")]++
		refuse("version", version, migration.ErrFormat)
		refuse("another config", bytes.Replace(bytes.Replace(good, []byte(`"s1"`), []byte(`"s9"`), 1), []byte(`"buy"`), []byte(`"bye"`), 1), migration.ErrMismatch)
	}
	a, b := goldenCounts(), must(migration.NewCounts(migration.Config{Stages: ids(3), Since: day(2025, 1, 1), Until: day(2026, 1, 1)}))
	if err := a.Merge(b); !errors.Is(err, migration.ErrMismatch) {
		t.Error(err)
	}
	f, g := goldenFunnel(), must(migration.NewFunnel(migration.FunnelConfig{Steps: steps(2)}))
	if err := f.Merge(g); !errors.Is(err, migration.ErrMismatch) {
		t.Error(err)
	}
	if err := f.UnmarshalBinary(must(g.MarshalBinary())); !errors.Is(err, migration.ErrMismatch) {
		t.Error(err)
	}
	// Counts near the most that is held do not overflow.
	one := must(migration.NewCounts(migration.Config{Stages: ids(1), Since: day(2025, 1, 1), Until: day(2025, 2, 1)}))
	if err := one.Add([]migration.Stay{{0, 0, migration.Open}}); err != nil {
		t.Fatal(err)
	}
	for err := error(nil); ; {
		before := one.Customers()
		if err = one.Merge(one); err != nil {
			if !errors.Is(err, migration.ErrCount) || one.Customers() != before || before != migration.MaxCount {
				t.Errorf("%v after %d", err, before)
			}
			break
		}
	}
}
