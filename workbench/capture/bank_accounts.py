"""Japanese bank accounts in a page's text: bank, branch and a number of seven digits together."""

from __future__ import annotations

import re
from collections.abc import Iterator

_GAP = r"[\s/、・,:]{0,6}"
_CODE = r"\s?(?:\([^()\d\n]{0,7}\d{3,4}\))?"
_BANK = re.compile(
    rf"([^\s、。:()]{{1,15}}(?:銀行|信用金庫|信金|信用組合|農協|労働金庫|労金)){_CODE}{_GAP}(?:(?:支店名?|店名)[\s:=]{{1,3}})?"
    rf"((?:[^\s、。:()]{{1,15}}?(?:支店|出張所)|[^\s、。:()]{{0,15}}?本店(?:営業部)?)){_CODE}{_GAP}"
    r"(?:(?:(?:口座|預金)種[別類目]|種[別類目])\s?[:=]?\s?)?\(?(?:普通|当座|貯蓄|普|当)?(?:預金|口座(?!番))?\)?"
    rf"{_GAP}(?:口座)?(?:番号|No\.?)?\s?[:=]?\s?(\d{{7}})(?!\d)"
)
_SAYS_BANK = re.compile(r".*(?:振込|送金|入金|支払い?|指定)(?:先|口座)(?:は|が|の)?(?=.{2})")
_POSTAL_BANK = re.compile(
    rf"(ゆうちょ(?:銀行)?)[^\d\n]{{0,12}}記号\s?[:=]?\s?(1\d{{4}})(?:-\d)?{_GAP}"
    rf"[\-\u2010-\u2015\u2212\u30fc]?{_GAP}番号\s?[:=]?\s?(\d{{2,8}})(?!\d)"
)


def bank_accounts(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Kind, `bank|branch|number` (ゆうちょ: 記号 as branch) and place of each account."""
    for m in _BANK.finditer(text):
        said_before = _SAYS_BANK.match(m[1])
        skipped = said_before.end() if said_before else 0
        yield "bank_account", f"{m[1][skipped:]}|{m[2]}|{m[3]}", m.start() + skipped, m.end()
    for m in _POSTAL_BANK.finditer(text):
        yield "bank_account", f"ゆうちょ銀行|{m[2]}|{m[3]}", m.start(), m.end()
