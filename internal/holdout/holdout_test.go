package holdout

import (
	"math"
	"strconv"
	"testing"
)

// Golden places: python3 -c "import hashlib,struct; s=b'spring';
// print((struct.unpack('>Q',hashlib.sha256(struct.pack('>Q',len(s))+s+b'C-17').digest()[:8])[0]>>11)/2**53)"
func TestPlaceNeverChanges(t *testing.T) {
	for _, c := range []struct {
		salt, customer string
		want           float64
	}{
		{"spring", "C-17", 0.6571235566448408},
		{"", "", 0.6848974799809221},
	} {
		if got := Place(c.salt, []byte(c.customer)); got != c.want {
			t.Errorf("Place(%q, %q) = %v, want %v", c.salt, c.customer, got, c.want)
		}
	}
	if Place("ab", []byte("c")) == Place("a", []byte("bc")) {
		t.Error("salt and customer run together")
	}
}

func TestPlaceIsUniform(t *testing.T) {
	const n, bins = 100_000, 20
	var count [bins]float64
	for i := range n {
		count[int(Place("spring", strconv.AppendInt(nil, int64(i), 10))*bins)]++
	}
	chi := 0.0
	for _, c := range count {
		chi += (c - n/bins) * (c - n/bins) / (n / bins)
	}
	// 19 degrees of freedom: above 50 once in 10⁴ salts.
	if chi > 50 || math.IsNaN(chi) {
		t.Errorf("chi-square %v", chi)
	}
}

func TestPlaceDoesNotAllocate(t *testing.T) {
	id := []byte("C-17")
	if n := testing.AllocsPerRun(100, func() { Place("spring", id) }); n != 0 {
		t.Errorf("%v allocs", n)
	}
}
