package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/command"
	"github.com/samber/lo"
)

// line is a command and where it stands in the file.
type line struct {
	number int // from 1
	text   []byte
	request
}

// ops reads the lines of each op.
var ops = map[string]func(data []byte) (request, error){
	"earn": read[earn], "act": read[act], "refer": read[refer], "activate": read[activate],
	"redeem": read[redeem], "hold": read[hold], "capture": read[capture], "void": read[void],
	"refund": read[refund], "return": read[giveBack], "sweep": read[sweep], "extend": read[extend],
	"adjust": read[adjust], "send": read[send], "transfer": read[send], "receive": read[receive],
	"coupon": read[byItself], "pool": read[pool], "resume": read[resume],
	"donate": read[donate], "merge": read[merge], "close": read[closing],
	"freeze": read[freeze], "thaw": read[freeze], "tier": read[tier],
}

// read reads the fields of an op strictly.
func read[C any, P interface {
	*C
	request
}](data []byte) (request, error) {
	c := P(new(C))
	if err := guanxi.UnmarshalStrict(data, c); err != nil {
		return nil, err
	}
	h := c.common()
	return c, errors.Join(wanted("/account", h.Account == ""), wanted("/key", h.Key == ""))
}

// wanted is the fault of a field that is not there.
func wanted(pointer string, missing bool) error {
	if missing {
		return guanxi.At(pointer, errors.New("every command has one"))
	}
	return nil
}

// maxFaults is how many faults of a file are told.
const maxFaults = 20

// readCommands reads all lines of a file, or every line at fault, with its number.
// Blank lines are none.
func readCommands(name string) ([]line, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var list []line
	var faults command.Checks
	number, bad := 0, 0
	for text := range bytes.Lines(data) {
		number++
		text = bytes.TrimSpace(text)
		if len(text) == 0 {
			continue
		}
		r, err := readLine(text)
		if err == nil {
			list = append(list, line{number, text, r})
			continue
		}
		if bad++; bad <= maxFaults {
			faults.Add(placed(fmt.Sprintf("%s:%d", name, number), err))
		}
	}
	faults.Want(bad <= maxFaults, "%s: and %d more lines at fault", name, bad-maxFaults)
	faults.Want(len(list) > 0 || bad > 0, "%s: there is no command in it", name)
	return list, faults.Err()
}

// readLine reads a line by its op.
func readLine(text []byte) (request, error) {
	var fields map[string]json.RawMessage
	if err := guanxi.UnmarshalStrict(text, &fields); err != nil {
		return nil, err
	}
	if fields == nil {
		return nil, errors.New("not an object")
	}
	var op string
	if v, ok := fields["op"]; ok {
		if err := guanxi.UnmarshalStrict(v, &op); err != nil {
			return nil, guanxi.At("/op", err)
		}
	}
	reader, ok := ops[op]
	if !ok {
		names := lo.Keys(ops)
		slices.Sort(names)
		return nil, guanxi.At("/op", fmt.Errorf("%.40q is none of %s", op, strings.Join(names, ", ")))
	}
	r, err := reader(text)
	at := fields["at"]
	return r, errors.Join(err, wanted("/at", at == nil || string(at) == "null"))
}

// encode writes JSON as the examples do.
func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	err := enc.Encode(v)
	return b.Bytes(), err
}
