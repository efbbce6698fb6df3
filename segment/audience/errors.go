package audience

import (
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// What is wrong with sets, versions and campaigns. Faults of a config and of a row
// come wrapped in *guanxi.FieldError: errors.Is finds the sentinel, guanxi.Faults
// the places.
var (
	// ErrOption refuses an unknown or impossible value of a setting.
	ErrOption = errors.New("not a value of this option")
	// ErrID refuses an id that is missing, not UTF-8 or, in a campaign, used twice; of
	// treatments, tags and identifiers also one longer than 64 bytes or with control
	// characters or spaces around it.
	ErrID = errors.New("an id that is missing, not unique or malformed")
	// ErrTime refuses the zero time.Time, one outside the years 1 to 9999, and a
	// window that does not end after it begins.
	ErrTime = errors.New("zero time, one outside the years 1 to 9999, or one out of order")
	// ErrConfidence refuses a confidence level outside (0, 1); 0 itself is
	// DefaultConfidence.
	ErrConfidence = errors.New("confidence must lie between 0 and 1, exclusive")
	// ErrOrder refuses ordinals that do not ascend.
	ErrOrder = errors.New("ordinals out of order")
	// ErrOrdinal refuses what no ordinal can be: NoOrdinal, and beyond 32 bits.
	ErrOrdinal = errors.New("not an ordinal")
	// ErrFull says that a directory has no ordinal left to give.
	ErrFull = errors.New("no ordinal left")
	// ErrVersion refuses two versions of which one does not come after the other.
	ErrVersion = errors.New("not a version that follows")
	// ErrRow refuses a nil row of a population, and the number of a row that is not
	// there.
	ErrRow = errors.New("no row")
	// ErrDuplicate refuses a customer or an id that occurs twice.
	ErrDuplicate = errors.New("occurs twice")
	// ErrStratum refuses a stratum that the campaign does not have.
	ErrStratum = errors.New("not a stratum of this campaign")
	// ErrRoster refuses a roster that does not fit the campaign: other strata, or a
	// customer in two places.
	ErrRoster = errors.New("not a roster of this campaign")
	// ErrStranger refuses an outcome of a customer who is not in the campaign.
	ErrStranger = errors.New("not in the campaign")
	// ErrAmount refuses an amount with more decimal places than the currency keeps.
	ErrAmount = errors.New("not an amount of this currency")
	// ErrOverflow refuses what does not fit into the sums.
	ErrOverflow = errors.New("out of range")
	// ErrMismatch refuses to merge outcomes of different campaigns or rosters.
	ErrMismatch = errors.New("outcomes of another campaign")
	// ErrFormat refuses bytes that the type never wrote.
	ErrFormat = errors.New("not an encoding of this type")
)

// What is wrong with a treatment table or with groups of tags.
var (
	// ErrNothing refuses what says nothing: a table without rows and default, a row
	// without cells, a group without tags.
	ErrNothing = errors.New("says nothing")
	// ErrUnreachable refuses a row or a tag that no customer can ever get, since one
	// before it takes all of its customers.
	ErrUnreachable = errors.New("never reached")
	// ErrSegment refuses a segment that the resolver does not know or that is no
	// rule of the schema.
	ErrSegment = errors.New("not a segment")
	// ErrRevision refuses a config's version below 1. ErrVersion is about versions
	// of segments.
	ErrRevision = errors.New("not a version of a config: 1 or more")
	// ErrHeld refuses a tag that a customer cannot hold so: an unknown source, a time
	// outside the years 1 to 9999, or an end of a tag that a rule gave.
	ErrHeld = errors.New("not a tag that is held")
)

// What is wrong with identifiers and with decisions about them.
var (
	// ErrIdentifier refuses a value that is no identifier of its kind.
	ErrIdentifier = errors.New("not an identifier of this kind")
	// ErrIdentifierKind refuses a kind of identifier that no rule speaks of.
	ErrIdentifierKind = errors.New("a kind of identifier without a rule")
	// ErrDecision refuses decisions by hand that contradict each other, and one that
	// does not fit the customers as they are.
	ErrDecision = errors.New("decisions contradict each other")
)

// What is wrong with the life of customers' identities.
var (
	// ErrEvent refuses an event that does not follow from the log.
	ErrEvent = errors.New("not an event that follows")
	// ErrPartial refuses to decide about a customer of whom only some records were
	// resolved: the others are to be loaded too.
	ErrPartial = errors.New("some records of this customer were not loaded")
	// ErrUnknownKey refuses a key that the log does not have.
	ErrUnknownKey = errors.New("no such record")
)

// maxFaults is how many faults of rows are named at once.
const maxFaults = 1000

// at places err.
func at(err error, parts ...any) error { return guanxi.At(guanxi.Pointer(parts...), err) }

// wrap puts the name of the package before an error, once.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("audience: %w", err)
}

func optionFault(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrOption, fmt.Sprintf(format, args...))
}

func formatFault(what string) error { return fmt.Errorf("%w: %s", ErrFormat, what) }
