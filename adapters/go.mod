module github.com/holdfast-go/holdfast/adapters

go 1.26.0

require (
	github.com/cenkalti/backoff/v5 v5.0.3
	github.com/holdfast-go/holdfast v0.0.0-00010101000000-000000000000
)

replace github.com/holdfast-go/holdfast => ../
