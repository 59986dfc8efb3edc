"""Which charset a hostile page is written in, judged by what it decodes to.

What header and page state is believed while it gives plausible text; Japanese pages often state
nothing, or another charset than they use. Labels: WHATWG Encoding Standard, as Python's codecs.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter

_CODECS = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 x-unicode20utf8",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji ms932 windows-31j csshiftjis cp932",
    "euc_jp": "euc-jp x-euc-jp euc_jp eucjp eucjp-ms eucjp-win cp51932 cseucpkdfmtjapanese",
    "iso2022_jp_ext": "iso-2022-jp iso2022-jp csiso2022jp cp50220 cp50221 jis",
    "gb18030": "gb2312 gbk gb18030 x-gbk chinese csgb2312 gb_2312-80",
    "big5hkscs": "big5 big5-hkscs x-x-big5 cn-big5 csbig5",
    "cp949": "euc-kr cseuckr korean ks_c_5601-1987 ksc5601 ksc_5601 windows-949",
    "cp1252": "iso-8859-1 iso8859-1 latin1 l1 us-ascii ascii windows-1252 cp1252",
    "cp1254": "iso-8859-9 latin5 windows-1254",
    "cp874": "tis-620 iso-8859-11 windows-874",
    "koi8-r": "koi8-r koi8 koi",
    "koi8-u": "koi8-u koi8-ru",
    "utf-16-le": "utf-16 utf-16le",
    "utf-16-be": "utf-16be",
    **{f"cp{n}": f"windows-{n} cp{n}" for n in (1250, 1251, 1253, 1255, 1256, 1257, 1258)},
    **{f"iso8859-{n}": f"iso-8859-{n} iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15)},
}
# Only these: Python knows codecs that no page is written in (`idna`, `unicode_escape`).
_BY_LABEL = {label: codec for codec, labels in _CODECS.items() for label in labels.split()}
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ESCAPES = re.compile(rb"\x1b(?:\$[@B]|\$\(D|\([IJ])")
_LABEL_IN_PAGE = re.compile(
    rb"<meta[^>]{0,300}?charset=[\"'\s]*([\w.:-]+)|<\?xml[^>]{0,80}?encoding=[\"']([\w.:-]+)", re.I
)
_HEAD = 8192
_SAMPLE = 128 * 1024
# How much worse a stated charset may read than the best one and still be believed: statements are
# right far more often than not. ISO-8859-1 is what servers say when nobody told them.
_TRUST_IN_STATED = 0.5
_UNTRUSTED = "cp1252"
JAPANESE = ("utf-8", "cp932", "euc_jp")
# Letters of whole Japanese phrases that settle a charset, whatever damage stands around them.
_PHRASES_ENOUGH = 12
_SEVEN_BIT = "iso2022_jp_ext"


def decode_page(untrusted: bytes, content_type: str | None) -> tuple[str, str]:
    """The text of a page's bytes and the Python codec it was read with; never raises."""
    charset = charset_of(untrusted, content_type)
    return _decoded(untrusted, charset), charset


def charset_of(untrusted: bytes, content_type: str | None) -> str:
    """The charset of a page: mark, escapes, then what reads best, stated ones (header first) ahead."""
    for mark, codec in _MARKS:
        if untrusted.startswith(mark):
            return codec
    stated = _stated(untrusted, content_type)
    if untrusted.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if untrusted[1] == 0 else "utf-16-be"
    # A page whose letters are single bytes is not UTF-16, whatever it says (WHATWG HTML).
    stated = ["utf-8" if codec.startswith("utf-16") else codec for codec in stated]
    beyond_ascii = re.search(rb"[\x80-\xff]", untrusted)
    if beyond_ascii is None:
        if _ESCAPES.search(untrusted):
            return _SEVEN_BIT
        return stated[0] if stated else "utf-8"
    stated = [codec for codec in stated if codec != _SEVEN_BIT]
    # All before is ASCII, so this is where a letter begins in every candidate.
    sample = untrusted[beyond_ascii.start() : beyond_ascii.start() + _SAMPLE]
    if len(sample) == _SAMPLE:
        sample = sample[: max(sample.rfind(b">"), sample.rfind(b"\n")) + 1] or sample
    for codec in (*stated, "utf-8"):
        if codec in JAPANESE and _reads_well(sample, codec):
            return codec
    scores = {c: _plausibility(sample, c) for c in [*stated, "utf-8", "euc_jp", "cp932"]}
    best = max(scores, key=lambda codec: scores[codec])
    believed = scores[best] - _TRUST_IN_STATED
    return next((c for c in stated if c != _UNTRUSTED and scores[c] >= believed), best)


