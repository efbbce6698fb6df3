package audience

import (
	"encoding/binary"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi/internal/wire"
)

// Outcomes is an accumulator of what the customers of a campaign did in its
// window: of those alone who did something. Everybody else in the roster counts
// as well, with nothing: an arm is who was assigned to it, not who answered.
// Sums are exact, so that no order of rows and no way of merging parts changes a
// digit. Not safe for concurrent use: one a goroutine, and Merge.
type Outcomes struct {
	campaign Campaign
	roster   Roster
	seen     *roaring.Bitmap
	cells    []cell // treated and held of each stratum
}

// cell is what was added of an arm.
type cell struct {
	converted int64
	money     moments
}

// NewOutcomes makes an accumulator for a campaign and those enrolled in it. Who is
// enrolled later is in another roster, and so in another accumulator. Errors:
// those of Campaign.Validate, and ErrRoster.
func NewOutcomes(c Campaign, r Roster) (*Outcomes, error) {
	if err := c.Validate(); err != nil {
		return nil, wrap(err)
	}
	r, err := r.of(&c)
	if err != nil {
		return nil, wrap(err)
	}
	return &Outcomes{c.clone(), r, roaring.New(), make([]cell, 2*len(r.Strata))}, nil
}

// Reset forgets what was added.
func (o *Outcomes) Reset() {
	o.seen.Clear()
	clear(o.cells)
}

// Outcome is what one customer did in the campaign's window, all of it.
type Outcome struct {
	Ordinal   uint32
	Converted bool
	Money     decimal.Decimal // brought in the window, converted or not; may be below zero
}

// Add adds the outcome of a customer; one a customer. Errors, with o as before:
// ErrStranger and ErrDuplicate at /ordinal, ErrAmount and ErrOverflow at /money.
// The arm is the roster's.
func (o *Outcomes) Add(row Outcome) error {
	i, arm := o.roster.find(row.Ordinal)
	if arm == Unassigned {
		return wrap(at(fmt.Errorf("%w: customer %d", ErrStranger, row.Ordinal), "ordinal"))
	}
	if o.seen.Contains(row.Ordinal) {
		return wrap(at(fmt.Errorf("%w: customer %d", ErrDuplicate, row.Ordinal), "ordinal"))
	}
	v, err := units(row.Money, o.campaign.Decimals)
	if err != nil {
		return wrap(at(err, "money"))
	}
	c := &o.cells[2*i+side(arm)]
	sum, ok := c.money.add(v)
	if !ok {
		return wrap(at(fmt.Errorf("%w: the sum", ErrOverflow), "money"))
	}
	c.money = sum
	if row.Converted {
		c.converted++
	}
	o.seen.Add(row.Ordinal)
	return nil
}

// AddConverted adds everybody in s who takes part as converted, with no money,
// which is all that a goal by share needs: s may be all buyers of the shop. A
// customer added before is ErrDuplicate, and o is as before.
func (o *Outcomes) AddConverted(s Set) error {
	s = s.And(o.roster.All())
	if s.Meets(Set{o.seen}) {
		return wrap(fmt.Errorf("%w: %s", ErrDuplicate, s.And(Set{o.seen})))
	}
	for i, e := range o.roster.Strata {
		o.cells[2*i].converted += s.AndCount(e.Treated)
		o.cells[2*i+1].converted += s.AndCount(e.Held)
	}
	o.seen.Or(s.bitmap())
	return nil
}

func side(a Arm) int {
	if a == Held {
		return 1
	}
	return 0
}

