package action

import (
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"google.golang.org/protobuf/proto"
)

// CommandDigest returns which Command an Action message names: what to read before [Decode].
func CommandDigest(actionBlob []byte) (digest.Digest, errctx.WithContext[*Malformed]) {
	var action repb.Action
	if proto.Unmarshal(actionBlob, &action) != nil {
		return digest.Digest{}, errctx.New(&Malformed{"action", "", "not an Action message"}, "read action")
	}
	d, err := merkle.FromProto(action.CommandDigest)
	if err != nil {
		return digest.Digest{}, errctx.New(&Malformed{"action.command_digest", "", "it is not well formed"}, "read action")
	}
	return d, nil
}
