module github.com/guanxi-go/guanxi/lifecycle/rivals

go 1.26.0

require (
	github.com/guanxi-go/guanxi v0.0.0
	github.com/looplab/fsm v1.0.3
	github.com/qmuntal/stateless v1.7.2
)

require github.com/shopspring/decimal v1.6.0 // indirect

replace github.com/guanxi-go/guanxi => ../..
