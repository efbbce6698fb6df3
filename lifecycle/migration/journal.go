package migration

import (
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi/lifecycle"
)

// StagesOf returns the ids of the stages of a model that a customer may be in, in
// its order: the Config.Stages for which [AppendStays] makes stays. Super-stages,
// in which nobody ever is, are left out.
func StagesOf[C any](m *lifecycle.Model[C]) []string {
	var ids []string
	for s := range m.Stages() {
		ids = append(ids, m.StageID(s))
	}
	return ids
}

// AppendStays appends the journal of one customer as stays for [Counts.Add], with
// a Config whose Stages are those of [StagesOf]: one stay for each visit that has
// ended, in order, and one with To Open for the stage that pos is in. The zero
// lifecycle.Pos has none. Bring pos up to date with lifecycle.Model.Advance first,
// and append the visits that ended then.
//
// A stage that the model does not have is ErrStage and names the visit, "/3/stage",
// or the position, "/pos/stage"; dst is then returned as it was. Whether the stays
// follow one another is for Counts.Add to check. Cost: O(visits + stages), no
// allocation but for dst.
func AppendStays[C any](dst []Stay, m *lifecycle.Model[C], visits []lifecycle.Visit, pos lifecycle.Pos) ([]Stay, error) {
	var number [256]int // counted from 1
	n := 0
	for s := range m.Stages() {
		n++
		number[s] = n
	}
	var errs []error
	out := dst
	for i, v := range visits {
		if number[v.Stage] == 0 {
			errs = append(errs, at(fmt.Errorf("%w: %d of the model", ErrStage, v.Stage), i, "stage"))
			continue
		}
		out = append(out, Stay{number[v.Stage] - 1, int64(v.From), int64(v.To)})
	}
	switch {
	case pos.IsZero():
	case number[pos.Stage] == 0:
		errs = append(errs, at(fmt.Errorf("%w: %d of the model", ErrStage, pos.Stage), "pos", "stage"))
	default:
		out = append(out, Stay{number[pos.Stage] - 1, int64(pos.Since), Open})
	}
	if err := errors.Join(errs...); err != nil {
		return dst, err
	}
	return out, nil
}
