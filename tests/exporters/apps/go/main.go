// A shop in Go with client_golang: instrumented by promhttp, with its runtime, process and database collectors.
package main

import (
	"database/sql"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

var (
	requests = promauto.NewCounterVec(prometheus.CounterOpts{Name: "http_requests_total", Help: "Requests."}, []string{"code", "method", "handler"})
	inFlight = promauto.NewGauge(prometheus.GaugeOpts{Name: "http_in_flight_requests", Help: "Requests under way."})
	duration = promauto.NewHistogramVec(prometheus.HistogramOpts{Name: "http_request_duration_seconds", Help: "Time of requests.", Buckets: prometheus.DefBuckets}, []string{"code", "method", "handler"})
	sizes    = promauto.NewHistogramVec(prometheus.HistogramOpts{Name: "http_response_size_bytes", Help: "Size of responses.", Buckets: prometheus.ExponentialBuckets(100, 10, 6)}, []string{"handler"})
	calls    = promauto.NewCounterVec(prometheus.CounterOpts{Name: "client_api_requests_total", Help: "Requests to others."}, []string{"code", "method"})
	called   = promauto.NewHistogramVec(prometheus.HistogramOpts{Name: "client_request_duration_seconds", Help: "Time of requests to others.", Buckets: prometheus.DefBuckets}, []string{"method"})
)

func handle(route string, handler http.HandlerFunc) {
	labels := prometheus.Labels{"handler": route}
	var instrumented http.Handler = handler
	instrumented = promhttp.InstrumentHandlerResponseSize(sizes.MustCurryWith(labels), instrumented)
	instrumented = promhttp.InstrumentHandlerDuration(duration.MustCurryWith(labels), instrumented)
	instrumented = promhttp.InstrumentHandlerCounter(requests.MustCurryWith(labels), instrumented)
	http.Handle(route, promhttp.InstrumentHandlerInFlight(inFlight, instrumented))
}

func main() {
	port, _ := strconv.Atoi(os.Getenv("PORT"))
	database, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		panic(err)
	}
	database.SetMaxOpenConns(2)
	prometheus.MustRegister(collectors.NewDBStatsCollector(database, "shop"))
	transport := promhttp.InstrumentRoundTripperCounter(calls, promhttp.InstrumentRoundTripperDuration(called, http.DefaultTransport))
	client := &http.Client{Transport: transport}
	prices := "http://127.0.0.1:" + strconv.Itoa(port+1)

	handle("/items/", func(response http.ResponseWriter, request *http.Request) {
		id, _ := strconv.Atoi(strings.TrimPrefix(request.URL.Path, "/items/"))
		if id > 100 {
			http.NotFound(response, request)
			return
		}
		var one int
		_ = database.QueryRow("SELECT ?", id).Scan(&one)
		if answer, err := client.Get(prices); err == nil {
			answer.Body.Close()
		}
		time.Sleep(time.Duration(3*id) * time.Millisecond)
		_, _ = response.Write([]byte("{}"))
	})
	status := func(code int, takes time.Duration) http.HandlerFunc {
		return func(response http.ResponseWriter, _ *http.Request) {
			time.Sleep(takes)
			response.WriteHeader(code)
		}
	}
	handle("/items", status(201, 0))
	handle("/invalid", status(400, 0))
	handle("/fail", status(500, 0))
	handle("/slow", status(200, 300*time.Millisecond))
	handle("/nowhere", http.NotFound)
	http.Handle("/metrics", promhttp.Handler())
	go func() { _ = http.ListenAndServe("127.0.0.1:"+strconv.Itoa(port+1), http.HandlerFunc(func(response http.ResponseWriter, _ *http.Request) { _, _ = response.Write([]byte("1")) })) }()
	panic(http.ListenAndServe("127.0.0.1:"+strconv.Itoa(port), nil))
}
