package rfmbeam

import "errors"

var (
	// ErrKey refuses a key type that Register was not called for.
	ErrKey = errors.New("key type is not registered")
	// ErrFormat refuses bytes that the type never wrote, here of an element of a pipeline.
	ErrFormat = errors.New("not an encoding of this type")
	// ErrRow is a reason of the host's for a line that is no row: wrap it in what
	// Chunk.Refuse is given.
	ErrRow = errors.New("not a row")
	// ErrShard: two tables of one shard reached a transform that wants one. The
	// input was not made by Aggregate.
	ErrShard = errors.New("not one table a shard")
)
