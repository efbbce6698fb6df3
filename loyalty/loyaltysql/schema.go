package loyaltysql

import (
	"context"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"strings"
)

// Version is the version of the tables that this package reads and writes.
const Version = 1

//go:embed migrations
var migrations embed.FS

// Migration is what makes the tables of one version out of those of the one before.
type Migration struct {
	Version    int
	Statements []string // in order, without semicolons
}

// SQL returns the statements as a script.
func (m Migration) SQL() string { return strings.Join(m.Statements, ";\n\n") + ";\n" }

// Migrations returns all migrations, the first of which begins in an empty place, for
// those who make tables with a tool of their own. Such a tool runs each once, in order;
// the last statement of each notes the version, which Check reads.
func Migrations(cfg Config) ([]Migration, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	out := make([]Migration, 0, Version)
	for v := 1; v <= Version; v++ {
		m := Migration{Version: v}
		if v == 1 {
			m.Statements = append(m.Statements, cfg.names().fill(versionTable(cfg.Dialect)))
		}
		m.Statements = append(m.Statements, statements(cfg.names(), v)...)
		m.Statements = append(m.Statements, cfg.names().fill(noteVersion(v)))
		out = append(out, m)
	}
	return out, nil
}

// versionTable is the table that holds the version.
func versionTable(d Dialect) string {
	switch d {
	case PostgreSQL:
		return "CREATE TABLE IF NOT EXISTS {table:schema} (part VARCHAR(32) NOT NULL PRIMARY KEY, version BIGINT NOT NULL)"
	case MySQL:
		return "CREATE TABLE IF NOT EXISTS {table:schema} (part VARCHAR(32) NOT NULL PRIMARY KEY, version BIGINT NOT NULL) ENGINE=InnoDB"
	}
	return "CREATE TABLE IF NOT EXISTS {table:schema} (part TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL)"
}

// noteVersion notes a version; 0 is that of tables of which some are made.
func noteVersion(v int) string {
	if v <= 1 {
		return fmt.Sprintf("INSERT INTO {table:schema} (part, version) VALUES ('loyalty', %d)", v)
	}
	return fmt.Sprintf("UPDATE {table:schema} SET version = %d WHERE part = 'loyalty'", v)
}

// statements returns what an embedded file says.
func statements(n names, version int) (out []string) {
	file := map[Dialect]string{SQLite: "sqlite", PostgreSQL: "postgres", MySQL: "mysql"}[n.dialect]
	data, err := migrations.ReadFile(fmt.Sprintf("migrations/%s_%d.sql", file, version))
	if err != nil {
		return nil // a test reads them all
	}
	var plain []string
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "--") {
			plain = append(plain, line)
		}
	}
	for text := range strings.SplitSeq(strings.Join(plain, ""), ";\n") {
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, n.fill(text))
		}
	}
	return out
}

// versionOf reads the version; 0 if there is none. noted says that it is written down.
func (s *Store) versionOf(ctx context.Context, q session) (v int64, noted bool, err error) {
	err = q.query(ctx, s.sql("SELECT version FROM {table:schema} WHERE part = 'loyalty'"), nil, func(row []driver.Value) error {
		v, noted = integer(row[0]), true
		return nil
	})
	return v, noted, err
}

// Check reports whether the tables are those of this version: ErrSchemaOlder, also where
// there are none, ErrSchemaNewer, ErrNotOurs, or what keeps the database from answering: a
// file that cannot be read is ErrDamaged, and a table that may not be read the driver's error.
func (s *Store) Check(ctx context.Context) error {
	return s.read(ctx, func(q session) error {
		v, noted, err := s.versionOf(ctx, q)
		switch {
		case isKind(err, absent):
			return fmt.Errorf("%w: there are none", ErrSchemaOlder)
		case isKind(err, other) && s.exists(ctx, q, "schema"):
			return fmt.Errorf("%w: %s: %w", ErrNotOurs, s.names.table("schema"), err)
		case err != nil:
			return err
		case !noted:
			return fmt.Errorf("%w: there are none", ErrSchemaOlder)
		case v < Version:
			return fmt.Errorf("%w: version %d of %d", ErrSchemaOlder, v, Version)
		case v > Version:
			return fmt.Errorf("%w: version %d of %d", ErrSchemaNewer, v, Version)
		}
		return s.checkTables(ctx, q)
	})
}

