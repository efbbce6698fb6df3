package main

import (
	"errors"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// code is a reason why a command is refused, for machines and for people.
type code struct {
	err   error
	id    string
	label guanxi.Text
}

// codes are the refusals of a command. Others are failures of the program.
var codes = []code{
	{loyalty.ErrNotEnough, "not_enough", guanxi.Text{EN: "not enough points", ZH: "积分不足"}},
	{loyalty.ErrKeyReused, "key_reused", guanxi.Text{EN: "key was used for something else", ZH: "幂等键已用于其他操作"}},
	{loyalty.ErrDuplicateKey, "key_reused", guanxi.Text{EN: "key was used for something else", ZH: "幂等键已用于其他操作"}},
	{loyalty.ErrKey, "key", guanxi.Text{EN: "no key, or too long a one", ZH: "缺少幂等键或过长"}},
	{loyalty.ErrText, "text", guanxi.Text{EN: "no id, or too long a one", ZH: "编号缺失或过长"}},
	{loyalty.ErrBackdated, "backdated", guanxi.Text{EN: "dated before what the account has seen", ZH: "时间早于账户最新记录"}},
	{loyalty.ErrAhead, "ahead", guanxi.Text{EN: "dated too far ahead", ZH: "时间过于超前"}},
	{loyalty.ErrVersion, "version", guanxi.Text{EN: "decided by a newer programme", ZH: "账户已由更新版本的方案处理"}},
	{loyalty.ErrFrozen, "frozen", guanxi.Text{EN: "account is frozen", ZH: "账户已冻结"}},
	{loyalty.ErrNotFrozen, "not_frozen", guanxi.Text{EN: "account is not frozen", ZH: "账户未冻结"}},
	{loyalty.ErrClosed, "closed", guanxi.Text{EN: "account is closed", ZH: "账户已注销"}},
	{loyalty.ErrNotEmpty, "not_empty", guanxi.Text{EN: "account is not empty", ZH: "账户尚有积分、欠款或冻结"}},
	{loyalty.ErrHoldUnknown, "hold_unknown", guanxi.Text{EN: "unknown hold", ZH: "冻结单不存在"}},
	{loyalty.ErrHoldExists, "hold_exists", guanxi.Text{EN: "hold exists", ZH: "冻结单已存在"}},
	{loyalty.ErrHoldRunOut, "hold_run_out", guanxi.Text{EN: "hold has run out", ZH: "冻结已超时"}},
	{loyalty.ErrHoldEnded, "hold_ended", guanxi.Text{EN: "hold was captured or voided", ZH: "冻结已扣减或解除"}},
	{loyalty.ErrHoldTooMuch, "hold_too_much", guanxi.Text{EN: "more than is held", ZH: "超过冻结数量"}},
	{loyalty.ErrHeld, "held", guanxi.Text{EN: "points are held", ZH: "尚有冻结积分"}},
	{loyalty.ErrOrderExists, "order_exists", guanxi.Text{EN: "order has earned before", ZH: "订单已计过积分"}},
	{loyalty.ErrOrderUnknown, "order_unknown", guanxi.Text{EN: "unknown order", ZH: "订单不存在"}},
	{loyalty.ErrOrderAmount, "order_amount", guanxi.Text{EN: "more than the amount of the order", ZH: "超过订单金额"}},
	{loyalty.ErrOrderRefunded, "order_refunded", guanxi.Text{EN: "something of the order has come back", ZH: "订单已有退款"}},
	{loyalty.ErrRefundTooMuch, "refund_too_much", guanxi.Text{EN: "more than is left of the order", ZH: "退款超过订单余额"}},
	{loyalty.ErrRedemptionUnknown, "redemption_unknown", guanxi.Text{EN: "unknown redemption", ZH: "兑换记录不存在"}},
	{loyalty.ErrReturnTooMuch, "return_too_much", guanxi.Text{EN: "more than is left of the redemption", ZH: "退回超过兑换余额"}},
	{loyalty.ErrLotUnknown, "lot_unknown", guanxi.Text{EN: "unknown lot", ZH: "批次不存在"}},
	{loyalty.ErrNotLater, "not_later", guanxi.Text{EN: "not later than what it must follow", ZH: "时间须更晚"}},
	{loyalty.ErrPeer, "peer", guanxi.Text{EN: "not the other account of this", ZH: "对方账户不符"}},
	{loyalty.ErrNotNow, "not_now", guanxi.Text{EN: "not offered at this time", ZH: "当前时间不可用"}},
	{loyalty.ErrLimit, "limit", guanxi.Text{EN: "had as often as it may be had", ZH: "已达次数上限"}},
	{loyalty.ErrCondition, "condition", guanxi.Text{EN: "for other tiers or segments", ZH: "等级或人群不符"}},
	{loyalty.ErrStock, "stock", guanxi.Text{EN: "not enough left in stock", ZH: "库存不足"}},
	{loyalty.ErrShared, "shared", guanxi.Text{EN: "not enough left of what is shared", ZH: "共享额度不足"}},
	{loyalty.ErrNotKept, "not_kept", guanxi.Text{EN: "the order is not kept, or not yet", ZH: "订单未过保留期"}},
	{loyalty.ErrNotFirst, "not_first", guanxi.Text{EN: "not the friend's first order", ZH: "不是好友的首单"}},
	{loyalty.ErrPoints, "points", guanxi.Text{EN: "not a number of points for this", ZH: "积分数量不符合规则"}},
	{loyalty.ErrCurrency, "currency", guanxi.Text{EN: "another currency", ZH: "币种不符"}},
	{loyalty.ErrDecimals, "decimals", guanxi.Text{EN: "too many decimal places", ZH: "小数位过多"}},
	{loyalty.ErrOverflow, "overflow", guanxi.Text{EN: "out of range", ZH: "超出范围"}},
	{loyalty.ErrAmount, "amount", guanxi.Text{EN: "not a possible amount", ZH: "金额或数量无效"}},
	{loyalty.ErrTime, "time", guanxi.Text{EN: "not a possible time", ZH: "时间无效"}},
	{loyalty.ErrTierUnknown, "tier_unknown", guanxi.Text{EN: "unknown tier", ZH: "等级不存在"}},
	{loyalty.ErrTierNotSold, "tier_not_sold", guanxi.Text{EN: "tier is not sold", ZH: "等级不出售"}},
	{loyalty.ErrTierNotHeld, "tier_not_held", guanxi.Text{EN: "no such grant, term or lock", ZH: "没有该授予、付费期或锁定"}},
	{loyalty.ErrDuplicate, "duplicate", guanxi.Text{EN: "id seen before", ZH: "编号重复"}},
	{loyalty.ErrUnknown, "unknown", guanxi.Text{EN: "unknown id", ZH: "编号不存在"}},
	{loyalty.ErrOption, "option", guanxi.Text{EN: "not a value of this option", ZH: "选项无效"}},
	{loyalty.ErrTransit, "in_transit", guanxi.Text{EN: "sent, and not received yet", ZH: "已转出，尚未到账"}},
	{loyalty.ErrImpossible, "impossible", guanxi.Text{EN: "not possible for this account", ZH: "该账户无法执行"}},
}

// failures are none of the command's, wherever in it they were met.
var failures = []error{loyaltysql.ErrConnection, loyaltysql.ErrFull, loyaltysql.ErrDamaged, loyalty.ErrConflict, loyalty.ErrRowConflict, loyalty.ErrUnknownOutcome}

// codeOf returns the code of a refusal; ok is false of anything else.
func codeOf(err error) (c code, ok bool) {
	for _, failure := range failures {
		if errors.Is(err, failure) {
			return code{}, false
		}
	}
	if c, ok := couponCode(err); ok {
		return c, true
	}
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c, true
		}
	}
	if loyalty.IsRefusal(err) {
		return code{err, "refused", guanxi.Text{EN: "refused", ZH: "已拒绝"}}, true
	}
	for range guanxi.Faults(err) {
		return code{err, "invalid", guanxi.Text{EN: "a field is not right", ZH: "字段无效"}}, true
	}
	return code{}, false
}
