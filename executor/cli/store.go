package cli

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/home"
	"github.com/holdfast-go/holdfast/executor/report"
	"github.com/spf13/cobra"
)

func (a *app) storeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "store",
		Short: "look after the store",
		Args:  args(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.statCommand(), a.verifyCommand(), a.catCommand(), a.rmCommand())
	return cmd
}

// withHome opens the store for a command.
func (a *app) withHome(run func(ctx context.Context, h *home.Home, argv []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, argv []string) error {
		h, err := home.Open(a.store)
		if err != nil {
			return err
		}
		defer h.Close()
		return run(cmd.Context(), h, argv)
	}
}

func (a *app) statCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "stat",
		Short:   "say what is in the store",
		Example: "  holdfast store stat --json",
		Args:    args(cobra.NoArgs),
		RunE: a.withHome(func(ctx context.Context, h *home.Home, _ []string) error {
			blobs, err := h.Blobs.Stat(ctx)
			if err != nil {
				return err
			}
			results, rerr := h.Results.Stat(ctx)
			if rerr != nil {
				return rerr
			}
			s := struct {
				Store       string `json:"store"`
				Blobs       int    `json:"blobs"`
				Bytes       int64  `json:"bytes"`
				Results     int    `json:"results"`
				Quarantined int    `json:"quarantined"`
			}{h.Dir, blobs.Blobs, blobs.Bytes + results.Bytes, results.Entries, blobs.Quarantined + results.Quarantined}
			return a.show(asJSON, s, func(w io.Writer) {
				fmt.Fprintf(w, "store\t%s\nblobs\t%d\nbytes\t%d\t%s\nresults\t%d\nquarantined\t%d\n",
					s.Store, s.Blobs, s.Bytes, size(s.Bytes), s.Results, s.Quarantined)
			})
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (a *app) verifyCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "read every blob and result, and put aside what is corrupt",
		Long: `Read every blob and every cached result, and put aside what is corrupt. The next run
that needs one of them reproduces it. Exits with 1 if anything was corrupt.`,
		Example: "  holdfast store verify",
		Args:    args(cobra.NoArgs),
		RunE: a.withHome(func(ctx context.Context, h *home.Home, _ []string) error {
			show, clear := report.Line(a.Stderr)
			blobs, err := h.Blobs.Verify(ctx, runtime.GOMAXPROCS(0), func(n int, bytes int64) {
				show(fmt.Sprintf("%d blobs, %s", n, size(bytes)))
			})
			clear()
			if err != nil {
				return err
			}
			results, rerr := h.Results.Verify(ctx)
			if rerr != nil {
				return rerr
			}
			v := struct {
				Blobs   int      `json:"blobs"`
				Bytes   int64    `json:"bytes"`
				Results int      `json:"results"`
				Corrupt []string `json:"corrupt"`
				Foreign []string `json:"foreign"`
			}{Blobs: blobs.Blobs, Bytes: blobs.Bytes, Results: results.Entries, Corrupt: []string{}, Foreign: append([]string{}, blobs.Foreign...)}
			for _, c := range blobs.Corrupt {
				v.Corrupt = append(v.Corrupt, c.Error())
			}
			for _, c := range results.Corrupt {
				v.Corrupt = append(v.Corrupt, c.Error())
			}
			if err := a.show(asJSON, v, func(w io.Writer) {
				for _, c := range v.Corrupt {
					fmt.Fprintf(w, "corrupt: %s\n", c)
				}
				for _, f := range v.Foreign {
					fmt.Fprintf(w, "not ours: %s\n", f)
				}
				word := "clean"
				if len(v.Corrupt) > 0 {
					word = fmt.Sprintf("%d corrupt and put aside", len(v.Corrupt))
				}
				fmt.Fprintf(w, "%s: %d blobs (%s) and %d results read\n", word, v.Blobs, size(v.Bytes), v.Results)
			}); err != nil {
				return err
			}
			if len(v.Corrupt) > 0 {
				a.code = exitFailed
			}
			return nil
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (a *app) catCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "cat DIGEST",
		Short:             "write a blob to standard output, verified",
		Long:              digestHelp("Write a blob to standard output, verified."),
		Example:           "  holdfast store cat 3f2a9c0d > hello.o",
		Args:              args(cobra.ExactArgs(1)),
		ValidArgsFunction: a.completeDigest,
		RunE: a.withHome(func(ctx context.Context, h *home.Home, argv []string) error {
			d, err := a.find(ctx, h, argv[0])
			if err != nil {
				return err
			}
			return copyBlob(ctx, h.Blobs, d, a.Stdout)
		}),
	}
}

// copyBlob writes a blob, which is verified on the way. The zero Digest names nothing to be written.
func copyBlob(ctx context.Context, store cas.Store, d digest.Digest, to io.Writer) error {
	if d.IsZero() {
		return nil
	}
	r, err := store.Open(ctx, d)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // read only
	w := &stickyWriter{w: to}
	switch _, err := io.Copy(w, r); {
	case w.err != nil:
		return errctx.New(&report.WriteError{Form: "blob", Err: w.err}, "write output")
	case err != nil:
		return cas.ReadError(err, d)
	}
	return nil
}

// stickyWriter tells its own error from the reader's.
type stickyWriter struct {
	w   io.Writer
	err error
}

func (s *stickyWriter) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.err = err
	return n, err
}

func (a *app) rmCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rm DIGEST...",
		Short: "remove blobs",
		Long: digestHelp(`Remove blobs. Results that promise them stay in the cache: a run that needs a
removed blob finds out, and reruns the step that produces it.`),
		Example:           "  holdfast store rm 3f2a9c0d",
		Args:              args(cobra.MinimumNArgs(1)),
		ValidArgsFunction: a.completeDigest,
		RunE: a.withHome(func(ctx context.Context, h *home.Home, argv []string) error {
			var all []digest.Digest
			for _, arg := range argv { // all or nothing: a mistyped digest removes no other
				d, err := a.find(ctx, h, arg)
				if err != nil {
					return err
				}
				all = append(all, d)
			}
			var b strings.Builder
			for _, d := range all {
				if _, err := h.Blobs.Remove(ctx, d); err != nil {
					return err
				}
				fmt.Fprintf(&b, "removed %s\n", d)
			}
			return write(a.Stdout, b.String())
		}),
	}
}

