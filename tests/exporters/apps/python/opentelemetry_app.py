"""FastAPI with OpenTelemetry's instrumentations (server, client, SQLAlchemy, generative AI, system), and its Prometheus exporter.

OTEL_SEMCONV_STABILITY_OPT_IN chooses the old names or the stable ones, as for every user of these libraries.
"""
import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from fastapi import FastAPI, Response
from openai import AsyncOpenAI
from opentelemetry import metrics
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.instrumentation.system_metrics import SystemMetricsInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import QueuePool

from shop import PORT, fastapi_routes, serve

resource = Resource.create({"service.name": "shop", "service.version": "1.0.0"})
metrics.set_meter_provider(MeterProvider(metric_readers=[PrometheusMetricReader()], resource=resource))


class Upstream(BaseHTTPRequestHandler):
    """A price list that sometimes fails, and a model that answers in the form of OpenAI's."""

    def do_GET(self):
        self.answer(503 if self.path.endswith("7") else 200, {})

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        message = {"role": "assistant", "content": "Yes."}
        self.answer(200, {
            "id": "1", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25},
        })

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


upstream = ThreadingHTTPServer(("127.0.0.1", PORT + 1), Upstream)
threading.Thread(target=upstream.serve_forever, daemon=True).start()
HTTPXClientInstrumentor().instrument()
OpenAIInstrumentor().instrument()
SystemMetricsInstrumentor().instrument()
engine = create_engine("sqlite:///:memory:", poolclass=QueuePool, pool_size=5, connect_args={"check_same_thread": False})
SQLAlchemyInstrumentor().instrument(engine=engine)
client = httpx.AsyncClient()
model = AsyncOpenAI(api_key="none", base_url=f"http://127.0.0.1:{PORT + 1}/v1")


async def load(id):
    with engine.connect() as connection:
        connection.execute(text("SELECT :id"), {"id": id})
    await client.get(f"http://127.0.0.1:{PORT + 1}/prices/{id}")
    if id == 3:
        await model.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "Is it good?"}])


app = FastAPI()
fastapi_routes(app, load)


@app.get("/metrics")
async def exposition():
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


FastAPIInstrumentor.instrument_app(app)
serve(app)
