// Command journey says where customers stand and what happens next: it runs a
// simulated shop, or the events of a file, through a ready model of package
// lifecycle, counts how customers migrate from stage to stage, forecasts the next
// quarter, and lists whom to contact today.
//
//	go run ./examples/journey
//	go run ./examples/journey -events events.csv -model journey -tz Asia/Shanghai
//	go run ./examples/journey -events events.csv -json -diagram model.mmd
package main

import (
	"io"
	"os"

	"github.com/guanxi-go/guanxi/examples/internal/command"
	"github.com/guanxi-go/guanxi/examples/internal/wholefile"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process: see command.Run.
func run(args []string, stdout, stderr io.Writer) int {
	return command.Run("journey", args, stdout, stderr, parseOptions, show, nil)
}

// analysis is everything that is reported.
type analysis struct {
	*journal
	*population
	due   []task
	cases []openCase // of the simulated shop alone
}

// show is the whole job: events, positions, migration, care.
func show(o options, out, stderr io.Writer) error {
	m, err := newModel(o.model)
	if err != nil {
		return err
	}
	l, err := readLog(m, o)
	if err != nil {
		return err
	}
	a := &analysis{}
	if a.journal, err = follow(m, l); err != nil {
		return err
	}
	if a.population, err = count(a.journal); err != nil {
		return err
	}
	if a.due, err = dueToday(a.journal, o); err != nil {
		return err
	}
	if l.simulated {
		if a.cases, err = openCases(l); err != nil {
			return err
		}
	}
	if o.json {
		err = writeJSON(out, stderr, a, o)
	} else {
		err = writeReport(out, a, o)
	}
	if err != nil || o.diagram == "" {
		return err
	}
	return wholefile.Write(o.diagram, func(w io.Writer) error {
		_, err := io.WriteString(w, m.Mermaid(o.lang))
		return err
	})
}

// readLog reads the file, or simulates a shop.
func readLog(m *model, o options) (*log, error) {
	if o.events == "" {
		return simulate(m, o), nil
	}
	return readEvents(m, o)
}
