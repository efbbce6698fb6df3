package rfm

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
)

// LiveConfig says how a Live scores.
type LiveConfig struct {
	// Scale is fitted anew with every update. NTile and Nested are ErrBatchOnly.
	Scale ScaleConfig `json:"scale,omitzero"`
	// Frozen, if set, is used as it is instead: only touched customers are
	// re-scored, and scores stay comparable from month to month.
	Frozen *Scale `json:"frozen,omitempty"`
	// Window is what frequency and money look back on; the zero Span is
	// everything. It needs Keep: Orders.
	Window guanxi.Span `json:"window,omitzero"`
}

// Change is one customer whose score changed.
type Change[K comparable] struct {
	Customer      K
	Before, After Score
	From, To      string // segment ids; Absent where the customer was, or is, not there
}

// Live keeps a scored population up to date: new orders re-score the customers
// they touch and those that a moved cut point passed over, and nobody else. At
// every moment the scores are those that Fit and ScoreAll would give.
//
// It takes about 100 bytes a customer and 10 MB, besides what the aggregate
// takes. Not safe for concurrent use.
type Live[K comparable] struct {
	agg      *Aggregator[K]
	cfg      LiveConfig
	segments *Segments
	scale    *Scale // its cuts are always those of now
	asOf     time.Time
	today    int32 // civil day of asOf
	epoch    int32 // recency is indexed as civil day − epoch
	cal      civil.Calendar

	dims   [3]valueIndex
	cuts   [3][]int64 // in the index's terms; nil while nobody bought
	spots  []spot     // by ordinal
	dirty  []uint32   // ordinals to be scored
	counts []int      // customers by segment

	view  *view[K] // Keep: Orders
	enter agenda   // when rows at or after asOf come into sight
	leave agenda   // when rows drop out of the window
}

// NewLive copies the aggregate, which stays the host's, and scores it as of
// asOf. It may be empty.
func NewLive[K comparable](agg *Aggregator[K], asOf time.Time, segments *Segments, cfg LiveConfig) (*Live[K], error) {
	l, err := newLive(agg, segments, cfg)
	if err != nil {
		return nil, fmt.Errorf("rfm: live: %w", err)
	}
	if err := l.agg.Merge(agg); err != nil {
		return nil, err
	}
	if _, err := l.Advance(nil, asOf); err != nil {
		return nil, err
	}
	return l, nil
}

func newLive[K comparable](agg *Aggregator[K], segments *Segments, cfg LiveConfig) (*Live[K], error) {
	own := agg.cfg
	own.Workers = 1
	copied, err := NewAggregator(agg.key, own)
	if err != nil {
		return nil, err
	}
	copied.watched = true
	if copied.log != nil {
		copied.log.watched = true
	}
	l := &Live[K]{agg: copied, cfg: cfg, segments: segments, scale: cfg.Frozen, cal: civil.New(own.Location),
		counts: make([]int, segments.Len())}
	if l.scale == nil {
		if l.scale, err = newScale(cfg.Scale, own.Currency, own.Decimals); err != nil {
			return nil, err
		}
	}
	if err := l.scale.takes(&own); err != nil {
		return nil, err
	}
	if l.scale.cfg.Nested || l.scale.cfg.Method == NTile {
		return nil, fmt.Errorf("%s: %w", l.scale.cfg.Method, ErrBatchOnly)
	}
	if l.scale.Bins() != segments.bins {
		return nil, fmt.Errorf("%w: the segments for %v, the scale for %v", ErrBins, segments.bins, l.scale.Bins())
	}
	if err := cfg.Window.Validate(); err != nil {
		return nil, guanxi.At("/window", err)
	}
	if !cfg.Window.IsZero() && copied.log == nil {
		return nil, guanxi.At("/window", ErrNeedsOrders)
	}
	for i := range l.dims {
		l.dims[i] = newValueIndex(i)
	}
	return l, nil
}

