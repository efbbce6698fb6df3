package loyalty

import "testing"

// A merge by a clock that is fast brings what has counted in the window that the other
// account is in: a cap holds over both.
func TestMergeAheadKeepsCaps(t *testing.T) {
	p := func(p *Program) { p.Activities[0].Limit = &Limit{Times: 1, Per: PerDay} }
	from, to := newDesk(t, p), newDesk(t, p)
	to.a = NewAccount("to")
	from.do(&Act{Header: from.head(day(3)), Activity: "review"})
	from.do(&Adjust{Header: from.head(day(4)), Kind: "points", Points: 1}) // a day ahead
	out := from.do(&MergeOut{from.head(day(4)), "to"})
	to.do(&Receive{Header{Key: "in", At: day(3)}, *out.Parcel})
	if _, err := to.try(&Act{Header: Header{Key: "again", At: day(3)}, Activity: "review"}); err == nil {
		t.Error("the limit of the day was forgotten")
	}
}
