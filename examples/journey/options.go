package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/command"
)

// options are the flags, checked.
type options struct {
	events    string // a file; "" is a simulated shop
	model     string
	asOf      time.Time // exclusive; zero is the day after the last event
	loc       *time.Location
	customers int
	seed      uint64
	lang      guanxi.Lang
	top       int
	diagram   string // "" is none
	json      bool
}

// maxCustomers keeps a typing error from filling the memory.
const maxCustomers = 200_000

// parseOptions reads the flags. Whatever is wrong with them is one error.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("journey", flag.ContinueOnError)
	f.StringVar(&o.events, "events", "", "events to run, a CSV `file` with columns customer, event, at; without it a shop is simulated")
	f.StringVar(&o.model, "model", "shop", "that the events of -events run through: shop, journey or development")
	asOf := f.String("as-of", "", "`time` of the report, exclusive: 2006-01-02, a local time, or one with an offset (default: the day after the last event)")
	tz := f.String("tz", "UTC", "IANA `zone` in which days and months begin and times without an offset are read")
	f.IntVar(&o.customers, "customers", 10_000, "how many customers the simulated shop has")
	f.Uint64Var(&o.seed, "seed", 1, "of the simulated shop")
	lang := f.String("lang", "en", "language of the report: en or zh")
	f.IntVar(&o.top, "top", 15, "how many tasks of today the report lists")
	f.StringVar(&o.diagram, "diagram", "", "`file` to write the model's diagram to, as Mermaid (default: at the end of the report)")
	f.BoolVar(&o.json, "json", false, "print one JSON object instead of the report")
	if err := command.Parse(f, args, stderr); err != nil {
		return o, err
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })

	var faults command.Checks
	check := faults.Want
	check(f.NArg() == 0, "%q is not a flag; events are read with -events", f.Arg(0))
	for _, name := range []string{"events", "diagram"} {
		check(!given[name] || f.Lookup(name).Value.String() != "", "-%s names no file", name)
	}
	check(slices.Contains(modelNames, o.model), "-model %q is none of %q", o.model, modelNames)
	check(!given["model"] || given["events"], "-model is of -events, and there is none: the simulated shop follows the model shop")
	for _, name := range []string{"customers", "seed"} {
		check(!given[name] || !given["events"], "-%s is of the simulated shop, and there is a file", name)
	}
	check(o.customers >= 1 && o.customers <= maxCustomers, "-customers %d is not in 1 to %d", o.customers, maxCustomers)
	check(o.top >= 0, "-top %d is negative", o.top)
	check(!sameFile(o.events, o.diagram), "-diagram would write over -events")
	var err error
	o.loc = time.UTC
	if loc, err := time.LoadLocation(*tz); err == nil && *tz != "" && *tz != "Local" {
		o.loc = loc
	} else {
		faults.Add(fmt.Errorf("-tz %q is not a time zone known here", *tz))
	}
	if given["as-of"] {
		r := timeReader{loc: o.loc}
		o.asOf, err = r.parse(*asOf)
		check(err == nil, "-as-of %q is %v", *asOf, err)
		check(err != nil || o.events != "" || o.asOf.Year() >= 1980, "-as-of %q is before 1980, and the simulated shop is older", *asOf)
	}
	if o.lang, err = guanxi.ParseLang(*lang); err != nil {
		faults.Add(fmt.Errorf("-lang: %w", err))
	}
	return o, faults.Err()
}

// sameFile reports whether two names are of one file that exists.
func sameFile(a, b string) bool {
	i, err := os.Stat(a)
	if err != nil {
		return false
	}
	k, err := os.Stat(b)
	return err == nil && os.SameFile(i, k)
}
