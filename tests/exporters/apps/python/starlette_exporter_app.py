"""Starlette with starlette_exporter, set up as its README does."""
from starlette.applications import Starlette
from starlette_exporter import PrometheusMiddleware, handle_metrics

from shop import serve, starlette_routes

app = Starlette(routes=starlette_routes())
app.add_middleware(PrometheusMiddleware)
app.add_route("/metrics", handle_metrics)
serve(app)
