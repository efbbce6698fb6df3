package churn

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Gaps gathers the cycles of a segment's customers: what one customer's few gaps
// are shrunk to. Customers without a gap change nothing. Sums are exact, so that
// the result depends neither on the order of the customers nor on how they were
// split. The zero value is empty. Not safe for concurrent use: use one per
// goroutine and Merge.
type Gaps struct {
	customers, gaps uint64
	mean            fixed // Σ of the customers' mean log gap
	square          fixed // Σ of its square
	inverse         fixed // Σ 1/gaps
	within          fixed // Σ of the sums of squares about the customers' means
}

// Add counts a customer. No allocation.
func (g *Gaps) Add(c Cycle) {
	n := c.Gaps()
	if n == 0 {
		return
	}
	g.customers++
	g.gaps += uint64(n)
	g.mean.add(c.mean)
	g.square.add(c.mean * c.mean)
	g.inverse.add(1 / float64(n))
	g.within.add(float64(c.m2))
}

// Merge counts the customers of o, which is not changed.
func (g *Gaps) Merge(o *Gaps) {
	g.customers += o.customers
	g.gaps += o.gaps
	g.mean.addFixed(o.mean)
	g.square.addFixed(o.square)
	g.inverse.addFixed(o.inverse)
	g.within.addFixed(o.within)
}

// Reset forgets all customers.
func (g *Gaps) Reset() { *g = Gaps{} }

// Customers returns how many customers with a gap there are, and their gaps.
func (g *Gaps) Customers() (customers, gaps int64) { return int64(g.customers), int64(g.gaps) }

// spread is how log gaps are spread in a segment.
type spread struct {
	mean    float64 // of the customers' means
	within  float64 // variance of a customer's gaps
	between float64 // variance of the customers' means beyond what few gaps explain
}

const (
	minVariance = 0.0025 // 5 % of a gap: nobody is a clock
	minRatio    = 0.1    // of within to between
	maxRatio    = 1e6
)

// estimate is the method of moments for a random-effects model, every customer
// counting once: weighted by gaps, those who order often would stand for all.
func (g *Gaps) estimate() spread {
	k := float64(g.customers)
	mean := g.mean.float() / k
	s := spread{mean: mean}
	var between float64
	if g.customers > 1 {
		between = max(0, (g.square.float()-k*mean*mean)/(k-1))
	}
	if free := g.gaps - g.customers; free > 0 {
		s.within = max(minVariance, g.within.float()/float64(free))
		s.between = max(0, between-s.within*g.inverse.float()/k)
	} else { // one gap each: nothing tells the two apart
		s.within = max(minVariance, between)
	}
	return s
}

// strength says how many gaps of their own weigh as much as the segment.
func (s spread) strength() float64 {
	if s.between == 0 {
		return maxRatio
	}
	return min(max(s.within/s.between, minRatio), maxRatio)
}

const gapsSize = 1 + 8 + 8 + 4*16

// AppendBinary appends the encoding of g: the version, customers, gaps, and four
// sums of 128 bits, big-endian. What was once written is read for ever. The error
// is always nil.
func (g *Gaps) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, encodingVersion)
	dst = binary.BigEndian.AppendUint64(dst, g.customers)
	dst = binary.BigEndian.AppendUint64(dst, g.gaps)
	for _, f := range []fixed{g.mean, g.square, g.inverse, g.within} {
		dst = binary.BigEndian.AppendUint64(dst, uint64(f.hi))
		dst = binary.BigEndian.AppendUint64(dst, f.lo)
	}
	return dst, nil
}

// MarshalBinary returns what AppendBinary appends.
func (g *Gaps) MarshalBinary() ([]byte, error) { return g.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: ErrFormat, and
// g is as before.
func (g *Gaps) UnmarshalBinary(data []byte) error {
	if len(data) != gapsSize || data[0] != encodingVersion {
		return fmt.Errorf("%w: unknown version or length", ErrFormat)
	}
	word := func(i int) uint64 { return binary.BigEndian.Uint64(data[1+8*i:]) }
	sum := func(i int) fixed { return fixed{int64(word(2 + 2*i)), word(3 + 2*i)} }
	r := Gaps{word(0), word(1), sum(0), sum(1), sum(2), sum(3)}
	// A log gap lies between ln(1 minute) and ln(136 years), in days.
	k, mean := float64(r.customers), math.Abs(r.mean.float())
	if r.customers > r.gaps || r.gaps > 1<<52 || mean > 12*k+1 || r.square.hi < 0 || r.square.float() > 144*k+1 ||
		r.inverse.hi < 0 || r.inverse.float() > k || r.within.hi < 0 || r.within.float() > 1e3*float64(r.gaps) {
		return fmt.Errorf("%w: impossible sums", ErrFormat)
	}
	*g = r
	return nil
}
