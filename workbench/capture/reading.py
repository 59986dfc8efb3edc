"""Reads a hostile page's bytes into text; runs inside the limited process only."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import Any

from bs4 import (
    BeautifulSoup,
    MarkupResemblesLocatorWarning,
    Tag,
    XMLParsedAsHTMLWarning,
)
from bs4.element import NavigableString

from workbench.capture.charsets import decode_page
from workbench.capture.identifiers import find_identifiers
from workbench.capture.refused import Refused

warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)

_MAX_TEXT = 400_000
_MAX_LINKS = 2_000
_MAX_FORMS = 100
_MAX_FIELDS = 1_000
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


@dataclass
class _Page:
    title: str = ""
    text: str = ""
    language: str = ""
    charset: str = ""
    description: str = ""
    links: list[str] = field(default_factory=list)
    forms: list[dict[str, Any]] = field(default_factory=list)
    refresh: str = ""


def read_html(untrusted: bytes, content_type: str | None, url: str) -> dict[str, Any]:
    """Title, text, language, charset, description, links, forms and identifiers of a page as JSON.

    The text is what a reader sees, with the words that stand for pictures and on buttons.
    """
    kind = (content_type or "").split(";")[0].strip().lower()
    html = kind in ("", "text/html", "application/xhtml+xml", "text/xml", "application/xml")
    if not html and not kind.startswith("text/"):
        return _found(_Page(), url)
    source, charset = decode_page(untrusted, content_type)
    source = source.replace("\0", "")
    if not html:
        return _found(_Page(text=source[:_MAX_TEXT], charset=charset), url)
    try:
        soup = BeautifulSoup(source, "lxml")
    except (RecursionError, ValueError, AssertionError) as error:
        raise Refused("damaged_page", why=type(error).__name__) from error
    root = soup.html
    page = _Page(
        title=_title(soup),
        text=_visible_text(soup),
        language=_attribute(root, "lang")[:35] if root else "",
        charset=charset,
        description=_description(soup),
        forms=_forms(soup),
        refresh=_refresh(soup),
    )
    if page.refresh:
        page.links.append(page.refresh)
    for anchor in soup.find_all(["a", "area", "form"], limit=_MAX_LINKS):
        target = _attribute(anchor, "href") or _attribute(anchor, "action")
        if target:
            page.links.append(target[:4_096])
    return _found(page, url)


def _attribute(node: Tag, name: str) -> str:
    return str(node.get(name) or "").strip()


def _title(soup: BeautifulSoup) -> str:
    for title in soup.find_all("title", limit=10):
        # A drawing's own title is not that of the page.
        if title.find_parent("svg") is None:
            return " ".join(title.get_text(" ").split())[:1_000]
    return ""


def _description(soup: BeautifulSoup) -> str:
    for key, value in (("name", "description"), ("property", "og:description")):
        found = soup.find("meta", attrs={key: re.compile(rf"^\s*{value}\s*$", re.I)})
        if isinstance(found, Tag) and _attribute(found, "content"):
            return _attribute(found, "content")[:2_000]
    return ""


_REFRESH = re.compile(r"\s*\d*[\d.]*\s*[;,\s]\s*(?:url\s*=\s*)?[\"']?\s*([^\"'\s][^\"']*)", re.I)


def _refresh(soup: BeautifulSoup) -> str:
    """Where the page sends its reader by itself (WHATWG HTML, shared declarative refresh steps)."""
    for meta in soup.find_all(
        "meta", attrs={"http-equiv": re.compile(r"^\s*refresh\s*$", re.I)}, limit=10
    ):
        found = _REFRESH.match(_attribute(meta, "content")[:4_096])
        if found:
            return found[1].strip()
    return ""


def _forms(soup: BeautifulSoup) -> list[dict[str, Any]]:
    """Every form with the kinds of its fields; fields outside any form come under one without."""
    forms = soup.find_all("form", limit=_MAX_FORMS)
    found = [
        {"action": _attribute(f, "action")[:4_096], "method": _attribute(f, "method").lower()[:10]}
        for f in forms
    ]
    places = {id(form): place for place, form in enumerate(forms)}
    fields: list[list[str]] = [[] for _form in [*forms, None]]
    for node in soup.find_all(["input", "select", "textarea"], limit=_MAX_FIELDS):
        kind = _field_kind(node)
        if kind:
            fields[places.get(id(node.find_parent("form")), len(forms))].append(kind)
    if fields[-1]:
        found.append({"action": "", "method": ""})
    return [{**form, "fields": kinds} for form, kinds in zip(found, fields, strict=False)]


def _field_kind(node: Tag) -> str:
    """What a field asks for; empty for what a reader does not fill in."""
    asked = _attribute(node, "autocomplete").lower().split(" ")[-1]
    if asked.startswith("cc-") or asked in ("one-time-code", "current-password", "new-password"):
        return asked
    if node.name != "input":
        return str(node.name)
    kind = _attribute(node, "type").lower() or "text"
    return "" if kind in ("hidden", "submit", "button", "reset", "image") else kind[:20]


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
        said = _said_by_attribute(node)
        if said:
            parts.append(f" {said} ")
            size += len(said)
        if node.name in _BLOCKS:
            parts.append("\n")
            stack.append(NavigableString(_AFTER_BLOCK))
        stack.extend(reversed(list(node.children)))
    lines = [" ".join(line.split()) for line in "".join(parts).splitlines()]
    return "\n".join(line for line in lines if line)[:_MAX_TEXT]


def _said_by_attribute(node: Tag) -> str:
    """The words that a browser shows for a picture, on a button or in an empty field."""
    if node.name == "img":
        return _attribute(node, "alt")[:1_000]
    if node.name not in ("input", "textarea"):
        return ""
    kind = _attribute(node, "type").lower()
    if kind == "hidden":
        return ""
    name = "alt" if kind == "image" else "value" if kind in _BUTTONS else "placeholder"
    return _attribute(node, name)[:1_000]


_BUTTONS = ("submit", "button", "reset")
_UNSEEN_STYLE = re.compile(
    r"display:none|visibility:(?:hidden|collapse)"
    r"|(?:opacity|font-size):0(?:\.0+)?(?:px|pt|r?em|%)?(?:[;!]|$)"
)


def _hidden(node: Tag) -> bool:
    if node.has_attr("hidden"):
        return True
    style = re.sub(r"\s+|/\*.*?\*/", "", _attribute(node, "style")[:2_000]).lower()
    return _UNSEEN_STYLE.search(style) is not None


def _found(page: _Page, url: str) -> dict[str, Any]:
    said = "\n".join(part for part in (page.title, page.text) if part)
    identifiers = find_identifiers(said, page.links)
    return {
        "title": _clean(page.title),
        "text": _clean(page.text),
        "language": page.language,
        "charset": page.charset,
        "meta_description": _clean(page.description),
        "links": [_clean(link) for link in page.links],
        "forms": page.forms,
        "refresh": _clean(page.refresh),
        "identifiers": [
            [i.kind, _clean(i.value), _clean(i.seen), i.start, i.end] for i in identifiers
        ],
        "url": url,
    }


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
