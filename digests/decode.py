"""Bytes and headers → text. Knows charsets, lies about charsets and characters that no text should hold."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How "<" and "<?" begin where there is no mark: https://www.w3.org/TR/xml/#sec-guessing
_OPENINGS = (
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
# Labels as the Encoding standard reads them (https://encoding.spec.whatwg.org/#names-and-labels): what says Latin-1
# means windows-1252, what says GB2312 means GB18030. A label outside the list (utf-7, hex, unicode_escape…) is not
# believed: Python has codecs that no sender of text may choose.
_LABELS = {
    "utf8": "utf-8",
    "unicode11utf8": "utf-8",
    "utf16": "utf-16-le",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "utf32": "utf-32-le",
    "utf32le": "utf-32-le",
    "utf32be": "utf-32-be",
    "iso10646ucs2": "utf-16-le",
    "ebcdiccpus": "cp037",
    "ibm037": "cp037",
    "cp037": "cp037",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "xsjis": "cp932",
    "mskanji": "cp932",
    "windows31j": "cp932",
    "cp932": "cp932",
    "ms932": "cp932",
    "eucjp": "euc_jp",
    "xeucjp": "euc_jp",
    "iso2022jp": "iso2022_jp_ext",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "xgbk": "gb18030",
    "cp936": "gb18030",
    "gb18030": "gb18030",
    "hzgb2312": "hz",
    "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "cp950": "cp950",
    "euckr": "cp949",
    "ksc56011987": "cp949",
    "ksc5601": "cp949",
    "windows949": "cp949",
    "iso88591": "cp1252",
    "latin1": "cp1252",
    "usascii": "cp1252",
    "ascii": "cp1252",
    "iso88599": "cp1254",
    "latin5": "cp1254",
    "iso885911": "cp874",
    "tis620": "cp874",
    "windows874": "cp874",
    "koi8r": "koi8_r",
    "koi8u": "koi8_u",
    "macintosh": "mac_roman",
    "xmaccyrillic": "mac_cyrillic",
    "ibm866": "cp866",
    "cp866": "cp866",
    **{f"iso8859{n}": f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"windows125{n}": f"cp125{n}" for n in range(9)},
    **{f"cp125{n}": f"cp125{n}" for n in range(9)},
}
_JAPANESE = ("cp932", "euc_jp")
_OFTEN_LIED = (*_JAPANESE, "cp1252")
"""Declared by servers and editors that never asked what they send."""
_FEW_KANA, _MUCH = 4, 0.2
_ISO_2022 = re.compile(rb"\x1b(?:\$[@B]|\([BIJ])")
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s;,\"']{1,64})", re.IGNORECASE)
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,256}?encoding\s*=\s*[\"']\s*([^\"'\s]{1,64})|<meta[^>]{0,256}?charset\s*=\s*[\"']?\s*([^\s\"'/>;]{1,64})",
    re.IGNORECASE,
)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]{0,1024}\?>", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_HALF_WIDTH_KATAKANA = re.compile("[\uff61-\uff9f]")
_KANA = re.compile("[\u3040-\u30ff]")
_TOLERATED = 0.1
"""Share of a text's non-ASCII characters that may be unreadable before a charset is disbelieved: a cut or a slip."""
_DECLARATION_WITHIN = 4096


def decode(body: bytes, headers: Mapping[str, str] | None = None) -> str:
    """`body` as text without control characters; never raises.

    Asked in turn: byte order mark, UTF-8 where the bytes prove it, HTTP charset, XML or HTML declaration, Japanese
    charsets, windows-1252. The first that reads every byte wins, else the one that misreads least. Multi-byte UTF-8 is
    its own proof: no text in another charset is valid UTF-8 by accident, so it outweighs a header that says otherwise.
    """
    mark, skip = _marked(body)
    if mark:
        return clean(body[skip:].decode(mark, "replace"))
    return clean(_best(body, tuple(_candidates(body, headers or {}))))


def without_declaration(text: str) -> str:
    """XML text without its declaration, whose encoding is no longer true."""
    return _XML_DECLARATION.sub("", text.lstrip("\ufeff"), count=1)


def clean(text: str) -> str:
    """`text` without control characters (tab and line ends stay), lone surrogates and non-characters."""
    return _CONTROL.sub("", text)


def codec_of(label: str) -> str | None:
    """The codec for a charset label, or None for one that is unknown or not to be trusted."""
    return _LABELS.get(re.sub(r"[^a-z0-9]", "", label[:64].lower()))


def _marked(body: bytes) -> tuple[str | None, int]:
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return codec, len(mark)
    for opening, codec in _OPENINGS:
        if body.startswith(opening):
            return codec, 0
    return None, 0


def _candidates(body: bytes, headers: Mapping[str, str]) -> Iterator[str]:
    shifting = bool(_ISO_2022.search(body))
    if not shifting and not body.isascii() and _is_utf8(body):
        yield "utf-8"
        return
    if shifting:  # its escape sequences are in no other text, whatever is declared
        yield "iso2022_jp_ext"
    for label in (_from_headers(headers), _from_declaration(body)):
        codec = codec_of(label or "")
        if codec in _OFTEN_LIED and (japanese := _evidently_japanese(body)):
            codec = japanese
        # a declaration that was readable as ASCII cannot be in a charset of two or four bytes
        if codec and not codec.startswith(("utf-16", "utf-32", "cp037")):
            yield codec
    yield "utf-8"
    yield from sorted(_JAPANESE, key=lambda codec: _strangeness(body, codec))


def _evidently_japanese(body: bytes) -> str | None:
    """The Japanese charset in which every byte can be read and much of the text is kana, which in no other can be."""
    for codec in _JAPANESE:
        try:
            text = body.decode(codec)
        except UnicodeDecodeError:
            continue
        strange = sum(1 for char in text if char > "\x7f")
        kana, half = len(_KANA.findall(text)), len(_HALF_WIDTH_KATAKANA.findall(text))
        if kana >= max(_FEW_KANA, strange * _MUCH) and half <= kana * _MUCH:
            return codec
    return None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _from_headers(headers: Mapping[str, str]) -> str | None:
    for name, value in headers.items():
        if name.lower() == "content-type":
            found = _HTTP_CHARSET.search(value)
            return found[1] if found else None
    return None


def _from_declaration(body: bytes) -> str | None:
    found = _DECLARED.search(body[:_DECLARATION_WITHIN])
    return (found[1] or found[2]).decode("ascii", "ignore") if found else None


def _best(body: bytes, candidates: tuple[str, ...]) -> str:
    readings = []
    for codec in dict.fromkeys(candidates):
        text = body.decode(codec, "replace")
        misread = _misread(text)
        if not misread:
            return text
        readings.append((misread, text))
    misread, text = min(readings, key=lambda reading: reading[0])
    return text if misread <= _TOLERATED else body.decode("cp1252", "replace")


def _misread(text: str) -> float:
    """Share of the non-ASCII characters that could not be read; 0 for plain ASCII."""
    strange = text.count("\ufffd")
    return strange / sum(1 for c in text if c > "\x7f") if strange else 0.0


def _strangeness(body: bytes, codec: str) -> float:
    """How little a reading looks like Japanese: EUC-JP read as Shift_JIS turns into half-width katakana."""
    text = body[:65536].decode(codec, "replace")
    odd = text.count("\ufffd") + len(_HALF_WIDTH_KATAKANA.findall(text))
    return (odd - len(_KANA.findall(text))) / max(1, len(text))
