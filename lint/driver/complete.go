package driver

import (
	"fmt"
	"io"
	"strings"
)

// complete prints the script that completes the command in a shell.
func (c *command) complete() error {
	var b strings.Builder
	map[string]func(io.Writer, []option){"bash": bash, "zsh": zsh, "fish": fish}[c.completion](&b, c.suite.options())
	_, err := io.WriteString(c.stdout, b.String())
	return err
}

// files reports whether an option takes the name of a file, or of a folder.
func (o *option) files() bool { return o.arg == "FILE" || o.arg == "DIR" }

func bash(w io.Writer, options []option) {
	io.WriteString(w, `# bash completion for errlint: eval "$(errlint -completion bash)"
_errlint() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	case $prev in
`)
	var flags []string
	for _, o := range options {
		flags = append(flags, "-"+o.name)
		switch {
		case o.values != nil:
			fmt.Fprintf(w, "\t-%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", o.name, strings.Join(o.values, " "))
		case o.files():
			fmt.Fprintf(w, "\t-%s) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n", o.name)
		case o.arg != "":
			fmt.Fprintf(w, "\t-%s) return ;;\n", o.name)
		}
	}
	fmt.Fprintf(w, `	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W '%s' -- "$cur")) ;;
	*) COMPREPLY=($(compgen -d -- "$cur")) ;;
	esac
}
complete -o filenames -F _errlint errlint
`, strings.Join(flags, " "))
}

func zsh(w io.Writer, options []option) {
	io.WriteString(w, "#compdef errlint\n# zsh completion for errlint: errlint -completion zsh > \"${fpath[1]}/_errlint\"\n_arguments \\\n")
	for _, o := range options {
		spec := "-" + o.name + "[" + strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`, "'", `'\''`).Replace(o.help) + "]"
		switch {
		case o.values != nil:
			spec += ":" + o.name + ":(" + strings.Join(o.values, " ") + ")"
		case o.arg == "DIR":
			spec += ":folder:_files -/"
		case o.files():
			spec += ":file:_files"
		case o.arg != "":
			spec += ":" + o.arg + ":"
		}
		fmt.Fprintf(w, "\t'%s' \\\n", spec)
	}
	io.WriteString(w, "\t'*:package:_files -/'\n")
}

func fish(w io.Writer, options []option) {
	io.WriteString(w, "# fish completion for errlint: errlint -completion fish | source\n")
	for _, o := range options {
		fmt.Fprintf(w, "complete -c errlint -o %s -d '%s'", o.name, strings.ReplaceAll(o.help, "'", `\'`))
		switch {
		case o.values != nil:
			fmt.Fprintf(w, " -x -a '%s'", strings.Join(o.values, " "))
		case o.files():
			io.WriteString(w, " -r -F")
		case o.arg != "":
			io.WriteString(w, " -x")
		}
		io.WriteString(w, "\n")
	}
}
