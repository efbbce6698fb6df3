package lifecycle_test

import (
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"
	"time"
	"unsafe"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
)

func somePos() lifecycle.Pos {
	since, _ := lifecycle.InstantOf(time.Date(2026, 3, 8, 12, 0, 0, 123456789, time.FixedZone("", 8*3600)))
	last, _ := lifecycle.InstantOf(time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC))
	return lifecycle.Pos{Since: since, Last: last, Counted: 86_400_000_000,
		Standing: lifecycle.Standing{Seq: 7, Version: 258, Stage: 3, Prev: 2}}
}

// These bytes were released: they decode for ever.
const (
	goldenBinary = "010000141dd76000" + "00064c7b51f77240" + "ffffffffffffffff" + "00000007" + "0102" + "03" + "02"
	goldenJSON   = `{"since":"2026-03-08T04:00:00.123456Z","last":"1969-12-31T23:59:59.999999Z","counted":86400000000,"seq":7,"version":258,"stage":3,"prev":2}`
)

func TestPosEncodings(t *testing.T) {
	p := somePos()
	if size := unsafe.Sizeof(p); size > 32 {
		t.Errorf("a Pos has %d bytes", size)
	}
	data, err := p.MarshalBinary()
	if got := hex.EncodeToString(data); err != nil || got != goldenBinary {
		t.Errorf("%s, %v", got, err)
	}
	text, err := json.Marshal(p)
	if err != nil || string(text) != goldenJSON {
		t.Errorf("%s, %v", text, err)
	}
	value, err := driver.Valuer(p).Value()
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range []any{value, string(data), goldenJSON, []byte(goldenJSON)} {
		var back lifecycle.Pos
		if err := back.Scan(src); err != nil || back != p {
			t.Errorf("%T: %+v, %v", src, back, err)
		}
	}
	if p := somePos(); json.Unmarshal([]byte(`{}`), &p) != nil || !p.IsZero() {
		t.Error("{} is", p)
	}
	zero, err := lifecycle.Pos{}.MarshalBinary()
	var back lifecycle.Pos
	if err != nil || back.UnmarshalBinary(zero) != nil || !back.IsZero() {
		t.Error(back, err)
	}
}

func TestPosDecodeFaults(t *testing.T) {
	good, _ := hex.DecodeString(goldenBinary)
	format := append([]byte{2}, good[1:]...)
	times := append([]byte{}, good...)
	times[8] = 0x7f
	for name, src := range map[string]any{
		"short": good[:31], "long": append(good[:32:32], 0), "format": format, "times": times, "NULL": nil, "number": int64(3), "empty": []byte{},
	} {
		p := somePos()
		if err := p.Scan(src); !errors.Is(err, lifecycle.ErrFormat) || p != somePos() {
			t.Errorf("%s: %v", name, err)
		}
	}
	for text, want := range map[string]error{
		`{"since":"2026-03-08T04:00:00.1234567Z"}`: lifecycle.ErrTime, `{"since":"yesterday"}`: lifecycle.ErrTime, `{"last":"0001-01-01T00:00:00Z"}`: lifecycle.ErrTime,
		`{"counted":-1}`: lifecycle.ErrFormat, `{"stage":256}`: guanxi.ErrRange, `{"from":1}`: guanxi.ErrUnknownField, `{"seq":"x"}`: guanxi.ErrType,
		`{"version":1,"stage":3}`: lifecycle.ErrFormat, `{"since":"2026-03-08T04:00:00Z"}`: lifecycle.ErrFormat, `{"last":"2026-03-08T04:00:00Z","stage":1}`: lifecycle.ErrFormat,
	} {
		p := somePos()
		if err := p.Scan(text); !errors.Is(err, want) || p != somePos() {
			t.Errorf("%s: %v", text, err)
		}
	}
	bad := somePos()
	bad.Since = 1 << 62
	if _, err := bad.Value(); !errors.Is(err, lifecycle.ErrPosition) {
		t.Error(err)
	}
	if _, err := json.Marshal(bad); !errors.Is(err, lifecycle.ErrTime) {
		t.Error(err)
	}
}

func TestCodes(t *testing.T) {
	for c := lifecycle.Idle; c <= lifecycle.BadFacts; c++ {
		text, err := c.MarshalText()
		var back lifecycle.Code
		if err != nil || back.UnmarshalText(text) != nil || back != c || c.String() != string(text) || c.Label(guanxi.EN) == "" || c.Label(guanxi.ZH) == "" {
			t.Errorf("%d: %s, %v", c, text, err)
		}
	}
	bad := lifecycle.BadFacts + 1
	_, err := bad.MarshalText()
	if !errors.Is(err, lifecycle.ErrOption) || !errors.Is(bad.Err(), lifecycle.ErrOption) || bad.String() != "Code(19)" || bad.Label(guanxi.ZH) != "Code(19)" || !errors.Is(bad.UnmarshalText([]byte("x")), lifecycle.ErrOption) {
		t.Error(err, bad)
	}
}

func FuzzPosBinary(f *testing.F) {
	good, _ := hex.DecodeString(goldenBinary)
	f.Add(good)
	f.Fuzz(func(t *testing.T, data []byte) {
		var p lifecycle.Pos
		if err := p.UnmarshalBinary(data); err != nil {
			if !errors.Is(err, lifecycle.ErrFormat) || !p.IsZero() {
				t.Fatal(p, err)
			}
			return
		}
		again, err := p.MarshalBinary()
		if err != nil || string(again) != string(data) {
			t.Fatalf("%x became %x, %v", data, again, err)
		}
		text, err := json.Marshal(p)
		var back lifecycle.Pos
		if err != nil || json.Unmarshal(text, &back) != nil || back != p {
			t.Fatalf("%s, %v", text, err)
		}
	})
}

// A config that is read is one that compiles, and can be written and read again.
func FuzzConfig(f *testing.F) {
	for _, c := range presets() {
		data, _ := json.Marshal(c)
		f.Add(data)
	}
	data, _ := json.Marshal(pausing())
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		var c lifecycle.Config
		if err := c.UnmarshalJSON(data); err != nil {
			for range guanxi.Faults(err) {
				return
			}
			t.Fatalf("an error without a place: %v", err)
		}
		guards := lifecycle.Guards[person]{}
		for _, r := range c.Rules {
			guards[r.Guard] = func(p *person) bool { return p.bits > 0 }
		}
		m, err := lifecycle.Compile(c, guards, office)
		if err != nil {
			t.Fatal(err)
		}
		written, err := json.Marshal(m.Config())
		if err != nil {
			t.Fatal(err)
		}
		var back lifecycle.Config
		if err := back.UnmarshalJSON(written); err != nil {
			t.Fatalf("%s\n%v", written, err)
		}
		if again, _ := json.Marshal(back); string(again) != string(written) {
			t.Fatalf("%s\n%s", written, again)
		}
		p, err := m.Begin(start)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			p, _ = m.Step(p, lifecycle.Event(i%(len(c.Events)+1)), hour(i*9), 0, &person{uint(i % 2)})
			if err := m.Check(p); err != nil {
				t.Fatal(err)
			}
		}
		again := lifecycle.MustCompile(back, guards, office)
		if m.DOT(guanxi.ZH) != again.DOT(guanxi.ZH) || m.Mermaid(guanxi.EN) != again.Mermaid(guanxi.EN) {
			t.Fatal("diagrams differ")
		}
	})
}
