package loyalty

import "errors"

// refusal marks what the engine has decided: that a command is refused. It says nothing
// itself. What a store says of a row, be it with the same sentinel, has no mark.
type refusal struct{ error }

func (r *refusal) Unwrap() error { return r.error }

// refused reports whether an error is the engine's answer to a command.
func refused(err error) bool {
	_, ok := errors.AsType[*refusal](err)
	return ok
}

// refuse marks an error of a decision. More that must be loaded is no answer yet.
func refuse(err error) error {
	if err == nil || errors.Is(err, ErrNeed) {
		return err
	}
	return &refusal{err}
}

// IsRefusal reports whether an error of Engine.Decide or of a Service is the answer to the
// command: nothing was written, and the same command is refused again as long as account,
// programme and time are the same. Other errors are faults: of a store, of a host, or of
// an outcome that is not known. A sentinel that did not come from a decision is none, such
// as the ErrImpossible of a row that is damaged; the *SharedError of a store is one.
func IsRefusal(err error) bool {
	if errors.Is(err, ErrUnknownOutcome) || errors.Is(err, ErrTransit) || errors.Is(err, ErrNeed) {
		return false
	}
	_, short := errors.AsType[*SharedError](err)
	return short || refused(err)
}
