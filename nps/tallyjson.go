package nps

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
)

type tallyJSON struct {
	Kind      Kind    `json:"kind"`
	Range     Range   `json:"range"`
	Counts    []int64 `json:"counts"`
	Dismissed int64   `json:"dismissed"`
}

// MarshalJSON writes kind, range, the counts from the lowest score of the scale
// to the highest, and the dismissals.
func (t Tally) MarshalJSON() ([]byte, error) {
	r := t.scale()
	return json.Marshal(tallyJSON{t.kind, r, t.counts[:r.Max-r.Min+1], t.dismissed})
}

// UnmarshalJSON reads what MarshalJSON writes, strictly: every unknown field,
// wrong type and impossible number is reported with its JSON pointer, and t is as
// before. A range that is missing or zero is the preset of the kind. ErrFormat at
// /counts unless there is one for each score; ErrCount, ErrKind, ErrRange.
func (t *Tally) UnmarshalJSON(data []byte) error {
	var j tallyJSON
	if err := guanxi.UnmarshalStrict(data, &j); err != nil {
		return err
	}
	r, err := NewTally(j.Kind, j.Range)
	if err != nil {
		return err
	}
	errs := []error{checkCount("dismissed", j.Dismissed)}
	if want := points - int(r.short); len(j.Counts) != want {
		errs = append(errs, at(fmt.Errorf("%w: %d counts of %d scores", ErrFormat, len(j.Counts), want), "counts"))
	} else {
		for i, n := range j.Counts {
			errs = append(errs, place("/counts", checkCountAt(i, n)))
		}
	}
	if err := join(errs...); err != nil {
		return err
	}
	copy(r.counts[:], j.Counts)
	r.dismissed = j.Dismissed
	*t = r
	return nil
}

func checkCountAt(i int, n int64) error {
	if n < 0 || n > MaxCount {
		return at(fmt.Errorf("%w: %d", ErrCount, n), i)
	}
	return nil
}

// MarshalJSON writes the people by their class before and then after, as in
// {"detractor":{"promoter":3}}; movements that did not occur are left out.
func (m Movement) MarshalJSON() ([]byte, error) {
	out := map[Class]map[Class]int64{}
	for move, n := range m.All() {
		if out[move[0]] == nil {
			out[move[0]] = map[Class]int64{}
		}
		out[move[0]][move[1]] = n
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes, strictly, and leaves m alone if
// there is a fault: ErrClass, ErrCount.
func (m *Movement) UnmarshalJSON(data []byte) error {
	var in map[Class]map[Class]int64
	if err := guanxi.UnmarshalStrict(data, &in); err != nil {
		return err
	}
	var r Movement
	var errs []error
	for i := range classCount {
		for j := range classCount {
			n := in[i][j]
			if n < 0 || n > MaxCount {
				errs = append(errs, at(fmt.Errorf("%w: %d", ErrCount, n), i.String(), j.String()))
			}
			r.counts[i][j] = n
		}
	}
	if err := join(errs...); err != nil {
		return err
	}
	*m = r
	return nil
}

type referralsJSON struct {
	Asked    Tally `json:"asked"`
	Referred Tally `json:"referred"`
}

// MarshalJSON writes the tally of all people and of those who referred somebody.
func (r Referrals) MarshalJSON() ([]byte, error) {
	return json.Marshal(referralsJSON{r.asked, r.referred})
}

// UnmarshalJSON reads what MarshalJSON writes, strictly, and leaves r alone if
// there is a fault: those of a Tally; ErrMismatch, and ErrCount where more referred
// than answered, at /referred.
func (r *Referrals) UnmarshalJSON(data []byte) error {
	var j referralsJSON
	if err := guanxi.UnmarshalStrict(data, &j); err != nil {
		return err
	}
	rest := j.Asked
	if err := rest.Sub(j.Referred); err != nil {
		return at(err, "referred")
	}
	*r = Referrals{j.Asked, j.Referred}
	return nil
}

type weightedJSON struct {
	Tally   Tally                   `json:"tally"`
	Sums    [classCount - 1]float64 `json:"sums"`    // of the weights of detractors, passives and promoters
	Squares [classCount - 1]float64 `json:"squares"` // of those squared
	Zeros   bool                    `json:"zeros,omitempty"`
}

// MarshalJSON writes the tally, and of detractors, passives and promoters the
// sums of the weights and of their squares.
func (w Weighted) MarshalJSON() ([]byte, error) {
	return json.Marshal(weightedJSON{w.tally, [3]float64(w.sum[1:]), [3]float64(w.sq[1:]), w.zeros})
}

// UnmarshalJSON reads what MarshalJSON writes, strictly, and leaves w alone if
// there is a fault: those of a Tally, and ErrWeight at /sums/i where no weights
// of that many answers have such sums.
func (w *Weighted) UnmarshalJSON(data []byte) error {
	var j weightedJSON
	if err := guanxi.UnmarshalStrict(data, &j); err != nil {
		return err
	}
	r := Weighted{tally: j.Tally, zeros: j.Zeros}
	copy(r.sum[1:], j.Sums[:])
	copy(r.sq[1:], j.Squares[:])
	c := r.tally.Classes()
	var errs []error
	for i, n := range []int64{c.Detractors, c.Passives, c.Promoters} {
		sum, sq, n := j.Sums[i], j.Squares[i], float64(n)
		const slack = 1e-6 // both are rounded at every answer
		// Σw² ≤ (Σw)² ≤ n·Σw², as roots so that nothing overflows.
		possible := sum == 0 && sq == 0
		if n > 0 {
			root := math.Sqrt(sq)
			possible = sum > 0 && sq > 0 && root <= sum*(1+slack) && sum <= math.Sqrt(n)*root*(1+slack) && sum <= n*maxWeight*(1+slack)
		}
		if !possible {
			errs = append(errs, at(fmt.Errorf("%w: %v, squared %v, of %v answers", ErrWeight, sum, sq, n), "sums", i))
		}
	}
	if err := join(errs...); err != nil {
		return err
	}
	*w = r
	return nil
}
