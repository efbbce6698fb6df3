package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"unicode/utf8"
)

var errEmptyFile = errors.New("the file is empty")

// readText reads a file of UTF-8, without its byte order mark.
func readText(name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, errors.New("the text is UTF-16: save it as UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, errEmptyFile
	}
	if utf8.Valid(data) {
		return data, nil
	}
	n := 1
	for line := range bytes.Lines(data) {
		if !utf8.Valid(line) {
			break
		}
		n++
	}
	return nil, fmt.Errorf("line %d is not UTF-8 (perhaps it is GBK): save the file as UTF-8", n)
}
