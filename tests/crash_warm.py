"""Loaded once by the server that the children are forked from: what every life would otherwise load anew."""

from __future__ import annotations

import crash_child  # noqa: F401 - and with it the bot, both chat libraries and the store
from builders import article

from bot.digesting import analysed, composed
from config.catalogs import locales
from digests.catalog import Catalogs
from digests.extract import extract
from digests.feeds import parse_feed
from digests.language import identify

TEXT = "The bridge opened again on Monday. About 120 people worked on it, officials said. Critics say it cost too much."
URL = "http://warm.example/"


def warm() -> None:
    """Models and regular expressions: nothing that has threads, sockets or files open afterwards."""
    page = f"<html><body><article><h1>Warm</h1><p>{TEXT}</p><p>{TEXT}</p></article></body></html>".encode()
    extract(page, url=URL, headers={"content-type": "text/html"})
    parse_feed(
        b"<rss version='2.0'><channel><title>t</title><item><title>a</title></item></channel></rss>",
        url=URL,
        headers={"content-type": "application/rss+xml"},
    )
    identify(TEXT)
    sample = article(language="en", title="Warm", text=TEXT)
    composed(sample, analysed(sample, False), (), (), "en", Catalogs(locales()))


warm()
