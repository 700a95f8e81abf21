package errctxpb_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The generated code is that of envelope.proto. HOLDFAST_UPDATE=1 generates it anew, with
// the generator of the version in go.mod; protoc is Debian's protobuf-compiler.
func TestGenerated(t *testing.T) {
	protoc, err := exec.LookPath("protoc")
	if err != nil {
		t.Skip("there is no protoc here")
	}
	dir := t.TempDir()
	plugin := filepath.Join(dir, "protoc-gen-go")
	run(t, "go", "build", "-o", plugin, "google.golang.org/protobuf/cmd/protoc-gen-go")
	// All files of a program share one registry: the name there is the path in this module.
	const root, folder = "../../..", "errctx/errgrpc/errctxpb"
	run(t, protoc, "--plugin="+plugin, "--go_out="+dir, "--go_opt=paths=source_relative", "-I"+root, root+"/"+folder+"/envelope.proto")
	want := read(t, filepath.Join(dir, folder, "envelope.pb.go"))
	if os.Getenv("HOLDFAST_UPDATE") != "" {
		if err := os.WriteFile("envelope.pb.go", want, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(bare(want)), string(bare(read(t, "envelope.pb.go")))); diff != "" {
		t.Errorf("envelope.pb.go is not what envelope.proto says (-want +got):\n%s", diff)
	}
}

// bare leaves out what protoc says of its own version.
func bare(code []byte) []byte {
	return regexp.MustCompile(`(?m)^//\s+protoc\s.*\n`).ReplaceAll(code, nil)
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
}
