"""Flask with prometheus-flask-exporter, set up as its README does."""
import time

from flask import Flask, abort
from prometheus_flask_exporter import PrometheusMetrics

from shop import ITEMS, SLOW, STEP, serve_wsgi

app = Flask(__name__)
metrics = PrometheusMetrics(app, group_by="endpoint")
metrics.info("app_info", "Application info", version="1.0.3")


@app.get("/items/<int:id>")
def item(id):
    if id > ITEMS:
        abort(404)
    time.sleep(STEP * id)
    return {"id": id}


@app.post("/items")
def add():
    return {}, 201


@app.get("/invalid")
def invalid():
    abort(400)


@app.get("/slow")
def slow():
    time.sleep(SLOW)
    return {}


@app.get("/fail")
def fail():
    raise RuntimeError("as asked")


serve_wsgi(app)
