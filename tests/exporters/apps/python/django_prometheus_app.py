"""Django with django-prometheus: middleware, database, cache and model, set up as its README does."""
import os
import tempfile
import time

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="not one",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["django_prometheus"],
    MIDDLEWARE=[
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ],
    DATABASES={"default": {"ENGINE": "django_prometheus.db.backends.sqlite3", "NAME": os.path.join(tempfile.mkdtemp(), "shop.sqlite3")}},
    CACHES={"default": {"BACKEND": "django_prometheus.cache.backends.locmem.LocMemCache"}},
    PROMETHEUS_EXPORT_MIGRATIONS=False,
    LOGGING_CONFIG=None,
)
django.setup()

from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connection
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from shop import ITEMS, SLOW, STEP, serve_wsgi


def item(request, id):
    if id > ITEMS:
        raise Http404
    if cache.get(f"item-{id}") is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", [id])
        cache.set(f"item-{id}", id, 1)
    time.sleep(STEP * id)
    return JsonResponse({"id": id})


@csrf_exempt
def add(request):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS items (id INTEGER)")
        cursor.executemany("INSERT INTO items VALUES (%s)", [[1], [2]])
    return JsonResponse({}, status=201)


def invalid(request):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT from nowhere")
    except DatabaseError:
        pass
    return HttpResponseBadRequest()


def slow(request):
    time.sleep(SLOW)
    return HttpResponse("slow")


def fail(request):
    raise RuntimeError("as asked")


urlpatterns = [
    path("items/<int:id>", item),
    path("items", add),
    path("invalid", invalid),
    path("slow", slow),
    path("fail", fail),
    path("", include("django_prometheus.urls")),
]
serve_wsgi(get_wsgi_application())