// Update adds purchases and refunds, moves on to asOf, and appends to dst every
// customer whose score is another one now, in the order of the keys.
//
// asOf must not run backwards (ErrBackwards, nothing is done). Keeping Totals,
// a row at or after asOf is refused with ErrNeedsOrders; keeping Orders, it
// waits until asOf has passed it. Refused rows are named in a *guanxi.BatchError, and the
// changes are those of all the others.
//
// Cost: O(rows + customers whose value or score the update changes), plus the
// customers that share a bucket of the index with a cut point.
func (l *Live[K]) Update(dst []Change[K], rows []Purchase[K], asOf time.Time) ([]Change[K], error) {
	return l.update(dst, asOf, (*purchases[K])(&rows))
}

// UpdateBatch is Update for columns of minor units.
func (l *Live[K]) UpdateBatch(dst []Change[K], b Batch[K], asOf time.Time) ([]Change[K], error) {
	if err := b.check(); err != nil {
		return dst, err
	}
	return l.update(dst, asOf, (*columns[K])(&b))
}

// Advance is Update without orders: time alone moves customers where a window
// slides, a scale is fixed, or rows wait for asOf.
func (l *Live[K]) Advance(dst []Change[K], asOf time.Time) ([]Change[K], error) {
	return l.update(dst, asOf, new(purchases[K]))
}

// AddMember makes a customer known who may never have bought. The change comes
// with the next update.
func (l *Live[K]) AddMember(customer K) error {
	if err := l.agg.AddMember(customer); err != nil {
		return err
	}
	l.touch(customer)
	return nil
}

// AddContact notes a visit or another contact: see Aggregator.AddContact. The
// change comes with the next update, whose asOf must lie behind it.
func (l *Live[K]) AddContact(customer K, at time.Time) error {
	if err := l.agg.AddContact(customer, at); err != nil {
		return err
	}
	l.touch(customer)
	return nil
}

func (l *Live[K]) touch(customer K) {
	ord, _ := l.agg.find(customer)
	l.agg.touched = append(l.agg.touched, ord)
}

func (l *Live[K]) update(dst []Change[K], asOf time.Time, src source[K]) ([]Change[K], error) {
	us, err := exclusive(asOf)
	if err != nil {
		return dst, fmt.Errorf("rfm: live: %w", err)
	}
	if asOf.Before(l.asOf) {
		return dst, fmt.Errorf("rfm: live: %w: from %s to %s", ErrBackwards, l.asOf.Format(time.RFC3339Nano), asOf.Format(time.RFC3339Nano))
	}
	if latest := l.agg.latest(); latest >= instantOf(us) {
		return dst, fmt.Errorf("rfm: live: as of %s: %w", asOf.Format(time.RFC3339Nano), ErrNeedsOrders)
	}
	if l.agg.log == nil {
		l.agg.until = us
	}
	refused := l.agg.ingest(src, 0)
	l.move(asOf, us)
	errs := []error{refused}
	for _, ord := range l.touchedNow() {
		if err := l.read(ord); err != nil {
			errs = append(errs, fmt.Errorf("rfm: live: customer %v: %w", l.agg.keyOf(ord), err))
		}
	}
	l.recut()
	return l.rescore(dst), errors.Join(errs...)
}

// move sets asOf and makes room for new customers.
func (l *Live[K]) move(asOf time.Time, us int64) {
	if l.asOf.IsZero() {
		l.epoch = l.cal.Day(us)
	}
	l.asOf, l.today = asOf, l.cal.Day(us)
	if l.agg.log != nil {
		from := instant(0)
		if !l.cfg.Window.IsZero() {
			from = instantOf(max(minMicro, l.cfg.Window.SubFrom(asOf, l.agg.cfg.Location).UnixMicro()))
		}
		if l.view == nil {
			l.view = newView(l.agg.log, &l.agg.cfg, from, instantOf(us))
		}
		l.view.from, l.view.asOf = from, instantOf(us)
	}
	old, n := len(l.spots), l.agg.ordinals()
	l.spots = slices.Grow(l.spots, n-old)[:n]
	for ord := old; ord < n; ord++ {
		l.agg.touched = append(l.agg.touched, uint32(ord))
	}
}

