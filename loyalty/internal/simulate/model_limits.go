package simulate

import "github.com/guanxi-go/guanxi/loyalty"

// ahead returns until when a command may be dated.
func (r *rules) ahead(clock int64) int64 {
	p := r.p.Policy.Ahead
	if p.IsZero() {
		p.Days = 1
	}
	return us(p.AddTo(loyalty.Instant(clock).Time(), r.cal.loc))
}

// fits refuses what gives an account more points in its life than there may be.
func (d *deal) fits(was *account) {
	for k, b := range d.a.books {
		before := [4]int64{}
		if x := was.books[k]; x != nil {
			before = *x
		}
		for i, n := range b {
			if i != bookTakenBack && n < before[i] && n < -int64(loyalty.MaxPoints) {
				refuse(loyalty.ErrOverflow)
			}
		}
	}
	for k, n := range d.a.debt {
		if n > was.debt[k] && n > int64(loyalty.MaxPoints) {
			refuse(loyalty.ErrOverflow)
		}
	}
}
