package loyalty

import (
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// LedgerRole is an account of the host's general ledger by what it is for; the host maps
// it to a number of its chart.
type LedgerRole string

// The roles.
const (
	RoleReceivable        LedgerRole = "receivable"         // what customers pay, or have paid
	RoleRevenue           LedgerRole = "revenue"            // of goods
	RolePointsRevenue     LedgerRole = "points_revenue"     // of points that were redeemed
	RoleBreakageRevenue   LedgerRole = "breakage_revenue"   // of points that nobody will redeem
	RoleContractLiability LedgerRole = "contract_liability" // deferred revenue
)

var roleLabels = map[LedgerRole]guanxi.Text{
	RoleReceivable:        {EN: "cash and receivables", ZH: "货币资金及应收账款"},
	RoleRevenue:           {EN: "revenue", ZH: "主营业务收入"},
	RolePointsRevenue:     {EN: "revenue from redeemed points", ZH: "积分兑换收入"},
	RoleBreakageRevenue:   {EN: "revenue from breakage", ZH: "积分未行使收入"},
	RoleContractLiability: {EN: "contract liability", ZH: "合同负债"},
}

// Label returns the role's name in lang, or the id of an unknown one.
func (r LedgerRole) Label(lang guanxi.Lang) string { return labelled(roleLabels, r, lang) }

// LedgerEvent is why an entry in the general ledger is proposed.
type LedgerEvent string

// The events.
const (
	LedgerSale        LedgerEvent = "sale"
	LedgerRefund      LedgerEvent = "refund"
	LedgerRecognition LedgerEvent = "recognition"
)

var eventLabels = map[LedgerEvent]guanxi.Text{
	LedgerSale:        {EN: "sale with points", ZH: "含积分的销售"},
	LedgerRefund:      {EN: "refund of a sale with points", ZH: "含积分销售的退货"},
	LedgerRecognition: {EN: "revenue of points", ZH: "积分收入确认"},
}

// Label returns the event's name in lang, or the id of an unknown one.
func (e LedgerEvent) Label(lang guanxi.Lang) string { return labelled(eventLabels, e, lang) }

// LedgerLine is a debit or a credit, each above 0; the other is 0.
type LedgerLine struct {
	Role   LedgerRole      `json:"role"`
	Debit  decimal.Decimal `json:"debit"`
	Credit decimal.Decimal `json:"credit"`
}

// LedgerProposal is an entry that the host may book. Debits and credits sum to the same;
// lines of 0 are left out.
type LedgerProposal struct {
	Event LedgerEvent  `json:"event"`
	Lines []LedgerLine `json:"lines"`
}

// Balance returns debits less credits: 0 of every proposal.
func (p *LedgerProposal) Balance() decimal.Decimal {
	sum := decimal.Decimal{}
	for _, l := range p.Lines {
		sum = sum.Add(l.Debit).Sub(l.Credit)
	}
	return sum
}

// debit adds a line; below 0 it is a credit.
func (p *LedgerProposal) debit(r LedgerRole, amount decimal.Decimal) {
	switch amount.Sign() {
	case 1:
		p.Lines = append(p.Lines, LedgerLine{Role: r, Debit: amount})
	case -1:
		p.Lines = append(p.Lines, LedgerLine{Role: r, Credit: amount.Neg()})
	}
}

// within refuses amounts that no currency of so many decimal places has.
func within(decimals int, amounts ...decimal.Decimal) error {
	for _, a := range amounts {
		if _, err := minor.From(a, decimals); err != nil {
			return moneyError(err)
		}
	}
	return nil
}

// ProposeSale returns the entry of a sale of which part of the price is allocated to
// points. A part that is negative or more than the price is ErrAmount; amounts with more
// decimal places, or too large, are refused as those of orders.
func ProposeSale(price, allocated decimal.Decimal, decimals int) (LedgerProposal, error) {
	if err := within(decimals, price, allocated); err != nil {
		return LedgerProposal{}, err
	}
	if allocated.Sign() < 0 || allocated.Cmp(price) > 0 {
		return LedgerProposal{}, ErrAmount
	}
	p := LedgerProposal{Event: LedgerSale}
	p.debit(RoleReceivable, price)
	p.debit(RoleRevenue, allocated.Sub(price))
	p.debit(RoleContractLiability, allocated.Neg())
	return p, nil
}

// ProposeRefund returns the entry of a refund, of which part was allocated to points that
// are taken back. Errors are those of ProposeSale.
func ProposeRefund(refund, allocated decimal.Decimal, decimals int) (LedgerProposal, error) {
	if err := within(decimals, refund, allocated); err != nil {
		return LedgerProposal{}, err
	}
	if allocated.Sign() < 0 || allocated.Cmp(refund) > 0 {
		return LedgerProposal{}, ErrAmount
	}
	p := LedgerProposal{Event: LedgerRefund}
	p.debit(RoleRevenue, refund.Sub(allocated))
	p.debit(RoleContractLiability, allocated)
	p.debit(RoleReceivable, refund.Neg())
	return p, nil
}

// ProposeRecognition returns the entry of what is recognised now, of a cohort or (with the
// sums of a RevenueReport) of all. Below 0 it takes revenue back. Amounts with more decimal
// places, or too large, are refused as those of orders.
func ProposeRecognition(now, breakage decimal.Decimal, decimals int) (LedgerProposal, error) {
	if err := within(decimals, now, breakage); err != nil {
		return LedgerProposal{}, err
	}
	p := LedgerProposal{Event: LedgerRecognition}
	p.debit(RoleContractLiability, now)
	p.debit(RolePointsRevenue, breakage.Sub(now))
	p.debit(RoleBreakageRevenue, breakage.Neg())
	return p, nil
}
