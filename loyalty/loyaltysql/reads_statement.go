package loyaltysql

import (
	"context"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// StatementPage is a part of a statement, see loyalty.Statement.
type StatementPage struct {
	loyalty.Statement // with the lines of the page; Opening and Closing are of the whole period
	// Before is the balance before the first line of the page, After the one after the
	// last.
	Before, After loyalty.Balance
	Count         int // of the lines of the whole statement
	Next          int // the line that the next page begins with; 0: there is none
}

// StatementPage returns the lines of the statement of a kind of an account over [from, to)
// from a line on (0: the first), at most limit of them. Lines are in the order of business
// time: an entry that is dated back between two readings moves those after it, which Count
// and Closing tell. It reads the account's whole journal, as loyalty.NewStatement does;
// where a part of that is in an archive of the host's it is an ErrArchived.
func (s *Store) StatementPage(ctx context.Context, id loyalty.AccountID, k loyalty.Kind, from, to time.Time, line, limit int) (*StatementPage, error) {
	if line < 0 || limit < 0 {
		return nil, fmt.Errorf("%w: line %d, limit %d", ErrConfig, line, limit)
	}
	st, err := loyalty.NewStatement(s.whole(ctx, id), k, from, to)
	if err != nil {
		return nil, err
	}
	p := &StatementPage{Statement: *st, Before: st.Opening, Count: len(st.Lines)}
	line = min(line, len(st.Lines))
	for i := range line {
		add(&p.Before, &st.Lines[i])
	}
	end := min(line+limit, len(st.Lines))
	p.Statement.Lines = st.Lines[line:end:end]
	p.After = p.Before
	for i := range p.Statement.Lines {
		add(&p.After, &p.Statement.Lines[i])
	}
	if end < len(st.Lines) {
		p.Next = end
	}
	return p, nil
}

func add(b *loyalty.Balance, l *loyalty.Line) {
	b.Available += l.Available
	b.Pending += l.Pending
	b.Held += l.Held
	b.Debt += l.Debt
}
