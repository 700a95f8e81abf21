package action_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

var root = digest.Of([]byte("root"))

// full has every field set.
func full() action.Action {
	return action.Action{
		Argv:       []string{"cc", "-c", "hello.c", "-o", "hello.o"},
		Env:        map[string]string{"PATH": "/usr/bin:/bin", "LC_ALL": "C", "A": "", "Z": "é"},
		Outputs:    []string{"hello.o", "dir/b", "dir-a", "hello.o"},
		InputRoot:  root,
		Timeout:    90*time.Second + time.Millisecond,
		WorkingDir: "src/lib",
		Platform:   map[string]string{"os": "linux", "arch": "amd64"},
		Salt:       []byte("salt"),
		DoNotCache: true,
	}
}

func encode(t testing.TB, a action.Action) action.Encoded {
	t.Helper()
	e, err := a.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	data, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Keys are kept for ever, here and on servers: a change of these digests makes
// every cached result unreachable.
func TestKeysNeverDrift(t *testing.T) {
	for _, tt := range []struct {
		name    string
		action  action.Action
		key     string
		command string
	}{
		{"every field", full(),
			"b27f3d3e9aa12a22300caf00618d1e717052e9784bf30fbc86b146a3b3068318/187",
			"40e3977b7abbb2fc1d1f9d0f259135902b5d2f809ccace783e366dea79ad6a19/144"},
		{"as little as possible", action.Action{Argv: []string{"true"}, InputRoot: digest.Empty},
			"701b64f428a1854dd25344bd8e2950ee121fd04d245f77e347ee700d38895e7b/138",
			"8785cd4897da5129c6f7dc57d5baa0cc9a80270c0d4cd242709e6810a7f35ba2/8"},
	} {
		e := encode(t, tt.action)
		if d := cmp.Diff([]string{tt.key, tt.command}, []string{e.Digest.String(), e.CommandDigest.String()}); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
		if e.Digest != digest.Of(e.Action) || e.CommandDigest != digest.Of(e.Command) {
			t.Errorf("%s: the digests are not those of the messages", tt.name)
		}
	}
}

func TestEncodeEqualsHandBuiltMessages(t *testing.T) {
	platform := &repb.Platform{Properties: []*repb.Platform_Property{{Name: "arch", Value: "amd64"}, {Name: "os", Value: "linux"}}}
	command := marshal(t, &repb.Command{
		Arguments: []string{"cc", "-c", "hello.c", "-o", "hello.o"},
		EnvironmentVariables: []*repb.Command_EnvironmentVariable{
			{Name: "A"}, {Name: "LC_ALL", Value: "C"}, {Name: "PATH", Value: "/usr/bin:/bin"}, {Name: "Z", Value: "é"},
		},
		OutputPaths:           []string{"dir-a", "dir/b", "hello.o"},
		WorkingDirectory:      "src/lib",
		Platform:              platform,
		OutputDirectoryFormat: repb.Command_TREE_AND_DIRECTORY,
	})
	message := marshal(t, &repb.Action{
		CommandDigest:   &repb.Digest{Hash: digest.Of(command).Hex(), SizeBytes: int64(len(command))},
		InputRootDigest: &repb.Digest{Hash: root.Hex(), SizeBytes: root.Size},
		Timeout:         &durationpb.Duration{Seconds: 90, Nanos: 1_000_000},
		DoNotCache:      true,
		Salt:            []byte("salt"),
		Platform:        platform,
	})
	want := action.Encoded{Digest: digest.Of(message), Action: message, CommandDigest: digest.Of(command), Command: command}
	if d := cmp.Diff(want, encode(t, full())); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestEveryFieldIsInTheKey(t *testing.T) {
	keys := map[digest.Digest]string{encode(t, full()).Digest: "unchanged"}
	for name, change := range map[string]func(*action.Action){
		"an argument":          func(a *action.Action) { a.Argv[2] = "other.c" },
		"order of arguments":   func(a *action.Action) { a.Argv[1], a.Argv[2] = a.Argv[2], a.Argv[1] },
		"arguments joined":     func(a *action.Action) { a.Argv = append(a.Argv[:3], "-o hello.o") },
		"an empty argument":    func(a *action.Action) { a.Argv = append(a.Argv, "") },
		"a variable's value":   func(a *action.Action) { a.Env["LC_ALL"] = "POSIX" },
		"a variable's name":    func(a *action.Action) { delete(a.Env, "LC_ALL"); a.Env["LC_CTYPE"] = "C" },
		"one variable more":    func(a *action.Action) { a.Env["B"] = "" },
		"no variables":         func(a *action.Action) { a.Env = nil },
		"an output":            func(a *action.Action) { a.Outputs[0] = "hello.obj" },
		"one output less":      func(a *action.Action) { a.Outputs = a.Outputs[1:2] },
		"the input root":       func(a *action.Action) { a.InputRoot = digest.Of([]byte("another root")) },
		"the root's size":      func(a *action.Action) { a.InputRoot.Size++ },
		"the timeout":          func(a *action.Action) { a.Timeout++ },
		"no timeout":           func(a *action.Action) { a.Timeout = 0 },
		"the working folder":   func(a *action.Action) { a.WorkingDir = "src" },
		"no working folder":    func(a *action.Action) { a.WorkingDir = "" },
		"a property":           func(a *action.Action) { a.Platform["os"] = "darwin" },
		"no properties":        func(a *action.Action) { a.Platform = nil },
		"the salt":             func(a *action.Action) { a.Salt = []byte("pepper") },
		"no salt":              func(a *action.Action) { a.Salt = nil },
		"whether it is cached": func(a *action.Action) { a.DoNotCache = false },
	} {
		a := full()
		change(&a)
		key := encode(t, a).Digest
		if same, ok := keys[key]; ok {
			t.Errorf("%q gives the key of %q", name, same)
		}
		keys[key] = name
	}
}

func TestOrderIsNotInTheKey(t *testing.T) {
	want := encode(t, full())
	a := full()
	slices.Reverse(a.Outputs)
	a.Outputs = append(a.Outputs, a.Outputs...)
	for range 20 { // the order of a map is another each time
		a.Env, a.Platform = maps.Clone(a.Env), maps.Clone(a.Platform)
		if d := cmp.Diff(want, encode(t, a)); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	}
	if d := cmp.Diff([]string{"hello.o", "dir/b", "dir-a", "hello.o"}, full().Outputs); d != "" {
		t.Errorf("Encode sorted its caller's outputs:\n%s", d)
	}
	empty, none := full(), full()
	empty.Env, empty.Platform, empty.Salt, empty.Outputs = map[string]string{}, map[string]string{}, []byte{}, []string{}
	none.Env, none.Platform, none.Salt, none.Outputs = nil, nil, nil, nil
	if encode(t, empty).Digest != encode(t, none).Digest {
		t.Error("empty and nil give different keys")
	}
}

func TestDecodeGivesBackWhatWasEncoded(t *testing.T) {
	for _, a := range []action.Action{full(), {Argv: []string{"true"}, InputRoot: digest.Empty}} {
		e := encode(t, a)
		got, err := action.Decode(e.Action, e.Command)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(a.Outputs)
		a.Outputs = slices.Compact(a.Outputs)
		if d := cmp.Diff(a, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
}

func TestCommandDigest(t *testing.T) {
	e := encode(t, full())
	if d, err := action.CommandDigest(e.Action); err != nil || d != e.CommandDigest {
		t.Errorf("got %s, %v, want %s", d, err, e.CommandDigest)
	}
	for blob, want := range map[string]string{
		"\xff": "read action: action: not an Action message",
		"":     "read action: action.command_digest: it is not well formed",
	} {
		if _, err := action.CommandDigest([]byte(blob)); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", blob, err, want)
		}
	}
}

// Clients before REAPI 2.1 send output_files and output_directories, before 2.2
// the platform in the command; nobody's order matters.
func TestDecodeOlderAndUnsortedMessages(t *testing.T) {
	command := marshal(t, &repb.Command{
		Arguments:            []string{"cc"},
		EnvironmentVariables: []*repb.Command_EnvironmentVariable{{Name: "b", Value: "2"}, {Name: "a", Value: "1"}},
		OutputFiles:          []string{"z", "f"},
		OutputDirectories:    []string{"d"},
		Platform:             &repb.Platform{Properties: []*repb.Platform_Property{{Name: "os", Value: "linux"}}},
	})
	message := marshal(t, &repb.Action{CommandDigest: merkle.ToProto(digest.Of(command)), InputRootDigest: merkle.ToProto(root)})
	got, err := action.Decode(message, command)
	if err != nil {
		t.Fatal(err)
	}
	want := action.Action{
		Argv: []string{"cc"}, Env: map[string]string{"a": "1", "b": "2"}, Outputs: []string{"z", "f", "d"},
		InputRoot: root, Platform: map[string]string{"os": "linux"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*action.Action)
		want   action.Malformed
	}{
		{"no command", func(a *action.Action) { a.Argv = nil }, action.Malformed{Field: "command.arguments", Reason: "there is no command"}},
		{"NUL in an argument", func(a *action.Action) { a.Argv[1] = "\x00" }, action.Malformed{Field: "command.arguments", Name: "\x00", Reason: "a NUL byte"}},
		{"an argument not UTF-8", func(a *action.Action) { a.Argv[1] = "\xff" }, action.Malformed{Field: "command.arguments", Name: "\xff", Reason: "not valid UTF-8"}},
		{"a variable without a name", func(a *action.Action) { a.Env[""] = "x" }, action.Malformed{Field: "command.environment_variables", Reason: `a name is empty or has a "="`}},
		{"= in a name", func(a *action.Action) { a.Env["A=B"] = "x" }, action.Malformed{Field: "command.environment_variables", Name: "A=B", Reason: `a name is empty or has a "="`}},
		{"a value not UTF-8", func(a *action.Action) { a.Env["A"] = "\xff" }, action.Malformed{Field: "command.environment_variables", Name: "A", Reason: "not valid UTF-8"}},
		{"a letter cut in two", func(a *action.Action) { a.Env["\xc3"] = "\xa9" }, action.Malformed{Field: "command.environment_variables", Name: "\xc3", Reason: "not valid UTF-8"}},
		{"an absolute output", func(a *action.Action) { a.Outputs[0] = "/x" }, action.Malformed{Field: "command.output_paths", Name: "/x", Reason: "the path is absolute"}},
		{"an output outside", func(a *action.Action) { a.Outputs[0] = "../x" }, action.Malformed{Field: "command.output_paths", Name: "../x", Reason: `"." and ".." are not names`}},
		{"an empty output", func(a *action.Action) { a.Outputs[0] = "" }, action.Malformed{Field: "command.output_paths", Reason: "a name is empty"}},
		{"a working folder outside", func(a *action.Action) { a.WorkingDir = ".." }, action.Malformed{Field: "command.working_directory", Name: "..", Reason: `"." and ".." are not names`}},
		{"a property not UTF-8", func(a *action.Action) { a.Platform["x"] = "\xff" }, action.Malformed{Field: "action.platform", Name: "x", Reason: "not valid UTF-8"}},
		{"no input root", func(a *action.Action) { a.InputRoot = digest.Digest{} }, action.Malformed{Field: "action.input_root_digest", Reason: "there is none"}},
		{"a negative timeout", func(a *action.Action) { a.Timeout = -1 }, action.Malformed{Field: "action.timeout", Reason: "it is negative"}},
	} {
		a := full()
		tt.change(&a)
		_, err := a.Encode()
		if got, _ := errors.AsType[*action.Malformed](err); !cmp.Equal(&tt.want, got) {
			t.Errorf("%s: %v, want %v", tt.name, err, &tt.want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		change  func(*repb.Action, *repb.Command)
		want    action.Malformed
		garbled bool // the command digest is not brought up to date
	}{
		{"another command", func(a *repb.Action, c *repb.Command) { c.Arguments[0] = "ld" }, action.Malformed{Field: "action.command_digest", Reason: "it is of another command"}, true},
		{"no command digest", func(a *repb.Action, c *repb.Command) { a.CommandDigest = nil }, action.Malformed{Field: "action.command_digest", Reason: "it is of another command"}, true},
		{"no input root", func(a *repb.Action, c *repb.Command) { a.InputRootDigest = nil }, action.Malformed{Field: "action.input_root_digest", Reason: "it is not well formed"}, false},
		{"no arguments", func(a *repb.Action, c *repb.Command) { c.Arguments = nil }, action.Malformed{Field: "command.arguments", Reason: "there is no command"}, false},
		{"a variable twice", func(a *repb.Action, c *repb.Command) {
			c.EnvironmentVariables = append(c.EnvironmentVariables, &repb.Command_EnvironmentVariable{Name: "A"})
		}, action.Malformed{Field: "command.environment_variables", Name: "A", Reason: "it is there twice"}, false},
		{"a property twice", func(a *repb.Action, c *repb.Command) {
			a.Platform.Properties = append(a.Platform.Properties, &repb.Platform_Property{Name: "os"})
		}, action.Malformed{Field: "action.platform", Name: "os", Reason: "it is there twice"}, false},
		{"node properties", func(a *repb.Action, c *repb.Command) { c.OutputNodeProperties = []string{"mtime"} }, action.Malformed{Field: "command.output_node_properties", Reason: "none is supported"}, false},
		{"a timeout of centuries", func(a *repb.Action, c *repb.Command) { a.Timeout.Seconds = 1 << 40 }, action.Malformed{Field: "action.timeout", Reason: "it is out of range"}, false},
		{"a timeout with two signs", func(a *repb.Action, c *repb.Command) { a.Timeout.Nanos = -1 }, action.Malformed{Field: "action.timeout", Reason: "it is out of range"}, false},
		{"a negative timeout", func(a *repb.Action, c *repb.Command) { a.Timeout = &durationpb.Duration{Seconds: -1} }, action.Malformed{Field: "action.timeout", Reason: "it is negative"}, false},
		{"an output outside", func(a *repb.Action, c *repb.Command) { c.OutputPaths[0] = "a/../../b" }, action.Malformed{Field: "command.output_paths", Name: "a/../../b", Reason: `"." and ".." are not names`}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := encode(t, full())
			var a repb.Action
			var c repb.Command
			if err := errors.Join(proto.Unmarshal(e.Action, &a), proto.Unmarshal(e.Command, &c)); err != nil {
				t.Fatal(err)
			}
			tt.change(&a, &c)
			command := marshal(t, &c)
			if !tt.garbled {
				a.CommandDigest = merkle.ToProto(digest.Of(command))
			}
			_, err := action.Decode(marshal(t, &a), command)
			got, _ := errors.AsType[*action.Malformed](err)
			if d := cmp.Diff(&tt.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
	for want, blobs := range map[string][2]string{
		"decode action: action: not an Action message":  {"\xff", ""},
		"decode action: command: not a Command message": {"", "\xff"},
	} {
		if _, err := action.Decode([]byte(blobs[0]), []byte(blobs[1])); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// What Decode accepts can be encoded, and comes back from that.
func FuzzDecode(f *testing.F) {
	for _, a := range []action.Action{full(), {Argv: []string{"true"}, InputRoot: digest.Empty}} {
		e := encode(f, a)
		f.Add(e.Action, e.Command)
	}
	f.Fuzz(func(t *testing.T, message, command []byte) {
		// A fuzzer does not find digests: give it the right one.
		var m repb.Action
		if proto.Unmarshal(message, &m) == nil {
			m.CommandDigest = merkle.ToProto(digest.Of(command))
			message = marshal(t, &m)
		}
		a, err := action.Decode(message, command)
		if err != nil {
			return
		}
		e := encode(t, a)
		again, err := action.Decode(e.Action, e.Command)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(a.Outputs)
		a.Outputs = slices.Compact(a.Outputs)
		if d := cmp.Diff(a, again, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	a := full()
	for b.Loop() {
		encode(b, a)
	}
}
