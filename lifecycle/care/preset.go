package care

import "github.com/guanxi-go/guanxi/lifecycle"

// LevelPlan returns the plan that one of Kotler's relationship levels asks for, as
// [lifecycle.CareFor] outlines it: by the best channel, entered with the stage of
// lifecycle.Relationship that has the level's id, and of what repeats only the
// latest stays due. The hotline is told of when the level is chosen, again whenever
// it is chosen again; what is counted from the last order is due after the orders
// since, and what was due before the level was chosen is left out. It reports false
// for [lifecycle.Basic], which asks for no contact, and for no level. A beginning
// for the host to change.
func LevelPlan(level lifecycle.Level) (Plan, bool) {
	outline, ok := lifecycle.CareFor(level)
	if !ok || len(outline.Steps) == 0 {
		return Plan{}, false
	}
	p := Plan{ID: "level_" + string(level), Entry: Anchor{Kind: Stage, Name: string(level)}, Reentry: Restart}
	p.Name.EN, p.Name.ZH = level.Label("en"), level.Label("zh")
	for _, o := range outline.Steps {
		s := Step{ID: o.ID, Name: o.Text, Channel: Channel(o.Channels[0]), After: o.After, Every: o.Every, CatchUp: One}
		if o.Anchor == "last_order" {
			s.Anchor = Anchor{Kind: Order}
		}
		p.Steps = append(p.Steps, s)
	}
	return p, true
}
