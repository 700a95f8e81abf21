package score

import (
	"google.golang.org/grpc/status"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
	"github.com/holdfast-go/holdfast/classify/roles"
	"github.com/holdfast-go/holdfast/corpus/provoke"
)

// measured are the roles whose policies are measured.
func measured() []classify.Role {
	rpc := packs.GRPC[*status.Status]()
	return []classify.Role{roles.LocalExecutor(), roles.QueueRunner(rpc), roles.Builder(rpc)}
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
