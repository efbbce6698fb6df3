package rfm_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

// golden compares got with testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test ./rfm -run Golden -update, and look at the difference")
	if !bytes.Equal(got, want) {
		t.Errorf("%s: %s", path, firstDifference(string(got), string(want)))
	}
}

// The whole cell table of each preset, with the names in both languages and the
// responses: a change here is a change of meaning.
func TestGoldenPresets(t *testing.T) {
	for name, cfg := range presets() {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			g := rfm.MustSegments(cfg)
			for i := range g.Len() {
				s := g.At(i)
				fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", s.ID, s.Label(guanxi.EN), s.Label(guanxi.ZH), s.Response.In(guanxi.EN), s.Response.In(guanxi.ZH))
				if s.Name.EN == "" || s.Name.ZH == "" || s.Response.EN == "" || s.Response.ZH == "" {
					t.Errorf("%s lacks a name or a response in a language", s.ID)
				}
			}
			fmt.Fprintf(&b, "\n")
			prospect, _ := g.Of(rfm.Score{})
			fmt.Fprintf(&b, "000 %s\n", prospect.ID)
			n := 0
			for s, seg := range g.Cells {
				fmt.Fprintf(&b, "%s %s\n", s, seg.ID)
				n++
			}
			require.Equal(t, cfg.Bins.Cells(), n)
			golden(t, "cells_"+name+".txt", []byte(b.String()))
		})
	}
}

// The eight types as the issue writes them: R F M, 1 = better than the mean.
func TestEightTypes(t *testing.T) {
	g := rfm.MustSegments(rfm.Eight())
	for code, name := range map[string]string{"111": "重要价值客户", "101": "重要发展客户", "011": "重要保持客户", "001": "重要挽留客户",
		"110": "一般价值客户", "100": "一般发展客户", "010": "一般保持客户", "000": "一般挽留客户"} {
		seg, ok := g.Of(rfm.Score{R: code[0] - '0' + 1, F: code[1] - '0' + 1, M: code[2] - '0' + 1})
		if !ok || seg.Label(guanxi.ZH) != name {
			t.Errorf("%s is %s, want %s", code, seg.Label(guanxi.ZH), name)
		}
	}
}

// The tables of the presets as their comments draw them.
func TestPresetsAsDocumented(t *testing.T) {
	fm := func(f, m int) int { return (f + m + 1) / 2 }
	short := map[string]string{"Ch": "champions", "Lo": "loyal", "PL": "potential_loyalist", "Ne": "new", "Pr": "promising", "NA": "need_attention",
		"AS": "about_to_sleep", "AR": "at_risk", "CL": "cannot_lose", "Hi": "hibernating", "Xx": "lost"}
	rows := map[int][]string{ // by R: FM 1 … 5; PL is New or Promising where F is 1
		5: {"PL", "PL", "PL", "Ch", "Ch"}, 4: {"PL", "PL", "PL", "Lo", "Lo"}, 3: {"AS", "AS", "NA", "Lo", "Lo"},
		2: {"Hi", "Hi", "AR", "AR", "CL"}, 1: {"Xx", "Xx", "AR", "AR", "CL"},
	}
	eleven, four, three := rfm.MustSegments(rfm.Eleven()), rfm.MustSegments(rfm.Four()), rfm.MustSegments(rfm.Three())
	for r := 1; r <= 5; r++ {
		for f := 1; f <= 5; f++ {
			for m := 1; m <= 5; m++ {
				s := rfm.Score{R: uint8(r), F: uint8(f), M: uint8(m)}
				want := short[rows[r][fm(f, m)-1]]
				if want == "potential_loyalist" && f == 1 {
					want = map[int]string{5: "new", 4: "promising"}[r]
				}
				want4, want3 := "lost", "warning"
				if r >= 3 {
					want4, want3 = []string{"potential", "active", "active", "high_value", "high_value"}[fm(f, m)-1], "nurture"
				}
				if r >= 4 && fm(f, m) >= 4 {
					want3 = "loyal"
				}
				for g, w := range map[*rfm.Segments]string{eleven: want, four: want4, three: want3} {
					if seg, ok := g.Of(s); !ok || seg.ID != w {
						t.Errorf("%s is %s, want %s", s, seg.ID, w)
					}
				}
			}
		}
	}
	for g, want := range map[*rfm.Segments]string{eleven: "潜在客户", four: "潜在客户", three: "潜在客户"} {
		seg, _ := g.Of(rfm.Score{})
		require.Equal(t, want, seg.Label(guanxi.ZH))
	}
	champions, _ := eleven.Of(rfm.Score{R: 5, F: 5, M: 5})
	require.Equal(t, "核心客户", champions.Label(guanxi.ZH))
}