// touchedNow returns everybody whose facts may have changed, and marks them dirty.
func (l *Live[K]) touchedNow() []uint32 {
	touched := l.agg.touched
	if l.agg.log != nil {
		touched = append(touched, l.agg.log.displaced...)
		l.agg.log.displaced = l.agg.log.displaced[:0]
		touched = l.enter.due(touched, l.view.asOf)
		touched = l.leave.due(touched, l.view.from)
	}
	for _, ord := range touched {
		l.mark(ord)
	}
	l.agg.touched = touched[:0]
	return l.dirty
}

func (l *Live[K]) mark(ord uint32) {
	if s := &l.spots[ord]; !s.has(spotDirty) {
		s.set(spotDirty, true)
		l.dirty = append(l.dirty, ord)
	}
}

// read takes a customer's facts over into the index.
func (l *Live[K]) read(ord uint32) error {
	f, err := l.facts(ord)
	if err != nil {
		return err
	}
	l.spots[ord].set(spotThere, f.seen)
	if !f.bought {
		for i := range l.dims {
			l.dims[i].remove(l.spots, ord)
		}
		return nil
	}
	money := f.sum
	switch l.scale.cfg.Money {
	case MoneyMean:
		money = halfMean(f.sum, f.count)
	case MoneyMargin:
		money = f.margin
	}
	natural := [3]int64{int64(l.epoch) - int64(l.cal.Day(f.last.unixMicro())), f.count, money}
	for i := range l.dims {
		l.dims[i].set(l.spots, ord, natural[i]^l.scale.dims[i].flip)
	}
	return nil
}

func (l *Live[K]) facts(ord uint32) (facts, error) {
	if l.agg.log == nil {
		p := &l.agg.parts[0]
		return p.Rows[ord].Row.facts(p.cost(ord))
	}
	f, err := l.view.facts(ord)
	l.view.pending = l.view.pending[:0]
	if err != nil {
		return f, err
	}
	l.enter.schedule(ord, f.enters)
	if l.view.from > 0 {
		l.leave.schedule(ord, f.leaves)
	}
	return f, nil
}

// shift is what the index's recency lacks to the scale's: it was counted to
// another day.
func (l *Live[K]) shift(dim int) int64 {
	if Dimension(dim) != Recency {
		return 0
	}
	return (int64(l.today) - int64(l.epoch)) * (1 | l.scale.dims[dim].flip)
}

// recut finds the cut points of now and marks everybody they passed over.
func (l *Live[K]) recut() {
	for i := range l.dims {
		x, d := &l.dims[i], &l.scale.dims[i]
		old := l.cuts[i]
		var cuts []int64
		switch {
		case l.cfg.Frozen != nil || d.fixed:
			for _, c := range d.cuts {
				cuts = append(cuts, c-l.shift(i))
			}
		case x.n == 0:
		case l.scale.cfg.Method == Mean:
			cuts = []int64{x.sum.mean(x.n)}
		default:
			cuts = cutsOf(l.scale.cfg.Method, x.n, d.bins, func(rank int) int64 { return x.at(l.spots, rank) })
		}
		l.cuts[i] = cuts
		if len(old) != len(cuts) {
			continue // nobody bought before, or does now: all are marked already
		}
		for k, c := range cuts {
			x.between(l.spots, min(old[k], c), max(old[k], c), l.mark)
		}
	}
}

