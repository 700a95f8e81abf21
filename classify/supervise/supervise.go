package supervise

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

// Options are what a role may want otherwise. The zero value is fit for use.
type Options struct {
	// Grace is how long all tasks together have to stop; 10 seconds unless positive.
	Grace time.Duration
	// Handlers is how many handlers may run at once; any number unless positive.
	Handlers int
	// Notify is told of every end of a task, after it was acted on. Calls may come
	// from several goroutines at once. If nil, LogTo(slog.Default()) is told. A panic of it ends the role.
	Notify func(End)
	// ExitCode says what the process exits with, having died of err; ExitCode if nil. If it
	// panics that is ExitSoftware, and the report lists the panic.
	ExitCode func(classify.Verdict, error) int
}

// Supervisor runs the tasks of one role, once. Its methods may be called from any
// goroutine, its own tasks included. The zero value is that of a nil policy.
type Supervisor struct {
	policy *classify.Policy
	opts   Options
	slots  chan struct{} // of handlers; nil: any number

	given context.Context // to Run
	role  context.Context // done once the role is stopping: the requester of whatever a task does
	stop  context.CancelCauseFunc
	base  context.Context // of all tasks; done once the grace period is over
	end   context.CancelFunc
	empty chan struct{} // closed when the last task is gone

	mu     sync.Mutex
	state  state
	begun  time.Time
	live   map[*task]struct{}
	serial int
	table  table
	died   *End
	also   []End
	more   int // that found no room in also
}

type state uint8

const (
	idle state = iota
	running
	stopping
	over
)

// New returns the supervisor of the policy's role. Tasks added to it start with Run.
// A nil policy takes every error for fatal.
func New(policy *classify.Policy, opts Options) *Supervisor {
	return &Supervisor{policy: policy, opts: opts}
}

// lock locks mu, and makes what the zero value lacks.
func (s *Supervisor) lock() {
	s.mu.Lock()
	if s.live != nil {
		return
	}
	s.live, s.empty = map[*task]struct{}{}, make(chan struct{})
	if s.opts.Grace <= 0 {
		s.opts.Grace = 10 * time.Second
	}
	if s.opts.Notify == nil {
		s.opts.Notify = LogTo(nil)
	}
	if s.opts.ExitCode == nil {
		s.opts.ExitCode = ExitCode
	}
	if s.opts.Handlers > 0 {
		s.slots = make(chan struct{}, s.opts.Handlers)
	}
}

// Run starts the tasks in the order in which they were added and returns once all of
// them have ended or did not in time: because ctx is done, which is a clean stop; because
// a verdict ended the role; or because no task is left. If ctx is done already, no task is started.
//
// A supervisor runs once: a second Run runs nothing, and reports [*Reused].
func (s *Supervisor) Run(ctx context.Context) *Report {
	if ctx == nil {
		ctx = context.Background() // nobody stops it
	}
	s.lock()
	if s.state != idle {
		s.mu.Unlock()
		return s.misused(&Reused{})
	}
	s.state, s.begun = running, time.Now()
	s.given = ctx
	s.role, s.stop = context.WithCancelCause(ctx)
	s.base, s.end = context.WithCancel(context.WithoutCancel(ctx))
	defer s.stop(nil)
	defer s.end()
	held := s.inOrder()
	for _, t := range held {
		s.contextFor(t)
	}
	if len(held) == 0 {
		s.stopLocked(nil)
		close(s.empty)
	}
	s.mu.Unlock()

	for _, t := range held {
		if s.told() { // also when the first of them has died already
			t.cancel(context.Cause(s.role))
			s.judge(t, context.Cause(t.ctx))
			continue
		}
		s.start(t)
	}

	select {
	case <-s.role.Done():
	case <-s.empty:
	}
	s.mu.Lock()
	s.stopLocked(nil)
	s.mu.Unlock()
	s.tell()
	return s.report(ctx)
}

// stopLocked begins to stop the role; of several causes the first one counts.
func (s *Supervisor) stopLocked(cause error) {
	if s.state == running {
		s.state = stopping
		s.stop(cause)
	}
}

// told reports whether the role is stopping. A context tells those who wait for it before it tells its
// children: a task may know already what s.role does not.
func (s *Supervisor) told() bool {
	if s.given.Err() != nil {
		s.stop(context.Cause(s.given))
	}
	return s.role.Err() != nil
}

// tell tells all tasks to stop, in order, and waits for them.
func (s *Supervisor) tell() {
	s.mu.Lock()
	tasks := s.inOrder()
	s.mu.Unlock()

	// Sessions and handlers use what the other tasks provide, and hardly one another.
	waves := [][]*task{nil}
	for i := len(tasks) - 1; i >= 0; i-- {
		if t := tasks[i]; t.scope == Session || t.scope == Handler {
			waves[0] = append(waves[0], t)
		} else {
			waves = append(waves, []*task{t})
		}
	}
	deadline := time.Now().Add(s.opts.Grace)
	for i, wave := range waves {
		for _, t := range wave {
			t.cancel(context.Cause(s.role))
		}
		share := time.Until(deadline) / time.Duration(len(waves)-i)
		await(wave, share)
	}
	await(tasks, time.Until(deadline))
	s.end()
	s.mu.Lock()
	stuck := s.inOrder()
	s.mu.Unlock()
	for _, t := range stuck {
		err := &Stuck{After: s.opts.Grace, Stack: stackOf(t.name)}
		s.record(t, &End{Task: t.name, Scope: t.scope, Action: Died, Verdict: s.policy.Classify(context.Background(), err), Err: err})
	}
}

