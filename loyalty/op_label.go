package loyalty

import "github.com/guanxi-go/guanxi"

// Label returns what happened in lang, or the id of an unknown operation.
func (o Op) Label(lang guanxi.Lang) string { return labelled(opLabels, o, lang) }

// labelled returns the text of an id in lang, or the id where it is unknown.
func labelled[T ~string](labels map[T]guanxi.Text, id T, lang guanxi.Lang) string {
	if t, ok := labels[id]; ok {
		return t.In(lang)
	}
	return string(id)
}

// opLabels is not changed.
var opLabels = map[Op]guanxi.Text{
	OpEarn: {EN: "earned", ZH: "获得"}, OpActivate: {EN: "became available", ZH: "生效"},
	OpRedeem: {EN: "redeemed", ZH: "兑换"}, OpReturn: {EN: "redemption given back", ZH: "兑换退回"},
	OpHold: {EN: "held", ZH: "冻结"}, OpCapture: {EN: "hold captured", ZH: "冻结扣减"},
	OpVoid: {EN: "hold released", ZH: "冻结解除"}, OpRunOut: {EN: "hold ran out", ZH: "冻结超时"},
	OpRefund: {EN: "purchase came back", ZH: "退货扣回"}, OpRepay: {EN: "debt paid", ZH: "抵偿欠积分"},
	OpExpire: {EN: "expired", ZH: "过期"}, OpExtend: {EN: "expiry extended", ZH: "延期"},
	OpAdjust: {EN: "adjusted", ZH: "调整"}, OpTransferOut: {EN: "sent", ZH: "转出"},
	OpTransferIn: {EN: "received", ZH: "转入"}, OpDonate: {EN: "donated", ZH: "捐赠"},
	OpMergeOut: {EN: "merged into another account", ZH: "合并转出"}, OpMergeIn: {EN: "another account merged", ZH: "合并转入"},
	OpTier: {EN: "tier", ZH: "等级"}, OpStatus: {EN: "status", ZH: "状态"},
	OpClose: {EN: "closed", ZH: "注销"}, OpActivity: {EN: "activity", ZH: "活动"},
}
