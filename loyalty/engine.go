package loyalty

import (
	"crypto/sha256"
	"reflect"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Engine decides commands by a programme. Immutable; safe for concurrent use.
type Engine struct{ r *rules }

// New returns the engine of a programme, or every fault of it. The programme is not
// kept.
func New(p Program) (*Engine, error) {
	r, err := compile(&p)
	if err != nil {
		return nil, err
	}
	return &Engine{r}, nil
}

// MustNew is New for tests and examples; it panics on an error.
func MustNew(p Program) *Engine {
	e, err := New(p)
	if err != nil {
		panic(err)
	}
	return e
}

// Version returns the version of the programme.
func (e *Engine) Version() int64 { return e.r.version }

// Decide says what becomes of a command, and changes nothing: a is only read. It is
// recorded at recordedAt, or a microsecond after the last entry if that is later.
//
// A refused command is a typed error. An error that wraps a *guanxi.FieldError names
// the field of the command; a *ShortError says how many points are missing, a
// *NeedError what of the account must be loaded. A key that was used for the same is
// no error: the decision is Repeated and has the receipt of then. A command that is
// dated after recordedAt by more than PolicyConfig.Ahead is an ErrAhead, a Sweep too.
func (e *Engine) Decide(a *Account, cmd Command, recordedAt time.Time) (*Decision, error) {
	d := new(Decision)
	if err := e.DecideInto(d, a, cmd, recordedAt); err != nil {
		return nil, err
	}
	return d, nil
}

// DecideInto is Decide into a decision whose memory is used again, without
// allocation once it has room. d is not to be used after an error.
func (e *Engine) DecideInto(d *Decision, a *Account, cmd Command, recordedAt time.Time) error {
	return refuse(e.decide(d, a, cmd, recordedAt))
}

func (e *Engine) decide(d *Decision, a *Account, cmd Command, recordedAt time.Time) error {
	w := &d.work
	d.reset(a)
	if noCommand(cmd) {
		return ErrCommand
	}
	h := cmd.Common()
	if err := checkHeader(h, recordedAt); err != nil {
		return err
	}
	if a.ID == "" || len(a.ID) > MaxText {
		return guanxi.At("/account", ErrText)
	}
	w.buf = cmd.intent(w.buf[:0])
	w.buf = appendText(w.buf, string(h.Member))
	w.intent = sha256.Sum256(w.buf)
	if done, err := w.repeated(a, h.Key); done || err != nil {
		return err
	}
	if a.Program > e.r.version {
		return ErrVersion
	}
	if e.r.ahead(a, h.At, recordedAt) {
		return guanxi.At("/at", ErrAhead)
	}
	if err := allowed(a, cmd); err != nil {
		return err
	}
	if err := w.begin(e.r, a, cmd, h, InstantOf(recordedAt)); err != nil {
		return err
	}
	if err := cmd.decide(w); err != nil {
		return err
	}
	if err := w.finish(a); err != nil {
		return err
	}
	return w.needLists(a)
}

func checkHeader(h Header, recordedAt time.Time) error {
	switch {
	case h.Key == "" || len(h.Key) > MaxText:
		return guanxi.At("/key", ErrKey)
	case h.At.IsZero() || !inYears(InstantOf(h.At)):
		return guanxi.At("/at", ErrTime)
	case len(h.Member) > MaxText:
		return guanxi.At("/member", ErrText)
	case recordedAt.IsZero() || !inYears(InstantOf(recordedAt)):
		return guanxi.At("/recorded_at", ErrTime)
	}
	return nil
}

// noCommand reports whether there is no command: nil, or a nil pointer.
func noCommand(cmd Command) bool {
	if cmd == nil {
		return true
	}
	v := reflect.ValueOf(cmd)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// ahead reports whether a command would take the account further past the clock than
// the policy allows.
func (r *rules) ahead(a *Account, at, recordedAt time.Time) bool {
	if InstantOf(at) <= a.Last && a.Seq > 0 {
		return false
	}
	recorded := max(InstantOf(recordedAt), a.Recorded)
	return at.After(r.policy.Ahead.AddTo(recorded.Time(), r.zone.loc))
}

// repeated answers a key that was seen.
func (w *work) repeated(a *Account, k Key) (done bool, err error) {
	w.key = hashedKey{k, hashText(k)}
	row, _ := a.keys.seek(w.key.hash, string(k))
	switch {
	case row == nil && a.part != nil:
		return false, &NeedError{Need{Key: k}}
	case row == nil || row.missing:
		return false, nil
	case row.seq == 0: // of a redemption that a merge has brought
		return false, guanxi.At("/key", ErrKeyReused)
	case row.intent != w.intent:
		return false, guanxi.At("/key", ErrKeyReused)
	}
	w.d.Repeated, w.d.Receipt = true, a.receipt(k, row)
	return true, nil
}

// allowed asks the status of the account.
func allowed(a *Account, cmd Command) error {
	switch cmd.(type) {
	case *Sweep:
		return nil
	case *Thaw:
		switch a.Status {
		case Open:
			return ErrNotFrozen
		case Frozen:
			return nil
		}
	}
	switch a.Status {
	case Closed:
		if a.MergedTo != "" {
			return ErrMerged
		}
		return ErrClosed
	case Frozen:
		return ErrFrozen
	}
	return nil
}
