package voice_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps/voice"
)

func TestRetail(t *testing.T) {
	zh, en := voice.Retail(guanxi.ZH), voice.Retail(guanxi.EN)
	for _, tax := range []voice.Taxonomy{zh, en, zh.Plus(en)} {
		if err := tax.Validate(); err != nil {
			t.Error(err)
		}
		if len(tax.Themes) != 18 {
			t.Errorf("%d themes, want 18", len(tax.Themes))
		}
		for _, theme := range tax.Themes {
			if theme.Name.EN == "" || theme.Name.ZH == "" || len(theme.Keywords) == 0 {
				t.Errorf("%s lacks a name or keywords: %+v", theme.ID, theme)
			}
		}
	}
	for i := range zh.Themes {
		if z, e := zh.Themes[i], en.Themes[i]; z.ID != e.ID || z.Name != e.Name || z.Parent != e.Parent {
			t.Errorf("the languages differ in %+v and %+v", z, e)
		}
	}
}

func TestRetailTexts(t *testing.T) {
	both := voice.MustNew(voice.Retail(guanxi.ZH).Plus(voice.Retail(guanxi.EN)))
	for _, tt := range []struct {
		text string
		want string // theme, "!" before a negated one
	}{
		// The handbooks' own sentences.
		{"设计师总改方案", "[design 设计师][design 改方案]"},
		{"报价不透明", "[quote 报价][quote 不透明]"},
		{"物流太慢", "[logistics 物流]"},
		{"包装太精美", "[packaging 包装]"},
		{"The designer kept changing the plans.", "[design designer][design plans]"},
		{"The quote was not transparent", "[quote quote][!quote transparen]"},
		{"delivery is too slow", "[logistics deliver]"},
		{"Packaging far too fancy", "[packaging Packag][style fancy]"},
		// Negation.
		{"物流不慢", "[!logistics 物流]"},
		{"物流一点都不慢", "[!logistics 物流]"},
		{"价格不贵服务好", "[price 价格][!price 贵][service 服务]"},
		{"服务不错,特别热情", "[service 服务][service 热情]"},
		{"没有货", "[!range 有货]"},
		{"不是没有优惠", "[promotion 优惠]"},
		{"有没有优惠?", "[promotion 优惠]"},
		{"用APP下单,别人都说质量好", "[digital APP][digital 下单][quality 质量]"},
		{"delivery wasn’t late", "[!logistics deliver]"},
		{"Not only cheap but the staff never rude", "[price cheap][service staff][!service rude]"},
		{"贵宾厅", ""},
	} {
		var got strings.Builder
		for _, m := range both.Append(nil, tt.text) {
			mark := ""
			if m.Negated {
				mark = "!"
			}
			fmt.Fprintf(&got, "[%s%s %s]", mark, m.Theme, tt.text[m.Start:m.End])
		}
		if got.String() != tt.want {
			t.Errorf("%s: %s, want %s", tt.text, got.String(), tt.want)
		}
	}
}
