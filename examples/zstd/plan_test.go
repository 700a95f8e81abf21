package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	executor "github.com/holdfast-go/holdfast/executor/plan" // plan is ours
)

// The plan of a library of three files, as a reader will see it. HOLDFAST_UPDATE=1 writes the golden file.
func TestPlanOf(t *testing.T) {
	const golden = "testdata/plan.yaml"
	units := unitsOf([]string{"zstd.h", "huf_decompress_amd64.S", "zstd_v01.c", "ZSTD_LICENSE", "debug.c"})
	got := planOf(toolbox{[]string{"cc"}, []string{"ar"}}, compileFlags(optimised), units, map[string][]string{
		"src/zstd_v01.c": {"src/compiler.h", "src/debug.h", "src/error_private.h", "src/portability_macros.h",
			"src/zstd_deps.h", "src/zstd_errors.h", "src/zstd_v01.h"},
		"src/huf_decompress_amd64.S": {"src/portability_macros.h"},
		"roundtrip.c":                {"src/zstd.h", "src/zstd_errors.h"},
	}).yaml()
	if os.Getenv("HOLDFAST_UPDATE") == "1" {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}

func TestScalar(t *testing.T) {
	words := []string{"cc"}
	for _, tt := range []struct{ intent, text, want string }{
		{"a word", "cc", "cc"},
		{"a flag", "-DZSTD_LEGACY_SUPPORT=4", "-DZSTD_LEGACY_SUPPORT=4"},
		{"a path", "./roundtrip", "./roundtrip"},
		{"a name with a colon", "compile:huf_compress", "compile:huf_compress"},
		{"a search path", systemPath, systemPath},
		{"a colon that would make a key", "a:", `"a:"`},
		{"a number", "1.5", `"1.5"`},
		{"a negative number", "-1", `"-1"`},
		{"a number with its point first", ".5", `".5"`},
		{"what is not a number", "-.INF", `"-.INF"`},
		{"a truth value", "True", `"True"`},
		{"an old truth value", "no", `"no"`},
		{"a dash, which begins a list", "-", `"-"`},
		{"dashes, which begin a document", "---", `"---"`},
		{"a shell's command", "awk -f a.awk b > c", `"awk -f a.awk b > c"`},
		{"brackets", "[a]", `"[a]"`},
		{"nothing", "", `""`},
		{"quotes and line ends", "say \"a\\b\"\n", `"say \"a\\b\"\n"`},
		{"letters of elsewhere", "größe", `"größe"`},
	} {
		words = append(words, tt.text)
		t.Run(tt.intent, func(t *testing.T) {
			if got := scalar(tt.text); got != tt.want {
				t.Errorf("scalar(%q) = %s, want %s", tt.text, got, tt.want)
			}
		})
	}

	t.Run("what is written is what is read", func(t *testing.T) {
		text := plan{steps: []step{{name: "1.5", run: words, outputs: []string{"a:b", "-c"}, env: []variable{{"Y", "no"}, {"E", ""}}}}}.yaml()
		got, invalid := executor.Parse("plan.yaml", t.TempDir(), text)
		if invalid != nil {
			t.Fatalf("%v\n%s", invalid, text)
		}
		want := &executor.Step{Name: "1.5", Run: words, Outputs: []string{"a:b", "-c"}, Env: map[string]string{"Y": "no", "E": ""}}
		if diff := cmp.Diff(want, got.Steps[0], cmpopts.IgnoreFields(executor.Step{}, "Pos")); diff != "" {
			t.Errorf("step (-want +got):\n%s\n%s", diff, text)
		}
	})
}
