package loyaltysql

// Dialect says which SQL a database speaks.
type Dialect string

// The dialects.
const (
	SQLite     Dialect = "sqlite"   // 3.35 or later
	PostgreSQL Dialect = "postgres" // 12 or later; CockroachDB, YugabyteDB
	MySQL      Dialect = "mysql"    // MySQL 8, MariaDB 10.5 or later; TiDB
)

func (d Dialect) known() bool { return d == SQLite || d == PostgreSQL || d == MySQL }

// quote returns a name as SQL has it. Names are letters, digits and underscores.
func (d Dialect) quote(name string) string {
	if d == MySQL {
		return "`" + name + "`"
	}
	return `"` + name + `"`
}