// rescore scores everybody who is marked.
func (l *Live[K]) rescore(dst []Change[K]) []Change[K] {
	at := len(dst)
	for _, ord := range l.dirty {
		s := &l.spots[ord]
		s.set(spotDirty, false)
		was, wasKnown := s.score, s.has(spotKnown)
		s.score = l.score(s)
		s.set(spotKnown, s.has(spotThere))
		if s.score == was && s.has(spotKnown) == wasKnown {
			continue
		}
		c := Change[K]{Customer: l.agg.keyOf(ord), Before: was, After: s.score, From: Absent, To: Absent}
		if wasKnown {
			i, _ := l.segments.Index(was)
			c.From = l.segments.list[i].ID
			l.counts[i]--
		}
		if s.has(spotKnown) {
			i, _ := l.segments.Index(s.score)
			c.To = l.segments.list[i].ID
			l.counts[i]++
		}
		dst = append(dst, c)
	}
	l.dirty = l.dirty[:0]
	l.sort(dst[at:])
	return dst
}

func (l *Live[K]) score(s *spot) Score {
	if s.pos[0] == 0 {
		return Score{}
	}
	var bins [3]uint8
	for i, cuts := range l.cuts {
		bins[i] = 1
		for _, c := range cuts {
			above := uint8(0) // so written, it is no branch
			if c < s.vals[i] {
				above = 1
			}
			bins[i] += above
		}
	}
	return Score{bins[0], bins[1], bins[2]}
}

// sort puts changes in the order of their keys.
func (l *Live[K]) sort(changes []Change[K]) {
	key := l.agg.key
	p := make([]place, len(changes))
	for i, c := range changes {
		p[i] = place{prefix: key.Prefix(c.Customer), ord: uint32(i)}
	}
	p = sortPlaces(key, p, func(p place) K { return changes[p.ord].Customer })
	sorted := make([]Change[K], len(changes))
	for i, from := range p {
		sorted[i] = changes[from.ord]
	}
	copy(changes, sorted)
}

// AsOf returns the instant of the last update.
func (l *Live[K]) AsOf() time.Time { return l.asOf }

// Len returns the number of customers.
func (l *Live[K]) Len() int {
	n := 0
	for _, c := range l.counts {
		n += c
	}
	return n
}

// Counts returns how many customers each segment has, by the segment's number.
func (l *Live[K]) Counts() []int { return append([]int(nil), l.counts...) }

// Find returns the score and the segment of one customer.
func (l *Live[K]) Find(customer K) (Score, Segment, bool) {
	ord, ok := l.agg.find(customer)
	if !ok || int(ord) >= len(l.spots) || !l.spots[ord].has(spotKnown) {
		return Score{}, Segment{}, false
	}
	seg, _ := l.segments.Of(l.spots[ord].score)
	return l.spots[ord].score, seg, true
}

// Scale returns the scale of now, to store or to score a newcomer with. It has
// cut points but no spread, so its Z is not known. While nobody has bought it
// is ErrEmpty.
func (l *Live[K]) Scale() (*Scale, error) {
	if l.cfg.Frozen != nil {
		return l.cfg.Frozen, nil
	}
	s := *l.scale
	for i := range s.dims {
		d := &s.dims[i]
		if d.fixed {
			continue
		}
		if l.cuts[i] == nil {
			return nil, fmt.Errorf("rfm: live: %w", ErrEmpty)
		}
		d.cuts = nil
		for _, c := range l.cuts[i] {
			d.cuts = append(d.cuts, c+l.shift(i))
		}
	}
	return &s, nil
}

// Scored returns the whole population as it stands, for tables and migrations.
// Cost: that of Population and ScoreAll.
func (l *Live[K]) Scored() (*Scored[K], error) {
	s, err := l.Scale()
	if err != nil {
		return nil, err
	}
	from := time.Time{}
	if !l.cfg.Window.IsZero() {
		from = l.cfg.Window.SubFrom(l.asOf, l.agg.cfg.Location)
	}
	pop, err := l.agg.population(from, l.asOf)
	if err != nil {
		return nil, err
	}
	return ScoreAll(pop, s, l.segments)
}
