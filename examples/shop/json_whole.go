package main

// The shape of -json: all that the command finds out, in one object. What the
// HTML report shows is read from it, so that the two agree.
//
// Exact amounts are text with the decimals of the currency, estimates are numbers
// in that currency (not in minor units), shares and probabilities are 0 to 1, days
// are "2006-01-02" and months "2006-01", in -tz. A number nobody can know is null,
// and so is a whole part; Unknown then says why. Buyers are the customers of whom an
// order counts (segments but that of prospects). Names of segments, stages, tiers
// and reasons are in -lang, ids are not translated. Lists are never null.
type whole struct {
	jsonReport                   // as_of, orders, customers, revenue, rows, refused, notes, segments, scores
	Title      string            `json:"title"`      // where the orders come from
	Currency   string            `json:"currency"`   // "" where nobody said
	Decimals   int               `json:"decimals"`   // of the currency
	Simulated  bool              `json:"simulated"`  // no real shop: also the answers of the survey and what was redeemed
	Since      string            `json:"since"`      // day of the first row
	Confidence float64           `json:"confidence"` // of every interval: 0.95
	HeatMap    wholeHeatMap      `json:"heat_map"`
	Pareto     *wholePareto      `json:"pareto"`    // null without revenue
	Migration  *wholeMigration   `json:"migration"` // between segments; null where the log is too short
	LifeCycle  *wholeLifeCycle   `json:"life_cycle"`
	Value      *wholeValue       `json:"value"`    // null where there is no fit
	Churn      *wholeChurn       `json:"churn"`    // null where nobody came twice
	Survival   *wholeSurvival    `json:"survival"` // null where nobody has ordered again
	Cohorts    *wholeCohorts     `json:"cohorts"`
	Points     *wholePoints      `json:"points"`
	NPS        *wholeNPS         `json:"nps"`     // null without answers
	Actions    wholeActions      `json:"actions"` // for the day of as_of
	Unknown    map[string]string `json:"unknown"` // by the name of a part that is null: why
}

// wholeInterval are the limits of an estimate at Confidence.
type wholeInterval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// wholeName is an id with what people call it.
type wholeName struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type (
	// wholeHeatMap is recency by frequency. Cells has every pair of scores, also
	// those without customers: R from 1, and within it F from 1. 5 is best.
	wholeHeatMap struct {
		R     []wholeScoreName `json:"r"` // of R 1, 2, …
		F     []wholeScoreName `json:"f"` // of F 1, 2, …
		Cells []wholeHeatCell  `json:"cells"`
	}
	// wholeScoreName is a score and what it stands for: "31–60" days, "2–3" orders;
	// "" where ties are split.
	wholeScoreName struct {
		Score int    `json:"score"`
		Range string `json:"range"`
	}
	wholeHeatCell struct {
		R            int      `json:"r"`
		F            int      `json:"f"`
		Customers    int      `json:"customers"`
		Revenue      string   `json:"revenue"`
		RevenueShare *float64 `json:"revenue_share"` // null without revenue
	}
)

type (
	// wholePareto is how much of the revenue the best customers make.
	wholePareto struct {
		Gini   *float64           `json:"gini"`
		Points []wholeParetoPoint `json:"points"` // by hundredths of the customers, best first; (0, 0) is not among them
	}
	wholeParetoPoint struct {
		Customers     int     `json:"customers"` // the best so many
		CustomerShare float64 `json:"customer_share"`
		RevenueShare  float64 `json:"revenue_share"` // that they make
	}
)

type (
	// wholeMigration is who went from segment to segment between Since and as_of.
	wholeMigration struct {
		Since    string      `json:"since"`
		Segments []wholeName `json:"segments"` // "absent": not yet a customer
		// Flows are all that have customers, those who stayed (from = to) too: their
		// customers sum to the customers of the shop. Ordered by from, to.
		Flows []wholeFlow `json:"flows"`
	}
	wholeFlow struct {
		From      string `json:"from"` // id
		To        string `json:"to"`
		Customers int    `json:"customers"`
		Before    string `json:"before"` // their revenue at Since
		After     string `json:"after"`  // and at as_of
	}
)

