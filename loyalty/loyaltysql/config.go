package loyaltysql

import (
	"errors"
	"strconv"
	"strings"

	"github.com/guanxi-go/guanxi"
)

// DefaultPrefix begins the names of the tables where Config.Prefix is empty.
const DefaultPrefix = "loyalty_"

// Config says where the tables are. As JSON it is read by guanxi.UnmarshalStrict.
type Config struct {
	Dialect Dialect `json:"dialect"`
	// Prefix begins the names of all tables, constraints and indexes: at most 32 letters,
	// digits and underscores. "" is DefaultPrefix.
	Prefix string `json:"prefix,omitempty"`
	// Schema is the schema (of MySQL the database, of SQLite the attached one) that the
	// tables are in, which is there already. "" is the connection's own.
	Schema string `json:"schema,omitempty"`
	// Program keeps programmes apart that have their tables in one place: at most 64
	// bytes.
	Program string `json:"program,omitempty"`
	// Statements is how many SQL texts are kept prepared, on each connection that has used
	// them: 0 is DefaultStatements, -1 none, for a pooler that gives each transaction another
	// session of the server.
	Statements int `json:"statements,omitempty"`
}

// DefaultStatements is how many SQL texts are kept prepared by default: MySQL lets some 32
// connections have as many, if nobody has raised its max_prepared_stmt_count.
const DefaultStatements = 500

func (c Config) statements() int64 {
	if c.Statements == 0 {
		return DefaultStatements
	}
	return int64(max(c.Statements, 0))
}

const (
	maxPrefix  = 32
	maxProgram = 64
)

// Validate returns every fault.
func (c Config) Validate() error {
	var faults []error
	if !c.Dialect.known() {
		faults = append(faults, guanxi.At("/dialect", ErrConfig))
	}
	if len(c.Prefix) > maxPrefix || !isName(c.Prefix) {
		faults = append(faults, guanxi.At("/prefix", ErrConfig))
	}
	if len(c.Schema) > 63 || !isName(c.Schema) {
		faults = append(faults, guanxi.At("/schema", ErrConfig))
	}
	if len(c.Program) > maxProgram {
		faults = append(faults, guanxi.At("/program", ErrTooLong))
	}
	if c.Statements < -1 {
		faults = append(faults, guanxi.At("/statements", ErrConfig))
	}
	return errors.Join(faults...)
}

// isName reports whether s can stand in SQL as part of a name; "" can.
func isName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '_', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9' && i > 0:
		default:
			return false
		}
	}
	return true
}

// names knows what tables are called.
type names struct {
	dialect        Dialect
	prefix, schema string
}

func (c Config) names() names {
	n := names{c.Dialect, c.Prefix, ""}
	if n.prefix == "" {
		n.prefix = DefaultPrefix
	}
	if c.Schema != "" {
		n.schema = c.Dialect.quote(c.Schema) + "."
	}
	return n
}

// table returns the name of a table as SQL has it.
func (n names) table(name string) string { return n.schema + n.dialect.quote(n.prefix+name) }

// fill returns an SQL text with the names that stand for {table:x}, {name:x} (without the
// schema) and {index:x}, which SQLite wants with the schema. Question marks become the
// placeholders of the dialect.
func (n names) fill(text string) string {
	var b strings.Builder
	arg := 0
	for {
		i := strings.IndexAny(text, "{?")
		if i < 0 {
			return b.String() + text
		}
		b.WriteString(text[:i])
		if text[i] == '?' {
			arg++
			b.WriteString(n.placeholder(arg))
			text = text[i+1:]
			continue
		}
		what, rest, _ := strings.Cut(text[i+1:], "}")
		kind, name, _ := strings.Cut(what, ":")
		switch {
		case kind == "table":
			b.WriteString(n.table(name))
		case kind == "index" && n.dialect == SQLite:
			b.WriteString(n.schema + n.dialect.quote(n.prefix+name))
		default:
			b.WriteString(n.dialect.quote(n.prefix + name))
		}
		text = rest
	}
}

func (n names) placeholder(arg int) string {
	if n.dialect == PostgreSQL {
		return "$" + strconv.Itoa(arg)
	}
	return "?"
}
