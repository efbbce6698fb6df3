package loyaltysql

import "errors"

// What a store says besides the errors of package loyalty. Those of the driver are
// wrapped, so that errors.As finds them.
var (
	// ErrConfig refuses a configuration.
	ErrConfig = errors.New("loyaltysql: not a configuration")
	// ErrSchemaOlder: the tables are of an older version, or not there: call Apply.
	ErrSchemaOlder = errors.New("loyaltysql: the tables are older than this program")
	// ErrSchemaNewer: the tables were made by a newer version of this library.
	ErrSchemaNewer = errors.New("loyaltysql: the tables are newer than this program")
	// ErrNotOurs: a table or an index of that name is there, and it is not one of this library.
	ErrNotOurs = errors.New("loyaltysql: a table of this name is not ours")
	// ErrConnection: the database cannot be reached, or the connection was lost.
	ErrConnection = errors.New("loyaltysql: no connection to the database")
	// ErrFull: the database has no space left.
	ErrFull = errors.New("loyaltysql: no space left in the database")
	// ErrTooLong refuses a name that the tables have no room for.
	ErrTooLong = errors.New("loyaltysql: this name is too long")
	// ErrDamaged: a row that this library did not write so, or a file that the database
	// cannot read.
	ErrDamaged = errors.New("loyaltysql: what is stored is damaged")
)