type (
	// wholeLifeCycle is where customers stand by a model of stages.
	wholeLifeCycle struct {
		Stages []wholeStage `json:"stages"` // in the order of the model; customers sum to the buyers
		// Months are the whole months of the log: how many stood in each stage at the
		// end, in the order of Stages. At most 36.
		Months []wholeStageMonth `json:"months"`
		// Flows is who went from stage to stage within a month, over all Months
		// together, every pair: within From, N sums to Of and Share to 1.
		Flows []wholeStageFlow `json:"flows"`
		// Forecast is the next three months, each with every stage, if newcomers arrive
		// as in the last three; empty where a stage has no history.
		Forecast []wholeStageForecast `json:"forecast"`
	}
	wholeStage struct {
		wholeName
		Customers int     `json:"customers"` // at as_of
		Share     float64 `json:"share"`
		Response  string  `json:"response"` // what merchants do
	}
	wholeStageMonth struct {
		Month     string  `json:"month"`
		Customers []int64 `json:"customers"` // by stage
		Arrived   int64   `json:"arrived"`   // new customers in the month
	}
	wholeStageFlow struct {
		From  string   `json:"from"` // id
		To    string   `json:"to"`
		N     int64    `json:"n"`     // customer months
		Of    int64    `json:"of"`    // that began in From
		Share *float64 `json:"share"` // null where nobody began in From
		Low   *float64 `json:"low"`
		High  *float64 `json:"high"`
	}
	wholeStageForecast struct {
		Months int     `json:"months"` // after as_of: 1, 2, 3
		Stage  string  `json:"stage"`  // id
		Mean   float64 `json:"mean"`
		wholeInterval
	}
)

type (
	// wholeValue is what customers are expected to buy in the Horizon months after
	// as_of, and whether such a forecast was right.
	wholeValue struct {
		Model    string       `json:"model"` // of buying, such as mbgnbd
		Horizon  int          `json:"horizon"`
		Discount float64      `json:"discount"` // a month
		Params   []wholeParam `json:"params"`   // of buying, then of spend
		Active   float64      `json:"active"`   // customers expected to be still active
		Orders   float64      `json:"orders"`   // expected of all within the horizon
		// Total is the value of all; its interval is that of a shop whose every
		// customer is at the limit together, and so rather too wide. Null, as all
		// values below, where no model of spend could be fitted.
		Total    *float64       `json:"total"`
		Interval *wholeInterval `json:"interval"`
		// Segments: the same by segment of R, F and M, those without customers left out.
		Segments []wholeSegmentValue `json:"segments"`
		// Distribution of the value over customers: bins [From, To), the last without
		// an end; customers sum to the buyers.
		Distribution []wholeValueBin `json:"distribution"`
		Best         []wholeValued   `json:"best"`     // of -top, by value
		HoldOut      *wholeHoldOut   `json:"hold_out"` // null where the log is too short
	}
	wholeParam struct {
		Name  string   `json:"name"`
		Value float64  `json:"value"`
		Low   *float64 `json:"low"` // null on a boundary
		High  *float64 `json:"high"`
	}
	wholeSegmentValue struct {
		wholeName
		Customers int            `json:"customers"`
		Value     *float64       `json:"value"`
		Interval  *wholeInterval `json:"interval"`
	}
	wholeValueBin struct {
		From      float64  `json:"from"`
		To        *float64 `json:"to"` // null: no end
		Customers int      `json:"customers"`
		Value     float64  `json:"value"` // of them together
	}
	wholeValued struct {
		Customer string         `json:"customer"`
		Segment  string         `json:"segment"` // name
		Active   float64        `json:"active"`  // probability of being still active
		Orders   float64        `json:"orders"`  // expected
		Spend    *float64       `json:"spend"`   // expected of one order
		Value    *float64       `json:"value"`
		Interval *wholeInterval `json:"interval"` // of Value
	}
	// wholeHoldOut is a model fitted to what was known at Calibration, and the repeat
	// purchases (days with orders) after the first that really came of the customers
	// of then.
	wholeHoldOut struct {
		Calibration   string              `json:"calibration"` // day
		Customers     int                 `json:"customers"`   // who came before it
		Actual        float64             `json:"actual"`      // repeat purchases from Calibration to as_of
		Predicted     float64             `json:"predicted"`   // by what each customer had done
		wholeInterval                     // of Predicted: chance, and what the fit does not know
		MAE           float64             `json:"mae"` // mean absolute error a customer
		Correlation   *float64            `json:"correlation"`
		Periods       []wholeTrackPeriod  `json:"periods"`      // of four weeks, through calibration and hold-out
		ByFrequency   []wholeHoldOutClass `json:"by_frequency"` // by repeat purchases before Calibration
	}
	// wholeTrackPeriod is four weeks of all customers of the calibration. Expected
	// follows from the model and the days of the first orders alone. The interval
	// holds chance and what the fit does not know. Refunds since the calibration make
	// the sum of Actual differ a little from that of the hold-out.
	wholeTrackPeriod struct {
		From     string  `json:"from"`
		To       string  `json:"to"` // exclusive
		HeldOut  bool    `json:"held_out"`
		Actual   float64 `json:"actual"`
		Expected float64 `json:"expected"`
		wholeInterval
	}
	wholeHoldOutClass struct {
		Repeats   int     `json:"repeats"` // 7: or more
		Customers int     `json:"customers"`
		Actual    float64 `json:"actual"` // mean a customer
		Predicted float64 `json:"predicted"`
	}
)

