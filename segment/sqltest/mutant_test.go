package sqltest

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/segment"
)

// mutant is an emitter broken in one way, as emitters are: it rewrites the text,
// never the parameters. Of a dialect without patterns there is no such fault.
type mutant struct {
	name     string
	patterns map[segment.Dialect][2]string // a regular expression and what replaces it
	utc      bool                          // takes every day for one of UTC
}

// all is one pattern for every dialect.
func all(pattern, with string) map[segment.Dialect][2]string {
	p := [2]string{pattern, with}
	return map[segment.Dialect][2]string{segment.SQLite: p, segment.PostgreSQL: p, segment.MySQL: p}
}

const (
	mysqlBytes = "CAST\\(CONVERT\\((`[a-z]`\\.`[a-z]+`) USING utf8mb4\\) AS BINARY\\)"
	key        = `(("customer ""id"""|"customer_id")|(.customer "id".|.customer_id.))`
)

var mutants = []mutant{
	{name: "NOT without a guard for NULL", patterns: all(` IS NULL OR NOT \(`, ` IS NULL AND 1 = 0 OR NOT (`)},
	{name: "NOT IN with NULLs inside", patterns: all(`WHERE ["`+"`"+`][et]["`+"`"+`]\.`+key+` IS NOT NULL AND`, `WHERE`)},
	{name: "LIKE", patterns: map[segment.Dialect][2]string{
		segment.SQLite:     {`instr\(([^,]+), \?\) > 0`, `$1 LIKE '%' || ? || '%'`},
		segment.PostgreSQL: {`strpos\(([^,]+), (CAST\(\$\d+ AS TEXT\))\) > 0`, `$1 LIKE '%' || $2 || '%'`},
		segment.MySQL:      {`INSTR\(` + mysqlBytes + `, CAST\(\? AS BINARY\)\) > 0`, `$1 LIKE CONCAT('%', ?, '%')`},
	}},
	{name: "text by the column's collation", patterns: map[segment.Dialect][2]string{
		segment.SQLite:     {` COLLATE BINARY`, ``},
		segment.PostgreSQL: {` COLLATE "C" (=|IN)`, ` $1`},
		segment.MySQL:      {mysqlBytes + ` (=|IN)`, `$1 $2`},
	}},
	{name: "text by bytes of another character set", patterns: map[segment.Dialect][2]string{
		segment.MySQL: {`CONVERT\(([^ ]+) USING utf8mb4\)`, `$1`},
	}},
	{name: "lower bounds left out", patterns: all(` >= (CAST\(|\?)`, ` > $1`)},
	{name: "upper bounds left out", patterns: all(` <= (CAST\(|\?)`, ` < $1`)},
	{name: "decimals as bare text", patterns: map[segment.Dialect][2]string{
		segment.MySQL: {`CAST\(\? AS DECIMAL\(38, 2\)\)`, `?`},
	}},
	{name: "decimals as floats", patterns: map[segment.Dialect][2]string{
		segment.PostgreSQL: {`(CAST\(\$\d+ AS) NUMERIC\)`, `$1 DOUBLE PRECISION)`},
		segment.MySQL:      {`CAST\(\? AS DECIMAL\(38, 2\)\)`, `(0e0 + ?)`},
	}},
	{name: "sums as floats", patterns: map[segment.Dialect][2]string{
		segment.SQLite:     {` & 4194303`, ` & 4194302`}, // a bit lost
		segment.PostgreSQL: {`SUM\(CAST\(([^ ]+) AS NUMERIC\)\)`, `SUM(CAST($1 AS DOUBLE PRECISION))`},
		segment.MySQL:      {`SUM\(`, `SUM(1e0 * `},
	}},
	{name: "ties broken by chance", patterns: all(`RANK\(\)`, `ROW_NUMBER()`)},
	{name: "the last of one instant is the smallest", patterns: all(` DESC\) AS (.)gx_rank`, `) AS ${1}gx_rank`)},
	{name: "A and B at once are a sequence", patterns: all(`(.gx_at.) > `, `$1 >= `)},
	{name: "days of UTC", utc: true},
}

// TestMutants: the differential test sees every way in which an emitter may be
// broken.
func TestMutants(t *testing.T) {
	const most = 20 // seeds
	each(t, func(t *testing.T, e *engine) {
		caught, asked := map[string]int{}, map[string]int{}
		pattern := map[string]*regexp.Regexp{}
		var left []mutant
		for _, m := range mutants {
			if p, ok := m.patterns[e.dialect]; ok {
				pattern[m.name] = regexp.MustCompile(p[0])
			} else if !m.utc {
				continue
			}
			left = append(left, m)
		}
		for seed := uint64(1000); seed < 1000+most && len(left) > 0; seed++ {
			for _, tr := range e.trials(t, seed, perSeed) {
				q, err := tr.rule.SQL(e.dialect, segment.SQLConfig{})
				fatal(t, err)
				var want map[int64]bool
				for _, m := range left {
					broken := q.Text
					args := q.Args
					if m.utc {
						if !strings.Contains(q.Text, "86400") && !strings.Contains(q.Text, "1 second") {
							continue
						}
						at := tr.at
						at.Location = time.UTC
						r, err := tr.rule.At(at)
						fatal(t, err)
						other, err := r.SQL(e.dialect, segment.SQLConfig{})
						fatal(t, err)
						broken, args = other.Text, other.Args
					} else {
						broken = pattern[m.name].ReplaceAllString(q.Text, m.patterns[e.dialect][1])
					}
					if broken == q.Text && !m.utc || caught[m.name] > 0 {
						continue
					}
					asked[m.name]++
					if want == nil {
						want = e.want(tr.rule)
					}
					got, err := e.ids(broken, args)
					if err != nil {
						t.Fatalf("%s: the test's own fault: %s: %v", m.name, broken, err)
					}
					if differ(want, got) != "" {
						caught[m.name] = asked[m.name]
					}
				}
			}
		}
		for _, m := range left {
			if n := caught[m.name]; n == 0 {
				t.Errorf("%s: not seen in %d rules that it touches", m.name, asked[m.name])
			} else {
				t.Logf("%s: seen in rule %d of those it touches", m.name, n)
			}
		}
	})
}
