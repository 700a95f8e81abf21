package packs

import (
	"context"
	"reflect"
	"runtime"

	"github.com/holdfast-go/holdfast/classify"
)

// Context is for the errors of contexts. With a requester that is done the verdict is
// cancelled, whatever they say: here they are about the context of somebody else.
var Context = contextTable.pack()

var contextTable = table{name: "context", rows: []row{
	cutOff("context.DeadlineExceeded", context.DeadlineExceeded, timeout, "context: DeadlineExceeded"),
	cutOff("context.Canceled", context.Canceled, stopped, "context: Canceled"),
}}

// Runtime is for the panics of the runtime that were recovered.
var Runtime = runtimeTable.pack()

var runtimeTable = table{name: "runtime", rows: []row{
	on[runtime.Error]("runtime.Error", bug, "runtime: Error"),
	on[*reflect.ValueError]("*reflect.ValueError", bug, "reflect: ValueError"),
}}

// Timeouts asks the methods Timeout and Temporary, after everything else.
var Timeouts = timeoutsTable.pack()

var timeoutsTable = table{
	name: "timeouts",
	rules: []classify.Rule{
		classify.KindCapability("Timeout()", func(e interface{ Timeout() bool }) classify.Finding {
			return perhaps(e.Timeout(), timeout)
		}),
		classify.KindCapability("Temporary()", func(e interface{ Temporary() bool }) classify.Finding {
			return when(e.Temporary(), unavailable)
		}),
	},
	rows: []row{
		lateUnsure("Timeout() is true", timeout, "net: Error; os: IsTimeout"),
		lateCode("Temporary() is true", unavailable, "net: Error"),
	},
}

func when(yes bool, k classify.Kind) classify.Finding {
	if !yes {
		return classify.Finding{}
	}
	return classify.Finding{Kind: k}
}

// perhaps is when for an operation that may have been carried out.
func perhaps(yes bool, k classify.Kind) classify.Finding {
	f := when(yes, k)
	f.OutcomeUnknown = yes
	return f
}

func lateCode(match string, k classify.Kind, source string) row {
	return row{Row: Row{Match: match, Kind: k, Late: true, Source: source}}
}

func lateUnsure(match string, k classify.Kind, source string) row {
	r := lateCode(match, k, source)
	r.OutcomeUnknown = true
	return r
}
