package retention

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Account is one customer's revenue at both ends: recurring revenue on two days,
// or what was bought in two periods.
type Account struct {
	Opening decimal.Decimal // 0: not a customer at the opening
	Closing decimal.Decimal // 0: not a customer at the closing
	// Former says that somebody who opens with nothing was a customer before:
	// they are revived and not new. It is not looked at otherwise.
	Former bool
}

// Movement adds up accounts of one currency. It trusts the host that each
// customer comes once; [Book] makes accounts of single orders. The zero value
// keeps no decimal places. Exact; not safe for concurrent use: use one per
// goroutine and Merge.
type Movement struct {
	currency string
	decimals int
	money    movement
	heads    Heads
}

// movement is sums in minor units.
type movement struct {
	opening, churned, contraction, expansion, fresh, revived, closing int64
	belowOpening, belowClosing                                        int64
}

// NewMovement returns an empty movement. Errors: ErrOption at /currency where it
// is no text and at /decimals outside 0 to 18.
func NewMovement(currency string, decimals int) (Movement, error) {
	if err := checkCurrency(currency, decimals); err != nil {
		return Movement{}, wrap(err)
	}
	return Movement{currency: currency, decimals: decimals}, nil
}

func checkCurrency(currency string, decimals int) error {
	var errs []error
	if !utf8.ValidString(currency) {
		errs = append(errs, at(fmt.Errorf("%w: %q is no text", ErrOption, currency), "currency"))
	}
	if decimals < 0 || decimals > minor.MaxScale {
		errs = append(errs, at(fmt.Errorf("%w: %d is not in 0 to %d", ErrOption, decimals, minor.MaxScale), "decimals"))
	}
	return strict.Join(errs...)
}

// Add adds one account. Errors: ErrAmount at /opening and /closing for an amount
// below zero or with more decimal places than the currency keeps, ErrOverflow
// for one, or a sum, out of range; the movement is as before then.
func (m *Movement) Add(a Account) error {
	opening, err1 := fromDecimal(a.Opening, m.decimals)
	closing, err2 := fromDecimal(a.Closing, m.decimals)
	if err1 != nil || err2 != nil {
		return wrap(strict.Join(placed(err1, "opening"), placed(err2, "closing")))
	}
	return m.AddMinor(opening, closing, a.Former)
}

// AddMinor is Add in minor units. No allocation.
func (m *Movement) AddMinor(opening, closing int64, former bool) error {
	if opening < 0 || closing < 0 {
		var errs []error
		if opening < 0 {
			errs = append(errs, at(fmt.Errorf("%w: below zero", ErrAmount), "opening"))
		}
		if closing < 0 {
			errs = append(errs, at(fmt.Errorf("%w: below zero", ErrAmount), "closing"))
		}
		return wrap(strict.Join(errs...))
	}
	var v movement
	var h Heads
	v.opening, v.closing = opening, closing
	if opening > 0 {
		h.Opening = 1
	}
	if closing > 0 {
		h.Closing = 1
	}
	switch {
	case opening == 0 && closing == 0:
		return nil
	case opening == 0 && former:
		v.revived, h.Revived = closing, 1
	case opening == 0:
		v.fresh, h.New = closing, 1
	case closing == 0:
		v.churned, h.Churned = opening, 1
	case closing > opening:
		v.expansion, h.Expanded = closing-opening, 1
	case closing < opening:
		v.contraction, h.Contracted = opening-closing, 1
	}
	return m.sum(v, h)
}

// sum adds, or leaves m as it is.
func (m *Movement) sum(v movement, h Heads) error {
	s := m.money
	ok := true
	for _, p := range []struct {
		to *int64
		v  int64
	}{
		{&s.opening, v.opening}, {&s.churned, v.churned}, {&s.contraction, v.contraction}, {&s.expansion, v.expansion},
		{&s.fresh, v.fresh}, {&s.revived, v.revived}, {&s.closing, v.closing},
		{&s.belowOpening, v.belowOpening}, {&s.belowClosing, v.belowClosing},
	} {
		sum, fits := minor.Add(*p.to, p.v)
		*p.to, ok = sum, ok && fits
	}
	if !ok {
		return wrap(fmt.Errorf("%w: a sum of money", ErrOverflow))
	}
	m.money = s
	m.heads.add(h)
	return nil
}

// Merge adds b's accounts, which are other customers than m's. Another currency
// or other decimals are ErrMismatch, a sum out of range is ErrOverflow; m is
// unchanged then.
func (m *Movement) Merge(b Movement) error {
	if m.currency != b.currency || m.decimals != b.decimals {
		return fmt.Errorf("retention: merge: %w", ErrMismatch)
	}
	return m.sum(b.money, b.heads)
}

// Reset empties the movement.
func (m *Movement) Reset() { m.money, m.heads = movement{}, Heads{} }

// Report returns the sums. Cost: O(1).
func (m *Movement) Report() Report {
	s, d := m.money, m.decimals
	return Report{
		Currency: m.currency,
		Opening:  minor.To(s.opening, d), Churned: minor.To(s.churned, d), Contraction: minor.To(s.contraction, d),
		Expansion: minor.To(s.expansion, d), New: minor.To(s.fresh, d), Revived: minor.To(s.revived, d),
		Closing: minor.To(s.closing, d), Heads: m.heads,
		BelowOpening: minor.To(s.belowOpening, d), BelowClosing: minor.To(s.belowClosing, d),
	}
}