// goldenLog has every kind of row.
func goldenLog(t *testing.T, keep rfm.Keep) *rfm.Aggregator[int64] {
	cfg := rfm.Config{Currency: "CNY", Decimals: 2, Location: mustZone(t, "Asia/Shanghai"), Keep: keep, Recency: rfm.FromContacts, KeepCosts: true}
	a := newAgg(t, cfg)
	at := time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC)
	ref := func(s string) string {
		if keep == rfm.Totals {
			return ""
		}
		return s
	}
	for i, r := range []rfm.Purchase[int64]{
		{Customer: 7, Amount: dec("12.34"), Cost: dec("10"), Order: ref("A-1")},
		{Customer: 7, Amount: dec("-2.34"), Cost: dec("-1.5"), Order: ref("A-1")},
		{Customer: -300, Amount: dec("0"), Order: ref("订单二")},
		{Customer: 1 << 40, Amount: dec("92233720368547.75")},
		{Customer: 1 << 40, Amount: dec("-5"), Order: ref("never came")},
	} {
		r.At = at.AddDate(0, 0, i)
		require.NoError(t, a.Add(r))
	}
	if keep == rfm.Orders {
		require.ErrorIs(t, a.Add(rfm.Purchase[int64]{Customer: 8, At: at.AddDate(1, 0, 0), Order: "A-1"}), rfm.ErrDuplicateOrder)
	}
	require.NoError(t, a.AddMember(99))
	require.NoError(t, a.AddContact(7, at.AddDate(0, 1, 0)))
	return a
}

// A version of the encoding that was once released decodes for ever.
func TestGoldenEncodings(t *testing.T) {
	for _, keep := range []rfm.Keep{rfm.Totals, rfm.Orders} {
		a := goldenLog(t, keep)
		data := mustBytes(t, a)
		name := fmt.Sprintf("encoding_v1_%s.hex", keep)
		golden(t, name, []byte(hex.Dump(data)))
		stored, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		b := newAgg(t, a.Config())
		require.NoError(t, b.UnmarshalBinary(undump(t, stored)))
		at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		require.Equal(t, dump(mustPopulation(t, a, at)), dump(mustPopulation(t, b, at)))
	}
}

// undump is the inverse of hex.Dump.
func undump(t *testing.T, text []byte) (out []byte) {
	for line := range strings.Lines(string(text)) {
		if len(line) < 60 {
			continue
		}
		b, err := hex.DecodeString(strings.ReplaceAll(line[10:59], " ", ""))
		require.NoError(t, err)
		out = append(out, b...)
	}
	return out
}

func goldenScale(t *testing.T, cfg rfm.ScaleConfig) *rfm.Scale {
	var values []rfm.Values
	for i := range int64(11) {
		values = append(values, rfm.Values{Recency: int(i * i), Frequency: 1 + i/2, Monetary: 1000 + 777*i})
	}
	return mustFit(t, customersOf(t, rfm.Config{Currency: "CNY", Decimals: 2}, values), cfg)
}

// A stored scale scores for ever as it did.
func TestGoldenScales(t *testing.T) {
	for name, cfg := range map[string]rfm.ScaleConfig{
		"quantile": {Frequency: rfm.DimensionConfig{Weight: 2}, Monetary: rfm.DimensionConfig{Weight: 0.5, Reverse: true}},
		"nested":   {Bins: 2, Nested: true, Money: rfm.MoneyMean, Method: rfm.Interpolated},
		"fixed": {Method: rfm.Fixed, Recency: rfm.DimensionConfig{Breaks: []rfm.Break{{At: decimal.NewFromInt(90)}, {At: decimal.NewFromInt(30), Inclusive: true}}},
			Frequency: rfm.DimensionConfig{Breaks: []rfm.Break{{At: decimal.NewFromInt(10), Inclusive: true}}},
			Monetary:  rfm.DimensionConfig{Breaks: []rfm.Break{{At: dec("19.99")}}}},
	} {
		s := goldenScale(t, cfg)
		data, err := json.MarshalIndent(s, "", "  ")
		require.NoError(t, err)
		golden(t, "scale_v1_"+name+".json", append(data, '\n'))
		stored, err := os.ReadFile(filepath.Join("testdata", "scale_v1_"+name+".json"))
		require.NoError(t, err)
		var back rfm.Scale
		require.NoError(t, json.Unmarshal(stored, &back))
		for i := range 200 {
			v := rfm.Values{Recency: i, Frequency: int64(i % 12), Monetary: int64(i * 53)}
			if s.Score(v) != back.Score(v) {
				t.Fatalf("%s: %+v scores %s, stored %s", name, v, s.Score(v), back.Score(v))
			}
		}
	}
}
