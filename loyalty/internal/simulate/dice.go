package simulate

import "math/rand/v2"

// dice gives random choices: from a seed, or from the bytes that a fuzzer chose.
type dice struct {
	rng  *rand.Rand
	data []byte
	fed  bool
}

func newDice(seed uint64) *dice { return &dice{rng: rand.New(rand.NewPCG(seed, 0x6c6f7961))} }

func fedDice(data []byte) *dice { return &dice{data: data, fed: true} }

// done reports whether the bytes are used up. A seed never is.
func (d *dice) done() bool { return d.fed && len(d.data) == 0 }

// n returns a number in [0, n); 0 once the bytes are used up.
func (d *dice) n(n int) int {
	if n <= 1 {
		return 0
	}
	if !d.fed {
		return d.rng.IntN(n)
	}
	v := 0
	for room := 1; room < n && len(d.data) > 0; room <<= 8 {
		v = v<<8 | int(d.data[0])
		d.data = d.data[1:]
	}
	return v % n
}

// in says yes once in n times.
func (d *dice) in(n int) bool { return d.n(n) == n-1 }

func pick[T any](d *dice, from ...T) T { return from[d.n(len(from))] }
