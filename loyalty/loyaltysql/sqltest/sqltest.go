// Package sqltest holds only tests: the store of loyaltysql against the kit of
// loyaltytest and the simulation of loyalty, on SQLite, and on PostgreSQL and MariaDB where
// GUANXI_POSTGRES_DSN and GUANXI_MYSQL_DSN say where they are (.ci/databases.sh starts both).
package sqltest
