"""Digests and editions → neutral messages, split at their own joints. Knows reading, not platforms.

A platform's limits come in as numbers and a cost function; all wording comes from a catalog.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from unicodedata import east_asian_width

from babel.dates import format_date

from digests.catalog import Catalog, Catalogs
from digests.lengths import shortened
from digests.message import Action, Block, Bullets, Heading, Message, Paragraph, Part, Small, Span
from digests.model import Citation, Digest, Edition, Length, Section, Subscription, Text
from digests.ports import Limits, Permalinks
from digests.store import Hit
from digests.terms import terms
from digests.wordlists import words_of

GIST = 190
"""Longest gist on an overview line, in columns (a Japanese character takes two); a longer sentence is cut."""
LEADS_ON = words_of(
    "a an the of in on at to for by with from into over under after before as and or but that which who whose when "
    "where than its his her their is are was were has have had be been will would can could may might not no"
)

Cost = Callable[[Part], tuple[int, int]]
"""What a part costs on a platform: (characters, blocks)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One message of an edition and where it belongs."""

    message: Message
    in_thread: bool


def edition_sheets(
    edition: Edition,
    hits: Sequence[Hit],
    subscription: Subscription,
    catalogs: Catalogs,
    limits: Limits,
    cost: Cost,
    permalinks: Permalinks | None = None,
) -> tuple[Sheet, ...]:
    """All messages of an edition in posting order: the overview, then what the subscription's layout adds."""
    catalog = catalogs.of(edition_language(subscription, hits))
    page = permalinks.edition(edition.id, subscription) if permalinks else None
    sheets = [Sheet(message=m, in_thread=False) for m in pack(overview(edition, hits, catalog, page), limits, cost)]
    sheets[1:] = [replace(sheet, in_thread=subscription.layout == "thread") for sheet in sheets[1:]]
    if subscription.layout == "overview":
        return tuple(sheets)
    for hit in hits[: subscription.limit]:
        if hit.digest:
            page = permalinks.digest(hit.digest.id, None if hit.public else subscription) if permalinks else None
            message = digest_message(shortened(hit.digest, subscription.length), catalog, page)
            in_thread = subscription.layout == "thread"
            sheets += [Sheet(message=m, in_thread=in_thread) for m in pack(message, limits, cost)]
    return tuple(sheets)


def edition_language(subscription: Subscription, hits: Sequence[Hit]) -> str:
    """The subscription's language; with `auto` the language most of its articles are in."""
    if subscription.language != "auto":
        return subscription.language
    languages = [hit.article.language for hit in hits]
    return max(languages, key=languages.count) if languages else "en"


def overview(edition: Edition, hits: Sequence[Hit], catalog: Catalog, page: str | None = None) -> Message:
    """One screen: the date, one line an article, and that this was all. `page`: where the archive shows the edition."""
    title = catalog("edition.title", date=day_text(edition.slot.day, catalog))
    if not hits:
        empty = Part(blocks=(Heading(text=title, level=1), _line(catalog("edition.empty"))))
        return Message(title=title, parts=(empty,), language=catalog.language)
    head: list[Block] = [Heading(text=title, level=1), Small(spans=(Span(text=_count(len(hits), catalog)),))]
    if edition.slot.late:
        head.append(Small(spans=(Span(text=catalog("edition.late", time=edition.slot.time.strftime("%H:%M"))),)))
    lines = [Part(blocks=(_overview_line(number, hit, catalog),)) for number, hit in enumerate(hits, 1)]
    end = Part(blocks=(Small(spans=(Span(text=catalog("edition.end")), *_archived(page, catalog))),))
    parts = (Part(blocks=tuple(head)), *lines, end)
    return Message(title=title, parts=parts, language=catalog.language, tags=_tags(hits, catalog))


def _tags(hits: Sequence[Hit], catalog: Catalog) -> tuple[str, ...]:
    """What a forum may sort the edition by, most fitting first: a forum applies those it has."""
    publishers = [hit.article.publisher for hit in hits if hit.article.publisher]
    ordered = sorted(set(publishers), key=lambda name: (-publishers.count(name), name))
    return (catalog("edition.name"), *ordered)


def _overview_line(number: int, hit: Hit, catalog: Catalog) -> Paragraph:
    spans = [Span(text=f"{number}  "), Span(text=hit.article.title, url=hit.article.url, bold=True)]
    told = gist_of(hit.digest)
    if told:
        spans.append(Span(text=f"\n{gist(told)}"))
    spans += (*_sources(hit, catalog), *_follow_up(hit, catalog))
    return Paragraph(spans=tuple(spans))


