package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/guanxi-go/guanxi"
)

const (
	maxBody = 64 << 10
	maxKey  = 64
	// patience is how long a request may take.
	patience = 10 * time.Second
)

// result is what a command is answered.
type result struct {
	status int
	body   any
}

// post is a handler of something that changes: it is done once, however often it is
// given with its Idempotency-Key. The claim on the key, all that do writes and the answer
// are one transaction; an answer that was lost is given again from there. What is refused
// leaves no trace, and its key may be used again. A host deletes old rows of requests, when
// nobody gives them again.
func post[Body any](s *shop, do func(ctx context.Context, w *work, r *http.Request, body Body) (result, error)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		key, data, err := readCommand(rw, r)
		if err != nil {
			s.refuse(rw, r, err)
			return
		}
		var body Body
		if err := guanxi.UnmarshalStrict(data, &body); err != nil {
			s.refuse(rw, r, &clientError{http.StatusBadRequest, "bad_request", err})
			return
		}
		intent := sha256.Sum256(fmt.Appendf(nil, "%s %s\n%s", r.Method, r.URL.Path, data))
		var status int
		var answer []byte
		var before bool
		err = s.d.inTx(ctx, func(tx *database) error {
			status, answer, before, err = claim(ctx, tx, key, intent[:], s.now())
			if err != nil || before {
				return err
			}
			out, err := do(ctx, &work{shop: s, tx: tx, key: key, at: s.now()}, r, body)
			if err != nil {
				return err
			}
			status, answer = out.status, mustJSON(out.body)
			_, err = tx.exec(ctx, "UPDATE requests SET status = ?, answer = ? WHERE rkey = ?", status, answer, key)
			return err
		})
		if err != nil {
			s.refuse(rw, r, err)
			return
		}
		if before {
			rw.Header().Set("Idempotency-Replayed", "true")
		}
		write(rw, status, "application/json", answer)
	}
}

// readCommand reads the key and the body of a command, without white space between.
func readCommand(rw http.ResponseWriter, r *http.Request) (key string, data []byte, err error) {
	key = r.Header.Get("Idempotency-Key")
	if key == "" || len(key) > maxKey || bytes.ContainsFunc([]byte(key), func(c rune) bool { return c < '!' || c > '~' }) {
		return "", nil, clientErrorf(http.StatusBadRequest, "idempotency_key", "the header Idempotency-Key is to be 1 to %d visible ASCII characters", maxKey)
	}
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return "", nil, clientErrorf(http.StatusUnsupportedMediaType, "content_type", "the body is to be application/json")
	}
	data, err = io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return "", nil, clientErrorf(http.StatusRequestEntityTooLarge, "too_large", "the body is larger than %d bytes", maxBody)
	case err != nil:
		return "", nil, clientErrorf(http.StatusBadRequest, "bad_request", "the body did not arrive: %v", err)
	}
	var dense bytes.Buffer
	if json.Compact(&dense, data) == nil { // what is no JSON is refused with its place
		data = dense.Bytes()
	}
	return key, data, nil
}

// claim takes a key, or finds what it was answered. Another request with the key that is
// under way is waited for.
func claim(ctx context.Context, tx *database, key string, intent []byte, now time.Time) (status int, answer []byte, before bool, err error) {
	n, err := tx.exec(ctx, "INSERT INTO requests (rkey, intent, at, status, answer) VALUES (?, ?, ?, 0, ?) ON CONFLICT (rkey) DO NOTHING", key, intent, now.UnixMicro(), []byte{})
	if err != nil || n == 1 {
		return 0, nil, false, err
	}
	var first []byte
	if _, err := tx.row(ctx, "SELECT intent, status, answer FROM requests WHERE rkey = ?", []any{key}, &first, &status, &answer); err != nil {
		return 0, nil, false, err
	}
	if !bytes.Equal(first, intent) {
		return 0, nil, false, clientErrorf(http.StatusConflict, "key_reused", "the Idempotency-Key was used for another request")
	}
	return status, answer, true, nil
}

// get is a handler of something that changes nothing.
func get(s *shop, read func(ctx context.Context, r *http.Request) (any, error)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		out, err := read(ctx, r)
		if err != nil {
			s.refuse(rw, r, err)
			return
		}
		write(rw, http.StatusOK, "application/json", mustJSON(out))
	}
}

func write(rw http.ResponseWriter, status int, contentType string, body []byte) {
	rw.Header().Set("Content-Type", contentType)
	rw.WriteHeader(status)
	_, _ = rw.Write(append(body, '\n')) // whoever asked may be gone
}
