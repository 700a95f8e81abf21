package flatten

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// sinkSet knows the functions whose arguments end before people, or on a wire: an error that goes straight
// there is not asked what it is any more.
type sinkSet struct{ configured []string }

func sinksOf(cfg *check.Config) sinkSet { return sinkSet{cfg.Sinks} }

// loggers are packages all of whose functions are sinks.
var loggers = []string{
	"log", "log/slog", "testing", "net/http", "net/http/httptest",
	"github.com/sirupsen/logrus", "go.uber.org/zap", "github.com/rs/zerolog", "github.com/go-logr/logr", "k8s.io/klog/v2", "k8s.io/klog",
	"github.com/golang/glog", "github.com/hashicorp/go-hclog", "github.com/charmbracelet/log", "github.com/go-kit/log", "github.com/inconshreveable/log15",
	"go.opentelemetry.io/otel/trace", "go.opentelemetry.io/otel/attribute", "github.com/stretchr/testify", "github.com/onsi/gomega", "github.com/onsi/ginkgo/v2",
	"github.com/getsentry/sentry-go", "github.com/prometheus/client_golang", "github.com/spf13/cobra",
}

// loggerNames are the names of functions that note something and return no error.
var loggerNames = regexp.MustCompile(`(?i)^(v?log|print|warn|info|debug|trace|error|fatal|exit|panic|notice|critical|alert|report|record|audit|emit|event|must|skip|fail|handle_?err|set(tag|status|label|attribute|error|msg|message))`)

// takes reports whether the error made at c goes straight to a sink.
func (s sinkSet) takes(info *types.Info, c inspector.Cursor) bool {
	for {
		kind, i := c.ParentEdge()
		parent := c.Parent()
		switch kind {
		case edge.ParenExpr_X:
			c = parent
			continue
		case edge.SelectorExpr_X:
			// made(...).Error(): it was only made for its text.
			return parent.Node().(*ast.SelectorExpr).Sel.Name == "Error"
		case edge.CallExpr_Args:
			call := parent.Node().(*ast.CallExpr)
			if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "panic" {
				return true
			}
			fn := code.Callee(info, call)
			return fn != nil && i >= 0 && s.is(fn)
		}
		return false
	}
}

func (s sinkSet) is(fn *types.Func) bool {
	if slices.Contains(s.configured, fn.FullName()) {
		return true
	}
	for r := range fn.Signature().Results().Variables() {
		if code.IsError(r.Type()) {
			return false
		}
	}
	if fn.Pkg() != nil {
		for _, l := range loggers {
			if fn.Pkg().Path() == l || strings.HasPrefix(fn.Pkg().Path(), l+"/") {
				return true
			}
		}
	}
	for p := range fn.Signature().Params().Variables() {
		if code.IsNamed(p.Type(), "net/http", "ResponseWriter") {
			return true // it answers
		}
	}
	return loggerNames.MatchString(fn.Name())
}
