"""Starlette with starlette-prometheus, set up as its README does."""
from starlette.applications import Starlette
from starlette_prometheus import PrometheusMiddleware, metrics

from shop import serve, starlette_routes

app = Starlette(routes=starlette_routes())
app.add_middleware(PrometheusMiddleware)
app.add_route("/metrics/", metrics)
app.add_route("/metrics", metrics)
serve(app)
