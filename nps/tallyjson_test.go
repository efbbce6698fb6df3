package nps_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps"
)

// What accumulates is read back as it was written, alone and within others.
func TestTallyJSON(t *testing.T) {
	tally := fill(t, nps.CSAT, []int64{1, 2, 0, 4, 5})
	if err := tally.Dismiss(3); err != nil {
		t.Fatal(err)
	}
	const text = `{"kind":"csat","range":{"min":1,"max":5,"passive":3,"promoter":4},"counts":[1,2,0,4,5],"dismissed":3}`
	if got := string(must(json.Marshal(tally))); got != text {
		t.Errorf("got %s, want %s", got, text)
	}
	var move nps.Movement
	referrals := must(nps.NewReferrals(nps.CSAT, nps.Range{}))
	weighted := must(nps.NewWeighted(nps.CSAT, nps.Range{}))
	for i := range 9 {
		if err := errors.Join(move.Add(nps.Class(i%4), nps.Class(i%3)), referrals.Add(1+i%5, i%2 == 0), weighted.Add(1+i%4, float64(i)/3)); err != nil {
			t.Fatal(err)
		}
	}
	whole := tally.Weighted()
	for _, want := range []any{
		&tally, &nps.Tally{}, &nps.Group{Name: "a", Tally: tally}, &nps.TrendRow{Tally: tally},
		&move, &nps.Movement{}, &referrals, &nps.Referrals{}, &weighted, &nps.Weighted{}, &whole,
	} {
		data := must(json.Marshal(want))
		got := reflect.New(reflect.TypeOf(want).Elem()).Interface()
		if err := json.Unmarshal(data, got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", data, got, err)
		}
	}
}

func TestTallyJSONFaults(t *testing.T) {
	tally := fill(t, nps.NPS, []int64{1, 2})
	referrals := must(nps.NewReferrals(nps.NPS, nps.Range{}))
	weighted := tally.Weighted()
	var move nps.Movement
	for _, err := range []error{referrals.Add(9, true), move.Add(nps.Passive, nps.Promoter)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	const one = `{"kind":"nps","counts":[1,0,0,0,0,0,0,0,0,0,0]}`
	for _, tt := range []struct {
		into    any
		text    string
		want    error
		pointer string
	}{
		{&tally, `{}`, nps.ErrFormat, "/counts"},
		{&tally, `{"kind":"csat","counts":[1,2,3,4]}`, nps.ErrFormat, "/counts"},
		{&tally, `{"kind":"csat","counts":[1,2,3,4,-5]}`, nps.ErrCount, "/counts/4"},
		{&tally, `{"kind":"csat","counts":[1,2,3,4,9007199254740993]}`, nps.ErrCount, "/counts/4"},
		{&tally, `{"kind":"csat","counts":[1,2,3,4,5],"dismissed":-1}`, nps.ErrCount, "/dismissed"},
		{&tally, `{"kind":"nsp"}`, nps.ErrKind, "/kind"},
		{&tally, `{"kind":"other"}`, nps.ErrRange, "/range/max"},
		{&tally, `{"range":{"min":1,"max":1,"passive":2,"promoter":2}}`, nps.ErrRange, "/range/max"},
		{&tally, `{"count":[]}`, guanxi.ErrUnknownField, "/count"},
		{&tally, `{"counts":1}`, guanxi.ErrType, "/counts"},
		{&move, `{"passive":{"promoter":-1}}`, nps.ErrCount, "/passive/promoter"},
		{&move, `{"passiv":{"promoter":1}}`, nps.ErrClass, "/passiv"},
		{&referrals, `{"asked":{"kind":"nps","counts":[0,0,0,0,0,0,0,0,0,0,1]},"referred":` + one + `}`, nps.ErrCount, "/referred"},
		{&referrals, `{"asked":{"kind":"csat","counts":[0,0,0,0,1]},"referred":` + one + `}`, nps.ErrMismatch, "/referred"},
		{&referrals, `{"asked":{}}`, nps.ErrFormat, "/asked/counts"},
		{&weighted, `{"tally":` + one + `,"sums":[2,0,0],"squares":[9,0,0]}`, nps.ErrWeight, "/sums/0"},
		{&weighted, `{"tally":` + one + `,"sums":[1,1,0],"squares":[1,1,0]}`, nps.ErrWeight, "/sums/1"},
		{&weighted, `{"tally":` + one + `,"sums":[1,0,0],"squares":[1,0,0],"sum":1}`, guanxi.ErrUnknownField, "/sum"},
	} {
		before := reflect.ValueOf(tt.into).Elem().Interface()
		err := json.Unmarshal([]byte(tt.text), tt.into)
		found := false
		for fault := range guanxi.Faults(err) {
			found = found || fault.Pointer == tt.pointer && errors.Is(fault, tt.want)
		}
		if !found || !reflect.DeepEqual(reflect.ValueOf(tt.into).Elem().Interface(), before) {
			t.Errorf("%T from %s: %v, want %v at %s", tt.into, tt.text, err, tt.want, tt.pointer)
		}
	}
}

func FuzzTallyJSON(f *testing.F) {
	f.Add([]byte(`{"kind":"csat","range":{"min":1,"max":5,"passive":3,"promoter":4},"counts":[1,2,0,4,5],"dismissed":3}`))
	f.Add([]byte(`{"passive":{"promoter":3}}`))
	f.Add([]byte(`{"tally":{"kind":"ces","counts":[1,0,0,0,0,0,0]},"sums":[2,0,0],"squares":[4,0,0]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		readBack(t, data, new(nps.Tally), new(nps.Movement), new(nps.Referrals), new(nps.Weighted))
	})
}

func FuzzConfigs(f *testing.F) {
	f.Add([]byte(`{"days":7,"kind":"csat","location":"Asia/Shanghai","repeat":"latest"}`))
	f.Add([]byte(`{"target":0.3,"confidence":0.9,"min_answers":5}`))
	f.Add([]byte(`{"kind":"ces","margins":[{"name":"m","targets":[{"cell":"a","size":1}]}],"population":9}`))
	f.Add([]byte(`{"lambda":0.1,"limit":2.8}`))
	f.Add([]byte(`{"min":1,"max":10,"passive":8,"promoter":9}`))
	f.Add([]byte(`{"confidence":0.9,"power":0.9,"population":100}`))
	f.Add([]byte(`{"adjust":"bh"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		readBack(t, data, new(nps.WindowConfig), new(nps.KPI), new(nps.RakeConfig), new(nps.MonitorConfig), new(nps.Range), new(nps.Plan), new(nps.CompareConfig))
	})
}

// readBack reads data into each; what is accepted is valid, and is written and
// read back the same.
func readBack(t *testing.T, data []byte, into ...any) {
	t.Helper()
	for _, v := range into {
		if json.Unmarshal(data, v) != nil {
			if !reflect.ValueOf(v).Elem().IsZero() {
				t.Fatalf("%s is refused and changes %+v", data, v)
			}
			continue
		}
		r, isRange := v.(*nps.Range)
		if c, ok := v.(interface{ Validate() error }); ok && !(isRange && r.IsZero()) && c.Validate() != nil {
			t.Fatalf("%s is read as %+v: %v", data, v, c.Validate())
		}
		text := must(json.Marshal(v))
		back := reflect.New(reflect.TypeOf(v).Elem()).Interface()
		if err := json.Unmarshal(text, back); err != nil || string(must(json.Marshal(back))) != string(text) {
			t.Fatalf("%s is read back as %+v, %v", text, back, err)
		}
	}
}
