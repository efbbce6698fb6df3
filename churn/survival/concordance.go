package survival

import (
	"fmt"
	"math"
)

// MarkerConfig sets up Harrell; the zero value is its default.
type MarkerConfig struct {
	// Risk says that a higher marker means leaving earlier, as a risk score does.
	// The default is that it means staying longer.
	Risk bool `json:"risk,omitempty"`
	// Confidence of the limits; 0 is DefaultConfidence.
	Confidence float64 `json:"confidence,omitempty"`
}

// Validate returns a *guanxi.FieldError around ErrConfidence unless Confidence is 0
// or between 0 and 1.
func (c MarkerConfig) Validate() error {
	_, err := checkConfidence(c.Confidence)
	return err
}

// Concordance is how well a marker orders customers by who leaves first. A pair
// is comparable when it is known who of the two left first: one left while the
// other was at risk, and stayed longer. It is a value.
type Concordance struct {
	// C is Harrell's: (Concordant + TiedMarker/2) / comparable pairs. Its SE
	// is from the infinitesimal jackknife, its limits are C ± z·SE within
	// 0 and 1.
	C Estimate `json:"c"`
	// Comparable pairs: the marker orders them rightly, wrongly, or not.
	Concordant int64 `json:"concordant"`
	Discordant int64 `json:"discordant"`
	TiedMarker int64 `json:"tied_marker"`
	// TiedTime pairs left at one time and differ in the marker; TiedBoth do not.
	TiedTime int64 `json:"tied_time"`
	TiedBoth int64 `json:"tied_both"`
	Skipped  int   `json:"skipped"` // rows left out because they miss Time, Entry, Stratum or the marker
}

// Harrell returns the concordance of a marker, one value a row; higher stays
// longer, unless cfg.Risk. Pairs are made within each of d's Strata. ErrNoPairs
// where there is none. The order of rows is of no account. Cost: O(n log n).
//
// Harrell, Lee & Mark (1996), Statist. Med. 15, 361–387; Therneau & Watson
// (2015), The concordance statistic and the Cox model.
func Harrell(d Data, marker []float64, cfg MarkerConfig) (Concordance, error) {
	confidence, err := checkConfidence(cfg.Confidence)
	if err != nil {
		return Concordance{}, err
	}
	if marker == nil {
		marker = []float64{}
	}
	keep, skipped, err := d.rows(uses{strata: true, marker: marker})
	if err != nil {
		return Concordance{Skipped: skipped}, err
	}
	m := count(keep, len(d.Time))
	p := pairs{
		time: make([]float64, m), entry: nil, event: make([]bool, m), stratum: make([]int32, m),
		marker: make([]float64, m), reverse: cfg.Risk,
	}
	if d.Entry != nil {
		p.entry = make([]float64, m)
	}
	k := 0
	for i := range each(keep, len(d.Time)) {
		p.time[k], p.event[k], p.stratum[k], p.marker[k] = d.Time[i], d.Event[i], d.stratum(int32(i)), marker[i]
		if d.Entry != nil {
			p.entry[k] = d.Entry[i]
		}
		k++
	}
	c, err := p.concordance(confidence)
	c.Skipped = skipped
	return c, err
}

// pairs compares complete rows.
type pairs struct {
	time, entry, marker []float64
	event               []bool
	stratum             []int32
	reverse             bool
}

// fenwick counts by rank.
type fenwick []int32

func (f fenwick) add(i int32, v int32) {
	for i++; int(i) < len(f); i += i & -i {
		f[i] += v
	}
}

// below returns the count of ranks < i.
func (f fenwick) below(i int32) (n int32) {
	for ; i > 0; i -= i & -i {
		n += f[i]
	}
	return n
}

// seen counts members of a tree by how their rank compares with another.
type seen struct{ less, equal, more int64 }

func look(f fenwick, rank, total int32) seen {
	less := f.below(rank)
	upTo := f.below(rank + 1)
	return seen{int64(less), int64(upTo - less), int64(total - upTo)}
}

