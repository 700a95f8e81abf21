module github.com/holdfast-go/holdfast/bench/lint

go 1.26.0

replace github.com/holdfast-go/holdfast => ../../

require (
	github.com/Djarvur/go-err113 v0.1.1
	github.com/holdfast-go/holdfast v0.0.0-00010101000000-000000000000
	github.com/polyfloyd/go-errorlint v1.8.0
	github.com/tomarrell/wrapcheck/v2 v2.13.0
	golang.org/x/mod v0.43.0
	golang.org/x/tools v0.52.0
)

require (
	github.com/gobwas/glob v0.2.3 // indirect
	go.yaml.in/yaml/v4 v4.0.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/term v0.47.0 // indirect
)

tool (
	github.com/holdfast-go/holdfast/cmd/errlint
	github.com/polyfloyd/go-errorlint
)
