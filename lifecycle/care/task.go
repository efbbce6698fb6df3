package care

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// TaskID names a task: 32 hexadecimal digits, see [NewTaskID].
type TaskID string

// NewTaskID returns the id of an occurrence of a step: the first half of SHA-256
// over the customer, the plan and the step, each after its length as eight
// big-endian bytes, and then the anchor in Unix microseconds and n, as eight bytes
// each. Released: it never changes, or customers would be called twice.
func NewTaskID(customer lifecycle.CustomerID, plan, step string, anchor time.Time, n int) TaskID {
	var buf [512]byte
	msg := buf[:0]
	for _, s := range [...]string{string(customer), plan, step} {
		msg = append(binary.BigEndian.AppendUint64(msg, uint64(len(s))), s...)
	}
	msg = binary.BigEndian.AppendUint64(msg, uint64(anchor.UnixMicro()))
	msg = binary.BigEndian.AppendUint64(msg, uint64(n))
	sum := sha256.Sum256(msg)
	return TaskID(hex.EncodeToString(sum[:16]))
}

// TaskStatus is how far a task is.
type TaskStatus string

// The statuses. A task that is neither Waiting nor Due is closed for good.
const (
	Waiting TaskStatus = "waiting" // ready, but for quiet hours or the cap; in the book alone
	Due     TaskStatus = "due"     // to be done
	Done    TaskStatus = "done"    // done, with an outcome where the step has some
	Lapsed  TaskStatus = "expired" // not done in time
	Skipped TaskStatus = "skipped" // not done, and not caught up
	Dropped TaskStatus = "dropped" // no longer wanted: the run ended or the anchor moved
)

// Label returns the name in lang, or the id of an unknown status.
func (s TaskStatus) Label(lang guanxi.Lang) string {
	switch s {
	case Waiting:
		return guanxi.Text{EN: "waiting", ZH: "等待中"}.In(lang)
	case Due:
		return guanxi.Text{EN: "due", ZH: "待办"}.In(lang)
	case Done:
		return guanxi.Text{EN: "done", ZH: "已完成"}.In(lang)
	case Lapsed:
		return guanxi.Text{EN: "expired", ZH: "已过期"}.In(lang)
	case Skipped:
		return guanxi.Text{EN: "skipped", ZH: "已跳过"}.In(lang)
	case Dropped:
		return guanxi.Text{EN: "dropped", ZH: "已取消"}.In(lang)
	}
	return string(s)
}

// Task is one thing to do for one customer. Tasks are comparable with ==; instants
// are UTC microseconds. A plain value, safe to share.
type Task struct {
	ID       TaskID               `json:"id"`
	Customer lifecycle.CustomerID `json:"customer"`
	Plan     string               `json:"plan"`
	Step     string               `json:"step"`
	Anchor   time.Time            `json:"anchor"` // what it is counted from; for birthdays and dates midnight UTC
	N        int                  `json:"n"`      // the occurrence, from 0; 0 for birthdays
	Channel  Channel              `json:"channel"`
	Due      time.Time            `json:"due"`     // from when on; quiet hours and the cap are observed
	Expires  time.Time            `json:"expires"` // until when
	Status   TaskStatus           `json:"status"`
	Outcome  string               `json:"outcome,omitempty"`
	Closed   time.Time            `json:"closed,omitzero"` // since when it is neither waiting nor due
}

// Open reports whether the task is to be done.
func (t Task) Open() bool { return t.Status == Due }