func digestHelp(s string) string {
	return s + "\n\nDIGEST is \"hash/size\", as events have it, or the first digits of the hash, at least 4."
}

// find returns the blob that a digest, or the start of one, names.
func (a *app) find(ctx context.Context, h *home.Home, s string) (digest.Digest, error) {
	prefix := s
	if d, err := digest.Parse(s); err == nil {
		prefix = d.Hex()
	} else if strings.Contains(s, "/") {
		return d, err
	}
	found, err := h.Blobs.Find(ctx, prefix)
	switch {
	case err != nil:
		return digest.Digest{}, err
	case len(found) != 1:
		return digest.Digest{}, errctx.New(&NoSuchBlob{s, len(found)}, "find blob")
	}
	return found[0], nil
}

func (a *app) completeDigest(cmd *cobra.Command, _ []string, to string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(to) < 4 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	h, err := home.Open(a.store)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer h.Close()
	found, _ := h.Blobs.Find(cmd.Context(), to) // a completion has nowhere to say why there is nothing
	var all []cobra.Completion
	for _, d := range found {
		all = append(all, d.String())
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

// NoSuchBlob says that a digest on the command line names no blob, or several.
type NoSuchBlob struct {
	Text  string
	Found int
}

// ErrorKind implements errctx.Kind.
func (*NoSuchBlob) ErrorKind() string { return "cli.no_such_blob" }

func (e *NoSuchBlob) Error() string {
	if e.Found > 1 {
		return fmt.Sprintf("%d blobs begin with %s: give more digits", e.Found, e.Text)
	}
	return fmt.Sprintf("no blob %s in the store", e.Text)
}

// size is a number of bytes for people.
func size(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	v, prefixes := float64(n)/unit, "KMGTPE"
	for v >= unit && len(prefixes) > 1 {
		v, prefixes = v/unit, prefixes[1:]
	}
	return fmt.Sprintf("%.1f %ciB", v, prefixes[0])
}