def _stated(untrusted: bytes, content_type: str | None) -> list[str]:
    """Known charsets that the header and the page state, in this order."""
    labels = re.findall(r"charset=[\"'\s]*([\w.:-]+)", content_type or "", re.I)[:1]
    for in_meta, in_xml in _LABEL_IN_PAGE.findall(untrusted[:_HEAD])[:2]:
        labels.append((in_meta or in_xml).decode("ascii", "replace"))
    return [_BY_LABEL[label.lower()] for label in labels if label.lower() in _BY_LABEL]


def _decoded(untrusted: bytes, codec: str) -> str:
    errors = "japanese_vendor" if codec in ("euc_jp", _SEVEN_BIT) else "replace"
    return untrusted.decode(codec, errors)


def _vendor_letter(error: UnicodeError) -> tuple[str, int]:
    """A letter of the vendors' rows (①, ㈱, 髙), which browsers read and these codecs do not know.

    Rows of JIS X 0208 and its extensions stand in the same order in cp932, which has them all.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    row, cell = ([byte & 0x7F for byte in error.object[error.start :][:2]] + [0, 0])[:2]
    if 0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E:
        row, cell = row - 0x21, cell - 0x21
        lead = row // 2 + (0x81 if row < 62 else 0xC1)
        trail = cell + 0x9F if row % 2 else cell + 0x40 + (cell >= 63)
        try:
            return bytes((lead, trail)).decode("cp932"), error.start + 2
        except UnicodeDecodeError:
            pass
    return "\N{REPLACEMENT CHARACTER}", error.end


codecs.register_error("japanese_vendor", _vendor_letter)


def _plausibility(sample: bytes, codec: str) -> float:
    """About 1 for text somebody wrote, far below for bytes read in the wrong charset."""
    text = _decoded(sample, codec)
    counted = Counter(text)
    beyond = {letter: count for letter, count in counted.items() if letter > "\x7f"}
    total = sum(beyond.values()) or 1
    score = sum(_weight(letter) * count for letter, count in beyond.items()) / total
    whole = "\N{REPLACEMENT CHARACTER}" not in beyond
    if codec == "utf-8" and whole:
        # Bytes of another charset almost never happen to be UTF-8 throughout.
        score += 0.6
    if codec == "euc_jp" and whole and any(_is_kana(letter) for letter in beyond):
        # No kana of Shift_JIS is valid here.
        score += 0.25
    return score


def _reads_well(sample: bytes, codec: str) -> bool:
    """Whether there are whole phrases of common kanji with kana, which no other charset gives.

    Bytes that are no text, planted beside the text, would otherwise outweigh it.
    """
    found = 0
    for phrase in re.findall(r"[^\x00-\x7f]{4,}", _decoded(sample, codec)):
        kana = sum("\u3041" <= letter <= "\u30fe" for letter in phrase)
        if kana and all(_weight(letter) == 1.0 for letter in phrase):
            found += len(phrase)
    return found >= _PHRASES_ENOUGH


def _is_kana(letter: str) -> bool:
    return "\u3041" <= letter <= "\u30fe" or "\uff66" <= letter <= "\uff9f"


def _common_kanji() -> frozenset[str]:
    """The 2,965 kanji of JIS X 0208 level 1, which nearly all Japanese text keeps to."""
    cells = (range(0x40, 0x7F), range(0x80, 0xFD))
    pairs = (bytes((lead, t)) for lead in range(0x88, 0x99) for cell in cells for t in cell)
    first, last = b"\x88\x9f", b"\x98\x72"
    return frozenset(p.decode("cp932", "ignore") for p in pairs if first <= p <= last)


_COMMON_KANJI = _common_kanji()


def _weight(letter: str) -> float:
    if letter == "\N{REPLACEMENT CHARACTER}":
        return -10.0
    if letter < "\xa0":
        return -5.0
    if "\ue000" <= letter <= "\uf8ff":
        return -2.0
    if letter in "､･":
        # The first byte of hiragana and katakana in EUC-JP, read as Shift_JIS.
        return -1.5
    if "\uff61" <= letter <= "\uff9f":
        return 0.8
    if "\u3000" <= letter <= "\u30ff" or "\uff01" <= letter <= "\uff60":
        return 1.0
    if "\u3400" <= letter <= "\u9fff":
        return 1.0 if letter in _COMMON_KANJI else 0.3
    return 0.8
