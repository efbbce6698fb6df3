package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

// connections is how many a pool has at most.
const connections = 64

// place is tables of their own: one has the library, one the floor.
type place struct {
	db     *sql.DB
	config loyaltysql.Config
	store  *loyaltysql.Store
}

// server is a database with two places.
type server struct {
	name, version  string
	library, floor *place
	closers        []func() error
}

// open makes the places of a database.
func open(ctx context.Context, name, dir string) (_ *server, err error) {
	s := &server{name: name}
	defer func() {
		if err != nil {
			_ = s.close()
		}
	}()
	switch name {
	case "sqlite":
		temp, err := os.MkdirTemp(dir, "guanxi-bench-")
		if err != nil {
			return nil, err
		}
		s.closers = append(s.closers, func() error { return os.RemoveAll(temp) })
		for _, at := range []**place{&s.library, &s.floor} {
			file := filepath.Join(temp, fmt.Sprintf("%d.db", len(s.closers)))
			dsn := "file:" + file + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(20000)&_txlock=immediate"
			if *at, err = s.place(ctx, "sqlite", dsn, loyaltysql.Config{Dialect: loyaltysql.SQLite}); err != nil {
				return nil, err
			}
		}
		return s, s.describe(ctx, "SELECT 'SQLite ' || sqlite_version() || ', WAL, synchronous=FULL, modernc.org/sqlite'")
	case "postgres":
		if err := s.pair(ctx, "pgx", os.Getenv("GUANXI_POSTGRES_DSN"), loyaltysql.PostgreSQL, "CREATE SCHEMA ", "DROP SCHEMA %s CASCADE"); err != nil {
			return nil, err
		}
		return s, s.describe(ctx, "SELECT 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1) || ', fsync=' || current_setting('fsync') || ', synchronous_commit=' || current_setting('synchronous_commit') || ', full_page_writes=' || current_setting('full_page_writes') || ', pgx'")
	case "mysql":
		if err := s.pair(ctx, "mysql", os.Getenv("GUANXI_MYSQL_DSN"), loyaltysql.MySQL, "CREATE DATABASE ", "DROP DATABASE %s"); err != nil {
			return nil, err
		}
		return s, s.describe(ctx, "SELECT concat(version(), ', innodb_flush_log_at_trx_commit=', @@innodb_flush_log_at_trx_commit, ', log_bin=', @@log_bin, ', go-sql-driver/mysql')")
	}
	return nil, errors.New("-db is sqlite, postgres or mysql")
}

// pair makes two places on a server.
func (s *server) pair(ctx context.Context, driver, dsn string, dialect loyaltysql.Dialect, create, drop string) (err error) {
	if dsn == "" {
		return errors.New("no DSN in the environment")
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, db.Close)
	for _, at := range []**place{&s.library, &s.floor} {
		schema := "bench_" + strings.ToLower(rand.Text())[:10]
		if _, err := db.ExecContext(ctx, create+schema); err != nil {
			return err
		}
		s.closers = append(s.closers, func() error {
			_, err := db.Exec(fmt.Sprintf(drop, schema))
			return err
		})
		if *at, err = s.place(ctx, driver, dsn, loyaltysql.Config{Dialect: dialect, Schema: schema}); err != nil {
			return err
		}
	}
	return nil
}

// place makes one.
func (s *server) place(ctx context.Context, driver, dsn string, cfg loyaltysql.Config) (*place, error) {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, db.Close)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	p := &place{db: db, config: cfg}
	if p.store, err = loyaltysql.New(db, cfg); err != nil {
		return nil, err
	}
	return p, p.store.Apply(ctx)
}

// describe asks which database it is and how durable.
func (s *server) describe(ctx context.Context, query string) error {
	return s.library.db.QueryRowContext(ctx, query).Scan(&s.version)
}

func (s *server) close() error {
	var faults []error
	for i := range s.closers {
		faults = append(faults, s.closers[len(s.closers)-1-i]())
	}
	s.closers = nil
	return errors.Join(faults...)
}