// checkTables reports whether all tables have their columns.
func (s *Store) checkTables(ctx context.Context, q session) error {
	for i := range tables {
		if err := s.checkTable(ctx, q, &tables[i]); err != nil {
			return err
		}
	}
	return nil
}

// checkTable reports whether a table has its columns.
func (s *Store) checkTable(ctx context.Context, q session, t *table) error {
	err := q.query(ctx, s.sql("SELECT "+strings.Join(t.columns, ", ")+" FROM {table:"+t.name+"} WHERE 1 = 0"), nil, func([]driver.Value) error { return nil })
	if isKind(err, other, absent) {
		return fmt.Errorf("%w: %s: %w", ErrNotOurs, s.names.table(t.name), err)
	}
	return err
}

// exists reports whether there is a table, of whatever columns.
func (s *Store) exists(ctx context.Context, q session, name string) bool {
	return q.query(ctx, s.sql("SELECT 1 FROM {table:"+name+"} WHERE 1 = 0"), nil, func([]driver.Value) error { return nil }) == nil
}

// Apply makes the tables that are missing, and brings older ones to this version. Several
// processes may call it at once. Tables and indexes of these names that are not ours are
// ErrNotOurs; nothing is made then, or, where MySQL has made some already, no version noted.
func (s *Store) Apply(ctx context.Context) error {
	if s.in != nil {
		return fmt.Errorf("%w: in a transaction", ErrConfig)
	}
	err := s.Check(ctx)
	if !errors.Is(err, ErrSchemaOlder) {
		return err
	}
	err = s.apply(ctx)
	if errors.Is(err, ErrNotOurs) && s.begun(ctx) { // they are another process's, which is at it
		err = s.apply(ctx)
	}
	if ctx.Err() != nil {
		return err
	}
	if now := s.Check(ctx); now == nil || err == nil {
		return now // another process may have been faster
	}
	return err
}

// begun reports whether a version is noted, of whatever tables.
func (s *Store) begun(ctx context.Context) (noted bool) {
	err := s.read(ctx, func(q session) (err error) {
		_, noted, err = s.versionOf(ctx, q)
		return err
	})
	return err == nil && noted
}

func (s *Store) apply(ctx context.Context) error {
	v, noted := int64(0), false
	err := s.read(ctx, func(q session) (err error) {
		if v, noted, err = s.versionOf(ctx, q); isKind(err, absent) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	if !noted {
		err = s.read(ctx, func(q session) error {
			for i := range tables {
				if s.exists(ctx, q, tables[i].name) {
					return fmt.Errorf("%w: %s", ErrNotOurs, s.names.table(tables[i].name))
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return s.write(ctx, func(q session) error { return s.migrate(ctx, q, v, noted) })
}

// migrate carries migrations out. MySQL commits each statement by itself: there a version
// 0 is noted first, so that what was begun can be gone on with, by several at once.
func (s *Store) migrate(ctx context.Context, q session, v int64, noted bool) error {
	do := func(text string) error {
		_, err := q.exec(ctx, text, nil)
		if isKind(err, present) {
			return fmt.Errorf("%w: %w", ErrNotOurs, err)
		}
		return err
	}
	goOn := v == 0 && (noted || s.names.dialect == MySQL)
	if !noted {
		if err := do(s.names.fill(versionTable(s.names.dialect))); err != nil {
			return err
		}
		begin := noteVersion(0)
		if s.names.dialect == MySQL { // several may begin at once, and each goes on
			begin = strings.Replace(begin, "INSERT", "INSERT IGNORE", 1)
		}
		if err := do(s.names.fill(begin)); err != nil {
			return err
		}
	}
	for next := int(v) + 1; next <= Version; next++ {
		for _, text := range statements(s.names, next) {
			if goOn {
				text = strings.Replace(text, "CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", 1)
				text = strings.Replace(text, "CREATE INDEX ", "CREATE INDEX IF NOT EXISTS ", 1)
			}
			if err := do(text); err != nil {
				return err
			}
		}
		if noted && next == Version { // of what was there it is not known whose it is
			if err := s.checkTables(ctx, q); err != nil {
				return err
			}
		}
		if err := do(s.names.fill(fmt.Sprintf("UPDATE {table:schema} SET version = %d WHERE part = 'loyalty'", next))); err != nil {
			return err
		}
	}
	return nil
}
