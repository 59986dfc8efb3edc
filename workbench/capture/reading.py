"""Reads a hostile page's bytes into text; runs inside the limited process only."""

from __future__ import annotations

import re
import warnings
from typing import Any

from bs4 import (
    BeautifulSoup,
    MarkupResemblesLocatorWarning,
    Tag,
    XMLParsedAsHTMLWarning,
)
from bs4.element import NavigableString

from workbench.capture.identifiers import find_identifiers
from workbench.capture.refused import Refused

warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)

_MAX_TEXT = 400_000
_MAX_LINKS = 2_000
_UNSEEN = ("script", "style", "template", "head", "object", "svg", "iframe")
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "body",
        "html",
        "title",
    ]
)
# Stands behind a block in the walk; no page's text is this alone.
_AFTER_BLOCK = "\ue000\n\ue000"
# In the order of trial; each decodes strictly, so a wrong one is refused by most Japanese texts.
_TRIALS = ("utf-8", "iso2022_jp", "cp932", "euc_jp")


def charset_of(untrusted: bytes, content_type: str | None) -> str:
    """The charset of a page: mark, then header, then meta, each only if it fits; then by trial."""
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if untrusted.startswith(mark):
            return name
    stated = re.search(r"charset=[\"']?([\w.:-]+)", content_type or "", re.I)
    meta = re.search(rb"<meta[^>]{0,300}?charset=[\"']?([\w.:-]+)", untrusted[:8192], re.I)
    named = [stated[1] if stated else "", meta[1].decode("ascii", "replace") if meta else ""]
    for name in (*named, *_TRIALS):
        # Pages that say Shift_JIS or EUC-JP use the vendors' wider sets.
        wider = {"shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932"}
        name = wider.get(name.lower(), name)
        try:
            untrusted.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
        if name:
            return name
    return next((n for n in named if n and _is_text_codec(n)), "utf-8")


def _is_text_codec(name: str) -> bool:
    try:
        b"".decode(name)
    except (LookupError, ValueError):
        return False
    return True


def read_html(untrusted: bytes, content_type: str | None, url: str) -> dict[str, Any]:
    """Title, text, language, charset, description, links and identifiers of a page as JSON."""
    kind = (content_type or "").split(";")[0].strip().lower()
    html = kind in ("", "text/html", "application/xhtml+xml", "text/xml", "application/xml")
    if not html and not kind.startswith("text/"):
        return _found("", "", "", "", "", [], url)
    charset = charset_of(untrusted, content_type)
    source = untrusted.decode(charset, "replace").replace("\0", "")
    if not html:
        return _found("", source[:_MAX_TEXT], "", charset, "", [], url)
    try:
        soup = BeautifulSoup(source, "lxml")
    except (RecursionError, ValueError, AssertionError) as error:
        raise Refused("damaged_page", why=type(error).__name__) from error
    title = soup.title.get_text(" ", strip=True)[:1_000] if soup.title else ""
    root = soup.html
    language = str(root.get("lang", ""))[:35] if isinstance(root, Tag) else ""
    description = soup.find("meta", attrs={"name": re.compile("^description$", re.I)})
    said = str(description.get("content", ""))[:2_000] if isinstance(description, Tag) else ""
    links = []
    for anchor in soup.find_all(["a", "area", "form"], limit=_MAX_LINKS):
        target = anchor.get("href") or anchor.get("action")
        if isinstance(target, str) and target.strip():
            links.append(target.strip()[:4_096])
    return _found(title, _visible_text(soup), language, charset, said, links, url)


def _visible_text(soup: BeautifulSoup) -> str:
    """What a reader sees, one line a block; walked without recursion, however deep it nests."""
    parts: list[str] = []
    stack: list[Any] = [soup]
    size = 0
    while stack and size < _MAX_TEXT:
        node = stack.pop()
        if isinstance(node, str) and not isinstance(node, Tag):
            # Comments, declarations and the like are kinds of their own and are not seen.
            if type(node) is NavigableString:
                parts.append("\n" if node == _AFTER_BLOCK else re.sub(r"\s+", " ", node))
                size += len(node)
            continue
        if node.name in _UNSEEN or _hidden(node):
            continue
        if node.name in _BLOCKS:
            parts.append("\n")
            stack.append(NavigableString(_AFTER_BLOCK))
        stack.extend(reversed(list(node.children)))
    lines = [" ".join(line.split()) for line in "".join(parts).splitlines()]
    return "\n".join(line for line in lines if line)[:_MAX_TEXT]


def _hidden(node: Tag) -> bool:
    style = str(node.get("style") or "").replace(" ", "").lower()
    return node.has_attr("hidden") or "display:none" in style or "visibility:hidden" in style


def _found(
    title: str, text: str, language: str, charset: str, said: str, links: list[str], url: str
) -> dict[str, Any]:
    identifiers = find_identifiers("\n".join(part for part in (title, text) if part), links)
    return {
        "title": _clean(title),
        "text": _clean(text),
        "language": language,
        "charset": charset,
        "meta_description": _clean(said),
        "links": [_clean(link) for link in links],
        "identifiers": [
            [i.kind, _clean(i.value), _clean(i.seen), i.start, i.end] for i in identifiers
        ],
        "url": url,
    }


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
