package main

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
	"github.com/guanxi-go/guanxi/nps/survey"
)

// configFiles are the programme, the coupons, the care plans and the survey's rules.
//
//go:embed config/*.json
var configFiles embed.FS

const (
	currency = "CNY"
	decimals = 2
	kind     = loyalty.Kind("points")
)

// profile is what the guards of a life-cycle model would see of a customer; this one has
// no guards.
type profile struct{}

// shop is the library's engines over one database. It is safe for concurrent use.
type shop struct {
	d         *database
	now       func() time.Time
	log       *slog.Logger
	store     *loyaltysql.Store // of the points, and the coupons beside them
	service   *loyalty.Service
	catalogue *coupon.Catalogue
	codes     *coupon.Codes
	model     *lifecycle.Model[profile]
	ordered   lifecycle.Event
	planner   *care.Planner
	form      *survey.Form
	policy    *survey.Policy
	quota     *survey.Quota
}

// openShop reads the configs, opens the database and makes the tables that are missing.
func openShop(ctx context.Context, name string, now func() time.Time, log *slog.Logger) (*shop, error) {
	s := &shop{now: now, log: log, form: survey.MustNew(survey.NPS())}
	var program loyalty.Program
	var definitions []coupon.Definition
	var plans []care.Plan
	var asking struct {
		Policy survey.PolicyConfig `json:"policy"`
		Quota  survey.QuotaConfig  `json:"quota"`
	}
	model := lifecycle.Shop(lifecycle.Thresholds{})
	model.Late = lifecycle.LateIgnore // clocks of several processes differ a little
	err := errors.Join(readConfig("program", &program), readConfig("coupons", &definitions), readConfig("plans", &plans), readConfig("survey", &asking))
	if err != nil {
		return nil, err
	}
	var faults [5]error
	s.catalogue, faults[0] = coupon.New(definitions...)
	s.model, faults[1] = lifecycle.Compile[profile](model, nil, nil)
	nights := care.Quiet{Hours: lifecycle.HoursOf("21:00", "09:00"), Channels: []care.Channel{care.Phone}}
	s.planner, faults[2] = care.NewPlanner(plans, care.Policy{Quiet: []care.Quiet{nights}})
	s.policy, faults[3] = survey.NewPolicy(asking.Policy)
	s.quota, faults[4] = survey.NewQuota(asking.Quota)
	engine, err := loyalty.New(program)
	if err := errors.Join(append(faults[:], err)...); err != nil {
		return nil, err
	}
	s.ordered, _ = s.model.Event("order")
	s.service = &loyalty.Service{Engine: engine, Now: now}
	if s.d, err = openDatabase(name); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		_ = s.d.close()
		if s.d.dialect == loyaltysql.SQLite { // a URL may have a password
			err = fmt.Errorf("%s: %w", name, err)
		}
		return nil, err
	}
	return s, nil
}

// prepare makes the tables and the secret of the coupon codes, each at the first start.
func (s *shop) prepare(ctx context.Context) (err error) {
	if s.store, err = loyaltysql.New(s.d.pool, loyaltysql.Config{Dialect: s.d.dialect}); err != nil {
		return err
	}
	if err := makeTables(ctx, s.d); err != nil { // where one fails the other does, with the same words
		return err
	}
	if err := s.store.Apply(ctx); err != nil {
		return err
	}
	s.service.Store = s.store
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // it never fails
	if _, err := s.d.exec(ctx, "INSERT INTO secrets (name, value) VALUES ('coupon codes', ?) ON CONFLICT (name) DO NOTHING", secret); err != nil {
		return err
	}
	if _, err := s.d.row(ctx, "SELECT value FROM secrets WHERE name = 'coupon codes'", nil, &secret); err != nil {
		return err
	}
	s.codes, err = coupon.NewCodes(coupon.CodeConfig{}, secret)
	return err
}

// close closes the database, when no request is under way.
func (s *shop) close() error { return errors.Join(s.store.Close(), s.d.close()) }

// readConfig reads a file of configFiles strictly.
func readConfig(name string, v any) error {
	data, err := configFiles.ReadFile("config/" + name + ".json")
	if err != nil {
		return err
	}
	if err := guanxi.UnmarshalStrict(data, v); err != nil {
		return fmt.Errorf("config/%s.json: %w", name, err)
	}
	return nil
}

// work is a command in its transaction: everything it does is committed together, or
// nothing is.
type work struct {
	*shop
	tx  *database
	key string    // of the request
	at  time.Time // of the command: after the locks that it waits for
}

// points is the service of the points in the transaction. It tries once: after a conflict
// inTx begins anew.
func (w *work) points() *loyalty.Service { return w.service.In(w.store.WithTx(w.tx.tx)) }

// coupons is the store of the coupons in the transaction: rows beside the points.
func (w *work) coupons() *coupon.Service {
	return &coupon.Service{Catalogue: w.catalogue, Store: coupon.InLedger(w.store.WithTx(w.tx.tx)), Attempts: 1}
}

// positions is the keeper of the positions in the transaction.
func (w *work) positions() *lifecycle.Keeper[profile] {
	return &lifecycle.Keeper[profile]{Model: w.model, Store: positions{w.tx}, Attempts: 1}
}

// planningSince is when planning began: before the first customer.
var planningSince = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// books is the keeper of the care books in the transaction.
func (w *work) books() care.BookKeeper {
	return care.BookKeeper{Planner: w.planner, Store: books{w.tx}, Since: planningSince, Attempts: 1}
}

// places is the keeper of the survey's quota in the transaction.
func (w *work) places() survey.Keeper {
	return survey.Keeper{Quota: w.quota, Store: places{w.tx}, Attempts: 1}
}

// header is that of a command for points, whose key is made of that of the request.
func (w *work) header(what string) loyalty.Header {
	return loyalty.Header{Key: loyalty.Key(what + " " + w.key), At: w.at}
}

func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // of a type of this program
	}
	return data
}
