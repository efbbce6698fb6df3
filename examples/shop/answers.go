package main

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
)

// answer is what somebody said when asked whether they would recommend the shop.
type answer struct {
	buyer int   // place in buyers; −1 of one who is none
	at    int64 // UTC microseconds
	score int   // 0 to 10
}

// findAnswers reads the answers before as_of, or invents those of an invented shop. A
// real shop without a file has none.
func findAnswers(b *book, o options) ([]answer, error) {
	switch {
	case o.answers != "":
		return readAnswers(b, o)
	case o.orders == "":
		return inventAnswers(b, o), nil
	}
	return nil, nil
}

const (
	waveMonths   = 3
	wavesBack    = 8   // of an invented shop
	waveDays     = 10  // in which answers come, before the quarter ends
	answerRate   = 0.2 // of those who were asked
	askedDays    = 180 // who bought so lately
	scoreMean    = 7.7
	scoreNoise   = 1.9
	refundAnnoys = 2.5
	lateWave     = 3 // so many waves ago deliveries were late
	lateAnnoys   = 0.5
)

// inventAnswers asks the customers of an invented shop each quarter. Who orders often
// is happier, and who sent something back is not.
func inventAnswers(b *book, o options) []answer {
	var out []answer
	ends := make([]time.Time, wavesBack)
	end := startOfQuarter(b.asOf, o.loc)
	for k := range ends {
		ends[wavesBack-1-k] = startOfQuarter(end.AddDate(0, -waveMonths*k, 0), o.loc)
	}
	for i := range b.buyers {
		s := b.buyer(i)
		h := fnv.New64a()
		_, _ = io.WriteString(h, s.id)
		rng := rand.New(rand.NewPCG(o.seed, h.Sum64()))
		mood := rng.NormFloat64()
		for k, end := range ends {
			asked := end.AddDate(0, 0, -waveDays)
			u, at := rng.Float64(), asked.Add(time.Duration(rng.Float64()*waveDays*float64(24*time.Hour))).Truncate(time.Second)
			noise := rng.NormFloat64()
			orders, backs := s.lately(asked.AddDate(0, 0, -askedDays).UnixMicro(), asked.UnixMicro())
			if orders == 0 || u >= answerRate || !at.Before(b.asOf) {
				continue
			}
			x := scoreMean + 0.5*math.Log(float64(orders)) + scoreNoise*(0.7*mood+0.7*noise)
			if backs > 0 {
				x -= refundAnnoys
			}
			if k == wavesBack-lateWave {
				x -= lateAnnoys
			}
			out = append(out, answer{buyer: i, at: at.UnixMicro(), score: int(max(0, min(10, math.Round(x))))})
		}
	}
	return out
}

// lately counts orders and refunds in [from, to).
func (s *shopper) lately(from, to int64) (orders, backs int) {
	for i := range s.orders {
		o := &s.orders[i]
		if o.at >= from && o.at < to {
			orders++
		}
		for _, r := range o.backs {
			if r.at >= from && r.at < to {
				backs++
			}
		}
	}
	return orders, backs
}

func startOfQuarter(t time.Time, loc *time.Location) time.Time {
	t = t.In(loc)
	return midnight(t.Year(), (t.Month()-1)/waveMonths*waveMonths+1, 1, loc)
}

// maxFaults is how many bad rows of a file of answers are named.
const maxFaults = 20

// readAnswers reads a file. Rows that cannot be read are one error that names each
// with its reason: a score without them would be another one.
func readAnswers(b *book, o options) ([]answer, error) {
	f, err := csvfile.Open(o.answers, "", "customer", "score", "date")
	if err != nil {
		return nil, err
	}
	places := make(map[string]int, len(b.buyers))
	for i := range b.buyers {
		places[b.buyer(i).id] = i
	}
	var out []answer
	var errs []error
	faults := 0
	for more := true; more; {
		var fields []string
		fields, more, err = f.Next()
		var a answer
		if err == nil {
			if a, err = readAnswer(fields, places, o); err != nil {
				err = f.Fault(err)
			}
		}
		switch {
		case errors.Is(err, io.EOF):
		case err != nil:
			if faults++; faults <= maxFaults {
				errs = append(errs, fmt.Errorf("%s: %w", o.answers, err))
			}
		case a.at < b.asOf.UnixMicro():
			out = append(out, a)
		}
	}
	if faults > maxFaults {
		errs = append(errs, fmt.Errorf("%s: and %d more", o.answers, faults-maxFaults))
	}
	if f.Row() == 0 {
		return nil, fmt.Errorf("%s: there are no rows below the header", o.answers)
	}
	slices.SortStableFunc(out, func(x, y answer) int { return int(max(-1, min(1, x.at-y.at))) })
	return out, errors.Join(errs...)
}

// readAnswer reads a row, with everything that is wrong with it.
func readAnswer(fields []string, places map[string]int, o options) (answer, error) {
	a := answer{buyer: -1}
	var why []string
	if i, ok := places[fields[0]]; ok {
		a.buyer = i
	}
	if fields[0] == "" {
		why = append(why, "no customer")
	}
	var err error
	if a.score, err = strconv.Atoi(fields[1]); err != nil || a.score < 0 || a.score > 10 {
		why = append(why, fmt.Sprintf("score %.40q: not a whole number from 0 to 10", fields[1]))
	}
	at, err := parseAsOf(fields[2], o.loc)
	switch {
	case err != nil:
		why = append(why, fmt.Sprintf("date %.40q: no date such as 2006-01-02 or 2006-01-02T15:04:05+08:00", fields[2]))
	case !csvfile.InYears(at):
		why = append(why, fmt.Sprintf("date %.40q: %v", fields[2], csvfile.ErrYear))
	}
	if len(why) > 0 {
		return a, errors.New(strings.Join(why, "; "))
	}
	a.at = at.UnixMicro()
	return a, nil
}

// noAnswers says why there are none.
func (o options) noAnswers() guanxi.Text {
	if o.orders != "" && o.answers == "" {
		return guanxi.Text{EN: "an order log has no answers: give them with -answers", ZH: "订单记录中没有调查回答：请用 -answers 提供"}
	}
	return guanxi.Text{EN: "nobody has answered yet", ZH: "尚无人回答"}
}

// source says where the answers come from.
func (o options) source() guanxi.Text {
	if o.answers != "" {
		name := filepath.Base(o.answers)
		return guanxi.Text{EN: name, ZH: name}
	}
	return guanxi.Text{EN: "simulated", ZH: "模拟"}
}