type (
	// wholeChurn is who is leaving, and why.
	wholeChurn struct {
		Left    int              `json:"left"`    // silent for so long by their own cycle that they count as gone
		Present int              `json:"present"` // the others; both sum to the buyers
		Overdue int              `json:"overdue"` // of the present: expected by now, and not come
		Stake   float64          `json:"stake"`   // sum over the present of risk × what they bought in the last 365 days
		Bands   []wholeRiskBand  `json:"bands"`   // least risk first; customers sum to Present
		AtRisk  []wholeAtRisk    `json:"at_risk"` // the -top present of the greatest stake, of those to be watched: a risk above the lowest band, with a reason that raises it
		Reasons []wholeRiskCause `json:"reasons"` // signals found in the present, most frequent first
	}
	wholeRiskBand struct {
		wholeName
		From      float64 `json:"from"` // the least risk
		Customers int     `json:"customers"`
	}
	wholeRiskCause struct {
		wholeName
		Customers int `json:"customers"` // of whom it raises the log-odds
	}
	wholeAtRisk struct {
		Customer string        `json:"customer"`
		Segment  string        `json:"segment"` // name
		Stage    string        `json:"stage"`   // name
		Risk     float64       `json:"risk"`
		LogOdds  float64       `json:"log_odds"` // Base and all reasons
		Base     float64       `json:"base"`
		Rest     float64       `json:"rest"` // reasons not listed
		Reasons  []wholeReason `json:"reasons"`
		Silent   float64       `json:"silent"`   // days since the last order
		Expected float64       `json:"expected"` // days after it by which the next was due
		Overdue  float64       `json:"overdue"`  // days
		Stake    float64       `json:"stake"`
	}
	wholeReason struct {
		wholeName
		LogOdds float64 `json:"log_odds"`
	}
)

type (
	// wholeSurvival is how many customers have not yet ordered again so many days
	// after the first order, by the size of that order.
	wholeSurvival struct {
		Curves []wholeCurve `json:"curves"`
		ChiSq  *float64     `json:"chi_square"` // log-rank test whether the groups are alike
		P      *float64     `json:"p"`
	}
	wholeCurve struct {
		Group     string            `json:"group"` // id: small, medium, large
		Name      string            `json:"name"`
		Range     string            `json:"range"` // of the first order's amount, such as 50.00–99.99
		Customers int               `json:"customers"`
		Again     int               `json:"again"`  // of them, who ordered again so far
		Median    *float64          `json:"median"` // days by which half have; null where fewer do
		Points    []wholeCurvePoint `json:"points"` // by day, from day 0; at most 200: steps between are joined
	}
	wholeCurvePoint struct {
		Day    float64  `json:"day"`
		Share  float64  `json:"share"` // not yet back
		Low    *float64 `json:"low"`   // null where the curve is 0
		High   *float64 `json:"high"`
		AtRisk int      `json:"at_risk"`
	}
)

type (
	// wholeCohorts is who came back in which month after the first order: rows by
	// month of the first order, at most 24, the latest.
	wholeCohorts struct {
		Earlier int64             `json:"earlier"` // customers who came before the first row
		Rows    []wholeCohort     `json:"rows"`
		Overall []wholeCohortCell `json:"overall"` // all rows together, by age
	}
	wholeCohort struct {
		Month     string            `json:"month"`
		Customers int64             `json:"customers"`
		Cells     []wholeCohortCell `json:"cells"` // from age 0; ages to come are left out
	}
	wholeCohortCell struct {
		Age   int      `json:"age"`   // months after the first order
		N     int64    `json:"n"`     // who ordered in that month
		Share *float64 `json:"share"` // null where the month is not over
		Low   *float64 `json:"low"`
		High  *float64 `json:"high"`
	}
)

