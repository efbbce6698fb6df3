package main

import (
	"errors"

	"github.com/guanxi-go/guanxi/churn/survival"
)

// analysis is what can be said of stays. LogRank and Cox are nil where they were
// not asked for; LogRank also where there is only one group to compare.
type analysis struct {
	curves      survival.Curves
	logRank     *survival.RankTest
	cox         *survival.CoxFit
	concordance survival.Concordance
	hazards     *survival.PHTest // nil where it cannot be known
	skipped     int
}

// analyse draws the curves, compares the groups and explains the leaving.
func analyse(s *stays, ties survival.Ties) (*analysis, error) {
	a := &analysis{skipped: s.skipped}
	var err error
	if a.curves, err = survival.KaplanMeier(s.data, survival.CurveConfig{}); err != nil {
		return nil, err
	}
	if s.data.Group.Levels != nil {
		switch test, err := survival.LogRank(s.data, survival.RankConfig{}); {
		case err == nil:
			a.logRank = &test
		case !errors.Is(err, survival.ErrOneGroup):
			return nil, err
		}
	}
	if len(s.covariates) == 0 {
		return a, nil
	}
	if a.cox, err = survival.Cox(s.data, s.covariates, survival.CoxConfig{Ties: ties}); err != nil {
		return nil, err
	}
	if a.concordance, err = a.cox.Concordance(); err != nil {
		return nil, err
	}
	if test, err := a.cox.ProportionalHazards(survival.KMScale); err == nil {
		a.hazards = &test
	}
	return a, nil
}