// await waits until the tasks are gone, but not for long.
func await(tasks []*task, long time.Duration) {
	timeout := time.NewTimer(long)
	defer timeout.Stop()
	for _, t := range tasks {
		select {
		case <-t.gone:
		case <-timeout.C:
			return
		}
	}
}

// judge decides what becomes of a task whose function has returned err, and does it.
func (s *Supervisor) judge(t *task, err error) {
	end := s.verdict(t, err)
	var pause time.Duration
	if end.Action == Restarting {
		if pause = t.pause(time.Now(), end.Verdict); pause < 0 {
			end.Err = &GaveUp{Restarts: t.backoff.Restarts, Window: t.backoff.Window, Err: end.Err}
			end.Action = Died
		}
	}
	s.record(t, &end)
	switch {
	case end.Action == Restarting:
		defer s.restart(t, pause)
	case end.Err != nil && t.requeue != nil:
		defer s.giveBack(t, end)
	default:
		defer s.remove(t)
	}
	s.notify(end)
}

// notify calls Options.Notify. A panic of that is a bug of the program's like any other, and nobody's task.
func (s *Supervisor) notify(end End) {
	returned := false
	defer func() {
		if fault := caught(recover(), returned); fault != nil {
			died := s.own(fmt.Errorf("notify of the end of %q: %w", end.Task, fault))
			s.mu.Lock()
			defer s.mu.Unlock()
			s.recordLocked(&died)
		}
	}()
	s.opts.Notify(end)
	returned = true
}

// verdict asks the policy, and makes an action of what it says.
func (s *Supervisor) verdict(t *task, err error) End {
	end := End{Task: t.name, Scope: t.scope, Err: err, Action: Done}
	switch told := s.told(); {
	case err == nil && (told || t.scope != Critical && t.scope != Restarted):
		return end
	case err == nil:
		end.Err = &Ended{}
	case s.echoes(t.ctx, err), s.echoes(s.role, err):
		end.Action = Stopped
		return end
	}
	// The requester is the role, not the task: once the role is stopping, a task may well
	// stumble over another that has been told before it.
	requester, otherwise := s.role, classify.None
	switch {
	case isBug(end.Err):
		// Nobody's cancellation makes a task panic.
		requester, otherwise = context.Background(), classify.Fatal
	case t.scope == BestEffort:
		otherwise = classify.BestEffort
	case err == nil && t.scope == Restarted:
		otherwise = classify.RetryHere
	}
	if end.Verdict = s.policy.Classify(requester, end.Err); end.Verdict.Unknown && otherwise != classify.None && end.Verdict.Class != otherwise {
		// The scope knows what the value cannot say.
		if v := s.policy.Classify(requester, classify.Mark(end.Err, otherwise)); v.Class == otherwise {
			end.Verdict = v
		} else {
			end.Verdict = classify.Verdict{Class: otherwise} // not one of the role's, but one of ours
		}
	}
	// Asked again: the policy may have seen a stop that came meanwhile, and its verdict is about that.
	end.Action = t.scope.action(end.Verdict.Class, s.told())
	return end
}

// echoes reports whether err is nothing but the cancellation of ctx. It is more if a rule or a mark calls it fatal,
// as what is half done may be; unless that rule is about the cancellation itself, and so
// meant for one that is nobody's.
func (s *Supervisor) echoes(ctx context.Context, err error) bool {
	echo := cancellation(ctx, err)
	if echo == nil {
		return false
	}
	v := s.policy.Classify(s.role, err)
	if v.Class != classify.Fatal || v.Unknown {
		return true
	}
	bare := s.policy.Classify(context.Background(), echo)
	return bare.Class == classify.Fatal && !bare.Unknown && bare.Explain().Rule == v.Explain().Rule
}

// giveBack requeues the work of a session that has ended. A failure of that is the role's: the work would be lost.
func (s *Supervisor) giveBack(t *task, end End) {
	spawn(s.base, t.name, func(ctx context.Context) error { return t.requeue(ctx, end) }, func(err error) {
		defer s.remove(t)
		if err != nil {
			err = &Lost{Err: err}
			lost := End{Task: t.name, Scope: t.scope, Action: Died, Verdict: s.policy.Classify(context.Background(), err), Err: err}
			s.record(t, &lost)
			s.notify(lost)
		}
	})
}

// maxAlso bounds the list of later errors: a thousand handlers of a role that dies say the same.
const maxAlso = 32

// record notes the end of a task's run, and ends the role if that is what it means.
func (s *Supervisor) record(t *task, end *End) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != over {
		s.table.ended(t, end)
		s.recordLocked(end)
	}
}

func (s *Supervisor) recordLocked(end *End) {
	switch {
	case s.state == over:
	case end.Action == Died && s.died == nil:
		s.died = end
		s.stopLocked(&Stopping{Task: end.Task})
	case end.Action == Died, end.Action == Stopped && end.Verdict.Class != classify.None:
		if len(s.also) == maxAlso {
			s.more++
			return
		}
		s.also = append(s.also, *end)
	}
}

// remove forgets a task, for good.
func (s *Supervisor) remove(t *task) {
	if t.scope == Handler && s.slots != nil {
		<-s.slots
	}
	t.cancel(nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.live, t)
	if r := s.table.row(t.scope, t.name); r.last == Restarting {
		r.last = Stopped // while it waited
	}
	close(t.gone)
	if len(s.live) == 0 {
		s.stopLocked(nil) // nothing is left that could add a task
		close(s.empty)
	}
}