// Merge adds what p has. Errors, with o as before: ErrMismatch unless both are of the
// same campaign and roster, ErrDuplicate for a customer in both, ErrOverflow.
func (o *Outcomes) Merge(p *Outcomes) error {
	if o.campaign.Decimals != p.campaign.Decimals || o.campaign.Holdout != p.campaign.Holdout || !o.roster.equal(p.roster) {
		return wrap(ErrMismatch)
	}
	if (Set{o.seen}).Meets(Set{p.seen}) {
		return wrap(fmt.Errorf("%w: %s", ErrDuplicate, Set{o.seen}.And(Set{p.seen})))
	}
	sums := make([]cell, len(o.cells))
	for i, c := range o.cells {
		m, ok := c.money.merge(p.cells[i].money)
		if !ok {
			return wrap(fmt.Errorf("%w: the sum", ErrOverflow))
		}
		sums[i] = cell{c.converted + p.cells[i].converted, m}
	}
	o.cells = sums
	o.seen.Or(p.seen)
	return nil
}

// outcomesVersion begins every encoding of outcomes.
const outcomesVersion = 1

// AppendBinary appends the encoding of what was added: a byte of version; the
// campaign's id, its length before it (uvarint); the decimals (a byte); the set of
// customers added, its length before it; and of each stratum the treated and the
// held: converted (uvarint), those with money other than 0 (uvarint), the sum of
// money (varint) and of its squares (16 bytes, big-endian), in minor units. What
// was once written is read for ever. The error is always nil.
func (o *Outcomes) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, outcomesVersion)
	dst = append(binary.AppendUvarint(dst, uint64(len(o.campaign.ID))), o.campaign.ID...)
	dst = append(dst, byte(o.campaign.Decimals))
	seen, err := Set{o.seen}.MarshalBinary()
	if err != nil {
		return nil, err
	}
	dst = append(binary.AppendUvarint(dst, uint64(len(seen))), seen...)
	for _, c := range o.cells {
		dst = binary.AppendUvarint(dst, uint64(c.converted))
		dst = binary.AppendUvarint(dst, uint64(c.money.buyers))
		dst = binary.AppendVarint(dst, c.money.Sum)
		dst = binary.BigEndian.AppendUint64(dst, c.money.Hi)
		dst = binary.BigEndian.AppendUint64(dst, c.money.Lo)
	}
	return dst, nil
}

// MarshalBinary returns what AppendBinary appends.
func (o *Outcomes) MarshalBinary() ([]byte, error) { return o.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary of the same campaign and roster wrote,
// into outcomes made for them: otherwise ErrMismatch or ErrFormat, and o is as
// before.
func (o *Outcomes) UnmarshalBinary(data []byte) error {
	r := reader{wire.Reader{Data: data}}
	if r.byte() != outcomesVersion {
		return wrap(formatFault("unknown version"))
	}
	id, decimals, seen := r.Text(), int(r.byte()), r.Bytes(r.Length())
	cells := make([]cell, len(o.cells))
	for i := range cells {
		c := &cells[i]
		c.converted = int64(r.Uvarint())
		c.money.buyers = int64(r.Uvarint())
		c.money.Sum, c.money.Hi, c.money.Lo = r.Varint(), r.uint64(), r.uint64()
	}
	if r.Bad || len(r.Data) > 0 {
		return wrap(formatFault("no outcomes"))
	}
	if id != o.campaign.ID || decimals != o.campaign.Decimals {
		return wrap(fmt.Errorf("%w: %.64q", ErrMismatch, id))
	}
	var s Set
	if err := s.UnmarshalBinary(seen); err != nil {
		return err
	}
	if !s.Within(o.roster.All()) {
		return wrap(fmt.Errorf("%w: customers of another roster", ErrMismatch))
	}
	for i, c := range cells {
		e := o.roster.Strata[i/2]
		n := s.AndCount([2]Set{e.Treated, e.Held}[i%2])
		if c.converted < 0 || c.converted > n || !c.money.possible(n) {
			return wrap(formatFault("sums of nobody"))
		}
	}
	o.cells, o.seen = cells, s.bitmap().Clone()
	return nil
}

// reader takes an encoding apart.
type reader struct{ wire.Reader }

func (r *reader) byte() byte {
	if b := r.Bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.Bytes(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}
