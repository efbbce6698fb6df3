package audience

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi"
)

var background = context.Background()

func TestMemoryIsFull(t *testing.T) {
	m := NewMemory(guanxi.StringKey[string]())
	m.most = 3
	if _, err := m.Assign(background, nil, []string{"a", "b"}); err != nil {
		t.Fatal(err)
	}
	dst, err := m.Assign(background, []uint32{9}, []string{"c", "a", "d"})
	if !errors.Is(err, ErrFull) || !slices.Equal(dst, []uint32{9}) {
		t.Error(dst, err)
	}
	live, _ := m.Live(background)
	if got, _ := m.Find(background, nil, []string{"c", "d", "b"}); !slices.Equal(got, []uint32{NoOrdinal, NoOrdinal, 1}) || !live.Equal(First(2)) {
		t.Error("a failed call gave ordinals:", got, live)
	}
	if got, err := m.Assign(background, nil, []string{"b", "c"}); err != nil || !slices.Equal(got, []uint32{1, 2}) {
		t.Error(got, err)
	}
	// An ordinal that was removed is not there either.
	if err := m.Remove(background, []string{"b"}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Assign(background, nil, []string{"b"}); !errors.Is(err, ErrFull) {
		t.Error(err)
	}
}

// What was once written is read for ever, removed customers included.
func TestGoldenMemory(t *testing.T) {
	m := NewMemory(guanxi.StringKey[string]())
	if _, err := m.Assign(background, nil, []string{"anna", "bo", "客"}); err != nil {
		t.Fatal(err)
	}
	if err := m.Remove(background, []string{"bo"}); err != nil {
		t.Fatal(err)
	}
	const want = "0103" + "0104616e6e61" + "00" + "0103e5aea2"
	data, err := m.MarshalBinary()
	if err != nil || hex.EncodeToString(data) != want {
		t.Fatalf("%x, want %s", data, want)
	}
	back := NewMemory(guanxi.StringKey[string]())
	if err := back.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	if got, err := back.Assign(background, nil, []string{"bo", "anna", "客"}); err != nil || !slices.Equal(got, []uint32{3, 0, 2}) {
		t.Error("the ordinal of a removed customer was given again:", got, err)
	}
	for i := range data {
		for _, v := range []byte{0, 1, 2, 3, 0x80, 0xff} {
			checkMemory(t, append(append(slices.Clone(data[:i]), v), data[i+1:]...))
		}
		checkMemory(t, data[:i])
	}
	checkMemory(t, append(slices.Clone(data), 0))
	for name, text := range map[string]string{
		"one key twice": "0102" + "010161" + "010161", "too many": "0103" + "0000", "a long number": "018300" + "000000", "neither": "010102",
	} {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := NewMemory(guanxi.StringKey[string]()).UnmarshalBinary(data); !errors.Is(err, ErrFormat) {
			t.Error(name, err)
		}
	}
}

// checkMemory checks that data is refused, or is what it is written as.
func checkMemory(t *testing.T, data []byte) {
	t.Helper()
	m := NewMemory(guanxi.StringKey[string]())
	if err := m.UnmarshalBinary(data); err != nil {
		if live, _ := m.Live(background); !errors.Is(err, ErrFormat) || !live.IsEmpty() {
			t.Fatalf("%x: %v", data, err)
		}
		return
	}
	if again, _ := m.MarshalBinary(); string(again) != string(data) {
		t.Fatalf("%x is written as %x", data, again)
	}
}
