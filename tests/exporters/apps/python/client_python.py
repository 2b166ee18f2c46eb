"""prometheus_client alone, with metrics that an application declares itself by Prometheus' conventions."""
import sqlite3
import time

from prometheus_client import Counter, Gauge, Histogram, Summary, make_wsgi_app

from shop import ITEMS, SLOW, STEP, serve_wsgi

REQUESTS = Counter("http_requests_total", "Requests", ["method", "endpoint", "http_status"])
DURATION = Histogram("http_request_duration_seconds", "Time of requests", ["method", "endpoint"])
IN_PROGRESS = Gauge("http_requests_in_progress", "Requests under way")
QUERIES = Histogram("db_query_duration_seconds", "Time of queries", ["operation"])
HITS = Counter("cache_hits_total", "Look-ups that found something", ["cache"])
MISSES = Counter("cache_misses_total", "Look-ups that found nothing", ["cache"])
UPSTREAM = Summary("http_client_request_duration_seconds", "Time of calls to others", ["host", "method", "code"])
JOBS = Counter("jobs_processed_total", "Jobs", ["queue", "status"])
metrics, seen = make_wsgi_app(), {}
database = sqlite3.connect(":memory:", check_same_thread=False)


def answer(method, path):
    """Status and route."""
    if path.startswith("/items/"):
        id = int(path.split("/")[2])
        if id > ITEMS:
            return 404, "/items/<id>"
        if id in seen:
            HITS.labels("items").inc()
        else:
            MISSES.labels("items").inc()
            with QUERIES.labels("select").time():
                database.execute("SELECT ?", [id]).fetchall()
        seen[id] = True
        with UPSTREAM.labels("prices", "GET", "200").time():
            time.sleep(STEP * id)
        return 200, "/items/<id>"
    if path == "/items" and method == "POST":
        seen.clear()
        JOBS.labels("mail", "success").inc()
        return 201, path
    if path == "/slow":
        time.sleep(SLOW)
        return 200, path
    if path == "/fail":
        JOBS.labels("mail", "failure").inc()
        return 500, path
    return (400, path) if path == "/invalid" else (404, "")


@IN_PROGRESS.track_inprogress()
def app(environ, start):
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if path == "/metrics":
        return metrics(environ, start)
    began = time.perf_counter()
    status, route = answer(method, path)
    REQUESTS.labels(method, route, str(status)).inc()
    DURATION.labels(method, route).observe(time.perf_counter() - began)
    start(f"{status} x", [("content-type", "text/plain")])
    return [b"x"]


serve_wsgi(app)