// concordance walks each stratum from its last time to its first. One tree
// holds the ranks of those at risk, for the pairs in which a row leaves first;
// another those of the events so far, for the pairs in which it stays longer:
// the events while it was at risk are those at its entry less those at its end.
func (p *pairs) concordance(confidence float64) (Concordance, error) {
	n := len(p.time)
	rank, ranks, order := p.ranks()
	exits := p.descending(order, p.time)
	var entries []item
	if p.entry != nil {
		entries = p.descending(order, p.entry)
	}
	risk, events := make(fenwick, ranks+1), make(fenwick, ranks+1)
	// By row: right - wrong, and comparable pairs.
	score, total := make([]int64, n), make([]int64, n)
	var c Concordance
	sign := int64(1) // of a pair whose stayer has the higher marker
	if p.reverse {
		sign = -1
	}
	leaves := func(row int32, s seen) {
		score[row] += sign * (s.more - s.less)
		total[row] += s.less + s.equal + s.more
		c.Concordant += s.more
		c.Discordant += s.less
		c.TiedMarker += s.equal
	}
	stays := func(row int32, s seen, by int64) {
		score[row] += by * sign * (s.less - s.more)
		total[row] += by * (s.less + s.equal + s.more)
	}
	e := 0
	for from := 0; from < n; {
		stratum, to := p.stratum[exits[from].row], from
		for to < n && p.stratum[exits[to].row] == stratum {
			to++
		}
		clear(risk)
		clear(events)
		atRisk, left := int32(0), int32(0)
		// enter takes off the risk set those who enter at key or later.
		enter := func(key uint64) {
			for ; e < to && entries != nil && entries[e].key >= key; e++ {
				row := entries[e].row
				risk.add(rank[row], -1)
				atRisk--
				stays(row, look(events, rank[row], left), 1)
			}
		}
		for i := from; i < to; {
			key, first := exits[i].key, i
			enter(key)
			for i < to && exits[i].key == key {
				i++
			}
			// Last seen now: at risk of what happens now.
			for _, x := range exits[first:i] {
				if !p.event[x.row] {
					stays(x.row, look(events, rank[x.row], left), -1)
					risk.add(rank[x.row], 1)
					atRisk++
				}
			}
			before := left
			for _, x := range exits[first:i] {
				if p.event[x.row] {
					leaves(x.row, look(risk, rank[x.row], atRisk))
					events.add(rank[x.row], 1)
					left++
				}
			}
			c.tied(exits[first:i], p.event, rank, left-before)
			for _, x := range exits[first:i] {
				if p.event[x.row] {
					stays(x.row, look(events, rank[x.row], left), -1)
					risk.add(rank[x.row], 1)
					atRisk++
				}
			}
		}
		if entries != nil {
			enter(0)
		} else {
			for _, x := range exits[from:to] {
				stays(x.row, look(events, rank[x.row], left), 1)
			}
		}
		from = to
	}
	if p.reverse {
		c.Concordant, c.Discordant = c.Discordant, c.Concordant
	}
	all := float64(c.Concordant + c.Discordant + c.TiedMarker)
	if all == 0 {
		return Concordance{}, ErrNoPairs
	}
	c.C.Value = (float64(c.Concordant) + float64(c.TiedMarker)/2) / all
	somers := float64(c.Concordant-c.Discordant) / all
	sum := 0.0
	for _, x := range exits { // an order that the rows' has no part in
		v := float64(score[x.row]) - somers*float64(total[x.row])
		sum += v * v
	}
	c.C.SE = math.Sqrt(sum) / (2 * all)
	z := normalQuantile(0.5 + confidence/2)
	c.C.Low, c.C.High = max(0, c.C.Value-z*c.C.SE), min(1, c.C.Value+z*c.C.SE)
	return c, nil
}

// tied counts the pairs among d events at one time. The rows are by rank.
func (c *Concordance) tied(rows []item, event []bool, rank []int32, d int32) {
	if d < 2 {
		return
	}
	both, run, last := int64(0), int64(0), int32(-1)
	for _, x := range rows {
		if !event[x.row] {
			continue
		}
		if rank[x.row] != last {
			last, run = rank[x.row], 0
		}
		both += run
		run++
	}
	c.TiedBoth += both
	c.TiedTime += int64(d)*int64(d-1)/2 - both
}

// ranks gives each row the rank of its marker, equal markers the same, and the
// rows in the order of their marker, then those who left first, then entry.
func (p *pairs) ranks() (rank []int32, ranks int, order []item) {
	n := len(p.time)
	a, b := make([]item, n), make([]item, n)
	for i := range a {
		a[i] = item{row: int32(i)}
	}
	if p.entry != nil {
		a, b = resort(a, b, func(row int32) uint64 { return bits(p.entry[row]) })
	}
	a, b = resort(a, b, func(row int32) uint64 { return uint64(one(!p.event[row])) })
	a, _ = resort(a, b, func(row int32) uint64 { return signedBits(p.marker[row]) })
	rank = make([]int32, n)
	r := int32(0)
	for i, x := range a {
		if i > 0 && x.key != a[i-1].key {
			r++
		}
		rank[x.row] = r
	}
	return rank, int(r) + 1, a
}

// descending sorts rows by stratum, then by time from the last to the first,
// and leaves ties in the order given.
func (p *pairs) descending(order []item, time []float64) []item {
	a, b := append([]item(nil), order...), make([]item, len(order))
	a, b = resort(a, b, func(row int32) uint64 { return ^bits(time[row]) })
	strata := false
	for _, s := range p.stratum {
		strata = strata || s != p.stratum[0]
	}
	if strata {
		a, _ = resort(a, b, func(row int32) uint64 { return uint64(p.stratum[row]) })
	}
	for i := range a {
		a[i].key = bits(time[a[i].row])
	}
	return a
}

// resort sorts a by another key, stably. It returns the sorted and the other.
func resort(a, b []item, key func(row int32) uint64) (sorted, other []item) {
	for i := range a {
		a[i].key = key(a[i].row)
	}
	sorted = radixSort(a, b)
	if len(a) > 0 && &sorted[0] == &a[0] {
		return a, b
	}
	return b, a
}

// String writes the concordance as "C = 0.637 ± 0.025 (n pairs)".
func (c Concordance) String() string {
	return fmt.Sprintf("C = %.3f ± %.3f (%d pairs)", c.C.Value, c.C.SE, c.Concordant+c.Discordant+c.TiedMarker)
}
