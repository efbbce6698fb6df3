package simulate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Config says what is played.
type Config struct {
	Seed     uint64
	Data     []byte // in place of the seed: the choices, as a fuzzer makes them
	Commands int
	Accounts int  // 0: 12
	Brief    bool // a failure is not shortened
	// Open makes the host of an engine; nil is NewMemory.
	Open func(*loyalty.Engine) Host
}

// Failure is a run that failed, shortened.
type Failure struct {
	Seed    uint64
	Program loyalty.Program
	Steps   []Step // the fewest that fail
	Of      int    // steps before they were shortened
	Err     error
}

// Error tells the whole story.
func (f *Failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: %v\n%d of %d steps:\n", f.Seed, f.Err, len(f.Steps), f.Of)
	for i, s := range f.Steps {
		if i == 30 {
			fmt.Fprintf(&b, "  … %d more\n", len(f.Steps)-i)
			break
		}
		fmt.Fprintf(&b, "  %s\n", s)
	}
	p, err := f.Program.MarshalJSON()
	if err != nil {
		p = []byte(err.Error())
	}
	fmt.Fprintf(&b, "programme %s\n", p)
	return b.String()
}

// Unwrap returns Err.
func (f *Failure) Unwrap() error { return f.Err }

// lawsEvery is after how many commands all laws are asked.
const lawsEvery = 1000

// Run plays one programme. The error is a *Failure, or one of the programme.
func Run(c Config) (*World, error) {
	d := newDice(c.Seed)
	if c.Data != nil {
		d = fedDice(c.Data)
	}
	if c.Open == nil {
		c.Open = func(e *loyalty.Engine) Host { return NewMemory(e) }
	}
	if c.Accounts == 0 {
		c.Accounts = 12
	}
	start := time.Date(2023+d.n(3), time.Month(1+d.n(12)), 1+d.n(28), 9, 0, 0, 0, time.UTC)
	p := programme(d, start)
	w, err := newWorld(p, c.Open)
	if err != nil {
		return nil, fmt.Errorf("seed %d: %w", c.Seed, err)
	}
	g := newGenerator(d, w, start, c.Accounts)
	var steps []Step
	for range c.Commands {
		if d.done() {
			break
		}
		s := g.next()
		steps = append(steps, s)
		before := w.side(s.Account).ref
		if err = w.Step(s); err != nil {
			break
		}
		if w.side(s.Account).ref != before {
			g.sent(s)
		}
		if w.done%lawsEvery == 0 {
			if err = w.Laws(); err != nil {
				break
			}
		}
	}
	if err == nil && w.done%lawsEvery != 0 {
		err = w.Laws()
	}
	if err == nil {
		return w, nil
	}
	f := &Failure{Seed: c.Seed, Program: p, Of: len(steps), Steps: steps, Err: err}
	if c.Brief {
		return w, f
	}
	f.Steps, f.Err = shorten(p, c.Open, steps, err)
	return w, f
}

// play carries steps out anew. Laws are asked where the run asked, and at the end.
func play(p loyalty.Program, open func(*loyalty.Engine) Host, steps []Step) error {
	w, err := newWorld(p, open)
	if err != nil {
		return nil
	}
	for _, s := range steps {
		if err := w.Step(s); err != nil {
			return err
		}
	}
	return w.Laws()
}

// shorten leaves out steps, by halves and smaller and smaller parts, as long as the rest
// fails. Where nothing less fails, all of them are returned.
func shorten(p loyalty.Program, open func(*loyalty.Engine) Host, steps []Step, failed error) ([]Step, error) {
	accounts := []loyalty.AccountID{steps[len(steps)-1].Account}
	for _, s := range steps {
		if !slices.Contains(accounts, s.Account) {
			accounts = append(accounts, s.Account)
		}
	}
	for _, id := range accounts { // first: of one account alone
		only := []Step{}
		for _, s := range steps {
			if s.Account == id {
				only = append(only, s)
			}
		}
		if err := play(p, open, only); err != nil {
			steps, failed = only, err
			break
		}
	}
	tries := 600
	for size := (len(steps) + 1) / 2; size > 0 && tries > 0; {
		less := false
		for from := 0; from < len(steps) && tries > 0; {
			tries--
			rest := append(append([]Step{}, steps[:from]...), steps[min(from+size, len(steps)):]...)
			if err := play(p, open, rest); err != nil && len(rest) > 0 {
				steps, failed, less = rest, err, true
				continue
			}
			from += size
		}
		if size == 1 && !less {
			break
		}
		if size > 1 {
			size = (size + 1) / 2
		}
	}
	return steps, failed
}
