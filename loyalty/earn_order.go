package loyalty

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi/internal/minor"
)

// MaxOrderLines is how many lines an order may have.
const MaxOrderLines = 1000

// KindFactor is a factor on what is earned of a kind.
type KindFactor struct {
	Kind   Kind     `json:"kind"`
	Factor Rational `json:"factor"`
}

func (e *earning) reset() {
	e.awards, e.lots = e.awards[:0], e.lots[:0]
	e.counters, e.shared = e.counters[:0], e.shared[:0]
	e.scratch.capOf = e.scratch.capOf[:0]
	e.scratch.sources = e.scratch.sources[:0]
	e.record.reset()
}

func (r *OrderRecord) reset() {
	r.ID, r.At, r.Counted, r.First, r.Unearned = "", 0, 0, false, false
	r.Payments = r.Payments[:0]
	r.Lines, r.Terms, r.Hits, r.Kinds = r.Lines[:0], r.Terms[:0], r.Hits[:0], r.Kinds[:0]
}

// order works out what an order earns. e then holds the awards, the lots, what
// counters change and the record. All faults of the order are returned at once, each
// with its pointer.
//
// Cost: O(rules in force + lines × matching rules × log names), no allocation once e
// has room.
func (r *rules) order(e *earning, o *Order, s *situation) error {
	e.reset()
	if !inYears(s.at) {
		return ErrTime
	}
	kept, err := r.read(e, o)
	if err != nil {
		return err
	}
	e.record.ID, e.record.At = o.ID, s.at
	r.match(e, o, s, kept)
	if err := r.award(e, s, kept); err != nil {
		return err
	}
	return r.lots(e, s.at, o.ID, true)
}

// read fills the record's lines, and the groups of each in the scratch.
func (r *rules) read(e *earning, o *Order) (kept int64, err error) {
	var f faults
	if o.ID == "" || len(o.ID) > MaxText {
		f.add(ErrText, "id")
	}
	if o.Currency != "" && o.Currency != r.currency {
		f.add(ErrCurrency, "currency")
	}
	if n := len(o.Lines); n == 0 || n > MaxOrderLines {
		f.add(ErrAmount, "lines")
		return 0, f.err()
	}
	words := r.groups.words()
	e.scratch.groups = grow(e.scratch.groups, words*len(o.Lines))
	clear(e.scratch.groups)
	total := int64(0)
	for i := range o.Lines {
		in := &o.Lines[i]
		line := LineRecord{ID: in.ID, Quantity: cmp.Or(in.Quantity, 1)}
		var err error
		if line.Amount, err = minor.From(in.Amount, r.decimals); err != nil {
			f.add(moneyError(err), "lines", i, "amount")
			line.Amount = 0
		}
		if line.Amount < 0 {
			f.add(ErrAmount, "lines", i, "amount")
			line.Amount = 0
		}
		if line.Quantity < 0 {
			f.add(ErrAmount, "lines", i, "quantity")
		}
		if len(in.ID) > MaxText {
			f.add(ErrText, "lines", i, "id")
		}
		if e.record.line(in.ID) >= 0 {
			f.add(ErrDuplicate, "lines", i, "id")
		}
		sum, ok := minor.Add(total, line.Amount)
		if !ok {
			f.add(ErrOverflow, "lines", i, "amount")
		} else {
			total = sum
		}
		set := e.scratch.groups[i*words : (i+1)*words]
		for _, g := range in.Groups {
			r.groups.put(set, g)
		}
		line.Base = line.Amount
		e.record.Lines = append(e.record.Lines, line)
	}
	paid, err := minor.From(o.ByPoints, r.decimals)
	switch {
	case err != nil:
		f.add(moneyError(err), "by_points")
	case paid < 0 || paid > total:
		f.add(ErrAmount, "by_points")
	case len(f.all) == 0 && paid > 0 && r.exclude.ByPoints:
		e.shareOut(paid, total)
	}
	if err := f.err(); err != nil {
		return 0, err
	}
	for i := range e.record.Lines {
		l := &e.record.Lines[i]
		if r.exclude.Discounted && o.Lines[i].Discounted || r.excluded != nil && meet(r.excluded, e.scratch.groups[i*words:(i+1)*words]) {
			l.Base = 0
		}
		kept += l.Base
	}
	return kept, nil
}

type lineRem struct {
	line int32
	rem  uint64
}

// shareOut takes what points paid off the bases of the lines, in proportion to their
// amounts, the largest remainders first.
func (e *earning) shareOut(paid, total int64) {
	sc := &e.scratch
	sc.rems = sc.rems[:0]
	left := paid
	for i := range e.record.Lines {
		l := &e.record.Lines[i]
		p := product(uint64(l.Amount), uint64(paid))
		part, _ := p.round(uint64(total), Floor)
		l.Base -= part
		left -= part
		sc.rems = append(sc.rems, lineRem{int32(i), p.remainder(uint64(total))})
	}
	slices.SortFunc(sc.rems, func(a, b lineRem) int {
		return cmp.Or(cmp.Compare(b.rem, a.rem), cmp.Compare(a.line, b.line))
	})
	for _, rem := range sc.rems[:left] {
		e.record.Lines[rem.line].Base--
	}
}

// asking is what rules ask of an order and its customer, by number.
type asking struct {
	kept          int64
	channel, tier int // −1: no rule asks for it
	segments      []uint64
}

func (v vocab) number(name string) int {
	if i, ok := slices.BinarySearch(v, name); ok {
		return i
	}
	return -1
}

