package lifecycle

import "slices"

// Option says what an event would do to a customer now.
type Option struct {
	Event Event
	// Code is Moved or Stayed where the event is allowed, Refused where guards are
	// missing and Illegal where the stage has no rule for it.
	Code Code
	To   Stage // where it leads; the stage it is in unless Moved
	Rule int   // in Config.Rules, -1 where none applies
	// Guards are the guards of which one would have to hold, if Refused.
	Guards []string
	// Stages are the stages in which there is a rule for it, if Illegal.
	Stages []Stage
}

// Next says for every event of the model, in order, what it would do to p now,
// and where it is not allowed, what is missing. Timeouts are not applied: advance
// the position first. c is what the guards see; nil means that none holds. The
// error is that of [Model.Check].
func (m *Model[C]) Next(p Pos, c *C) ([]Option, error) {
	if err := m.Check(p); err != nil {
		return nil, err
	}
	options := make([]Option, 0, m.events)
	for e := Event(1); uint(e) <= m.events && e != 0; e++ {
		options = append(options, m.option(p, e, c))
	}
	return options, nil
}

func (m *Model[C]) option(p Pos, e Event, c *C) Option {
	o := Option{Event: e, Code: Illegal, To: p.Stage, Rule: -1}
	cell := m.cells[uint(p.Stage)*m.width+uint(e)]
	for i := cell.lo; i < cell.lo+int32(cell.n); i++ {
		mv := &m.moves[i]
		if mv.guard != nil && (c == nil || !mv.guard(c)) {
			o.Code = Refused
			o.Guards = append(o.Guards, m.config.Rules[mv.rule].Guard)
			continue
		}
		o.Code, o.Rule, o.Guards = Stayed, int(mv.rule), nil
		if !mv.stays {
			p = m.enter(p, &mv.target, p.newest())
			o.Code, o.To = Moved, p.Stage
		}
		return o
	}
	if o.Code == Illegal {
		for s := range m.Stages() {
			if k := m.cells[uint(s)*m.width+uint(e)]; k.n > 0 {
				o.Stages = append(o.Stages, s)
			}
		}
		o.Stages = slices.Clip(o.Stages)
	}
	return o
}
