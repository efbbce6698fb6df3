package predict

import "github.com/guanxi-go/guanxi"

// FigureLabel returns the name in lang of a figure of a [Report], given by its
// field in JSON, such as "average_precision"; an unknown one is returned as it is.
func FigureLabel(figure string, lang guanxi.Lang) string {
	if name := figureName(figure).In(lang); name != "" {
		return name
	}
	return figure
}

func figureName(figure string) guanxi.Text {
	switch figure {
	case "rows":
		return guanxi.Text{EN: "Customers", ZH: "客户数"}
	case "left":
		return guanxi.Text{EN: "Left", ZH: "流失数"}
	case "base_rate":
		return guanxi.Text{EN: "Base rate", ZH: "基准流失率"}
	case "auc":
		return guanxi.Text{EN: "AUC", ZH: "AUC（排序能力）"}
	case "average_precision":
		return guanxi.Text{EN: "Average precision", ZH: "平均精确率"}
	case "ks":
		return guanxi.Text{EN: "KS distance", ZH: "KS 值"}
	case "top":
		return guanxi.Text{EN: "Top customers", ZH: "风险最高的客户"}
	case "precision":
		return guanxi.Text{EN: "Precision", ZH: "精确率"}
	case "recall":
		return guanxi.Text{EN: "Recall", ZH: "召回率"}
	case "lift":
		return guanxi.Text{EN: "Lift", ZH: "提升度"}
	case "brier":
		return guanxi.Text{EN: "Brier score", ZH: "Brier 分数"}
	case "brier_of_base_rate":
		return guanxi.Text{EN: "Brier score of the base rate", ZH: "基准流失率的 Brier 分数"}
	case "brier_skill":
		return guanxi.Text{EN: "Brier skill", ZH: "Brier 技巧分"}
	case "log_loss":
		return guanxi.Text{EN: "Log loss", ZH: "对数损失"}
	case "log_loss_of_base_rate":
		return guanxi.Text{EN: "Log loss of the base rate", ZH: "基准流失率的对数损失"}
	case "clipped":
		return guanxi.Text{EN: "Chances moved off 0 and 1", ZH: "从 0 或 1 移开的概率数"}
	case "line":
		return guanxi.Text{EN: "Calibration line", ZH: "校准线"}
	case "slope":
		return guanxi.Text{EN: "Calibration slope", ZH: "校准斜率"}
	case "intercept":
		return guanxi.Text{EN: "Calibration intercept", ZH: "校准截距"}
	case "in_the_large":
		return guanxi.Text{EN: "Calibration in the large", ZH: "整体校准偏差"}
	case "bins":
		return guanxi.Text{EN: "Calibration by group", ZH: "分组校准"}
	case "calibration_error":
		return guanxi.Text{EN: "Expected calibration error", ZH: "期望校准误差"}
	case "hosmer_lemeshow":
		return guanxi.Text{EN: "Hosmer-Lemeshow test", ZH: "Hosmer-Lemeshow 检验"}
	}
	return guanxi.Text{}
}

// Label returns the name of l in lang.
func (l Label) Label(lang guanxi.Lang) string {
	switch l {
	case Unknown:
		return guanxi.Text{EN: "Unknown", ZH: "未知"}.In(lang)
	case Stayed:
		return guanxi.Text{EN: "Stayed", ZH: "留存"}.In(lang)
	case Left:
		return guanxi.Text{EN: "Left", ZH: "流失"}.In(lang)
	}
	return string(l)
}
