package loyalty

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// RollRow is the roll-forward of a kind:
//
//	Opening + Issued − Redeemed − Expired − TakenBack − Donated + Transferred + Adjusted = Closing
//
// Opening and Closing are what is pending, available and held less what is owed.
// Redemptions that were given back are not in Redeemed.
type RollRow struct {
	Kind        Kind   `json:"kind"`
	Opening     Points `json:"opening"`
	Issued      Points `json:"issued"`
	Redeemed    Points `json:"redeemed"`
	Expired     Points `json:"expired"`
	TakenBack   Points `json:"taken_back"`
	Donated     Points `json:"donated"`
	Transferred Points `json:"transferred"` // in less out
	Adjusted    Points `json:"adjusted"`    // given less taken
	Closing     Points `json:"closing"`
	OpeningDebt Points `json:"opening_debt"` // owed, within Opening
	ClosingDebt Points `json:"closing_debt"` // owed, within Closing
}

// RollLine is a line of a roll-forward for people; Points is what it adds to the sum.
type RollLine struct {
	Name   guanxi.Text `json:"name"`
	Points Points      `json:"points"`
}

// Lines returns the row from top to bottom: opening, what was added, closing.
func (r RollRow) Lines() []RollLine {
	return []RollLine{
		{guanxi.Text{EN: "opening", ZH: "期初"}, r.Opening},
		{bookLabels[Issued], r.Issued},
		{bookLabels[Redeemed], -r.Redeemed},
		{bookLabels[Expired], -r.Expired},
		{bookLabels[TakenBack], -r.TakenBack},
		{bookLabels[Donated], -r.Donated},
		{bookLabels[Transferred], r.Transferred},
		{bookLabels[Adjusted], r.Adjusted},
		{guanxi.Text{EN: "closing", ZH: "期末"}, r.Closing},
	}
}

