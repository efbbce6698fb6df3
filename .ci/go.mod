module github.com/guanxi-go/guanxi/ci

go 1.26
