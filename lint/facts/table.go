package facts

import (
	"go/types"
	"strings"

	"github.com/holdfast-go/holdfast/lint/code"
)

// table has the functions that are known without being studied, because what they do is hidden in machinery such as
// that of package fmt, or because they are so common that missing facts must not matter.
var table = map[string]*Func{
	"fmt.Errorf":   {Printf: Wrapping},
	"fmt.Sprintf":  {Printf: Text},
	"fmt.Sprint":   {TextOf: variadic, Through: variadic},
	"fmt.Sprintln": {TextOf: variadic, Through: variadic},
	"errors.New":   {Texts: first},
	"errors.Join":  {Wraps: variadic},

	"golang.org/x/xerrors.New":    {Texts: first},
	"golang.org/x/xerrors.Errorf": {Printf: Wrapping},

	"github.com/pkg/errors.New":          {Texts: first},
	"github.com/pkg/errors.Errorf":       {Printf: Opaque},
	"github.com/pkg/errors.Wrap":         {Wraps: first, Texts: []int{1}},
	"github.com/pkg/errors.Wrapf":        {Wraps: first, Printf: Opaque, Format: 1},
	"github.com/pkg/errors.WithMessage":  {Wraps: first, Texts: []int{1}},
	"github.com/pkg/errors.WithMessagef": {Wraps: first, Printf: Opaque, Format: 1},
	"github.com/pkg/errors.WithStack":    {Wraps: first},

	"github.com/cockroachdb/errors.New":         {Texts: first},
	"github.com/cockroachdb/errors.Newf":        {Printf: Wrapping},
	"github.com/cockroachdb/errors.Errorf":      {Printf: Wrapping},
	"github.com/cockroachdb/errors.Wrap":        {Wraps: first, Texts: []int{1}},
	"github.com/cockroachdb/errors.Wrapf":       {Wraps: first, Printf: Opaque, Format: 1},
	"github.com/cockroachdb/errors.WithMessage": {Wraps: first, Texts: []int{1}},
	"github.com/cockroachdb/errors.WithStack":   {Wraps: first},

	"github.com/juju/errors.New":       {Texts: first},
	"github.com/juju/errors.Errorf":    {Printf: Opaque},
	"github.com/juju/errors.Annotate":  {Wraps: first, Texts: []int{1}},
	"github.com/juju/errors.Annotatef": {Wraps: first, Printf: Opaque, Format: 1},
	"github.com/juju/errors.Trace":     {Wraps: first},

	"google.golang.org/grpc/status.New":    {Texts: []int{1}},
	"google.golang.org/grpc/status.Newf":   {Printf: Opaque, Format: 1},
	"google.golang.org/grpc/status.Error":  {Texts: []int{1}},
	"google.golang.org/grpc/status.Errorf": {Printf: Opaque, Format: 1},

	"connectrpc.com/connect.NewError": {Wraps: []int{1}},

	"github.com/twitchtv/twirp.NewError":  {Texts: []int{1}},
	"github.com/twitchtv/twirp.NewErrorf": {Printf: Wrapping, Format: 1},
	"github.com/twitchtv/twirp.Internal":  {Texts: first},

	"strings.TrimSpace":  {Through: first},
	"strings.Trim":       {Through: first},
	"strings.TrimPrefix": {Through: first},
	"strings.TrimSuffix": {Through: first},
	"strings.TrimLeft":   {Through: first},
	"strings.TrimRight":  {Through: first},
	"strings.ToLower":    {Through: first},
	"strings.ToUpper":    {Through: first},
	"strings.ToTitle":    {Through: first},
	"strings.Title":      {Through: first},
	"strings.Replace":    {Through: first},
	"strings.ReplaceAll": {Through: first},
	"strings.Join":       {Through: first},
	"strings.Clone":      {Through: first},
	"strings.ToValidUTF8": {
		Through: first,
	},
	"strings.Repeat": {Through: first},
	"strconv.Quote":  {Through: first},
	"html.EscapeString": {
		Through: first,
	},
}

// tabled are the packages of the table.
var tabled = func() map[string]bool {
	out := map[string]bool{}
	for name := range table {
		out[name[:strings.LastIndexByte(name, '.')]] = true
	}
	return out
}()

var (
	first    = []int{0}
	variadic = []int{0}
)

// bySignature is the guess for a function whose package was not studied: what looks like Errorf and like New is taken for it.
func bySignature(fn *types.Func) *Func {
	sig := fn.Signature()
	if sig.Results().Len() != 1 || !code.IsError(sig.Results().At(0).Type()) {
		return nil
	}
	params := sig.Params()
	n := params.Len()
	switch {
	case sig.Variadic() && n >= 2 && strings.HasSuffix(fn.Name(), "f") && isAnySlice(params.At(n-1).Type()) && code.IsString(params.At(n-2).Type()):
		return &Func{Printf: Opaque, Format: n - 2, Wraps: errorParams(params)}
	case !sig.Variadic() && constructorName(fn.Name()):
		f := &Func{Wraps: errorParams(params)}
		for i := range n {
			if types.Identical(params.At(i).Type(), types.Typ[types.String]) {
				f.Texts = append(f.Texts, i)
			}
		}
		if len(f.Texts) == 1 {
			return f
		}
	}
	return nil
}

func constructorName(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(lower, "new") && strings.Contains(lower, "err") || lower == "errorf" || lower == "error" || lower == "new"
}

func errorParams(params *types.Tuple) []int {
	var out []int
	for i := range params.Len() {
		if code.IsError(params.At(i).Type()) {
			out = append(out, i)
		}
	}
	return out
}

func isAnySlice(t types.Type) bool {
	s, ok := t.Underlying().(*types.Slice)
	if !ok {
		return false
	}
	i, ok := s.Elem().Underlying().(*types.Interface)
	return ok && i.Empty()
}
