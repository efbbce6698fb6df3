package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/survival"
	"github.com/guanxi-go/guanxi/examples/internal/command"
)

// options are the flags, checked.
type options struct {
	survival   string // a file; "" is the simulated shop
	time       string
	event      string   // its column
	value      string   // the one that means that the customer left; "" is a column of yes and no
	group      string   // "" is none
	covariates []string // in the order given
	missing    string   // what an empty cell says
	ties       survival.Ties
	json       bool
	lang       guanxi.Lang
	seed       uint64
}

// parseOptions reads the flags. Whatever is wrong with them is one error.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("retention", flag.ContinueOnError)
	f.StringVar(&o.survival, "survival", "", "stays to analyse, a CSV `file`; without it a simulated shop is shown")
	f.StringVar(&o.time, "time", "", "`column` of how long a customer was seen: a number from 0 on, in any unit")
	event := f.String("event", "", "`column` of whether the customer left then, 0 and 1 or true and false; COLUMN=VALUE: left where it says VALUE")
	f.StringVar(&o.group, "group", "", "`column` to draw curves by, and to compare")
	covariates := f.String("covariates", "", "`columns` to explain leaving by, separated by commas; a column of words becomes an indicator for each but the first")
	ties := f.String("ties", string(survival.Efron), "how the regression takes those who left at one time: efron or breslow")
	f.StringVar(&o.missing, "missing", "", "`text` of a cell that counts as empty, such as NA (default: only empty cells do)")
	f.BoolVar(&o.json, "json", false, "print one JSON object instead of the report on the file")
	lang := f.String("lang", "en", "language of the report: en or zh")
	f.Uint64Var(&o.seed, "seed", 1, "of the simulated shop")
	if err := command.Parse(f, args, stderr); err != nil {
		return o, err
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })

	var faults command.Checks
	check := faults.Want
	check(f.NArg() == 0, "%q is not a flag; a file is read with -survival", f.Arg(0))
	check(!given["survival"] || o.survival != "", "-survival names no file")
	check(o.survival == "" || strings.TrimSpace(o.time) != "", "-survival needs -time, the name of a column")
	check(o.survival == "" || given["event"], "-survival needs -event, the name of a column, or COLUMN=VALUE")
	for _, name := range []string{"time", "event", "group", "covariates", "ties", "missing", "json"} {
		check(!given[name] || given["survival"], "-%s is of -survival, and there is none", name)
	}
	check(!given["seed"] || !given["survival"], "-seed is of the simulated shop, and -survival reads a file")
	if given["event"] {
		column, value, valued := strings.Cut(*event, "=")
		o.event, o.value = strings.TrimSpace(column), strings.TrimSpace(value)
		check(o.event != "" && (!valued || o.value != ""), "-event %q is no COLUMN or COLUMN=VALUE", *event)
	}
	if given["covariates"] {
		for c := range strings.SplitSeq(*covariates, ",") {
			c = strings.TrimSpace(c)
			check(c != "", "-covariates %q names an empty column", *covariates)
			check(!slices.Contains(o.covariates, c), "-covariates names %q twice", c)
			o.covariates = append(o.covariates, c)
		}
	}
	o.ties = survival.Ties(*ties)
	check(o.ties == survival.Efron || o.ties == survival.Breslow, "-ties %q is neither efron nor breslow", *ties)
	var err error
	if o.lang, err = guanxi.ParseLang(*lang); err != nil {
		faults.Add(fmt.Errorf("-lang: %w", err))
	}
	return o, faults.Err()
}
