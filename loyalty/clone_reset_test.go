package loyalty

import (
	"bytes"
	"testing"
)

// TestCloneThenReset: what is copied outlives the account it was copied from.
func TestCloneThenReset(t *testing.T) {
	d := newDesk(t, func(*Program) {})
	d.do(&Earn{d.head(day(0)), order("o1", 60)})
	d.do(&Redeem{d.head(day(30)), Spend{Kind: "points", Points: 10}})
	clone := d.a.Clone()
	want, _ := d.a.AppendBinary(nil)
	part := new(Account)
	d.a.LoadInto(part, Need{Orders: []string{"o1"}, Returnable: true, All: true})
	loaded, _ := part.AppendBinary(nil)
	d.a.Reset("b")
	if got, _ := clone.AppendBinary(nil); !bytes.Equal(got, want) {
		t.Error("the clone has changed")
	}
	if got, _ := part.AppendBinary(nil); !bytes.Equal(got, loaded) {
		t.Error("the loaded part has changed")
	}
}
