"""The shop that every Python application here sells in: the same routes for all, so that all get the same traffic."""
import asyncio
import os

PORT = int(os.environ["PORT"])
#: Items with a greater id do not exist.
ITEMS = 100
#: How long an item takes, s, by its id.
STEP = 0.003
#: How long a slow page takes, s.
SLOW = 0.3


def serve(app):
    """Serves an ASGI application until it is ended."""
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="critical")


def serve_wsgi(app):
    """Serves a WSGI application until it is ended."""
    import waitress

    waitress.serve(app, host="127.0.0.1", port=PORT, threads=8, _quiet=True)


def fastapi_routes(app, load=None):
    """Adds the shop's routes. `load(id)` finds an item; without it, finding one only takes time."""
    from fastapi import HTTPException

    @app.get("/items/{id}")
    async def item(id: int):
        if id > ITEMS:
            raise HTTPException(404)
        if load:
            await load(id)
        await asyncio.sleep(STEP * id)
        return {"id": id}

    @app.post("/items", status_code=201)
    async def add():
        return {}

    @app.get("/invalid")
    async def invalid(number: int):
        return number

    @app.get("/slow")
    async def slow():
        await asyncio.sleep(SLOW)
        return {}

    @app.get("/fail")
    async def fail():
        raise RuntimeError("as asked")


def starlette_routes():
    """The shop's routes."""
    from starlette.exceptions import HTTPException
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def item(request):
        id = request.path_params["id"]
        if id > ITEMS:
            raise HTTPException(404)
        await asyncio.sleep(STEP * id)
        return JSONResponse({"id": id})

    async def add(request):
        return JSONResponse({}, 201)

    async def invalid(request):
        raise HTTPException(400)

    async def slow(request):
        await asyncio.sleep(SLOW)
        return JSONResponse({})

    async def fail(request):
        raise RuntimeError("as asked")

    return [
        Route("/items/{id:int}", item),
        Route("/items", add, methods=["POST"]),
        Route("/invalid", invalid),
        Route("/slow", slow),
        Route("/fail", fail),
    ]
