package main

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// schemaSQL makes the host's own tables; those of the points are loyaltysql's.
//
//go:embed schema.sql
var schemaSQL string

// schemaVersion is the version of schemaSQL.
const schemaVersion = 1

// makeTables makes the tables that are missing.
func makeTables(ctx context.Context, d *database) error {
	types := strings.NewReplacer("{text}", "TEXT", "{blob}", "BLOB", "{int}", "INTEGER", "{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT")
	if d.dialect == loyaltysql.PostgreSQL {
		// COLLATE "C" compares and orders by bytes, as the library's stores promise.
		types = strings.NewReplacer("{text}", `TEXT COLLATE "C"`, "{blob}", "BYTEA", "{int}", "BIGINT", "{serial}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
	}
	return d.inTx(ctx, func(tx *database) error {
		for text := range strings.SplitSeq(types.Replace(schemaSQL), ";\n") {
			if strings.TrimSpace(text) == "" {
				continue
			}
			if _, err := tx.exec(ctx, text); err != nil {
				return fmt.Errorf("making the tables: %w", err)
			}
		}
		if _, err := tx.exec(ctx, "INSERT INTO erp_schema (one, version) VALUES (1, ?) ON CONFLICT (one) DO NOTHING", schemaVersion); err != nil {
			return err
		}
		var version int
		if _, err := tx.row(ctx, "SELECT version FROM erp_schema", nil, &version); err != nil {
			return err
		}
		if version != schemaVersion {
			return fmt.Errorf("the tables are of version %d, and this program is for version %d", version, schemaVersion)
		}
		return nil
	})
}