def _sources(hit: Hit, catalog: Catalog) -> Iterator[Span]:
    """How many sites report it, and where to read the others."""
    if hit.others:
        yield Span(text=f"\n{catalog('edition.sources', number=len(hit.others) + 1)}")
        for article in hit.others:
            yield Span(text=" · ")
            yield Span(text=article.publisher or article.site, url=article.url)


def _follow_up(hit: Hit, catalog: Catalog) -> Iterator[Span]:
    earlier = hit.follows
    if earlier:
        day = format_date(
            (earlier.published or earlier.first_seen).date(), catalog("edition.day"), locale=catalog.language
        )
        yield Span(text=f"\n{catalog('edition.follow_up', date=day)} ")
        yield Span(text=earlier.title, url=earlier.url)


def gist_of(digest: Digest | None) -> str:
    """The sentence that tells what happened: of section 1 and the lead, the one that says most of the headline."""
    if digest is None:
        return ""
    told = [text for s in digest.sections if s.role == "development" and s.addressed for text in s.body]
    headline = set(terms(digest.title))
    texts = [text.text for text in (*told, *digest.lead)]
    return max(texts, key=lambda text: len(headline.intersection(terms(text))), default="")


def gist(sentence: str) -> str:
    """The sentence; one too long for two lines is cut with an ellipsis, at a joint of its own where it has one late
    enough, else before a word, and never behind one that only leads on ("closed for two hours on…")."""
    fits = _fitting(sentence)
    if fits == len(sentence):
        return sentence
    cut = max(sentence.rfind(mark, fits // 2, fits) for mark in ("、", "，", ", ", "; ", " – "))
    if cut <= 0:
        cut = sentence.rfind(" ", fits // 2, fits)
        while cut > 0 and sentence[:cut].rsplit(" ", 1)[-1].casefold() in LEADS_ON:
            cut = sentence.rfind(" ", 0, cut)
    return sentence[: cut if cut > 0 else fits].rstrip() + "…"


def _fitting(text: str) -> int:
    """How many of its characters stand within `GIST` columns."""
    columns = 0
    for place, char in enumerate(text):
        columns += 2 if east_asian_width(char) in "WF" else 1
        if columns > GIST:
            return place
    return len(text)


def day_text(day: date, catalog: Catalog) -> str:
    """The date as the catalog's language writes it: 2025年2月14日（金）."""
    return format_date(day, format=catalog("edition.date"), locale=catalog.language)


def _count(number: int, catalog: Catalog) -> str:
    return catalog("edition.count.one" if number == 1 else "edition.count", number=number)


# --- one digest ---------------------------------------------------------------------------------------------------


def digest_message(digest: Digest, catalog: Catalog, page: str | None = None) -> Message:
    """One digest: headline and lead, four sections with their citations, conclusion, related links, small print.
    `page`: where the archive shows it."""
    parts = [Part(blocks=(_headline(digest), *_paragraph(digest.lead, digest.language_of_text)))]
    parts += [_section(section, digest, catalog) for section in digest.sections]
    parts += _conclusion(digest, catalog)
    parts += _related(digest, catalog)
    parts.append(Part(blocks=(Small(spans=(Span(text=made_by(digest, catalog)), *_archived(page, catalog))),)))
    return Message(
        title=digest.title,
        parts=tuple(parts),
        actions=digest_actions(digest, catalog),
        url=digest.url,
        language=catalog.language,
    )


def digest_actions(digest: Digest, catalog: Catalog) -> tuple[Action, ...]:
    """The buttons of a digest that stands in a channel; each says all it needs, so it works a year later."""
    actions = [Action(label=catalog("edition.action.more"), verb="more", value=digest.id)]
    if digest.related:
        actions.append(Action(label=catalog("edition.action.related"), verb="related", value=f"0|{digest.id}"))
    if digest.citations:
        actions.append(Action(label=catalog("edition.action.sources"), verb="sources", value=digest.id))
    if digest.url:
        actions.append(Action(label=catalog("edition.action.original"), url=digest.url))
    return (*actions, Action(label=catalog("edition.action.wrong"), verb="wrong", value=digest.id))


def _headline(digest: Digest) -> Block:
    return Heading(text=digest.title, level=1)


def _section(section: Section, digest: Digest, catalog: Catalog) -> Part:
    blocks: list[Block] = [Heading(text=f"{section.number}. {section.heading}", level=2)]
    blocks += _paragraph(section.body, digest.language_of_text)
    if section.points:
        label = catalog("edition.label")
        blocks.append(
            Bullets(items=tuple((Span(text=p.label, bold=True), Span(text=f"{label}{p.text}")) for p in section.points))
        )
    blocks += _paragraph(section.closing, digest.language_of_text)
    blocks += [_citation(c) for c in digest.citations if c.number in section.citations]
    return Part(blocks=tuple(blocks))


def _citation(citation: Citation) -> Small:
    publisher = f" – {citation.publisher}" if citation.publisher else ""
    return Small(
        spans=(
            Span(text=f"({citation.number}) "),
            Span(text=citation.title, url=citation.url),
            *((Span(text=publisher),) if publisher else ()),
        )
    )


def _conclusion(digest: Digest, catalog: Catalog) -> Iterator[Part]:
    if digest.conclusion:
        body = _paragraph(digest.conclusion, digest.language_of_text)
        yield Part(blocks=(Heading(text=catalog("edition.conclusion"), level=2), *body))


def _related(digest: Digest, catalog: Catalog) -> Iterator[Part]:
    if digest.related:
        items = tuple((Span(text=link.title, url=link.url),) for link in digest.related)
        yield Part(blocks=(Heading(text=catalog("edition.related"), level=3), Bullets(items=items)))


def made_by(digest: Digest, catalog: Catalog) -> str:
    """The small print: which engine, and when the text is in another language than the headings."""
    engine = digest.engine
    text = (
        catalog("edition.made.extractive") if engine.model is None else catalog("edition.made.llm", model=engine.model)
    )
    if not engine.fallback:
        return text
    if engine.model is not None:
        return f"{text} · {catalog('edition.made.partly')}"
    why = {"model-cap": "-cap", "unsupported": "-unsupported"}.get(engine.fallback, "")
    return f"{text} · {catalog(f'edition.made.fallback{why}')}"


def _archived(page: str | None, catalog: Catalog) -> tuple[Span, ...]:
    """The link that ends a small print, where there is a page to lead to."""
    return (Span(text=" · "), Span(text=catalog("edition.archive"), url=page)) if page else ()


def _paragraph(texts: Sequence[Text], language: str) -> tuple[Block, ...]:
    """Sentences set as one paragraph: Japanese, Chinese and Thai put no space between them."""
    space = "" if language in ("ja", "zh", "th") else " "
    return (_line(space.join(text.text for text in texts)),) if texts else ()


def _line(text: str) -> Paragraph:
    return Paragraph(spans=(Span(text=text),))


# --- answers to look-ups --------------------------------------------------------------------------------------------


def hits_message(title: str, hits: Sequence[Hit], catalog: Catalog, actions: tuple[Action, ...] = ()) -> Message:
    """A list of articles, one line each with date and gist, each openable."""
    parts = [Part(blocks=(Heading(text=title, level=2),))]
    parts += [
        Part(blocks=(_overview_line(number, hit, catalog), _dateline(hit, catalog)))
        for number, hit in enumerate(hits, 1)
    ]
    opens = tuple(
        Action(label=catalog("edition.action.open", number=number), verb="open", value=hit.article.id)
        for number, hit in enumerate(hits, 1)
    )
    return Message(title=title, parts=tuple(parts), actions=(*opens, *actions), language=catalog.language)


def _dateline(hit: Hit, catalog: Catalog) -> Small:
    when = hit.article.published or hit.article.first_seen
    return Small(spans=(Span(text=f"{day_text(when.date(), catalog)} · {hit.article.publisher}"),))


def note(title: str, text: str, catalog: Catalog) -> Message:
    """A plain word to one person: an error, help, "nothing found"."""
    blocks = tuple(_line(line) for line in text.splitlines() if line.strip())
    return Message(title=title, parts=(Part(blocks=blocks),), language=catalog.language)


# --- splitting ------------------------------------------------------------------------------------------------------


def pack(message: Message, limits: Limits, cost: Cost) -> tuple[Message, ...]:
    """The message in as few platform messages as its parts allow, never cutting a part.

    A single part over the limit stands alone; the platform's renderer shortens it as a last resort. Buttons go under
    the last message, where reading ends.
    """
    pages: list[list[Part]] = [[]]
    characters = blocks = 0
    for part in message.parts:
        more_characters, more_blocks = cost(part)
        if pages[-1] and (characters + more_characters > limits.characters or blocks + more_blocks > limits.blocks):
            pages.append([])
            characters = blocks = 0
        pages[-1].append(part)
        characters, blocks = characters + more_characters, blocks + more_blocks
    return tuple(
        replace(message, parts=tuple(page), actions=message.actions if last else ())
        for page, last in zip(pages, [False] * (len(pages) - 1) + [True], strict=True)
    )


def length_of(word: str) -> Length:
    """A length by name; raises ValueError naming the right ones."""
    lengths: dict[str, Length] = {"compact": "compact", "standard": "standard", "full": "full"}
    if word not in lengths:
        raise ValueError(f"«{word}» is not a length; take compact, standard or full")
    return lengths[word]
