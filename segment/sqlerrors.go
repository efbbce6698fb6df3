package segment

import "errors"

// Why a rule is no SQL. They come as the sentinels of rules do, wrapped in a
// [*Fault] and in a *guanxi.FieldError. Its place is in the schema, as with
// [NewSchema] (/fields/3/column), or in what was asked for (/dialect, /offset).
// Beyond a dialect's limits the sentinel is [ErrLimit], at /text or /args.
var (
	// ErrDialect refuses an unknown dialect, and an option that it has not.
	ErrDialect = errors.New("not a dialect of SQL, or not an option of it")
	// ErrNoColumn refuses a rule over a field that lies in no column, and a schema
	// without a table of customers.
	ErrNoColumn = errors.New("not in the database")
	// ErrIdentifier refuses a name that cannot stand in the dialect's SQL.
	ErrIdentifier = errors.New("not a name in SQL")
	// ErrInexact refuses what the dialect cannot compare exactly.
	ErrInexact = errors.New("the dialect cannot say this exactly")
)
