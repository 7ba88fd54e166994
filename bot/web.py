"""The web server: the archive's pages, Atom, the operator's pages, health and metrics. Readers change nothing."""

from __future__ import annotations

import errno
import hashlib
import logging
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.metrics import CONTENT_TYPE, Metrics
from bot.telemetry import event, unit
from bot.web_access import AdminAccess, Pulse, Site
from bot.web_admin import Admin, Reach
from bot.web_hub import HubDoor
from bot.web_pages import Archive
from bot.web_render import PRIVATE, Pages
from bot.web_session import Sessions
from bot.web_setup import SetupPages
from digests.catalog import Catalogs
from digests.errors import NotListening, StoreError
from digests.store import Seek, Store

log = logging.getLogger("chokan.web")

FORM = 16_384
"""Most bytes of a form."""
FRESH = timedelta(seconds=90)
"""How old the scheduler's last heartbeat may be."""
MINUTES = "public, max-age=120"
FOR_EVER = "public, max-age=31536000, immutable"
REQUEST_ID = "X-Request-ID"
"""Bears the id of the log's lines about a request; a proxy's own id is taken over."""
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFETY = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def application(
    store: Store,
    site: Site,
    catalogs: Catalogs,
    templates: Mapping[str, str],
    metrics: Metrics,
    pulse: Pulse,
    admin: AdminAccess | None = None,
    seek: Seek | None = None,
) -> web.Application:
    """All routes over one store; the operator's pages only where there is an `admin`. `seek`: other than by words."""
    pages = Pages(templates, catalogs, site)
    archive = Archive(store, pages, site, pulse.clock, seek or store.search)
    app = web.Application(middlewares=[_middleware(pages, metrics)], client_max_size=FORM)
    for path, name, handler in archive.routes():
        app.router.add_get(path, handler, name=name)
    if admin is not None:
        sessions = Sessions(admin.token, pulse.clock, base=site.base)
        reach = Reach(store=store, clock=pulse.clock, catch_up=admin.catch_up)
        for method, path, name, handler in Admin(reach, pages, site, sessions).routes():
            app.router.add_route(method, path, handler, name=name)
    _sheets(app, templates)
    _watch(app, store, site, metrics, pulse)
    if site.public:
        HubDoor(store, pulse.clock).open(app)
    return app


def setup_application(pages: Pages, setup: SetupPages, templates: Mapping[str, str]) -> web.Application:
    """The wizard alone: before there is a configuration there is no archive."""
    app = web.Application(middlewares=[_middleware(pages, Metrics())], client_max_size=FORM)
    for method, path, name, handler in setup.routes():
        app.router.add_route(method, path, handler, name=name)
    _sheets(app, templates)
    return app


def _sheets(app: web.Application, templates: Mapping[str, str]) -> None:
    for name, kind in (("style.css", "text/css"), ("desk.css", "text/css"), ("icon.svg", "image/svg+xml")):
        _static(app, f"/{name}", templates[name], kind)


def _static(app: web.Application, path: str, text: str, kind: str) -> None:
    async def serve(_: web.Request) -> web.Response:
        return web.Response(text=text, content_type=kind, headers={"Cache-Control": FOR_EVER})

    app.router.add_get(path, serve, name="static" + path.replace("/", "-").replace(".", "-"))


def _watch(app: web.Application, store: Store, site: Site, metrics: Metrics, pulse: Pulse) -> None:
    """What machines ask: is the process alive, can it work, what has it done."""

    async def alive(_: web.Request) -> web.Response:
        return _said("ok")

    async def ready(_: web.Request) -> web.Response:
        try:
            await store.pending_deliveries()
        except StoreError as error:
            event(log, "web.unready", level=logging.WARNING, error=str(error))
            return _said("the database cannot be reached", 503)
        beat = pulse.finished.get("heartbeat")
        if pulse.scheduled and (beat is None or pulse.clock() - beat > FRESH):
            return _said("the scheduler does not run", 503)
        away = [name for name, connected in pulse.chats().items() if not connected]
        if away:
            return _said(f"not connected: {', '.join(sorted(away))}", 503)
        return _said("ok")

    async def measured(request: web.Request) -> web.Response:
        if not site.metrics or _passed_on(request):
            raise web.HTTPNotFound
        body = await metrics.text(store, pulse.finished, pulse.clock())
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": PRIVATE})

    app.router.add_get("/healthz", alive, name="healthz")
    app.router.add_get("/readyz", ready, name="readyz")
    app.router.add_get("/metrics", measured, name="metrics")


def _said(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text + "\n", status=status, headers={"Cache-Control": PRIVATE})


def _passed_on(request: web.Request) -> bool:
    """A proxy stands between: the asker may be anybody."""
    return any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"))


def _middleware(pages: Pages, metrics: Metrics) -> Middleware:
    @web.middleware
    async def answered(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        with unit(request.headers.get(REQUEST_ID)) as name:
            response = await _answer(request, handler, pages)
            response.headers[REQUEST_ID] = name
            page, took = request.match_info.route.name or "none", time.perf_counter() - started
            metrics.answered(page, response.status, took)
            # What went wrong has its own line above; what readers ask for is nobody's business by default.
            level = logging.INFO if response.status >= 500 else logging.DEBUG
            event(log, "web.answered", level=level, page=page, status=response.status, took=f"{took:.3f}")
        return response

    return answered


async def _answer(request: web.Request, handler: Handler, pages: Pages) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = pages.failed(request, error.status)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
    except StoreError as error:
        event(log, "web.failed", level=logging.WARNING, kind=error.kind, error=str(error))
        response = pages.failed(request, 503)
    except Exception:
        log.exception("web.crashed path=%r", request.path[:200])
        response = pages.failed(request, 500)
    return _finished(request, response)


def _finished(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Headers every answer bears; 304 where the reader has it already (RFC 9110, 13.1.2)."""
    if isinstance(response, web.Response) and response.status == 200 and isinstance(response.body, bytes):
        response.headers.setdefault("Cache-Control", MINUTES)
        if response.headers["Cache-Control"] != PRIVATE:
            etag = f'"{hashlib.sha256(response.body).hexdigest()[:24]}"'
            if _has(request, etag):
                kept = {name: response.headers[name] for name in ("Cache-Control", "Vary") if name in response.headers}
                response = web.Response(status=304, headers=kept)
            response.headers["ETag"] = etag
    response.headers.update(SAFETY)
    response.headers["Server"] = "Chokan"  # without it aiohttp tells its version and Python's
    return response


def _has(request: web.Request, etag: str) -> bool:
    given = request.headers.get("If-None-Match", "")
    return given.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in given.split(","))


def bound(host: str, port: int) -> socket.socket:
    """A socket that has this address; port 0 takes a free one. Raises `NotListening` when it cannot be had."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        both = family == socket.AF_INET6 and host == "::" and socket.has_dualstack_ipv6()
        return socket.create_server(address[:2], family=family, dualstack_ipv6=both)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "another program uses the port" if taken else error.strerror or str(error)
        raise NotListening(host, port, reason) from error


@asynccontextmanager
async def serving(app: web.Application, listener: socket.socket) -> AsyncIterator[None]:
    """Serve `app` on a bound socket while the block runs; answers under way get five seconds to finish."""
    # aiohttp logs a trace for each request it cannot read: strangers could fill the disk. Ours are logged above.
    protocol = logging.getLogger("chokan.web.protocol")
    protocol.setLevel(logging.CRITICAL)
    runner = web.AppRunner(app, access_log=None, logger=protocol, shutdown_timeout=5.0)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        yield
    finally:
        await runner.cleanup()
