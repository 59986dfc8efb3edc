"""The address of a report: read from what people paste, and shown so that nobody can click it.

Parsing and serialisation are the WHATWG URL standard's (ada); only the repairs in front of it are
ours, and each leaves its code in `UrlReading.repairs`. Nothing here fetches or resolves anything.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

import ada_url
import tldextract

from workbench.domain.errors import M_, BadInput

MAX_LENGTH = 65_536
# RFC 1035 section 2.3.4, with the dot of the root.
_LONGEST_NAME = 254

# Reserved names (RFC 6761, RFC 7686) that no public suffix list holds but a practice case uses.
PLAUSIBLE_SUFFIXES = frozenset({"test", "example", "invalid", "onion"})

_FULL_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)}

# Characters nobody sees: zero-width, joiners, soft hyphen, bidi controls, byte order mark.
_INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_INVISIBLE_RE = re.compile(f"[{_INVISIBLE}]")
_OUTSIDE = re.compile(f"[\\s\\x00-\\x20\\x7f{_INVISIBLE}]")

_PAIRS = {
    '"': '"',
    "'": "'",
    "`": "`",
    "<": ">",
    "(": ")",
    "[": "]",
    "{": "}",
    "「": "」",
    "『": "』",
    "【": "】",
    "（": "）",
    "［": "］",
    "｛": "｝",
    "〔": "〕",
    "〈": "〉",
    "《": "》",
    "＜": "＞",
    "“": "”",
    "”": "”",
    "‘": "’",
    "’": "’",
    "«": "»",
    "＂": "＂",
}
# Japanese marks that end a sentence or a quotation around an address. ASCII ones may belong to it.
_CLOSERS = {"」", "』", "】", "）", "］", "｝", "〕", "〉", "》", "＞", "”", "’", "»", "＂"}
_OPENER_OF = {closer: opener for opener, closer in _PAIRS.items() if closer in _CLOSERS}
_SENTENCE_MARKS = set("。、，．！？…・：；") | _CLOSERS

_PREFIX = re.compile(r"(?:url|ｕｒｌ|ＵＲＬ|リンク|アドレス)\s?[:：]\s?(?=\S)", re.IGNORECASE)

# The great majority: nothing to understand, so nothing to look for.
_PLAIN = re.compile(r"https?://(?!https?[:/])[A-Za-z0-9._:@-]+(?:[/?#][!-~]*)?", re.ASCII)

_SCHEME = re.compile(
    r"(?P<word>h[\[(]?(?:tt|xx|\*\*|__|--|\+\+|\#\#|××|xt|tx|\*t|t\*)[\])]?p(?:s|[\[(]s[\])])?"
    r"|[a-z][a-z0-9+.\-]{0,255})"
    r"(?P<sep>\ {0,3}(?:[\[(]://[\])]|[\[(]:[\])]|:{2,4}(?=[/\\])|[:;])\ {0,3}(?:[\[(]/[\])]|[/\\])*"
    r"|[.,]?//[/\\]*)",
    re.IGNORECASE | re.VERBOSE,
)
_DEFANGED_WORD = re.compile(r"h[\[(]?(?!tt[^\])])..[\])]?p(?:s|[\[(]s[\])])?", re.IGNORECASE)
_SECOND_ADDRESS = re.compile(r"\s(?:https?|hxxps?)(?:://|\[:)", re.IGNORECASE)

_DOT_MARK = re.compile(
    r"\s{0,3}[\[({（［｛]\s{0,3}(?:[.。．｡]|dot|ドット)\s{0,3}[\])}）］｝]\s{0,3}"
    r"|\[\.|\.\]|\\\.(?=[^\s/\\])",
    re.IGNORECASE,
)
_COLON_MARK = re.compile(r"[\[(（［][:：][\])）］]")
_HEAD_END = re.compile(r"[\[(][/?][\])]|(?:\\(?!\.[^\s/\\]))|[/?#／＼？＃]")
_PORT = re.compile(r"[:：]([0-9０-９]{1,6})\Z")
_SEPARATORS = str.maketrans("／＼？＃", "/\\?#")
_BARE_HOST = re.compile(r"(?:[^\s\x00-\x2c/:;<=>?@\[\\\]^_`{|}]+\.)+[^\s\x00-\x2f:-@\[-`{|}]+\.?")
_IPV4 = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class UrlReading:
    """What was understood of one entered address.

    `entered` is the text exactly as given; `canonical` is the WHATWG serialisation (href) of what
    was understood, by which alone reports are de-duplicated. `host` is as in the href (punycode,
    IPv6 in brackets); `registrable_domain` follows the ICANN part of the public suffix list (the
    host itself for an IP address or a bare suffix). `repairs` are codes in the order applied:
    whitespace, invisible, quotes, prefix, punctuation, full_width, defanged, scheme_typo,
    scheme_missing, broken_character; empty when the text was understood as it stands.
    """

    entered: str
    canonical: str
    scheme: str
    host: str
    registrable_domain: str
    host_unicode: str
    is_ip: bool
    repairs: tuple[str, ...] = ()


def read_url(untrusted_text: str) -> UrlReading:
    """Understand one http(s) address, defanged, full-width or mistyped; never fetches.

    `read_url(reading.canonical).canonical == reading.canonical` always holds.
    Raises BadInput with the reason: blank, too long, another scheme, no host, not an address.
    """
    if len(untrusted_text) > MAX_LENGTH:
        raise BadInput(M_("The address is longer than {limit} characters.", limit=MAX_LENGTH))
    if _PLAIN.fullmatch(untrusted_text):
        canonical, host = _parse(untrusted_text)
        return _reading(untrusted_text, canonical, host, ())
    repairs: dict[str, None] = {}
    text = untrusted_text
    # What WHATWG decodes (%28.%29 in a host) may itself be a mark: repeat until it stands still.
    for _ in range(8):
        found: dict[str, None] = {}
        canonical, host = _parse(_understand(text, found))
        repairs |= found
        if canonical == text:
            break
        text = canonical
    return _reading(untrusted_text, canonical, host, tuple(repairs))


def _reading(entered: str, canonical: str, host: str, repairs: tuple[str, ...]) -> UrlReading:
    # The standard allows a host no name server could hold; it is not worth knowing or remembering.
    known = _about_host(host) if len(host) <= _LONGEST_NAME else (host, host, False)
    domain, shown, is_ip = known
    scheme = canonical[: canonical.index(":")]
    return UrlReading(entered, canonical, scheme, host, domain, shown, is_ip, repairs)


def _parse(text: str) -> tuple[str, str]:
    """(href, hostname) of an http(s) text."""
    try:
        canonical: str = ada_url.normalize_url(text)
    except ValueError:
        raise BadInput(M_("The host or the port of the address is not valid.")) from None
    if len(canonical) > MAX_LENGTH:
        raise BadInput(M_("The address is longer than {limit} characters.", limit=MAX_LENGTH))
    # A serialised http(s) URL always has a path, and an @ only behind its credentials.
    start = canonical.index("//") + 2
    host = canonical[start : canonical.index("/", start)]
    if "@" in host:
        host = host.rpartition("@")[2]
    if ":" in host and host[-1] != "]":
        host = host.rpartition(":")[0]
    if not host:
        raise BadInput(M_("The address has no host."))
    if "xn--" in host and not _punycode_holds(host):
        raise BadInput(M_("The host of the address holds a damaged international name (xn--)."))
    return canonical, host


@lru_cache(maxsize=4_096)
def _punycode_holds(host: str) -> bool:
    """Every `xn--` label decodes to something beyond ASCII, as WHATWG asks (ada is lenient here)."""
    for label in host.split("."):
        if label.startswith("xn--"):
            try:
                decoded = label[4:].encode("ascii").decode("punycode")
            except (UnicodeError, ValueError, OverflowError):
                return False
            if decoded.isascii() or ada_url.idna_to_ascii(decoded) != label.encode():
                return False
    return True


def _understand(text: str, repairs: dict[str, None]) -> str:
    """The text with every repair made, beginning with `http://` or `https://`."""
    text = _unwrap(text, repairs)
    if not text:
        raise BadInput(M_("The address is blank."))
    if _SECOND_ADDRESS.search(text):
        raise BadInput(M_("There is more than one address in one place."))
    if any(mark in text for mark in "\t\n\r"):
        # WHATWG drops these wherever they stand.
        text = re.sub(r"[\t\n\r]", "", text)
        repairs["whitespace"] = None
    whole = text.encode("utf-8", "replace") if not text.isascii() else b""
    if whole and len(whole.decode()) == len(text) and whole.decode() != text:
        # A lone surrogate; WHATWG input is scalar values, so it becomes U+FFFD.
        text = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
        repairs["broken_character"] = None
    scheme, rest = _scheme(text, repairs)
    for _ in range(4):
        # "https://https://host": the address was pasted behind a waiting "https://".
        again = _SCHEME.match(rest)
        word = _http_word(again["word"]) if again else None
        # Without its colon it may be a host that is named so.
        if again is None or word is None or "://" not in again["sep"]:
            break
        scheme, rest = word, rest[again.end() :]
        repairs["scheme_typo"] = None
    return f"{scheme}://{_authority_and_tail(rest, repairs)}"


def _unwrap(text: str, repairs: dict[str, None]) -> str:
    """Take off blanks, invisible characters, quotes, brackets and sentence marks around it."""
    start, end = 0, len(text)
    while start < end:
        first, last = text[start], text[end - 1]
        if _OUTSIDE.match(first):
            repairs["invisible" if _INVISIBLE_RE.match(first) else "whitespace"] = None
            start += 1
        elif _OUTSIDE.match(last):
            repairs["invisible" if _INVISIBLE_RE.match(last) else "whitespace"] = None
            end -= 1
        elif first in _PAIRS:
            # An address cannot begin so; the closing mark goes with its opening mark only.
            repairs["quotes"] = None
            start += 1
            if end > start and last == _PAIRS[first]:
                end -= 1
        elif first in "UuＵｕリア" and (prefix := _PREFIX.match(text, start, end)):
            repairs["prefix"] = None
            start = prefix.end()
        elif last in _SENTENCE_MARKS and end - start > 1 and "!" <= text[end - 2] <= "~":
            # Behind Japanese letters 。 may belong to a title in the path; behind ASCII it does not.
            opener = _OPENER_OF.get(last)
            if opener and text.count(opener, start, end) >= text.count(last, start, end):
                break
            repairs["punctuation"] = None
            end -= 1
        else:
            break
    return text[start:end]


@cache
def _scheme_typos() -> dict[str, str]:
    """Every word one slip of the letters h, t, p, s away from http or https."""
    letters = "htps"
    typos: dict[str, str] = {"tp": "http", "tps": "https"}
    for word in ("http", "https"):
        halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
        slips = {left + right[1:] for left, right in halves if right}
        slips |= {
            left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1
        }
        slips |= {left + c + right[1:] for left, right in halves if right for c in letters}
        slips |= {left + c + right for left, right in halves for c in letters}
        for slip in slips:
            typos[slip] = "https" if "s" in slip else "http"
    typos.pop("shttp")  # a registered scheme of its own
    return typos | {"http": "http", "https": "https"}


def _http_word(word: str) -> str | None:
    """`http` or `https` if the word means it, defanged or mistyped."""
    lowered = word.lower()
    if _DEFANGED_WORD.fullmatch(lowered):
        return "https" if lowered.rstrip("])").endswith("s") else "http"
    return _scheme_typos().get(lowered)


def _scheme(text: str, repairs: dict[str, None]) -> tuple[str, str]:
    """(http or https, what follows the separator), or the refusal."""
    text = _visible_scheme(text, repairs)
    head = text[:300].translate(_FULL_WIDTH)
    found = _SCHEME.match(head)
    if found is None:
        return _without_scheme(text, repairs)
    scheme = _http_word(found["word"])
    if scheme is None:
        if "." in found["word"] and not re.match(r"[a-z]", head[found.end() :], re.IGNORECASE):
            return _without_scheme(text, repairs)
        if ":" not in found["sep"] or re.match(r"[0-9]+(?:/|\Z)", head[found.end() :]):
            return _without_scheme(text, repairs)
        raise BadInput(
            M_(
                "Only http and https addresses are accepted, not {scheme}.",
                scheme=found["word"].lower()[:40],
            )
        )
    if text[: found.end()] != head[: found.end()]:
        repairs["full_width"] = None
    if found["word"].lower() != scheme or found["sep"] != "://":
        defanged = _DEFANGED_WORD.fullmatch(found["word"].lower())
        bracketed = any(mark in found["sep"] for mark in "[(")
        if defanged or bracketed:
            repairs["defanged"] = None
        if not defanged and (
            found["word"].lower() != scheme or (found["sep"] != "://" and not bracketed)
        ):
            repairs["scheme_typo"] = None
    rest = text[found.end() :]
    word = text[: len(found["word"])]
    if not word.isascii() and rest and all("！" <= c <= "～" for c in rest):
        # Typed full-width from the first letter to the last: the path was too.
        rest = rest.translate(_FULL_WIDTH)
    if not rest:
        raise BadInput(M_("The address has no host."))
    return scheme, rest


def _visible_scheme(text: str, repairs: dict[str, None]) -> str:
    """The text without invisible characters inside its scheme; those of the path stay."""
    head = text[:32]
    if head.isascii() or not _INVISIBLE_RE.search(head):
        return text
    found = _SCHEME.match(_INVISIBLE_RE.sub("", head).translate(_FULL_WIDTH))
    if found is None or _http_word(found["word"]) is None:
        return text
    taken = end = 0
    while taken < found.end():
        taken += not _INVISIBLE_RE.match(head[end])
        end += 1
    if end > taken:
        repairs["invisible"] = None
    return _INVISIBLE_RE.sub("", head[:end]) + text[end:]


def _without_scheme(text: str, repairs: dict[str, None]) -> tuple[str, str]:
    """Accept `example.test/path` when it clearly is a host; otherwise refuse."""
    refusal = BadInput(M_("This is not a web address."))
    rest = re.sub(r"\A[/／]{2}", "", text)
    cut = _HEAD_END.search(rest)
    authority = rest[: cut.start()] if cut else rest
    if "@" in authority or "＠" in authority:
        raise BadInput(M_("This looks like a mail address, not a web address."))
    host = _undo_marks(authority).translate(_FULL_WIDTH)
    if (port := _PORT.search(host)) is not None:
        host = host[: port.start()]
    host = _INVISIBLE_RE.sub("", host)
    host = re.sub("[。｡]", ".", host)
    if len(host) > 255 or not _BARE_HOST.fullmatch(host):
        raise refusal
    last = host.rstrip(".").rpartition(".")[2].lower()
    if not _IPV4.fullmatch(host):
        if last.isdigit() or ("。" in authority and not last.isascii()):
            raise refusal
        plausible = last.startswith("xn--") or last in PLAUSIBLE_SUFFIXES
        if not plausible and not _suffixes().extract_str(host).suffix:
            raise refusal
    repairs["scheme_missing"] = None
    return "http", rest


def _undo_marks(host: str) -> str:
    """The host without `[.]`, `(dot)`, `[:]` and the like."""
    while True:
        undone = _COLON_MARK.sub(":", _DOT_MARK.sub(".", host))
        if undone == host:
            return host
        host = undone


def _authority_and_tail(rest: str, repairs: dict[str, None]) -> str:
    """Undo marks in the host, and in the tail only what one tool clearly put everywhere."""
    cut = _HEAD_END.search(rest)
    authority, tail = (rest[: cut.start()], rest[cut.start() :]) if cut else (rest, "")
    if tail and tail[0] in "[(":
        tail = tail[1] + tail[3:]
        repairs["defanged"] = None
    elif tail and not tail[0].isascii():
        tail = tail[0].translate(_SEPARATORS) + tail[1:]
        repairs["full_width"] = None
    credentials, at, host = authority.rpartition("@")
    undone = _undo_marks(host)
    if undone != host:
        repairs["defanged"] = None
    host = undone
    if not host.isascii():
        # UTS 46 inside the WHATWG host parser maps full-width letters and 。 itself.
        if any("！" <= c <= "～" or c in "。｡" for c in host):
            repairs["full_width"] = None
        host = _PORT.sub(lambda found: ":" + found[1].translate(_FULL_WIDTH), host)
        if _INVISIBLE_RE.search(host):
            repairs["invisible"] = None
            if not ada_url.check_url(f"http://{host}"):
                host = _INVISIBLE_RE.sub("", host)
    if "defanged" in repairs and _dots_all_bracketed(tail):
        tail = tail.replace("[.]", ".")
    return f"{credentials}{at}{host}{tail}"


def _dots_all_bracketed(tail: str) -> bool:
    return "[.]" in tail and tail.count("[.]") == tail.count(".")


@cache
def _suffixes() -> tldextract.TLDExtract:
    # The snapshot inside the package: no network, no cache folder.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@cache
def _suffix_rules() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Suffixes, parents of `*.` rules, and exceptions of the public suffix list."""
    rules = _suffixes().tlds
    return (
        frozenset(rule for rule in rules if rule[0] not in "*!"),
        frozenset(rule[2:] for rule in rules if rule.startswith("*.")),
        frozenset(rule[1:] for rule in rules if rule[0] == "!"),
    )


