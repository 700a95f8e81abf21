package driver

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOverlaps(t *testing.T) {
	for _, test := range []struct {
		name string
		a, b Edit
		want bool
	}{
		{"apart", Edit{Start: 1, End: 3}, Edit{Start: 3, End: 5}, false},
		{"one letter", Edit{Start: 1, End: 4}, Edit{Start: 3, End: 5}, true},
		{"inside", Edit{Start: 1, End: 9}, Edit{Start: 3, End: 5}, true},
		{"an insertion inside", Edit{Start: 1, End: 9}, Edit{Start: 3, End: 3}, true},
		{"an insertion before", Edit{Start: 3, End: 9}, Edit{Start: 3, End: 3}, false},
		{"an insertion behind", Edit{Start: 3, End: 9}, Edit{Start: 9, End: 9}, false},
		{"two insertions", Edit{Start: 3, End: 3}, Edit{Start: 3, End: 3, New: "x"}, true},
		{"two files", Edit{File: "a", Start: 1, End: 9}, Edit{File: "b", Start: 1, End: 9}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.a.overlaps(test.b) != test.want || test.b.overlaps(test.a) != test.want {
				t.Errorf("want %t", test.want)
			}
		})
	}
}

func TestEdited(t *testing.T) {
	got, err := edited([]byte("abcdef"), []Edit{{Start: 4, End: 5, Old: "e", New: "E"}, {Start: 1, End: 1, New: "-"}, {Start: 1, End: 3, Old: "bc"}})
	if err != nil || string(got) != "a-dEf" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, e := range []Edit{{Start: 1, End: 2, Old: "x"}, {Start: 5, End: 9, Old: "f"}} {
		if _, err := edited([]byte("abcdef"), []Edit{e}); !errors.Is(err, errChanged) {
			t.Errorf("%v: got the error %v", e, err)
		}
	}
}

func TestPolish(t *testing.T) {
	for _, test := range []struct {
		name, before, after, want string
		names                     map[string]string
	}{
		{name: "the only import",
			before: "package p\n\nimport \"fmt\"\n\nvar x = fmt.Sprint()\n",
			after:  "package p\n\nimport \"fmt\"\n\nvar x = 1\n",
			want:   "package p\n\nvar x = 1\n"},
		{name: "one of a group, with its comments",
			before: "package p\n\nimport (\n\t// why\n\t\"fmt\" // that\n\t\"os\"\n)\n\nvar x, y = fmt.Sprint(), os.Args\n",
			after:  "package p\n\nimport (\n\t// why\n\t\"fmt\" // that\n\t\"os\"\n)\n\nvar x, y = 1, os.Args\n",
			want:   "package p\n\nimport (\n\t\"os\"\n)\n\nvar x, y = 1, os.Args\n"},
		{name: "all of a group",
			before: "package p\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nvar x, y = fmt.Sprint(), os.Args\n",
			after:  "package p\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nvar x, y = 1, 2\n",
			want:   "package p\n\nvar x, y = 1, 2\n"},
		{name: "a name of its own, and one that its path does not tell",
			before: "package p\n\nimport (\n\tf \"fmt\"\n\t\"gopkg.in/yaml.v3\"\n)\n\nvar x, y = f.Sprint(), yaml.Marshal\n",
			after:  "package p\n\nimport (\n\tf \"fmt\"\n\t\"gopkg.in/yaml.v3\"\n)\n\nvar x, y = 1, 2\n",
			names:  map[string]string{"gopkg.in/yaml.v3": "yaml"},
			want:   "package p\n\nvar x, y = 1, 2\n"},
		{name: "those that nobody used, or that are there for what they do, stay",
			before: "package p\n\nimport (\n\t_ \"embed\"\n\t\"fmt\"\n\t. \"os\"\n)\n\nvar x, y = 1, Args\n",
			after:  "package p\n\nimport (\n\t_ \"embed\"\n\t\"fmt\"\n\t. \"os\"\n)\n\nvar x, y = 2, Args\n",
			want:   "package p\n\nimport (\n\t_ \"embed\"\n\t\"fmt\"\n\t. \"os\"\n)\n\nvar x, y = 2, Args\n"},
		{name: "a variable of that name is no use",
			before: "package p\n\nimport \"fmt\"\n\nfunc f(e error) { fmt.Print(); g(func(fmt error) { fmt.Error() }) }\n",
			after:  "package p\n\nimport \"fmt\"\n\nfunc f(e error) { g(func(fmt error) { fmt.Error() }) }\n",
			want:   "package p\n\nfunc f(e error) { g(func(fmt error) { fmt.Error() }) }\n"},
		{name: "what was not formatted is not formatted now",
			before: "package p\nimport \"fmt\"\nvar  x = fmt.Sprint()\n",
			after:  "package p\nimport \"fmt\"\nvar  x = 1\n",
			want:   "package p\nvar  x = 1\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := polish([]byte(test.before), []byte(test.after), test.names)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestDidYouMean(t *testing.T) {
	names := []string{"verb", "text-copy", "text-list"}
	for got, want := range map[string]string{
		"vreb": "verb", "text-copie": "text-copy", "textlist": "text-list", "entirely-different": "", "x": "",
	} {
		if want != "" {
			want = `, did you mean "` + want + `"?`
		}
		if said := didYouMean(got, "", names); said != want {
			t.Errorf("%s: got %q, want %q", got, said, want)
		}
	}
}
