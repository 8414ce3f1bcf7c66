package policy

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Limits of one worker process.
const (
	workerTime   = 2 * time.Second // of one evaluation, before it is cancelled from inside
	workerGrace  = 3 * time.Second // more, before the process is killed: it may have to start and to compile first
	compileTime  = 10 * time.Second
	testTime     = 30 * time.Second
	workerMemory = 1 << 30  // bytes of memory that the process may write to
	workerAnswer = 16 << 20 // bytes of one answer
)

// Workers runs policies that are not built in, each evaluation in a process of its own group of
// processes: a worker that does not answer in time is killed, and one that needs too much memory dies
// alone. Idle workers are kept, because starting one costs some 50 ms.
type Workers struct {
	// Command makes the command of a worker process, which must call [Work] with its standard input
	// and output and do nothing else.
	Command func() *exec.Cmd

	mu   sync.Mutex
	idle []*worker
	slot chan struct{} // bounds how many run at once
}

// request and response are lines of JSON between a process and its worker.
type request struct {
	Source Source          `json:"source"`
	Input  json.RawMessage `json:"input,omitempty"` // evaluate: a snapshot
	Params map[string]any  `json:"params,omitempty"`
	Pack   []PackInput     `json:"pack,omitempty"` // evaluate a Conftest pack
	Test   bool            `json:"test,omitempty"`
}

type response struct {
	Inspection *Inspection     `json:"inspection,omitempty"`
	Answer     json.RawMessage `json:"answer,omitempty"`
	Problems   []bylaw.Problem `json:"problems,omitempty"`
	Tests      *TestReport     `json:"tests,omitempty"`
}

// Close ends all idle workers.
func (w *Workers) Close() {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, idle := range w.idle {
		idle.kill()
	}
	w.idle = nil
}

// inspect compiles a policy. An inspection that was broken off can come out otherwise on another day.
func (w *Workers) inspect(ctx context.Context, s Source) (in Inspection, brokenOff bool, err error) {
	r, problem, err := w.ask(ctx, request{Source: s}, compileTime)
	switch {
	case err != nil:
		return Inspection{}, false, fmt.Errorf("inspect policy %s: %w", s.ID, err)
	case problem != nil:
		return Inspection{Problems: []bylaw.Problem{*problem}}, true, nil
	case r.Inspection == nil:
		return Inspection{}, false, fmt.Errorf("inspect policy %s: the worker did not answer", s.ID)
	}
	return *r.Inspection, false, nil
}

func (w *Workers) evaluate(ctx context.Context, s Source, in *Input, params map[string]any) (ast.Value, []bylaw.Problem, error) {
	input, err := json.Marshal(in.Snapshot)
	if err != nil {
		return nil, nil, fmt.Errorf("write snapshot: %w", err)
	}
	r, problem, err := w.ask(ctx, request{Source: s, Input: input, Params: params}, workerTime+workerGrace)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("evaluate policy %s: %w", s.ID, err)
	case problem != nil:
		return nil, []bylaw.Problem{*problem}, nil
	case len(r.Problems) > 0:
		return nil, r.Problems, nil
	}
	answers, err := ast.ValueFromReader(bytes.NewReader(r.Answer))
	if err != nil {
		return nil, []bylaw.Problem{{File: s.file(), Msg: noAnswers}}, nil
	}
	return answers, nil, nil
}

type meanwhileKey struct{}

// Meanwhile returns a context in which whatever waits for a worker process is called by around, once: for whoever bounds
// how many evaluations use the processor of this process, so that one of a community's own policies holds up nobody.
func Meanwhile(ctx context.Context, around func(wait func())) context.Context {
	return context.WithValue(ctx, meanwhileKey{}, around)
}

// ask sends a request to a worker and waits for its answer. A worker that is too slow, or dies, is a
// problem of the policy; the error is for what is ours.
func (w *Workers) ask(ctx context.Context, r request, limit time.Duration) (answer response, problem *bylaw.Problem, err error) {
	around, bounded := ctx.Value(meanwhileKey{}).(func(func()))
	if !bounded {
		return w.send(ctx, r, limit)
	}
	around(func() { answer, problem, err = w.send(ctx, r, limit) })
	return answer, problem, err
}

func (w *Workers) send(ctx context.Context, r request, limit time.Duration) (response, *bylaw.Problem, error) {
	if w == nil || w.Command == nil {
		return response{}, nil, errors.New("there is no worker process to run it in")
	}
	release, err := w.enter(ctx)
	if err != nil {
		return response{}, nil, err
	}
	defer release()
	for {
		worker, reused, err := w.take()
		if err != nil {
			return response{}, nil, err
		}
		answer, problem, err := w.exchange(ctx, worker, r, limit)
		if errors.Is(err, errDied) {
			if reused { // perhaps it had died while it was idle: that says nothing of this policy
				continue
			}
			return response{}, &bylaw.Problem{File: r.Source.file(), Msg: tooMuch, Fix: simpler}, nil
		}
		return answer, problem, err
	}
}

// errDied says that a worker ended, or answered nonsense, instead of answering.
var errDied = errors.New("the worker died")