def _public_suffix(host: str) -> str:
    """The longest public suffix of a Unicode host, "" when the list knows none."""
    # As tldextract finds it, without its splitting of whole URLs: a bulk import asks per host.
    suffixes, parents, exceptions = _suffix_rules()
    rest = host
    while rest:
        parent = rest.partition(".")[2]
        if rest in exceptions:
            return parent
        if rest in suffixes or parent in parents:
            return rest
        rest = parent
    return ""


@lru_cache(maxsize=131_072)
def _about_host(host: str) -> tuple[str, str, bool]:
    """(registrable domain, host in Unicode, is an IP address)."""
    # WHATWG: a host whose last label is a number is an IPv4 address or no host at all.
    if host[0] == "[" or host.rstrip(".").rpartition(".")[2].isdigit():
        return host, host, True
    shown = host
    if "xn--" in host:
        shown = ada_url.idna_to_unicode(host.encode()) or host
    bare = host.rstrip(".")
    suffix = _public_suffix(shown.rstrip(".").lower())
    # Without a known suffix the last label stands for it.
    kept = suffix.count(".") + 2 if suffix else 2
    return ".".join(bare.split(".")[-kept:]) or host, shown, False


def defang(url: str) -> str:
    """`hxxps://example[.]test/…` for the eye: no program makes a link of it, `read_url` undoes it.

    Exact inverse for a canonical URL: `read_url(defang(c)).canonical == c`.
    """
    scheme, colon, rest = url.partition("://")
    if not colon or scheme.lower() not in ("http", "https"):
        return url
    cut = re.search(r"[/?#]", rest)
    authority, tail = (rest[: cut.start()], rest[cut.start() :]) if cut else (rest, "")
    credentials, at, host = authority.rpartition("@")
    if _dots_all_bracketed(tail):
        # Such a tail would be read as defanged: double the marks so that reading gives it back.
        tail = tail.replace(".", "[.]")
    return f"hxx{scheme[3:]}://{credentials}{at}{host.replace('.', '[.]')}{tail}"


