// Command audience says who the customers are: segments of a shop with their
// sizes and overlap, why somebody is not in one, the same rule as SQL, who
// entered and left, what to offer and how to treat whom. With -customers it asks
// a rule of any CSV file.
//
//	go run ./examples/audience
//	go run ./examples/audience -customers customers.csv -schema schema.json -rule rule.json -json
package main

import (
	"io"
	"os"
	_ "time/tzdata" // -tz works where the system has no time zones

	"github.com/guanxi-go/guanxi/examples/internal/command"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process: see command.Run.
func run(args []string, stdout, stderr io.Writer) int {
	return command.Run("audience", args, stdout, stderr, parseOptions, show, nil)
}

// show is the whole job: a file, or a shop.
func show(o options, out, _ io.Writer) error {
	if o.customers != "" {
		return showFile(o, out)
	}
	return showShop(o, out)
}

// showFile asks the rule of everybody in the file.
func showFile(o options, out io.Writer) error {
	a, err := ask(o)
	if err != nil {
		return err
	}
	if o.json {
		return writeAnswer(out, a)
	}
	p := &report{lang: o.lang}
	p.answer(o, a)
	return p.flush(out)
}

// showShop makes a shop up and reports on it as of one morning.
func showShop(o options, out io.Writer) error {
	s, err := openShop(o.seed)
	if err != nil {
		return err
	}
	st, err := studyOf(s)
	if err != nil {
		return err
	}
	if o.json {
		return writeStudy(out, s, st)
	}
	p := &report{lang: o.lang}
	p.study(s, st)
	return p.flush(out)
}
