package loyalty

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
)

// Whatever is read is valid, is written and read as the same, and can be used.
func FuzzProgramJSON(f *testing.F) {
	f.Add(sample(f))
	f.Add([]byte(`{"version":1,"kinds":[{"id":"p"}],"earning":[{"id":"r","kind":"p","points":"3/2","per":"1"}]}`))
	f.Add([]byte(`{"version":1,"decimals":2,"kinds":[{"id":"p","rounding":{"scope":"order_split"},"expiry":{"mode":"yearly","month":2,"day":29}}],"campaigns":[{"id":"c","kind":"p","bonus":5}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p Program
		if p.UnmarshalJSON(data) != nil {
			return
		}
		out, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var again Program
		if err := again.UnmarshalJSON(out); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		second, err := json.Marshal(again)
		if err != nil || string(second) != string(out) {
			t.Fatalf("%s\n%s %v", out, second, err)
		}
		r, err := compile(&p)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(uint64(len(data)), 0))
		o := randomOrder(rng)
		var e earning
		if p.Decimals < 2 { // the amounts have two
			for i := range o.Lines {
				o.Lines[i].Amount = o.Lines[i].Amount.Truncate(0)
			}
		}
		if r.order(&e, &o, &situation{at: noon()}) != nil {
			return // out of range
		}
		for i := range e.record.Kinds {
			if got, err := e.record.owed(&e.owing, nil, i); err != nil || got != e.record.Kinds[i].Granted {
				t.Fatalf("%d owed of %d (%v)", got, e.record.Kinds[i].Granted, err)
			}
		}
		for i := range r.acts {
			_ = r.act(&e, r.acts[i].id, "ref", &situation{at: noon()})
		}
		var q quote
		for i := range r.rewards {
			_ = r.price(&q, &Spend{Reward: r.rewards[i].ID}, &situation{at: noon()})
		}
	})
}