// exchange sends a request to one worker. A worker that did not answer is killed, one that did is kept.
func (w *Workers) exchange(ctx context.Context, worker *worker, r request, limit time.Duration) (response, *bylaw.Problem, error) {
	type result struct {
		response
		err error
	}
	done := make(chan result, 1)
	go func() {
		answer, err := worker.exchange(r)
		done <- result{answer, err}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case got := <-done:
		if got.err != nil {
			worker.kill()
			return response{}, nil, errDied
		}
		w.give(worker)
		return got.response, nil, nil
	case <-timer.C:
		worker.kill()
		return response{}, &bylaw.Problem{File: r.Source.file(), Msg: tooSlow, Fix: simpler}, nil
	case <-ctx.Done():
		worker.kill()
		return response{}, nil, ctx.Err()
	}
}

// enter waits until fewer than two workers for each processor are at work.
func (w *Workers) enter(ctx context.Context) (release func(), err error) {
	w.mu.Lock()
	if w.slot == nil {
		w.slot = make(chan struct{}, 2*runtime.GOMAXPROCS(0))
	}
	slot := w.slot
	w.mu.Unlock()
	select {
	case slot <- struct{}{}:
		return func() { <-slot }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// take returns an idle worker, which may have died meanwhile, or starts one.
func (w *Workers) take() (taken *worker, reused bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.idle); n > 0 {
		worker := w.idle[n-1]
		w.idle = w.idle[:n-1]
		return worker, true, nil
	}
	taken, err = start(w.Command())
	return taken, false, err
}

func (w *Workers) give(worker *worker) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.idle) < runtime.GOMAXPROCS(0) {
		w.idle = append(w.idle, worker)
		return
	}
	worker.kill()
}

// worker is one running process.
type worker struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func start(cmd *exec.Cmd) (*worker, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start policy worker: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start policy worker: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start policy worker: %w", err)
	}
	return &worker{cmd: cmd, in: in, out: bufio.NewReader(out)}, nil
}

func (w *worker) kill() {
	_ = w.in.Close()
	_ = w.cmd.Process.Kill()
	_ = w.cmd.Wait() // its exit status says nothing that we do not know
}

func (w *worker) exchange(r request) (response, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return response{}, err
	}
	if _, err := w.in.Write(append(line, '\n')); err != nil {
		return response{}, err
	}
	// The answer is the length of a line of JSON, and that line: nothing of a worker is read without limit.
	var size int
	if _, err := fmt.Fscanf(w.out, "%d\n", &size); err != nil {
		return response{}, err
	}
	if size < 0 || size > workerAnswer {
		return response{}, errors.New("answer too long")
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(w.out, data); err != nil {
		return response{}, err
	}
	var answer response
	return answer, json.Unmarshal(data, &answer)
}

// Work is the life of a worker process: it limits its own memory for good, then answers requests
// until its input ends. It returns only when there is nothing more to do.
func Work(in io.Reader, out io.Writer) error {
	if err := limitMemory(workerMemory); err != nil {
		return fmt.Errorf("limit memory of policy worker: %w", err)
	}
	debug.SetMemoryLimit(workerMemory / 2)
	runtime.GOMAXPROCS(1)
	known := map[string]*compiled{}
	requests := json.NewDecoder(in)
	for {
		var r request
		if err := requests.Decode(&r); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read request: %w", err)
		}
		answer, err := json.Marshal(serve(r, known))
		if err != nil {
			return fmt.Errorf("write answer: %w", err)
		}
		if _, err := fmt.Fprintf(out, "%d\n%s", len(answer), answer); err != nil {
			return fmt.Errorf("write answer: %w", err)
		}
	}
}

func serve(r request, known map[string]*compiled) response {
	ctx := context.Background() // the process that started us kills us when its own context ends
	if r.Test {
		report := test(ctx, r.Source)
		return response{Tests: &report}
	}
	key := r.Source.Digest()
	c := known[key]
	if c == nil {
		c = compile(ctx, r.Source)
		if len(known) >= 64 {
			clear(known)
		}
		known[key] = c
	}
	if r.Pack != nil && len(c.Problems) == 0 {
		answer, problems := evaluatePack(ctx, c, r.Source, r.Pack)
		return response{Answer: answer, Problems: problems}
	}
	if r.Input == nil && r.Pack == nil {
		return response{Inspection: &c.Inspection}
	}
	if len(c.Problems) > 0 {
		return response{Problems: c.Problems}
	}
	snapshot := &bylaw.Snapshot{}
	if err := json.Unmarshal(r.Input, snapshot); err != nil {
		return response{Problems: []bylaw.Problem{{File: r.Source.file(), Msg: "the facts cannot be read"}}}
	}
	answers, problems, err := evaluate(ctx, c, r.Source, &Input{Snapshot: snapshot}, Give(r.Params), workerTime)
	switch {
	case err != nil:
		return response{Problems: []bylaw.Problem{{File: r.Source.file(), Msg: "the policy cannot be run"}}}
	case len(problems) > 0:
		return response{Problems: problems}
	}
	data := jsonOf(ast.NewTerm(answers))
	if data == nil {
		return response{Problems: []bylaw.Problem{{File: r.Source.file(), Msg: "the policy's answer cannot be written as JSON"}}}
	}
	return response{Answer: data}
}
