package main

import (
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/command"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// options are the flags, checked.
type options struct {
	program, commands string    // files; "" is the sample
	coupons           string    // a file; "": there are none
	at                time.Time // of the final state; zero is the last command's
	worth             *decimal.Decimal
	customers         int
	seed              uint64
	customer          loyalty.AccountID // whose statement is shown; "" is chosen
	lang              guanxi.Lang
	json              bool
	db                string // "": in memory
	verify            bool
}

// maxCustomers keeps a typing error from filling the memory.
const maxCustomers = 20_000

// parseOptions reads the flags. Whatever is wrong with them is one error.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("points", flag.ContinueOnError)
	f.StringVar(&o.program, "program", "", "a programme, a JSON `file`; without it a year of a sample programme is played")
	f.StringVar(&o.commands, "commands", "", "commands to apply to -program, a `file` of one JSON object a line")
	f.StringVar(&o.coupons, "coupons", "", "definitions of coupons for -commands, a JSON `file` of an array")
	at := f.String("at", "", "`time` of the final state after -commands, RFC 3339 (default: that of the last command)")
	worth := f.String("worth", "", "what a point of the first kind is worth in the liability after -commands, such as 0.01 (default: by the programme's first payment rule)")
	f.IntVar(&o.customers, "customers", 400, "how many customers the sample has")
	f.Uint64Var(&o.seed, "seed", 1, "of the sample")
	customer := f.String("customer", "", "`id` of the customer whose statement the sample shows (default: one of whom much happened)")
	lang := f.String("lang", "en", "language of the report: en or zh")
	f.BoolVar(&o.json, "json", false, "print JSON instead of the report: one object, or one result a line with -commands")
	f.StringVar(&o.db, "db", "", "keep accounts in a SQLite `file`, or the database of a URL postgres://… or of a MySQL DSN user:password@tcp(host)/name: what was stopped goes on where it was")
	f.BoolVar(&o.verify, "verify", false, "ask whether all that -db keeps is right, and change nothing")
	if err := command.Parse(f, args, stderr); err != nil {
		return o, err
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })

	var faults command.Checks
	check := faults.Want
	check(f.NArg() == 0, "%q is not a flag; files are read with -program and -commands", f.Arg(0))
	for _, name := range []string{"program", "commands", "coupons"} {
		check(!given[name] || f.Lookup(name).Value.String() != "", "-%s names no file", name)
	}
	check(!given["db"] || o.db != "", "-db names no database")
	check(!o.verify || given["db"], "-verify is of -db, and there is none")
	for _, name := range []string{"program", "commands", "coupons", "at", "worth", "customers", "seed", "customer"} {
		check(!given[name] || !o.verify, "-%s is not of -verify: the database says what it keeps", name)
	}
	check(given["program"] == given["commands"], "-program and -commands go together")
	for _, name := range []string{"customers", "seed", "customer"} {
		check(!given[name] || !given["commands"], "-%s is of the sample, and there are files", name)
	}
	for _, name := range []string{"at", "worth", "coupons"} {
		check(!given[name] || given["commands"], "-%s is of -commands, and there are none", name)
	}
	check(o.customers >= 1 && o.customers <= maxCustomers, "-customers %d is not in 1 to %d", o.customers, maxCustomers)
	o.customer = loyalty.AccountID(*customer)
	check(!given["customer"] || o.customer != "", "-customer names nobody")
	var err error
	if given["at"] {
		o.at, err = time.Parse(time.RFC3339Nano, *at)
		check(err == nil && o.at.Year() >= 1, "-at %q is no time as 2006-01-02T15:04:05+08:00", *at)
	}
	if given["worth"] {
		w, err := decimal.NewFromString(*worth)
		check(err == nil && w.Sign() >= 0 && w.Exponent() >= -18 && w.Exponent() <= 0 && w.NumDigits() <= 18, "-worth %q is no amount", *worth)
		o.worth = &w
	}
	if o.lang, err = guanxi.ParseLang(*lang); err != nil {
		faults.Add(fmt.Errorf("-lang %q is %w", *lang, err))
	}
	return o, faults.Err()
}
