// Command retention says who is leaving, why, how sure that is and what to do
// about it: for a simulated shop, from its orders to the win-back. With -survival
// it reads any CSV file of how long customers stayed.
//
//	go run ./examples/retention
//	go run ./examples/retention -survival stays.csv -time days -event left -group channel -covariates age,city -json
package main

import (
	"io"
	"os"

	"github.com/guanxi-go/guanxi/examples/internal/command"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process: see command.Run.
func run(args []string, stdout, stderr io.Writer) int {
	return command.Run("retention", args, stdout, stderr, parseOptions, show, nil)
}

// show is the whole job: a file, or a shop.
func show(o options, out, _ io.Writer) error {
	if o.survival == "" {
		return showShop(o, out)
	}
	s, err := readStays(o)
	if err != nil {
		return err
	}
	a, err := analyse(s, o.ties)
	if err != nil {
		return &fileError{o.survival, err}
	}
	if o.json {
		return writeJSON(out, a)
	}
	p := &report{lang: o.lang}
	p.stays(s, a)
	return p.flush(out)
}

// showShop simulates a shop and reports on it as of one day.
func showShop(o options, out io.Writer) error {
	s, err := openShop(o.seed)
	if err != nil {
		return err
	}
	p := &report{lang: o.lang}
	p.shopHeader(s)
	for _, section := range []func(*shop) error{p.backTest, p.atRisk, p.alerts, p.cohorts, p.staying, p.winBack} {
		if err := section(s); err != nil {
			return err
		}
	}
	return p.flush(out)
}
