"""Addresses in running text: what an officer pastes, a list of lines, the text of a mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from workbench.domain.errors import M_, BadInput
from workbench.domain.url import MAX_LENGTH, UrlReading, read_url
from workbench.intake.drafts import Draft, Rejection, escaped, rejected, unusable
from workbench.intake.sources import unread

MAX_TEXT = 16 << 20

_START = (
    r"(?:h[\[(]?(?:tt|xx|\*\*|tx|xt)[\])]?ps?|hhttps?|htps?|ttps?|htttps?|ｈｔｔｐｓ?|ｈｔｔｐｓ)"
    r"(?:\s?(?:[\[(][:：](?://)?[\])]|[:：;；])(?:[\[(]?[/／\\][\])]?){1,3}|//)"
)
# An address ends at blanks, quotes, Japanese punctuation and drawn signs.
_ENDS = r"\s<>\"「」『』【】、。（）〈〉《》　←→↑↓⇒⇐★☆●○■□◆◇▼▲▽△※"
_ADDRESS = re.compile(
    rf"(?<![A-Za-z]){_START}[^{_ENDS}]+(?:[。．][A-Za-z0-9]"
    rf"[^{_ENDS}]*)*",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    r"(?<![A-Za-z0-9._-])[A-Za-z0-9][A-Za-z0-9._-]*+(?:[\[({]\s?(?:\.|dot)\s?[\])}][A-Za-z0-9._-]+)+(?:[:/?#][^\s<>\"「」、。]*)?",
    re.IGNORECASE,
)
# "https://a.example/xをご確認" : hiragana behind a letter is the sentence, not the path; behind "/" it
# begins a title.
_PARTICLE = re.compile(r"(?<=[A-Za-z0-9])[をはがにへでとのもや](?![A-Za-z0-9%])")
# Signs that a line is more than one address: blanks, a second address, a sentence going on.
_PROSE = re.compile(
    rf"\s|[,;|、]{_START}|[!-~][。、「」『』【】](?=[^\s。、」』】])", re.IGNORECASE
)
_TRAILING = ".,;:!?'`*|、"
_BALANCED = {")": "(", "]": "[", "}": "{"}


def read_text(untrusted_text: str, row_offset: int = 0) -> Iterator[Draft | Rejection]:
    """Every address of a pasted text, each as one draft; a line without any is one rejection.

    Row numbers count addresses and rejected lines in their order; blank lines are not counted.
    BadInput when the text is blank or longer than MAX_TEXT characters.
    """
    if len(untrusted_text) > MAX_TEXT:
        raise BadInput(M_("The text is longer than {limit} characters.", limit=MAX_TEXT))
    if not untrusted_text.strip():
        raise BadInput(M_("The text is blank."))
    return read_lines(iter(re.split(r"\r\n|\n|\r", untrusted_text)), row_offset)


def read_lines(lines: Iterable[str], row_offset: int = 0) -> Iterator[Draft | Rejection]:
    """Rows of a list of lines, as `read_text` numbers them; `extra["line"]` is the physical line."""
    row = row_offset
    for number, line in enumerate(lines, 1):
        problem = unread(line)
        if problem is None and not line.strip():
            continue
        problem = problem or unusable(line)
        if problem is not None:
            row += 1
            yield rejected(row, problem, line, number)
            continue
        found, reason = _of_line(line)
        if not found:
            row += 1
            yield rejected(row, reason.message, line, number)
        # What stood around an address is the officer's note.
        whole = line.strip()
        words = escaped(whole[:4_000])
        for reading in found:
            row += 1
            alone = len(found) == 1 and whole == reading.entered.strip()
            note = "" if alone else words
            yield Draft(row, reading, note=note, extra={"line": str(number)})


def _of_line(line: str) -> tuple[list[UrlReading], BadInput]:
    whole = line.strip()
    refusal = BadInput(M_("There is no address in the line."))
    if not _PROSE.search(whole) and not _PARTICLE.search(whole):
        try:
            return [read_url(line)], refusal
        except BadInput as error:
            refusal = error
    found = [reading for _, reading in find_urls(line)]
    if not found:
        try:
            reading = read_url(line)
        except BadInput as error:
            return [], error
        # A blank inside is where a sentence goes on, not a part of the path.
        found = [] if "%20" in reading.canonical else [reading]
    return found, refusal


def find_urls(untrusted_text: str) -> Iterator[tuple[int, UrlReading]]:
    """(place, reading) of every address in running text, in order; never raises for bad ones."""
    spans: list[tuple[int, str]] = []
    end = 0
    for match in sorted(
        (*_ADDRESS.finditer(untrusted_text), *_BRACKETED.finditer(untrusted_text)),
        key=lambda match: (match.start(), -match.end()),
    ):
        if match.start() >= end:
            spans.append((match.start(), match[0]))
            end = match.end()
    for place, text in spans:
        for part_place, part in _pieces(place, text):
            try:
                reading = read_url(_trimmed(part))
            except BadInput:
                continue
            # "https://exa mple.test/" breaks off inside its host: what is left names another one.
            if "." in reading.host or reading.is_ip:
                yield part_place, reading


def _pieces(place: int, text: str) -> Iterator[tuple[int, str]]:
    """Addresses run together after a comma or bar: `http://a.example,http://b.example`."""
    start = 0
    for match in re.finditer(rf"[,;|、](?={_START})", text, re.IGNORECASE):
        yield place + start, text[start : match.start()]
        start = match.end()
    yield place + start, text[start:]


def _trimmed(text: str) -> str:
    if len(text) > MAX_LENGTH:
        return text
    if (cut := _PARTICLE.search(text)) is not None:
        text = text[: cut.start()]
    counts = {sign: text.count(sign) for sign in "()[]{}"}
    end = len(text)
    while end > 1:
        last = text[end - 1]
        opener = _BALANCED.get(last)
        if opener and counts[opener] < counts[last]:
            counts[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return text[:end]