func (r *rules) asking(e *earning, o *Order, s *situation, kept int64) asking {
	sc := &e.scratch
	sc.segs = grow(sc.segs, r.segments.words())
	clear(sc.segs)
	for _, seg := range o.Segments {
		r.segments.put(sc.segs, seg)
	}
	return asking{kept, r.channels.number(o.Channel), r.tiers.number(s.tier), sc.segs}
}

// refuses says why a source in force is not for the order; "" if it may be.
func (r *rules) refuses(src *source, q *asking, s *situation) SkipReason {
	switch {
	case src.term.Min > q.kept:
		return SkipMinimum
	case src.channels != nil && !has(src.channels, q.channel):
		return SkipChannel
	case src.tiers != nil && !has(src.tiers, q.tier):
		return SkipTier
	case src.segments != nil && !meet(src.segments, q.segments):
		return SkipSegment
	case src.limit != nil:
		if _, reached := src.limit.reached(r, s, 1); reached {
			return SkipLimit
		}
	}
	return ""
}

// match finds the rules that are for the order and writes their terms. A threshold
// that is not reached now never is: what is left of an order only shrinks.
func (r *rules) match(e *earning, o *Order, s *situation, kept int64) {
	if kept == 0 {
		return
	}
	ask := r.asking(e, o, s, kept)
	active := r.inForce(s.at)
	for i := 0; i < len(active); {
		kind, from := r.sources[active[i]].kind, len(e.record.Terms)
		tierDone := false
		for ; i < len(active) && r.sources[active[i]].kind == kind; i++ {
			src := &r.sources[active[i]]
			if src.campaign && !tierDone {
				tierDone = true
				e.tierTerm(r, s, kind)
			}
			if r.refuses(src, &ask, s) == "" {
				e.addTerm(r, src)
			}
		}
		if !tierDone {
			e.tierTerm(r, s, kind)
		}
		if len(e.record.Terms) > from {
			k := &r.kinds[kind]
			e.record.Kinds = append(e.record.Kinds, OrderKind{
				Kind: k.ID, Rounding: k.Rounding, Rules: r.rating, Stacking: r.stacking,
				From: int32(from), To: int32(len(e.record.Terms)),
			})
		}
	}
}

// has reports whether a set has the i-th name; it has none below 0.
func has(set []uint64, i int) bool { return i >= 0 && set[i/64]>>(i%64)&1 == 1 }

// tierTerm adds the multiplier of the customer's tier.
func (e *earning) tierTerm(r *rules, s *situation, kind int32) {
	for i := range s.factors {
		f := &s.factors[i]
		if f.Kind == r.kinds[kind].ID && f.Factor.Num > f.Factor.Den {
			e.record.Terms = append(e.record.Terms, Term{Type: TermMultiplier, ID: s.tierRule, Num: f.Factor.Num, Den: f.Factor.Den, All: true})
			e.scratch.sources = append(e.scratch.sources, nil)
		}
	}
}

// addTerm adds a source's term if it applies to any line.
func (e *earning) addTerm(r *rules, src *source) {
	t := src.term
	if !t.All {
		t.From = int32(len(e.record.Hits))
		words := r.groups.words()
		for l := range e.record.Lines {
			set := e.scratch.groups[l*words : (l+1)*words]
			if e.record.Lines[l].Base > 0 && (src.groups == nil || meet(src.groups, set)) && (src.except == nil || !meet(src.except, set)) {
				e.record.Hits = append(e.record.Hits, int32(l))
			}
		}
		if t.To = int32(len(e.record.Hits)); t.To == t.From {
			return
		}
	}
	e.record.Terms = append(e.record.Terms, t)
	e.scratch.sources = append(e.scratch.sources, src)
}

// award evaluates the terms of the record, and cuts by caps.
func (r *rules) award(e *earning, s *situation, kept int64) error {
	rec, sc := &e.record, &e.scratch
	sc.amounts = grow(sc.amounts, len(rec.Lines))
	for i := range rec.Lines {
		sc.amounts[i] = rec.Lines[i].Base
	}
	for i := range rec.Kinds {
		k := &rec.Kinds[i]
		if _, err := e.owing.total(rec, k, sc.amounts, kept); err != nil {
			return err
		}
		for j := k.From; j < k.To; j++ {
			t, points := &rec.Terms[j], e.owing.stage[j-k.From]
			a := Award{Rule: t.ID, Kind: k.Kind, Points: points, Rate: Rational{t.Num, t.Den}, Basis: rec.basis(t)}
			caps := r.tierCaps[r.kind(k.Kind).ordinal]
			if src := sc.sources[j]; src != nil {
				a.Name, caps = src.label, src.caps
				if lim := src.limit; lim != nil && points > 0 {
					c, _ := lim.reached(r, s, 1)
					e.counters = append(e.counters, CounterChange{c, 1})
				}
			}
			e.awards = append(e.awards, a)
			sc.capOf = append(sc.capOf, caps)
		}
	}
	r.cut(e, s)
	for i, j := 0, 0; i < len(rec.Kinds); i++ {
		k := &rec.Kinds[i]
		for ; j < int(k.To); j++ {
			k.Granted += e.awards[j].Points
			k.Cut += e.awards[j].Cut
		}
	}
	return nil
}

// basis is the money that a term works on.
func (r *OrderRecord) basis(t *Term) (sum int64) {
	for h := range r.hits(t, len(r.Lines)) {
		sum += r.Lines[r.hit(t, h)].Base
	}
	return sum
}
