package main

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
	"github.com/guanxi-go/guanxi/nps/survey"
	"github.com/jackc/pgx/v5/pgconn"
)

// conflicts are what the library's stores and services say when somebody else was faster.
// In a transaction of the host's only the host can begin anew. Never written to.
var conflicts = []error{
	loyalty.ErrConflict, loyalty.ErrRowConflict, coupon.ErrConflict,
	lifecycle.ErrConflict, care.ErrConflict, survey.ErrConflict,
}

// isConflict reports whether a transaction is to be begun anew.
func isConflict(err error) bool {
	for _, c := range conflicts {
		if errors.Is(err, c) {
			return true
		}
	}
	var state interface{ SQLState() string } // of pgx
	if errors.As(err, &state) {
		switch state.SQLState() {
		case "40001", "40P01", "55P03": // serialisation failure, deadlock, lock not available
			return true
		}
		return false
	}
	var code interface{ Code() int } // of modernc.org/sqlite
	if errors.As(err, &code) {
		return code.Code()&0xff == 5 || code.Code()&0xff == 6 // busy, locked
	}
	return false
}

// isAway reports whether the database could not be reached, or was lost on the way.
func isAway(err error) bool {
	var network net.Error
	var state interface{ SQLState() string }
	switch {
	case errors.As(err, &state): // the server is stopping, starting, or refuses more connections
		s := state.SQLState()
		return strings.HasPrefix(s, "08") || strings.HasPrefix(s, "57P") || s == "53300"
	case errors.As(err, &network), errors.Is(err, loyaltysql.ErrConnection), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone):
		return true
	}
	var connect *pgconn.ConnectError
	return errors.As(err, &connect)
}
