package score

import (
	"slices"

	"google.golang.org/grpc/status"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
	"github.com/holdfast-go/holdfast/classify/roles"
	"github.com/holdfast-go/holdfast/corpus/libraries"
	"github.com/holdfast-go/holdfast/corpus/provoke"
)

// measured are the roles whose policies are measured: those of package roles, for programs that import the
// libraries of the corpus, and so can say at each edge what the libraries behind it mean.
func measured() []classify.Role {
	rpc := packs.GRPC[*status.Status]()
	runner := roles.QueueRunner(rpc)
	// Its queue may live in any of these; one program would have one of them.
	queues := slices.Concat(libraries.MySQL, libraries.Mongo, libraries.Etcd, libraries.Kafka, libraries.NATS)
	runner = libraries.Before(runner, roles.DB, queues...)
	runner = libraries.Before(runner, roles.Builders, slices.Concat(libraries.SSH, libraries.WebSocket)...)
	services := slices.Concat(libraries.Kubernetes, libraries.OAuth2)
	runner = libraries.Before(runner, roles.API, services...)
	builder := libraries.Before(roles.Builder(rpc), roles.API, services...)
	return []classify.Role{roles.LocalExecutor(), runner, builder}
}

// policies returns the policy of each role, with the rules of the program whose errors
// [provoke.MissingDigest] and its like are: no pack knows those.
func policies() map[string]*classify.Policy {
	out := map[string]*classify.Policy{}
	for _, r := range measured() {
		out[r.Name] = classify.Must(classify.New(r, ownRules(r.Can)...))
	}
	return out
}

func ownRules(can classify.Set) []classify.Rule {
	lost := func(key string) classify.Verdict {
		if can.Has(classify.Backtrack) {
			return classify.Verdict{Class: classify.Backtrack, Keys: []any{key}}
		}
		return classify.Verdict{Class: classify.RetryElsewhere}
	}
	gives := classify.SetOf(classify.Backtrack, classify.RetryElsewhere)
	return []classify.Rule{
		classify.OnFunc("missing digest", gives&can, func(e *provoke.MissingDigest) classify.Verdict { return lost(e.Digest) }),
		classify.OnFunc("digest mismatch", gives&can, func(e *provoke.DigestMismatch) classify.Verdict { return lost(e.Want) }),
	}
}
