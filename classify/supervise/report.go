package supervise

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// End is how one run of a task ended, and what was done about it.
type End struct {
	Task    string
	Scope   Scope
	Action  Action
	Verdict classify.Verdict // of class None if nothing went wrong
	Err     error
}

// String is the end in one line.
func (e End) String() string {
	s := fmt.Sprintf("%s %q %s", e.Scope, e.Task, e.Action)
	if e.Err != nil {
		s += ": " + text(e.Err)
	}
	return s
}

// LogValue implements slog.LogValuer.
func (e End) LogValue() slog.Value {
	return slog.GroupValue(slog.String("task", e.Task), slog.String("scope", e.Scope.String()),
		slog.String("action", e.Action.String()), slog.String("verdict", e.Verdict.Explain().String()), slog.Any("error", e.Err))
}

// MarshalJSON has the explanation of the verdict, and the error with its context.
func (e End) MarshalJSON() ([]byte, error) {
	out := struct {
		Task    string                `json:"task"`
		Scope   Scope                 `json:"scope"`
		Action  Action                `json:"action"`
		Verdict *classify.Explanation `json:"verdict,omitempty"`
		Error   json.RawMessage       `json:"error,omitempty"`
	}{e.Task, e.Scope, e.Action, nil, nil}
	if e.Verdict.Class != classify.None {
		x := e.Verdict.Explain()
		out.Verdict = &x
	}
	if e.Err != nil {
		out.Error = errctx.Log.JSON(shown(e.Err))
	}
	return json.Marshal(out)
}

// LogTo returns a Notify that logs what went wrong: as an error if the role died of it,
// as a warning otherwise. A nil logger is slog.Default, as it is by then.
func LogTo(l *slog.Logger) func(End) {
	return func(e End) {
		logger, level := l, slog.LevelWarn
		if logger == nil {
			logger = slog.Default()
		}
		switch {
		case e.Verdict.Class == classify.None:
			level = slog.LevelDebug
		case e.Action == Died:
			level = slog.LevelError
		}
		logger.LogAttrs(context.Background(), level, "task ended", slog.Any("end", e))
	}
}

// Row is what became of the tasks of one name and scope. State is "running", "stuck", or what
// was done last.
type Row struct {
	Scope    Scope  `json:"scope"`
	Task     string `json:"task"`
	State    string `json:"state"`
	Runs     int    `json:"runs"`
	Failed   int    `json:"failed"`
	Restarts int    `json:"restarts"`

	last Action
}

// table has a row for each name, so far as names are few.
type table []*Row

const maxRows = 256

func (t *table) row(s Scope, task string) *Row {
	at := func(task string) *Row {
		for _, r := range *t {
			if r.Scope == s && r.Task == task {
				return r
			}
		}
		return nil
	}
	r := at(task)
	if r == nil && len(*t) >= maxRows {
		task = "(others)"
		r = at(task)
	}
	if r == nil {
		r = &Row{Scope: s, Task: task}
		*t = append(*t, r)
	}
	return r
}

func (t *table) ended(task *task, end *End) {
	r := t.row(task.scope, task.name)
	r.last = end.Action
	if end.Verdict.Class != classify.None {
		r.Failed++
	}
	if end.Action == Restarting {
		r.Restarts++
	}
}

// Tasks returns what the role is doing, for a status page.
func (s *Supervisor) Tasks() []Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows("running")
}

// rows returns the table, in which tasks that live are in the given state.
func (s *Supervisor) rows(living string) []Row {
	alive := map[*Row]bool{}
	for t := range s.live {
		alive[s.table.row(t.scope, t.name)] = true
	}
	rows := make([]Row, len(s.table))
	for i, r := range s.table {
		rows[i] = *r
		rows[i].State = r.last.String()
		if alive[r] && r.last != Restarting {
			rows[i].State = living
		}
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return int(a.Scope) - int(b.Scope) })
	return rows
}

// Report says how the role ended, and why.
type Report struct {
	// Role is the name of the policy's role.
	Role string
	// Died is what ended the role; nil if it was told to stop, or had nothing left to do.
	Died *End
	// Code is what to exit with: 0 after a clean stop, also after a signal: a daemon that stops
	// because it was told to has done what it should.
	Code int
	// Cause is why the role was told to stop, if it was.
	Cause error
	// Also is what went wrong after that, and More how much more of it there was.
	Also []End
	More int
	// Tasks are all there were, by scope, and in each in the order of their first start.
	Tasks []Row
	// Lasted is from the start of Run to its end.
	Lasted time.Duration
}

func (s *Supervisor) report(ctx context.Context) *Report {
	r := s.close()
	if cause := context.Cause(s.role); ctx.Err() != nil && same(cause, context.Cause(ctx)) {
		r.Cause = cause
	}
	s.setCode(r)
	return r
}

// close ends the record of what happened.
func (s *Supervisor) close() *Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = over
	return &Report{Role: s.name(), Died: s.died, Also: s.also, More: s.more, Tasks: s.rows("stuck"), Lasted: time.Since(s.begun)}
}

