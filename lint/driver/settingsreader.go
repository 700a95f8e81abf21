package driver

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/holdfast-go/holdfast/lint/check"
)

// settingsReader puts YAML into the structs of the configuration, whose fields have names for JSON. It keeps the first error.
type settingsReader struct {
	file  string
	suite Suite
	err   error
}

func (r *settingsReader) fault(n *yaml.Node, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s:%d: %s", r.file, n.Line, fmt.Sprintf(format, args...))
	}
}

func (r *settingsReader) read(n *yaml.Node, into *Settings) {
	r.value(n, "the file", reflect.ValueOf(into).Elem())
}

// value reads n into v. what names it in errors.
func (r *settingsReader) value(n *yaml.Node, what string, v reflect.Value) {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	switch v.Kind() {
	case reflect.Struct:
		if n.Kind != yaml.MappingNode {
			r.fault(n, "%s is a map of keys and values", what)
			return
		}
		r.fields(n, what, v)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			r.fault(n, "%s is a list: write %s: [...]", what, what)
			return
		}
		for _, item := range n.Content {
			e := reflect.New(v.Type().Elem()).Elem()
			r.value(item, what, e)
			v.Set(reflect.Append(v, e))
			r.rule(item, what, e)
		}
	default:
		if n.Kind != yaml.ScalarNode || n.Decode(v.Addr().Interface()) != nil || v.Kind() == reflect.String && n.Tag == "!!null" {
			r.fault(n, "%s is %s", what, map[reflect.Kind]string{reflect.String: "a text", reflect.Bool: "true or false", reflect.Int: "a number"}[v.Kind()])
			return
		}
		r.rule(n, what, v)
	}
}

// fields reads the keys of a map.
func (r *settingsReader) fields(n *yaml.Node, what string, v reflect.Value) {
	fields := map[string]reflect.Value{}
	var names []string
	var collect func(reflect.Value)
	collect = func(v reflect.Value) {
		for f, field := range v.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case f.Anonymous:
				collect(field)
			case name != "":
				fields[name] = field
				names = append(names, name)
			}
		}
	}
	collect(v)
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		field, ok := fields[key.Value]
		switch {
		case !ok:
			r.fault(key, "unknown key %q in %s%s; its keys are %s", key.Value, what, didYouMean(key.Value, "", names), strings.Join(names, ", "))
		case seen[key.Value]:
			r.fault(key, "the key %q is there twice", key.Value)
		default:
			seen[key.Value] = true
			r.value(n.Content[i+1], key.Value, field)
		}
	}
}

// rule checks a value that was read.
func (r *settingsReader) rule(n *yaml.Node, what string, v reflect.Value) {
	switch value := v.Interface().(type) {
	case string:
		switch what {
		case "enable", "disable", "checks":
			c, err := r.suite.find(value)
			if err != nil {
				r.fault(n, "%s: %v", what, err)
				return
			}
			v.SetString(c.ID)
		case "profile":
			r.oneOf(n, what, value, "default", "strict")
		case "fixes":
			r.oneOf(n, what, value, "safe", "all", "none")
		}
	case check.Boundary:
		switch {
		case value.Package == "":
			r.fault(n, `opaque: say which package, as in package: example.com/m/api, or example.com/m/... for all`)
		case strings.TrimSpace(value.Reason) == "":
			r.fault(n, "opaque: package %s has no reason: say why its errors are given away as text", value.Package)
		}
	case check.Constructor:
		if value.Func == "" {
			r.fault(n, "constructors: say which func, as in func: example.com/m/errs.New")
		}
	case check.Equivalent:
		if value.Text == "" || value.Is == "" {
			r.fault(n, "equivalents: say which text, and what it is, as in text: file does not exist, is: io/fs.ErrNotExist")
		}
	}
}

func (r *settingsReader) oneOf(n *yaml.Node, what, value string, values ...string) {
	if !slices.Contains(values, value) {
		r.fault(n, "%s is one of %s, not %q%s", what, strings.Join(values, ", "), value, didYouMean(value, "", values))
	}
}