def defang_host(host: str) -> str:
    """A host name as screens show it: not clickable, not resolvable by accident."""
    return host.replace(".", "[.]")


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Why a host may imitate another: codes `punycode`, `mixed_script`, `latin_lookalike`."""

    signs: tuple[str, ...]
    host_unicode: str

    def __bool__(self) -> bool:
        return bool(set(self.signs) - {"punycode"})


_JAPANESE_SCRIPTS = {"HIRAGANA", "KATAKANA", "CJK", "HALFWIDTH", "FULLWIDTH", "IDEOGRAPHIC"}
# Cyrillic and Greek letters drawn like Latin ones (from the shapes, as Unicode TR39 groups them).
_DRAWN_LIKE_LATIN = frozenset("асеорхуіјѕһԁԛԝѵӏгпкмтвнɡαορνικτυ")


def lookalike(host: str) -> Lookalike:
    """Signs that a host imitates another, from its letters alone; takes punycode or Unicode.

    Kanji, kana and Latin together are ordinary Japanese (カ and 力 are not flagged); Latin mixed with
    Cyrillic or Greek, or a label made only of their Latin-like letters, is not.
    """
    shown = ada_url.idna_to_unicode(host.encode("utf-8", "replace")) or host
    signs: dict[str, None] = {}
    if shown != host or not shown.isascii():
        signs["punycode"] = None
    for label in shown.split("."):
        scripts = {_script(letter) for letter in label if letter.isalpha()}
        scripts = {"JAPANESE" if s in _JAPANESE_SCRIPTS else s for s in scripts}
        foreign = scripts - {"LATIN", "JAPANESE"}
        if len(scripts) > 1 and foreign:
            signs["mixed_script"] = None
        letters = [c for c in label if c.isalpha()]
        if letters and scripts & {"CYRILLIC", "GREEK"} and set(letters) <= _DRAWN_LIKE_LATIN:
            signs["latin_lookalike"] = None
    return Lookalike(tuple(signs), shown)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split(" ")[0]
