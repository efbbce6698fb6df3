// Package sqltest holds only tests: segment's rules as SQL against the same rules
// in Go, on SQLite, and on PostgreSQL and MariaDB where GUANXI_POSTGRES_DSN and
// GUANXI_MYSQL_DSN say where they are (.ci/databases.sh starts both).
package sqltest
