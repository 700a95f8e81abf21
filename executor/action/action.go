// Package action says what is to be executed and what came of it, as the Action,
// Command and ActionResult messages of the Remote Execution API v2 (REAPI).
//
// The key of an action is the digest of its Action message, so a local and a
// remote cache agree on it. Promises:
//
//   - Everything that an execution depends on is in the key: two actions with the
//     same key are the same action.
//   - The order in which variables, outputs, properties or inputs were given is not.
//   - What is read from a message is checked whole: paths are clean and relative,
//     digests well formed, nothing is there twice. Every fault is a [*Malformed].
package action

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Action is a process to be executed in a tree of inputs.
type Action struct {
	Argv       []string          // the command and its arguments; at least the command
	Env        map[string]string // the whole environment
	Outputs    []string          // files, folders or links to keep, relative to WorkingDir
	InputRoot  digest.Digest     // of the root Directory of the inputs
	Timeout    time.Duration     // of the execution alone; zero for none
	WorkingDir string            // a folder of the inputs, "" for their root
	Platform   map[string]string // what the machine has to offer
	Salt       []byte            // sets results apart from those of the same action with another salt
	DoNotCache bool              // the result is of no use to anybody else
}

// Encoded is an action as messages. Both have to be stored before a server is asked to execute it.
type Encoded struct {
	Digest        digest.Digest // of Action: the key
	Action        []byte
	CommandDigest digest.Digest
	Command       []byte
}

// Encode returns the messages of a in canonical form. The error says that a is
// no action: no command, a path that is not clean, a text that is not UTF-8, …
func (a Action) Encode() (Encoded, errctx.WithContext[*Malformed]) {
	if m := a.check(); m != nil {
		return Encoded{}, errctx.New(m, "encode action")
	}
	platform := platformProto(a.Platform)
	command := marshal(&repb.Command{
		Arguments:             a.Argv,
		EnvironmentVariables:  envProto(a.Env),
		OutputPaths:           slices.Compact(slices.Sorted(slices.Values(a.Outputs))),
		WorkingDirectory:      a.WorkingDir,
		Platform:              platform, // where servers before 2.2 look for it
		OutputDirectoryFormat: repb.Command_TREE_AND_DIRECTORY,
	})
	commandDigest := digest.Of(command)
	message := &repb.Action{
		CommandDigest:   merkle.ToProto(commandDigest),
		InputRootDigest: merkle.ToProto(a.InputRoot),
		DoNotCache:      a.DoNotCache,
		Salt:            a.Salt,
		Platform:        platform,
	}
	if a.Timeout != 0 {
		message.Timeout = durationpb.New(a.Timeout)
	}
	action := marshal(message)
	return Encoded{digest.Of(action), action, commandDigest, command}, nil
}

// marshal encodes a message whose strings were all checked.
func marshal(m proto.Message) []byte {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		panic(fmt.Errorf("action: encode %T: %w", m, err)) // unreachable: only a string that is not UTF-8 can fail
	}
	return data
}

// check holds for what Encode takes and for what Decode returns.
func (a Action) check() *Malformed {
	if len(a.Argv) == 0 {
		return &Malformed{"command.arguments", "", "there is no command"}
	}
	for _, arg := range a.Argv {
		if reason := merkle.CheckText(arg); reason != "" {
			return &Malformed{"command.arguments", arg, reason}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.Env)) {
		switch reason := merkle.CheckText(name + "=" + a.Env[name]); {
		case name == "" || strings.Contains(name, "="):
			return &Malformed{"command.environment_variables", name, `a name is empty or has a "="`}
		case reason != "":
			return &Malformed{"command.environment_variables", name, reason}
		}
	}
	for _, path := range a.Outputs {
		if reason := merkle.CheckPath(path); reason != "" {
			return &Malformed{"command.output_paths", path, reason}
		}
	}
	if a.WorkingDir != "" {
		if reason := merkle.CheckPath(a.WorkingDir); reason != "" {
			return &Malformed{"command.working_directory", a.WorkingDir, reason}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.Platform)) {
		if reason := merkle.CheckText(name + "=" + a.Platform[name]); reason != "" {
			return &Malformed{"action.platform", name, reason}
		}
	}
	if a.InputRoot.IsZero() {
		return &Malformed{"action.input_root_digest", "", "there is none"}
	}
	if a.Timeout < 0 {
		return &Malformed{"action.timeout", "", "it is negative"}
	}
	return nil
}

