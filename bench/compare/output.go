package compare

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	"github.com/holdfast-go/holdfast/bench/peer"
)

var output = Feature{
	Name: "slog, JSON and %+v are structured",
	Doc: "Yes: a record of slog and the JSON have attributes as members, and call sites; `%+v` has both. Partly: one of the three has, or two. " +
		"What is logged and marshalled is what the library's documentation says to log and marshal.",
	probe: func(p peer.Peer) Outcome {
		err := p.WithAttrs(&peer.Fault{})

		var b strings.Builder
		slog.New(slog.NewJSONHandler(&b, nil)).LogAttrs(context.Background(), slog.LevelError, "run failed", p.Log(err))
		record := b.String()
		body, marshalErr := p.JSON(err)
		if marshalErr != nil {
			body = []byte(marshalErr.Error())
		}
		text := fmt.Sprintf("%+v", err)

		logged := structure(record)
		marshalled := structure(string(body))
		printed := has(strings.Contains(text, peer.Digest), strings.Contains(text, ".go:"))
		fact := fmt.Sprintf("slog: %s; JSON: %s; %%+v: %s", logged, marshalled, printed)
		switch full := strings.Count(fact, everything); full {
		case 3:
			return yes("%s", fact)
		case 0:
			return no("%s", fact)
		}
		return partly("%s", fact)
	},
}

const everything = "attributes and call sites"

func has(attrs, site bool) string {
	switch {
	case attrs && site:
		return everything
	case attrs:
		return "attributes"
	case site:
		return "call sites"
	}
	return "neither"
}

// structure tells what a JSON text has.
func structure(text string) string {
	var tree any
	if json.Unmarshal([]byte(text), &tree) != nil {
		return "no JSON"
	}
	if m, ok := tree.(map[string]any); ok && m["err"] != nil { // a record of slog
		tree = m["err"]
	}
	switch t := tree.(type) {
	case string:
		return "a text"
	case map[string]any:
		if len(t) == 0 {
			return "{}"
		}
	}
	return has(member(tree, "digest") == peer.Digest, strings.Contains(text, ".go"))
}

// member finds a key in a tree.
func member(tree any, key string) any {
	switch t := tree.(type) {
	case map[string]any:
		if v, ok := t[key]; ok {
			return v
		}
		for _, v := range t {
			if found := member(v, key); found != nil {
				return found
			}
		}
	case []any:
		for _, v := range t {
			if found := member(v, key); found != nil {
				return found
			}
		}
	}
	return nil
}
