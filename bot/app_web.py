"""The composition root of the web: what of the settings the archive, its links in chats and its server are made of."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.telemetry import event, heard
from bot.web_access import Addresses, AdminAccess, Pulse, Site
from bot.wizard import Wizard
from config.catalogs import locales, templates
from config.settings import Settings
from digests.catalog import Catalogs
from digests.errors import ConfigError
from digests.store import Seek, Store

if TYPE_CHECKING:
    from aiohttp import web

    from bot.web_setup import SetupPages

log = logging.getLogger("chokan")

SHORTEST_TOKEN = 16


@asynccontextmanager
async def archive(store: Store, settings: Settings, pulse: Pulse, seek: Seek | None = None) -> AsyncIterator[str]:
    """Serve the web archive while the block runs; gives its address, or "" where it is switched off. `seek`: how it is
    searched; None: by words alone.

    Raises `NotListening` when its port is taken, `ConfigError` for a token that can be guessed.
    """
    if not settings.web.enabled:
        yield ""
        return
    from bot.metrics import Metrics
    from bot.web import application, bound, serving

    with bound(settings.web.host, settings.web.port) as listener:
        metrics = Metrics()
        here = address_of(settings.web.host, listener.getsockname()[1])
        words = Catalogs(locales())
        admin = admin_access_of(settings)
        app = application(store, site_of(settings, here), words, templates(), metrics, pulse, admin, seek)
        with heard(metrics.heard):
            async with serving(app, listener):
                event(log, "web.listening", address=here)
                yield here


def site_of(settings: Settings, here: str = "") -> Site:
    """The archive's site, at its public address or `here`. Raises `ConfigError` for a WEB_TOKEN that can be guessed."""
    return Site(
        base=settings.web.public_url or here or address_of(settings.web.host, settings.web.port),
        public=bool(settings.web.public_url),
        language=settings.language,
        zone=settings.zone,
        secret=_secret(settings),
        metrics=settings.web.metrics,
    )


def address_of(host: str, port: int) -> str:
    """Where a browser on this machine finds what listens on `host`."""
    host = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 (read, not bound)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def setup_pages(wizard: Wizard, here: str, key: str, language: str) -> tuple[web.Application, SetupPages]:
    """The wizard's server, and what tells when it is through. `key` opens it."""
    from bot.web import setup_application
    from bot.web_render import Pages
    from bot.web_session import Sessions
    from bot.web_setup import SetupPages

    pages = Pages(templates(), wizard.catalogs, Site(base=here, language=language))
    setup = SetupPages(wizard, pages, Sessions(key, lambda: datetime.now(UTC), base=here))
    return setup_application(pages, setup, templates()), setup


def permalinks_of(settings: Settings) -> Addresses:
    """The links chat messages bear: none where nobody said at which address readers reach the archive.

    Raises `ConfigError` for a WEB_TOKEN that can be guessed.
    """
    base = settings.web.public_url if settings.web.enabled else ""
    return Addresses(base=base, secret=_secret(settings))


def admin_access_of(settings: Settings) -> AdminAccess | None:
    """The operator's pages; None without ADMIN_TOKEN. Raises `ConfigError` for one that can be guessed."""
    token = _unguessable("ADMIN_TOKEN", settings.admin_token)
    return AdminAccess(token=token, catch_up=timedelta(hours=settings.schedule.catch_up)) if token else None


def _secret(settings: Settings) -> str | None:
    return _unguessable("WEB_TOKEN", settings.web_token)


def _unguessable(name: str, token: SecretStr | None) -> str | None:
    secret = token.get_secret_value() if token else None
    if secret is not None and len(secret) < SHORTEST_TOKEN:
        raise ConfigError(f"{name}: shorter than {SHORTEST_TOKEN} characters; make one with: openssl rand -hex 24")
    return secret
