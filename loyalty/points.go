package loyalty

import (
	"fmt"
	"math"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Points is a number of points, or of whatever a kind counts: visits of a card,
// minor units of stored value.
type Points int64

// MaxPoints is how many points of a kind an account may have been given in its life, by
// each way for itself: issued; received less those sent; adjusted, less those taken. As
// many may be owed. What would come to more is ErrOverflow. Nothing that moves points
// between the other books can then overflow: holds end and lots expire whatever happens.
const MaxPoints Points = 1<<61 - 1

// Instant is a point in time in microseconds since 1970 UTC, as it is stored and
// hashed. It says nothing of a zone.
type Instant int64

// Never is later than every instant: of a lot that does not expire.
const Never Instant = math.MaxInt64

// InstantOf returns t to the microsecond; what is finer is cut off. A time some 292,000
// years away, which no Instant has, is Never, or −Never: not in the years 1 to 9999, so that
// it is refused as one of the year 10000 is.
func InstantOf(t time.Time) Instant {
	switch s := t.Unix(); {
	case s >= math.MaxInt64/1_000_000:
		return Never
	case s <= math.MinInt64/1_000_000:
		return -Never
	}
	return Instant(t.UnixMicro())
}

// Time returns the instant in UTC; the zero time of Never.
func (i Instant) Time() time.Time {
	if i == Never {
		return time.Time{}
	}
	return time.UnixMicro(int64(i)).UTC()
}

// AccountID names an account in the host's storage. It should say nothing about
// the person: it stands in the journal.
type AccountID string

// Key is the host's idempotency key of a command, unique over a store: a command
// repeated with its key gives the answer it had and changes nothing.
type Key string

// Kind names a kind of points of a programme, as "points" (积分), "growth" (成长值)
// or "stored" (储值).
type Kind string

// Book is one side of the double entry. In every entry the postings of a kind
// sum to zero.
type Book uint8

// What a customer has stands in Pending, Available and Held; Debt is negative
// where the customer owes. Points come from Issued (negative) and Transferred or
// Adjusted (either sign), and end in the others.
const (
	Issued      Book = iota + 1 // earned: negative
	Pending                     // 待生效: not yet to be spent, or not yet posted as such
	Available                   // to be spent
	Held                        // set aside for a hold
	Debt                        // owed by the customer: negative
	Redeemed                    // spent
	Expired                     // past their end
	TakenBack                   // taken back by a refund
	Donated                     // given to a cause
	Transferred                 // to another account, or (negative) from one
	Adjusted                    // taken by hand, or (negative) given

	books = Adjusted + 1
)

var bookNames = [books]string{
	Issued: "issued", Pending: "pending", Available: "available", Held: "held", Debt: "debt", Redeemed: "redeemed",
	Expired: "expired", TakenBack: "taken_back", Donated: "donated", Transferred: "transferred", Adjusted: "adjusted",
}

var bookLabels = [books]guanxi.Text{
	Issued: {EN: "issued", ZH: "发放"}, Pending: {EN: "pending", ZH: "待生效"}, Available: {EN: "available", ZH: "可用"},
	Held: {EN: "held", ZH: "冻结"}, Debt: {EN: "owed", ZH: "欠积分"}, Redeemed: {EN: "redeemed", ZH: "兑换"},
	Expired: {EN: "expired", ZH: "过期"}, TakenBack: {EN: "taken back", ZH: "退货扣回"}, Donated: {EN: "donated", ZH: "捐赠"},
	Transferred: {EN: "transferred", ZH: "转移"}, Adjusted: {EN: "adjusted", ZH: "调整"},
}

// String returns the book's name, such as "taken_back", and "" of no book.
func (b Book) String() string {
	if b >= books {
		return ""
	}
	return bookNames[b]
}

// Label returns the book's name in lang, and "" of no book.
func (b Book) Label(lang guanxi.Lang) string {
	if b >= books {
		return ""
	}
	return bookLabels[b].In(lang)
}

// MarshalText returns String, or ErrOption of no book.
func (b Book) MarshalText() ([]byte, error) {
	if s := b.String(); s != "" {
		return []byte(s), nil
	}
	return nil, fmt.Errorf("%w: %d is no book", ErrOption, b)
}

// UnmarshalText reads what MarshalText writes; else it is ErrOption and b is unchanged.
func (b *Book) UnmarshalText(text []byte) error {
	for i, name := range bookNames {
		if name != "" && name == string(text) {
			*b = Book(i)
			return nil
		}
	}
	return fmt.Errorf("%w: %.40q is no book", ErrOption, text)
}