// Rows returns the roll-forward of each kind, by name. Sums that do not fit wrap; Check
// says so.
func (r *RollForward) Rows() []RollRow {
	var out []RollRow
	for i := range r.kinds {
		if k := &r.kinds[i]; !k.empty() {
			row, _ := k.row()
			out = append(out, row)
		}
	}
	slices.SortFunc(out, func(a, b RollRow) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
	return out
}

func (k *rollKind) empty() bool { return k.opening == [books]Points{} && k.flow == [books]Points{} }

// row returns the row, and whether its sums fit.
func (k *rollKind) row() (RollRow, bool) {
	f := &k.flow
	r := RollRow{
		Kind: k.kind, Issued: -f[Issued], Redeemed: f[Redeemed], Expired: f[Expired], TakenBack: f[TakenBack],
		Donated: f[Donated], Transferred: -f[Transferred], Adjusted: -f[Adjusted],
		OpeningDebt: -k.opening[Debt],
	}
	ok := true
	for _, b := range [...]Book{Pending, Available, Held, Debt} {
		ok = addPoints(&r.Opening, k.opening[b]) && ok
	}
	r.Closing = r.Opening
	for _, b := range [...]Book{Pending, Available, Held, Debt} {
		ok = addPoints(&r.Closing, f[b]) && ok
	}
	debt, fit := minor.Add(int64(k.opening[Debt]), int64(f[Debt]))
	r.ClosingDebt = Points(-debt)
	return r, ok && fit
}

// off returns by how much the row fails to add up: the closing of the points that are
// there against the opening and what has come and gone.
func (r *RollRow) off() Points {
	return r.Opening + r.Issued - r.Redeemed - r.Expired - r.TakenBack - r.Donated + r.Transferred + r.Adjusted - r.Closing
}

// Check says where the roll-forward does not add up, each an ErrSums with a place: a kind
// whose row does not sum, the entries that are the reason ("/entries/ACCOUNT/SEQ", at most
// 16), and, unless l is nil, kinds whose closing is not what l counts outstanding, less
// debt. l must be of the last microsecond of the period, or it is ErrMerge.
func (r *RollForward) Check(l *Liability) error {
	var errs []error
	for i := range r.kinds {
		row, ok := r.kinds[i].row()
		if off := row.off(); off != 0 || !ok {
			errs = append(errs, guanxi.At(guanxi.Pointer("kinds", string(row.Kind)), fmt.Errorf("%w: over by %d", ErrSums, off)))
		}
		opening := Points(0)
		for _, v := range r.kinds[i].opening {
			opening += v
		}
		if opening != 0 {
			errs = append(errs, guanxi.At(guanxi.Pointer("kinds", string(row.Kind), "opening"), fmt.Errorf("%w: over by %d before the period", ErrSums, opening)))
		}
	}
	for _, u := range r.broken {
		errs = append(errs, guanxi.At(guanxi.Pointer("entries", string(u.Account), fmt.Sprint(u.Seq)), fmt.Errorf("%w: postings of %q sum to %d", ErrSums, u.Kind, u.Over)))
	}
	if l == nil {
		return errors.Join(errs...)
	}
	if l.at != r.to-1 {
		return errors.Join(append(errs, fmt.Errorf("%w: the liability is of another instant", ErrMerge))...)
	}
	closing := map[Kind]Points{}
	for _, row := range r.Rows() {
		closing[row.Kind] = row.Closing
	}
	for i := range l.kinds {
		if k := &l.kinds[i]; !k.empty() {
			closing[k.kind] -= k.sum.Total() - k.debt
		}
	}
	var kinds []Kind
	for k, over := range closing {
		if over != 0 {
			kinds = append(kinds, k)
		}
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		errs = append(errs, guanxi.At(guanxi.Pointer("kinds", string(k), "closing"), fmt.Errorf("%w: %d more than is outstanding", ErrSums, closing[k])))
	}
	return errors.Join(errs...)
}

// Follows says of which kinds the opening is not the closing of the period before: entries
// were dated back into it since, or some are missing. Periods that do not meet, or of
// another basis, are ErrMerge.
func (r *RollForward) Follows(before *RollForward) error {
	if before.to != r.from || before.recorded != r.recorded {
		return ErrMerge
	}
	gap := map[Kind]Points{}
	for _, row := range r.Rows() {
		gap[row.Kind] += row.Opening
	}
	for _, row := range before.Rows() {
		gap[row.Kind] -= row.Closing
	}
	var errs []error
	for _, row := range r.Rows() {
		if over := gap[row.Kind]; over != 0 {
			errs = append(errs, guanxi.At(guanxi.Pointer("kinds", string(row.Kind), "opening"), fmt.Errorf("%w: %d more than the closing before", ErrSums, over)))
		}
		delete(gap, row.Kind)
	}
	for _, row := range before.Rows() {
		if over := gap[row.Kind]; over != 0 {
			errs = append(errs, guanxi.At(guanxi.Pointer("kinds", string(row.Kind), "opening"), fmt.Errorf("%w: %d more than the closing before", ErrSums, over)))
		}
	}
	return errors.Join(errs...)
}

// rollEncoding begins every encoded RollForward.
const rollEncoding = 1

// AppendBinary appends the encoding of r; equal sums have equal bytes. The error is
// always nil.
func (r *RollForward) AppendBinary(b []byte) ([]byte, error) {
	b = appendBool(appendInt(appendInt(append(b, rollEncoding), r.from), r.to), r.recorded)
	var kinds []*rollKind
	for i := range r.kinds {
		if !r.kinds[i].empty() {
			kinds = append(kinds, &r.kinds[i])
		}
	}
	slices.SortFunc(kinds, func(x, y *rollKind) int { return strings.Compare(string(x.kind), string(y.kind)) })
	b = appendLen(b, len(kinds))
	for _, k := range kinds {
		b = appendText(b, k.kind)
		for i := Issued; i < books; i++ {
			b = appendInt(appendInt(b, k.opening[i]), k.flow[i])
		}
	}
	b = appendLen(b, len(r.broken))
	for i := range r.broken {
		u := &r.broken[i]
		b = appendInt(appendText(appendInt(appendText(b, u.Account), Points(u.Seq)), u.Kind), u.Over)
	}
	return b, nil
}

// MarshalBinary returns what AppendBinary appends.
func (r *RollForward) MarshalBinary() ([]byte, error) { return r.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: other bytes are
// ErrFormat, and r is unchanged.
func (r *RollForward) UnmarshalBinary(data []byte) error {
	d := &reader{b: data}
	if v := d.byte(); v != rollEncoding {
		d.fail("version %d of roll-forwards", v)
	}
	out := RollForward{from: d.instant(), to: d.instant(), recorded: d.bool()}
	if d.err == nil && (!inYears(out.from) || !inYears(out.to) || out.to <= out.from) {
		d.fail("a period")
	}
	out.kinds = list(d, func(k *rollKind) {
		k.kind = d.kind()
		for i := Issued; i < books; i++ {
			k.opening[i], k.flow[i] = d.points(), d.points()
		}
		if d.err == nil && k.empty() {
			d.fail("nothing of %q", k.kind)
		}
	})
	out.broken = list(d, func(u *Unbalanced) {
		*u = Unbalanced{AccountID(d.text()), d.int(), d.kind(), d.points()}
		if u.Over == 0 {
			d.fail("an entry in balance")
		}
	})
	for i := 1; i < len(out.kinds); i++ {
		if out.kinds[i].kind <= out.kinds[i-1].kind {
			d.fail("kinds out of order")
		}
	}
	for i := range out.broken {
		if i >= maxUnbalanced || i > 0 && out.broken[i].compare(&out.broken[i-1]) < 0 {
			d.fail("entries out of order")
		}
	}
	if err := d.end(); err != nil {
		return err
	}
	*r = out
	return nil
}
