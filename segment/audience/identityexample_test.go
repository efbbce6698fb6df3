package audience_test

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/audience"
)

var identityRecords = []audience.IdentityRecord[string]{
	{Key: "shop-1", Identifiers: []audience.Identifier{{Kind: audience.PhoneID, Value: "138 0013 8001"}, {Kind: audience.EmailID, Value: "Lin@Example.com"}}},
	{Key: "store-7", Identifiers: []audience.Identifier{{Kind: audience.MemberCardID, Value: "vip-0007"}, {Kind: audience.PhoneID, Value: "+86 13800138001"}}},
	{Key: "wechat-3", Identifiers: []audience.Identifier{{Kind: audience.WeChatUnionID, Value: "oLin3"}, {Kind: audience.PhoneID, Value: "13900139002"}}},
	{Key: "wechat-4", Identifiers: []audience.Identifier{{Kind: audience.WeChatUnionID, Value: "oWei4"}, {Kind: audience.PhoneID, Value: "13900139002"}}},
}

// Records that have a phone in common are one customer, unless their union ids
// say otherwise.
func ExampleIdentityRules_Resolve() {
	rules, err := audience.NewIdentityRules(guanxi.StringKey[string](), audience.IdentityPreset())
	if err != nil {
		panic(err)
	}
	found, err := rules.Resolve(identityRecords, nil)
	if err != nil {
		panic(err)
	}
	for customer, records := range found.All() {
		fmt.Println(customer, records)
	}
	for _, link := range found.Why("shop-1") {
		fmt.Println(link.Identifier.Kind.Label(guanxi.EN), link.Keys)
	}
	for _, c := range found.Conflicts() {
		fmt.Println(c.Kind.Label(guanxi.EN), c.Identifiers, c.Against, c.Keys)
	}
	// Output:
	// shop-1 [shop-1 store-7]
	// wechat-3 [wechat-3]
	// wechat-4 [wechat-4]
	// Phone [shop-1 store-7]
	// identifiers of different customers: not merged [{phone +8613900139002}] [wechat_union] [wechat-3 wechat-4]
}

// A merge is an event that can be undone: each part is again who it was, and no
// later record joins them.
func ExampleIdentityLog_Undo() {
	rules, err := audience.NewIdentityRules(guanxi.StringKey[string](), audience.IdentityPreset())
	if err != nil {
		panic(err)
	}
	log, err := audience.NewIdentityLog(guanxi.StringKey[string](), nil)
	if err != nil {
		panic(err)
	}
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	advance := func() {
		found, err := rules.Resolve(identityRecords, log.Decisions())
		if err != nil {
			panic(err)
		}
		events, err := log.Advance(found, now)
		if err != nil {
			panic(err)
		}
		for _, e := range events { // after they are stored
			fmt.Println(e.Seq, e.Kind, e.Customer, len(e.Parts))
			if err := log.Apply(e); err != nil {
				panic(err)
			}
		}
	}
	advance()
	undo, err := log.Undo(2, "a clerk", now)
	if err != nil {
		panic(err)
	}
	fmt.Println(undo.Seq, undo.Kind, undo.Of)
	if err := log.Apply(undo); err != nil {
		panic(err)
	}
	fmt.Println(log.Members("shop-1"), log.Members("store-7"))
	advance() // nothing: the decision stands
	// Output:
	// 1 added  0
	// 2 merged shop-1 2
	// 3 separated 2
	// [shop-1] [store-7]
}

// Hosts that keep no identifiers in the clear hash them once normalised.
func ExampleIdentityRules_Normalise() {
	rules, err := audience.NewIdentityRules(guanxi.IntKey[int64](), audience.IdentityPreset())
	if err != nil {
		panic(err)
	}
	for _, s := range []string{"（０１０）１２３４ ５６７８", "86-138-0013-8001", "call me"} {
		id, err := rules.Normalise(audience.Identifier{Kind: audience.PhoneID, Value: s})
		fmt.Printf("%q %v\n", id.Value, err)
	}
	// Output:
	// "+861012345678" <nil>
	// "+8613800138001" <nil>
	// "" audience: /value: not an identifier of this kind: a sign that no phone number has
}
