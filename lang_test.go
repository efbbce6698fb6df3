package guanxi_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guanxi-go/guanxi"
)

func TestParseLang(t *testing.T) {
	for s, want := range map[string]guanxi.Lang{
		"en": guanxi.EN, "EN": guanxi.EN, "en-US": guanxi.EN, "en_gb": guanxi.EN,
		"zh": guanxi.ZH, "zh-CN": guanxi.ZH, "zh_Hans": guanxi.ZH, "ZH-hans-cn": guanxi.ZH,
	} {
		got, err := guanxi.ParseLang(s)
		assert.NoError(t, err, s)
		assert.Equal(t, want, got, s)
	}
	for _, s := range []string{"", "fr", "english", "en-", "zh--CN", "-", "en ", " en", "en-US-", "en.UTF-8", "zh-中国", "en-123456789"} {
		_, err := guanxi.ParseLang(s)
		assert.ErrorIs(t, err, guanxi.ErrLang, s)
	}
}

func TestLangText(t *testing.T) {
	for _, want := range []guanxi.Lang{"", guanxi.EN, guanxi.ZH} {
		data, err := json.Marshal(want)
		assert.NoError(t, err)
		got := guanxi.Lang("x")
		assert.NoError(t, json.Unmarshal(data, &got))
		assert.Equal(t, want, got)
	}
	l := guanxi.ZH
	assert.ErrorIs(t, l.UnmarshalText([]byte("fr")), guanxi.ErrLang)
	assert.Equal(t, guanxi.ZH, l)
}

func TestText(t *testing.T) {
	both, en, zh := guanxi.Text{EN: "Gold", ZH: "金"}, guanxi.Text{EN: "Gold"}, guanxi.Text{ZH: "金"}
	assert.Equal(t, "Gold", both.In(guanxi.EN))
	assert.Equal(t, "Gold", both.In(""))
	assert.Equal(t, "Gold", both.In("fr"))
	assert.Equal(t, "金", both.In(guanxi.ZH))
	assert.Equal(t, "Gold", en.In(guanxi.ZH))
	assert.Equal(t, "金", zh.In(guanxi.EN))
	assert.Equal(t, "", guanxi.Text{}.In(guanxi.ZH))
	assert.True(t, guanxi.Text{}.IsZero())
	assert.False(t, zh.IsZero())
}

func ExampleParseLang() {
	lang, err := guanxi.ParseLang("zh-CN")
	fmt.Println(lang, err)
	// Output: zh <nil>
}

func ExampleText_In() {
	name := guanxi.Text{EN: "At risk", ZH: "流失预警"}
	fmt.Println(name.In(guanxi.EN), name.In(guanxi.ZH))
	// Output: At risk 流失预警
}