type (
	// wholePoints is a sample programme applied to the orders. Issued, redeemed,
	// expired and taken back are positive; issued − redeemed − expired − taken_back
	// = outstanding − debt (what customers owe after refunds).
	wholePoints struct {
		Program     string                `json:"program"`   // its name
		Redeeming   bool                  `json:"redeeming"` // false: nothing is known to have been redeemed
		Accounts    int64                 `json:"accounts"`
		Issued      int64                 `json:"issued"`
		Redeemed    int64                 `json:"redeemed"`
		Expired     int64                 `json:"expired"`
		TakenBack   int64                 `json:"taken_back"`
		Outstanding int64                 `json:"outstanding"`
		Debt        int64                 `json:"debt"`
		Loose       int                   `json:"loose_refunds"` // of no order that is known: they take nothing back
		Available   int64                 `json:"available"`     // of outstanding
		Pending     int64                 `json:"pending"`       // not yet to be spent
		Holders     int64                 `json:"holders"`
		Worth       string                `json:"worth"`     // of 100 points
		Liability   string                `json:"liability"` // outstanding × worth
		Months      []wholePointsMonth    `json:"months"`    // of the whole log
		Ages        []wholePointsAge      `json:"ages"`      // outstanding by months since earning
		Expiring    []wholePointsMonthEnd `json:"expiring"`  // outstanding by month of expiry
		Tiers       []wholeTier           `json:"tiers"`     // lowest first; customers sum to accounts
	}
	wholePointsMonth struct {
		Month       string `json:"month"`
		Issued      int64  `json:"issued"`
		Redeemed    int64  `json:"redeemed"`
		Expired     int64  `json:"expired"`
		TakenBack   int64  `json:"taken_back"`
		Outstanding int64  `json:"outstanding"` // at the end, less debt
		Liability   string `json:"liability"`   // Outstanding × worth
	}
	wholePointsAge struct {
		From      int    `json:"from"` // months
		To        *int   `json:"to"`   // exclusive; null: no end
		Points    int64  `json:"points"`
		Liability string `json:"liability"`
	}
	wholePointsMonthEnd struct {
		Month     string `json:"month"` // "" never
		Points    int64  `json:"points"`
		Liability string `json:"liability"`
	}
	wholeTier struct {
		wholeName
		Customers int `json:"customers"`
	}
)

type (
	// wholeNPS is whether customers would recommend the shop: the last answer of each,
	// and all of those who are no customers. Scores are −1 to 1.
	wholeNPS struct {
		Source   string            `json:"source"` // "simulated", or the file's name
		Answers  int64             `json:"answers"`
		Unknown  int               `json:"unknown"` // answers of people who are no customers
		Score    float64           `json:"score"`
		Low      float64           `json:"low"`
		High     float64           `json:"high"`
		Waves    []wholeWave       `json:"waves"`    // by quarter, the last answer of each within it; those without answers too
		Segments []wholeNPSSegment `json:"segments"` // the customers by segment of today; with 30 answers or more, best first
	}
	wholeWave struct {
		From       string   `json:"from"` // day
		To         string   `json:"to"`   // exclusive
		Name       string   `json:"name"` // 2025 Q4
		Answers    int64    `json:"answers"`
		Promoters  int64    `json:"promoters"`
		Passives   int64    `json:"passives"`
		Detractors int64    `json:"detractors"`
		Score      *float64 `json:"score"` // null without answers
		Low        *float64 `json:"low"`
		High       *float64 `json:"high"`
		Enough     bool     `json:"enough"` // answers to be compared
		Change     *float64 `json:"change"` // from the wave before that had enough
		ChangeLow  *float64 `json:"change_low"`
		ChangeHigh *float64 `json:"change_high"`
	}
	wholeNPSSegment struct {
		wholeName
		Answers int64   `json:"answers"`
		Score   float64 `json:"score"`
		wholeInterval
	}
)

type (
	// wholeActions is what to do on the day of as_of.
	wholeActions struct {
		// HeldOut is the share of customers whom nobody contacts, so that the effect of
		// contacting can be measured: a hash of the salt and the customer decides.
		HeldOut float64       `json:"held_out"`
		Salt    string        `json:"salt"`
		List    []wholeAction `json:"list"` // call, thank, win_back; within each by stake, -actions of each
	}
	wholeAction struct {
		Do       string  `json:"do"`   // call, thank or win_back
		Name     string  `json:"name"` // in -lang
		Customer string  `json:"customer"`
		Segment  string  `json:"segment"` // name
		Stage    string  `json:"stage"`   // name
		Reason   string  `json:"reason"`
		Stake    float64 `json:"stake"`    // what may be lost, kept or won, in the currency
		Points   int64   `json:"points"`   // that the customer can spend
		HeldOut  bool    `json:"held_out"` // leave alone
	}
)