// Decode returns the action in two messages, which another program may have
// written: order does not matter, the outputs may be in the fields of REAPI 2.0,
// and the platform in the Command as before REAPI 2.2. The key of such an action is the digest of
// actionBlob, not what Encode makes of the result.
func Decode(actionBlob, commandBlob []byte) (Action, errctx.WithContext[*Malformed]) {
	a, m := decode(actionBlob, commandBlob)
	if m == nil {
		m = a.check()
	}
	if m != nil {
		return Action{}, errctx.New(m, "decode action")
	}
	return a, nil
}

func decode(actionBlob, commandBlob []byte) (a Action, m *Malformed) {
	var action repb.Action
	var command repb.Command
	if proto.Unmarshal(actionBlob, &action) != nil {
		return a, &Malformed{"action", "", "not an Action message"}
	}
	if proto.Unmarshal(commandBlob, &command) != nil {
		return a, &Malformed{"command", "", "not a Command message"}
	}
	d, derr := merkle.FromProto(action.CommandDigest)
	if derr != nil || d != digest.Of(commandBlob) {
		return a, &Malformed{"action.command_digest", "", "it is of another command"} //errlint:opaque(dropped-cause) a digest that is not well formed is of no command, and there is no more to it
	}
	if a.InputRoot, derr = merkle.FromProto(action.InputRootDigest); derr != nil {
		return a, &Malformed{"action.input_root_digest", "", "it is not well formed"} //errlint:opaque(dropped-cause) likewise
	}
	if len(command.OutputNodeProperties) > 0 {
		return a, &Malformed{"command.output_node_properties", "", "none is supported"}
	}
	if action.Timeout != nil {
		a.Timeout = action.Timeout.AsDuration()
		if !proto.Equal(durationpb.New(a.Timeout), action.Timeout) {
			return a, &Malformed{"action.timeout", "", "it is out of range"}
		}
	}
	if a.Env, m = toMap(command.EnvironmentVariables, "command.environment_variables"); m != nil {
		return a, m
	}
	platform := action.Platform
	if platform == nil {
		platform = command.Platform
	}
	if a.Platform, m = toMap(platform.GetProperties(), "action.platform"); m != nil {
		return a, m
	}
	a.Outputs = command.OutputPaths
	if len(a.Outputs) == 0 {
		a.Outputs = slices.Concat(command.OutputFiles, command.OutputDirectories)
	}
	a.Argv = command.Arguments
	a.WorkingDir = command.WorkingDirectory
	a.Salt = action.Salt
	a.DoNotCache = action.DoNotCache
	return a, nil
}

func envProto(env map[string]string) (all []*repb.Command_EnvironmentVariable) {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		all = append(all, &repb.Command_EnvironmentVariable{Name: name, Value: env[name]})
	}
	return all
}

func platformProto(properties map[string]string) *repb.Platform {
	if len(properties) == 0 {
		return nil
	}
	p := &repb.Platform{}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		p.Properties = append(p.Properties, &repb.Platform_Property{Name: name, Value: properties[name]})
	}
	return p
}

// toMap returns nil for no pairs, and refuses a name that is there twice.
func toMap[P interface {
	GetName() string
	GetValue() string
}](pairs []P, field string) (map[string]string, *Malformed) {
	if len(pairs) == 0 {
		return nil, nil
	}
	all := make(map[string]string, len(pairs))
	for _, p := range pairs {
		if _, ok := all[p.GetName()]; ok {
			return nil, &Malformed{field, p.GetName(), "it is there twice"}
		}
		all[p.GetName()] = p.GetValue()
	}
	return all, nil
}

// Malformed says that an action or a result, or the message that should be one,
// does not say what REAPI demands.
type Malformed struct {
	Field  string // in the messages, such as "command.output_paths"
	Name   string // which of several: a path, an argument, the name of a variable
	Reason string
}

// ErrorKind implements errctx.Kind.
func (*Malformed) ErrorKind() string { return "action.malformed" }

func (e *Malformed) Error() string {
	if e.Name == "" {
		return e.Field + ": " + e.Reason
	}
	return fmt.Sprintf("%s: %q: %s", e.Field, e.Name, e.Reason)
}