// setCode asks Options.ExitCode. Where that panics, the report says so as well.
func (s *Supervisor) setCode(r *Report) {
	if r.Died == nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			r.Code = ExitSoftware
			r.Also = append(r.Also, s.own(fmt.Errorf("exit code: %w", &Panic{Value: v, Stack: string(debug.Stack())})))
		}
	}()
	r.Code = s.opts.ExitCode(r.Died.Verdict, r.Died.Err)
}

// own is an end that is nobody's but the supervisor's.
func (s *Supervisor) own(err error) End {
	return End{Task: "supervisor", Action: Died, Verdict: s.policy.Classify(context.Background(), err), Err: err}
}

func (s *Supervisor) misused(err error) *Report {
	died := s.own(err)
	r := &Report{Role: s.name(), Died: &died}
	s.setCode(r)
	return r
}

// name asks for the role's name in the only way there is.
func (s *Supervisor) name() string {
	return s.policy.Classify(context.Background(), &Ended{}).Explain().Role
}

// Err returns nil if the role ended well, and a *Death if it did not, so that a role may be
// a task of another.
func (r *Report) Err() error {
	if r.Died == nil {
		return nil
	}
	return &Death{r}
}

// Death is the end of a role as an error. To the policy of another role it is that of
// another program ([classify.Remote]): the dependencies of the one that died are not its own.
type Death struct{ Report *Report }

func (*Death) fault() {}

// ErrorKind implements errctx.Kind.
func (e *Death) ErrorKind() string { return "supervise.death" }

// Error says which role died, which of its tasks, and of what.
func (e *Death) Error() string {
	return e.Report.Role + " died: " + e.Report.Died.Task + ": " + text(e.Report.Died.Err)
}

// Unwrap returns what the role died of.
func (e *Death) Unwrap() error { return classify.Remote(e.Report.Died.Err) }

// String is the report for people.
func (r *Report) String() string {
	var b strings.Builder
	switch {
	case r.Died != nil:
		fmt.Fprintf(&b, "%s died after %s, exit code %d\n", r.Role, round(r.Lasted), r.Code)
		fmt.Fprintf(&b, "\n%s %s\n\n", r.Died.headline(), r.Died.Verdict.Explain())
		indent(&b, errctx.Local.Text(shown(r.Died.Err)))
		indent(&b, stack(r.Died.Err))
	case r.Cause != nil:
		fmt.Fprintf(&b, "%s stopped after %s: %s\n", r.Role, round(r.Lasted), text(r.Cause))
	default:
		fmt.Fprintf(&b, "%s has nothing left to do after %s\n", r.Role, round(r.Lasted))
	}
	if len(r.Also) > 0 {
		b.WriteString("\nalso, afterwards:\n")
	}
	for _, e := range r.Also {
		fmt.Fprintf(&b, "\n%s %s\n\n", e.headline(), e.Verdict.Explain())
		indent(&b, errctx.Local.Text(shown(e.Err)))
		indent(&b, stack(e.Err))
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "\nand %d more\n", r.More)
	}
	if len(r.Tasks) > 0 {
		b.WriteString("\n")
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "task\tscope\tstate\truns\tfailed\trestarts")
		for _, t := range r.Tasks {
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\n", t.Task, t.Scope, t.State, t.Runs, t.Failed, t.Restarts)
		}
		_ = w.Flush() // to a strings.Builder
	}
	return b.String()
}

func (e End) headline() string { return fmt.Sprintf("%s (%s):", e.Task, e.Scope) }

// stack is that of a panic, which errctx, rightly, does not take for context.
func stack(err error) string {
	if p, ok := as[*Panic](err); ok {
		return p.Stack
	}
	if x, ok := as[*Exited](err); ok {
		return x.Stack
	}
	if s, ok := as[*Stuck](err); ok {
		return s.Stack
	}
	return ""
}

func indent(b *strings.Builder, text string) {
	for line := range strings.Lines(text) {
		b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
	}
}

func round(d time.Duration) time.Duration {
	if d > time.Second {
		return d.Round(10 * time.Millisecond)
	}
	return d.Round(time.Microsecond)
}

// MarshalJSON is the report for machines: one line.
func (r *Report) MarshalJSON() ([]byte, error) {
	cause := ""
	if r.Cause != nil {
		cause = text(r.Cause)
	}
	return json.Marshal(struct {
		Role   string  `json:"role"`
		Code   int     `json:"code"`
		Died   *End    `json:"died,omitempty"`
		Cause  string  `json:"cause,omitempty"`
		Also   []End   `json:"also,omitempty"`
		More   int     `json:"more,omitempty"`
		Tasks  []Row   `json:"tasks,omitempty"`
		Lasted float64 `json:"seconds"`
	}{r.Role, r.Code, r.Died, cause, r.Also, r.More, r.Tasks, r.Lasted.Seconds()})
}

// WriteTo writes the report as text and then as one line of JSON.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return 0, err
	}
	n, err := io.WriteString(w, r.String()+string(line)+"\n")
	return int64(n), err
}

// Main is [Supervisor.Run] for a main function: it stops the role on SIGINT and SIGTERM,
// writes the report to standard error and returns what to exit with. A second signal
// kills the process at once.
func (s *Supervisor) Main(ctx context.Context) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, stop)()
	r := s.Run(ctx)
	_, _ = r.WriteTo(os.Stderr) // where else could it be said
	return r.Code
}
