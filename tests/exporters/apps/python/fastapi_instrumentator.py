"""FastAPI with prometheus-fastapi-instrumentator, set up as its README does."""
from fastapi import FastAPI
from prometheus_fastapi_instrumentator import Instrumentator

from shop import fastapi_routes, serve

app = FastAPI()
fastapi_routes(app)
Instrumentator(should_instrument_requests_inprogress=True, inprogress_labels=True).instrument(app).expose(app)
serve(app)