// Heads counts customers.
type Heads struct {
	Opening    int64 `json:"opening"`
	Churned    int64 `json:"churned"`
	Contracted int64 `json:"contracted"` // stayed, for less
	Expanded   int64 `json:"expanded"`   // stayed, for more
	New        int64 `json:"new"`
	Revived    int64 `json:"revived"`
	Closing    int64 `json:"closing"`
}

func (h *Heads) add(o Heads) {
	h.Opening += o.Opening
	h.Churned += o.Churned
	h.Contracted += o.Contracted
	h.Expanded += o.Expanded
	h.New += o.New
	h.Revived += o.Revived
	h.Closing += o.Closing
}

// Report is where revenue and customers went between an opening and a closing.
// Everything is zero or above. It always is
//
//	Opening + New + Revived − Churned + Expansion − Contraction = Closing
//
// A plain value; rates are taken of the opening customers only.
type Report struct {
	Currency    string          `json:"currency,omitempty"`
	Opening     decimal.Decimal `json:"opening"`
	Churned     decimal.Decimal `json:"churned"`     // opening revenue of those who left
	Contraction decimal.Decimal `json:"contraction"` // lost with those who stayed
	Expansion   decimal.Decimal `json:"expansion"`   // won with those who stayed
	New         decimal.Decimal `json:"new"`         // from those who never were customers
	Revived     decimal.Decimal `json:"revived"`     // from those who were customers before the opening
	Closing     decimal.Decimal `json:"closing"`
	Heads       Heads           `json:"customers"`
	// What the customers of a Book come to whose refunds exceed what they bought
	// in a period. They count as not buying in it; these amounts are in no other.
	BelowOpening decimal.Decimal `json:"below_opening"`
	BelowClosing decimal.Decimal `json:"below_closing"`
}

// Check returns ErrIdentity unless the parts add up, in money and in customers.
// The report of a Movement always does: its closing is counted on its own. Check
// is for one that was stored, or made elsewhere; an exponent beyond ±1000 in it
// is ErrAmount.
func (r Report) Check() error {
	var errs []error
	for _, f := range []struct {
		name string
		v    decimal.Decimal
	}{
		{"opening", r.Opening}, {"churned", r.Churned}, {"contraction", r.Contraction}, {"expansion", r.Expansion},
		{"new", r.New}, {"revived", r.Revived}, {"closing", r.Closing},
	} {
		if e := f.v.Exponent(); e > minor.MaxExponent || e < -minor.MaxExponent {
			errs = append(errs, at(fmt.Errorf("%w: an exponent beyond ±%d", ErrAmount, minor.MaxExponent), f.name))
		}
	}
	if len(errs) > 0 {
		return wrap(strict.Join(errs...))
	}
	sum := r.Opening.Add(r.New).Add(r.Revived).Sub(r.Churned).Add(r.Expansion).Sub(r.Contraction)
	if !sum.Equal(r.Closing) {
		errs = append(errs, at(fmt.Errorf("%w: %s, not %s", ErrIdentity, sum, r.Closing), "closing"))
	}
	h := r.Heads
	if n := h.Opening + h.New + h.Revived - h.Churned; n != h.Closing || h.Churned+h.Contracted+h.Expanded > h.Opening {
		errs = append(errs, at(fmt.Errorf("%w: %d customers, not %d", ErrIdentity, n, h.Closing), "customers"))
	}
	return wrap(strict.Join(errs...))
}

// Ratio is an exact quotient of money. An immutable value.
type Ratio struct {
	Part decimal.Decimal `json:"part"`
	Of   decimal.Decimal `json:"of"`
}

// Round returns Part / Of, half away from zero, to a number of decimal places;
// ok is false where Of is 0.
func (r Ratio) Round(places int32) (share decimal.Decimal, ok bool) {
	if r.Of.Sign() == 0 {
		return decimal.Zero, false
	}
	return r.Part.DivRound(r.Of, places), true
}

// Rate returns Part / Of; ok is false where Of is 0.
func (r Ratio) Rate() (rate float64, ok bool) {
	share, ok := r.Round(18)
	return share.InexactFloat64(), ok
}

// CustomerChurn is those of the opening customers who left.
func (r Report) CustomerChurn() Share { return Share{r.Heads.Churned, r.Heads.Opening} }

// RevenueChurn is the opening revenue of those who left, over the opening.
func (r Report) RevenueChurn() Ratio { return Ratio{r.Churned, r.Opening} }

// GRR is gross revenue retention: what is left of the opening without
// expansion. It never exceeds 1.
func (r Report) GRR() Ratio { return Ratio{r.Opening.Sub(r.Churned).Sub(r.Contraction), r.Opening} }

// NRR is net revenue retention: what the opening customers bring at the
// closing. It is GRR plus Expansion over Opening, exactly.
func (r Report) NRR() Ratio { return Ratio{r.GRR().Part.Add(r.Expansion), r.Opening} }

func fromDecimal(d decimal.Decimal, decimals int) (int64, error) {
	v, err := minor.From(d, decimals)
	switch {
	case errors.Is(err, minor.ErrRange):
		return 0, ErrOverflow
	case err != nil:
		return 0, fmt.Errorf("%w: %w", ErrAmount, err)
	}
	return v, nil
}

// placed is at, and nil for nil.
func placed(err error, parts ...any) error {
	if err == nil {
		return nil
	}
	return at(err, parts...)
}
