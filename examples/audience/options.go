package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/command"
	"github.com/guanxi-go/guanxi/segment"
)

// options are the flags, checked.
type options struct {
	customers string // a file; "" is the built-in shop
	schema    string
	rule      string
	explain   string // the id of a customer; "" is nobody's
	sql       segment.Dialect
	at        time.Time // zero: the latest time in the file
	loc       *time.Location
	json      bool
	lang      guanxi.Lang
	seed      uint64
}

// parseOptions reads the flags. Whatever is wrong with them is one error.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("audience", flag.ContinueOnError)
	f.StringVar(&o.customers, "customers", "", "customers to ask about, a CSV `file` whose first column is their id; without it a made-up shop is shown")
	f.StringVar(&o.schema, "schema", "", "`file` with the types of the columns: {\"fields\": [{\"name\", \"type\", \"decimals\", \"label\"}]}")
	f.StringVar(&o.rule, "rule", "", "`file` with the rule, as react-querybuilder writes it")
	f.StringVar(&o.explain, "explain", "", "`id` of a customer of whom to say why the rule matches or not")
	sql := f.String("sql", string(segment.PostgreSQL), "dialect to write the rule in: postgres, mysql, sqlite, clickhouse or duckdb")
	at := f.String("at", "", "`time` for which the rule is asked: RFC 3339, or a day, which is its beginning in -tz (default: the latest time or day in the file)")
	tz := f.String("tz", "UTC", "IANA `zone` of the calendar and of times in the file without an offset")
	f.BoolVar(&o.json, "json", false, "print one JSON object instead of the report")
	lang := f.String("lang", "en", "language of the report: en or zh")
	f.Uint64Var(&o.seed, "seed", 1, "of the made-up shop")
	if err := command.Parse(f, args, stderr); err != nil {
		return o, err
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })

	var faults command.Checks
	check := faults.Want
	check(f.NArg() == 0, "%q is not a flag; a file is read with -customers", f.Arg(0))
	check(!given["explain"] || o.explain != "", "-explain names nobody")
	for _, name := range []string{"customers", "schema", "rule"} {
		check(!given[name] || f.Lookup(name).Value.String() != "", "-%s names no file", name)
		check(!given["customers"] || given[name], "-customers needs -%s, a file", name)
	}
	for _, name := range []string{"schema", "rule", "explain", "sql", "at", "tz"} {
		check(!given[name] || given["customers"], "-%s is of -customers, and there is none", name)
	}
	check(!given["seed"] || !given["customers"], "-seed is of the made-up shop, and -customers reads a file")
	o.sql = segment.Dialect(*sql)
	check(slices.Contains(segment.Dialects(), o.sql), "-sql %q is none of %q", *sql, segment.Dialects())
	var err error
	o.loc = time.UTC
	if loc, err := time.LoadLocation(*tz); err == nil && *tz != "" && *tz != "Local" {
		o.loc = loc
	} else {
		faults.Add(fmt.Errorf("-tz %q is not a time zone known here", *tz))
	}
	if given["at"] {
		if o.at, err = parseInstant(*at, o.loc); err != nil {
			faults.Add(fmt.Errorf("-at %q is %w", *at, err))
		}
	}
	if o.lang, err = guanxi.ParseLang(*lang); err != nil {
		faults.Add(fmt.Errorf("-lang: %w", err))
	}
	return o, faults.Err()
}
