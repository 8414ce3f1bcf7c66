package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts and measures. Make it with [NewMetrics]; a nil *Metrics counts nothing. It is safe for use
// by many goroutines.
type Metrics struct {
	registry *prometheus.Registry
	webhooks *prometheus.CounterVec
	intake   prometheus.Histogram
	jobs     *prometheus.HistogramVec
	delay    *prometheus.HistogramVec
	verdicts *prometheus.CounterVec
	calls    *prometheus.HistogramVec
	caches   *prometheus.CounterVec
	held     prometheus.Counter
	budgets  budgets
}

// seconds reach from a warm event to one that waits for a rate limit.
var seconds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}

// NewMetrics makes metrics of a program of that version. now is the clock for what runs out with time.
func NewMetrics(version string, now func() time.Time) *Metrics {
	histogram := func(name, help string) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Name: name, Help: help, Buckets: seconds}
	}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		webhooks: counter("bylaw_webhooks_total", "Deliveries by event and by what they were answered.", "event", "status"),
		intake:   prometheus.NewHistogram(histogram("bylaw_webhook_seconds", "Time until a delivery was answered.")),
		jobs:     prometheus.NewHistogramVec(histogram("bylaw_job_seconds", "Time at work on a job, by its kind and by what came of it."), []string{"kind", "outcome"}),
		delay:    prometheus.NewHistogramVec(histogram("bylaw_job_delay_seconds", "Time from when a job was due until it was begun."), []string{"kind"}),
		verdicts: counter("bylaw_runs_total", "Evaluations that were kept, by conclusion.", "conclusion"),
		calls:    prometheus.NewHistogramVec(histogram("bylaw_github_call_seconds", "Requests to GitHub by route and status; status 0 is no answer."), []string{"method", "route", "status"}),
		caches:   counter("bylaw_cache_requests_total", "Look-ups in caches, by cache and by whether it was there.", "cache", "result"),
		held:     prometheus.NewCounter(prometheus.CounterOpts{Name: "bylaw_github_held_total", Help: "How often GitHub's limits held back an installation."}),
		budgets:  budgets{now: now},
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "bylaw_build_info", Help: "1, with the version.", ConstLabels: prometheus.Labels{"version": version}})
	info.Set(1)
	m.registry.MustRegister(m.webhooks, m.intake, m.jobs, m.delay, m.verdicts, m.calls, m.caches, m.held, &m.budgets, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Webhook counts a delivery by the status that it was answered with. event must be one of few.
func (m *Metrics) Webhook(event string, status int, took time.Duration) {
	if m == nil {
		return
	}
	m.webhooks.WithLabelValues(event, strconv.Itoa(status)).Inc()
	m.intake.Observe(took.Seconds())
}

// Job measures work that has ended, and how long it waited after it was due.
func (m *Metrics) Job(kind, outcome string, waited, took time.Duration) {
	if m == nil {
		return
	}
	m.jobs.WithLabelValues(kind, outcome).Observe(took.Seconds())
	m.delay.WithLabelValues(kind).Observe(max(waited, 0).Seconds())
}

// Run counts an evaluation that was kept.
func (m *Metrics) Run(conclusion string) {
	if m != nil {
		m.verdicts.WithLabelValues(conclusion).Inc()
	}
}

// Call measures a request to GitHub. route must be one of few.
func (m *Metrics) Call(method, route string, status int, took time.Duration) {
	if m != nil {
		m.calls.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
	}
}

// Cache counts a look-up in a cache.
func (m *Metrics) Cache(name string, hit bool) {
	if m == nil {
		return
	}
	result := "miss"
	if hit {
		result = "hit"
	}
	m.caches.WithLabelValues(name, result).Inc()
}

// Held counts that GitHub's limits held back an installation.
func (m *Metrics) Held() {
	if m != nil {
		m.held.Inc()
	}
}

// Budget keeps what GitHub said of an installation's limit for a resource, until it starts anew.
func (m *Metrics) Budget(installation int64, resource string, remaining int, reset time.Time) {
	if m != nil {
		m.budgets.set(installation, resource, remaining, reset)
	}
}

// Depth is how many jobs are in a state.
type Depth struct {
	State  string
	Jobs   int
	Oldest time.Time // since when the longest waiting one of them is due; zero for none
}

// Queue measures the work at every scrape with what read returns. It may be called once.
func (m *Metrics) Queue(read func(context.Context) ([]Depth, error), now func() time.Time) {
	m.registry.MustRegister(&queue{read: read, now: now})
}

// Handler answers in Prometheus' text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

var (
	queueJobs = prometheus.NewDesc("bylaw_queue_jobs", "Jobs that are not done, by state.", []string{"state"}, nil)
	queueAge  = prometheus.NewDesc("bylaw_queue_oldest_seconds", "How long the longest waiting job of a state is due.", []string{"state"}, nil)
	remaining = prometheus.NewDesc("bylaw_github_remaining", "Requests that the installation with the fewest left has left, by resource.", []string{"resource"}, nil)
	limited   = prometheus.NewDesc("bylaw_github_installations", "Installations whose limits are known, by resource.", []string{"resource"}, nil)
)

// queue is the collector of Metrics.Queue.
type queue struct {
	read func(context.Context) ([]Depth, error)
	now  func() time.Time
}

func (q *queue) Describe(out chan<- *prometheus.Desc) { out <- queueJobs; out <- queueAge }

// scrapeTime is how long a scrape waits for the database.
const scrapeTime = 3 * time.Second

func (q *queue) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	depths, err := q.read(ctx)
	if err != nil {
		out <- prometheus.NewInvalidMetric(queueJobs, err)
		return
	}
	for _, d := range depths {
		out <- prometheus.MustNewConstMetric(queueJobs, prometheus.GaugeValue, float64(d.Jobs), d.State)
		if !d.Oldest.IsZero() {
			out <- prometheus.MustNewConstMetric(queueAge, prometheus.GaugeValue, max(q.now().Sub(d.Oldest), 0).Seconds(), d.State)
		}
	}
}

// budgets is the collector of Metrics.Budget. Of many installations only the one with the fewest requests
// left is told, so that a scrape neither grows with them nor names them.
type budgets struct {
	now func() time.Time

	mu    sync.Mutex
	known map[budgetKey]budget
}

type budgetKey struct {
	installation int64
	resource     string
}

type budget struct {
	remaining int
	reset     time.Time
}

func (b *budgets) set(installation int64, resource string, remaining int, reset time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known == nil {
		b.known = map[budgetKey]budget{}
	}
	b.known[budgetKey{installation, resource}] = budget{remaining, reset}
}

func (b *budgets) Describe(out chan<- *prometheus.Desc) { out <- remaining; out <- limited }

func (b *budgets) Collect(out chan<- prometheus.Metric) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fewest, count := map[string]int{}, map[string]int{}
	for key, one := range b.known {
		if !one.reset.After(b.now()) {
			delete(b.known, key)
			continue
		}
		if least, ok := fewest[key.resource]; !ok || one.remaining < least {
			fewest[key.resource] = one.remaining
		}
		count[key.resource]++
	}
	for resource, least := range fewest {
		out <- prometheus.MustNewConstMetric(remaining, prometheus.GaugeValue, float64(least), resource)
		out <- prometheus.MustNewConstMetric(limited, prometheus.GaugeValue, float64(count[resource]), resource)
	}
}
