package main

import (
	"encoding/json"
	"io"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
)

// The shape of -json. A number nobody can know is null.
type (
	jsonReport struct {
		AsOf      string        `json:"as_of"`
		Orders    int64         `json:"orders"`
		Customers int           `json:"customers"`
		Revenue   string        `json:"revenue"`
		Rows      int           `json:"rows"` // of the log, those refused too
		Refused   []jsonRefusal `json:"refused"`
		Notes     jsonNotes     `json:"notes"`
		Segments  []jsonSegment `json:"segments"`
		Scores    *[]jsonScore  `json:"scores,omitempty"`
	}
	jsonRefusal struct {
		Row    int    `json:"row"`  // below the header, from 1
		Line   int    `json:"line"` // of the file, from 1
		Reason string `json:"reason"`
	}
	jsonNotes struct {
		After        int           `json:"after"`
		Zero         int           `json:"zero"`
		Undone       int           `json:"undone"`
		OverRefunded int           `json:"over_refunded"`
		Duplicates   int           `json:"duplicates"`
		Pending      []jsonPending `json:"pending"`
	}
	jsonPending struct {
		Customer string `json:"customer"`
		Order    string `json:"order"`
		At       string `json:"at"`
		Amount   string `json:"amount"`
	}
	jsonSegment struct {
		ID           string   `json:"id"`
		Name         string   `json:"name"`
		Customers    int      `json:"customers"`
		Share        *float64 `json:"share"`
		Revenue      string   `json:"revenue"`
		RevenueShare *float64 `json:"revenue_share"`
		RecencyDays  *float64 `json:"recency_days"`
		Frequency    *float64 `json:"frequency"`
		Monetary     *float64 `json:"monetary"`
	}
	jsonScore struct {
		Customer string `json:"customer"`
		R        uint8  `json:"r"`
		F        uint8  `json:"f"`
		M        uint8  `json:"m"`
		Segment  string `json:"segment"`
	}
)

// writeJSON writes all that was found out as one JSON object.
func writeJSON(out io.Writer, w *whole) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(w)
}

// jsonOf is what the scores say.
func jsonOf(r *result, o options) jsonReport {
	decimals := int32(r.pop.Config().Decimals)
	out := jsonReport{
		AsOf:      dateText(r.asOf, o.loc),
		Orders:    r.orders,
		Customers: r.pop.Len(),
		Revenue:   r.pop.Revenue().StringFixed(decimals),
		Rows:      r.log.read,
		Refused: lo.Map(r.log.refused, func(f refusal, _ int) jsonRefusal {
			return jsonRefusal{Row: f.row, Line: f.line, Reason: f.reason.In(o.lang)}
		}),
		Notes: jsonNotes{
			After: r.notes.After, Zero: r.notes.Zero, Undone: r.notes.Undone,
			OverRefunded: r.notes.OverRefunded, Duplicates: r.notes.Duplicates,
			Pending: lo.Map(r.notes.Pending, func(p rfm.PendingRefund[string], _ int) jsonPending {
				return jsonPending{Customer: p.Customer, Order: p.Order,
					At: p.At.In(o.loc).Format(time.RFC3339Nano), Amount: p.Amount.StringFixed(decimals)}
			}),
		},
		Segments: lo.Map(r.scored.Table().Rows, func(s rfm.SegmentRow, _ int) jsonSegment {
			return jsonSegment{
				ID: s.Segment.ID, Name: s.Segment.Label(o.lang), Customers: s.Customers, Share: known(s.Share()),
				Revenue: s.Revenue.StringFixed(decimals), RevenueShare: known(s.RevenueShare()),
				RecencyDays: known(s.Recency()), Frequency: known(s.Frequency()), Monetary: known(s.Monetary()),
			}
		}),
	}
	if o.scores {
		names := labels(r.scored.Segments(), o.lang)
		scores := make([]jsonScore, 0, r.scored.Len())
		for c := range r.scored.All() {
			scores = append(scores, jsonScore{Customer: c.Customer, R: c.Score.R, F: c.Score.F, M: c.Score.M, Segment: names[c.Segment]})
		}
		out.Scores = &scores
	}
	return out
}

func known(v float64, ok bool) *float64 {
	if !ok {
		return nil
	}
	return &v
}

// labels returns the names of segments by their ids.
func labels(segments *rfm.Segments, lang guanxi.Lang) map[string]string {
	names := make(map[string]string, segments.Len())
	for i := range segments.Len() {
		s := segments.At(i)
		names[s.ID] = s.Label(lang)
	}
	return names
}
