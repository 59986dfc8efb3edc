"""Imported lists: every row is new, a duplicate, or rejected with its reason; nothing is doubled."""

import gzip
import os
from itertools import islice
from pathlib import Path

import pytest

from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice

# Dirty on purpose, as lists from outside are: quoting, defanging, typos, repeats, rubbish.
DIRTY = """date,URL,description
2026/11/01 09:00:00,https://kari-bank.example/login,かりそめ銀行
2026/11/01 09:01:00,hxxps://kari-bank[.]example/login,かりそめ銀行(無害化)
2026/11/01 09:02:00,"https://kari-bank.example:443/login#top","引用符, と読点"
2026/11/01 09:03:00,htps://mihon-outlet.example/item/1,誤記
2026/11/01 09:04:00,ｈｔｔｐｓ：／／ｍｉｈｏｎ－ｏｕｔｌｅｔ．ｅｘａｍｐｌｅ／ｉｔｅｍ／２,全角
2026/11/01 09:05:00,,空
2026/11/01 09:06:00,資料参照,文字だけ
2026/11/01 09:07:00,javascript:alert(1),別の種類
2026/11/01 09:08:00,ftp://files.example/a,別の種類
2026/11/01 09:09:00,http://192.0.2.45/admin/,番号
2026/11/01 09:10:00,https://xn--mihon-q53d.example/,国際化
2026/11/01 09:11:00,https://mihon-outlet.example/item/1,二度目
2026/11/01 09:12:00,https:// kari -shop .example/ ,空白
2026/11/01 09:13:00,=HYPERLINK("https://kari-shop.example"),数式
"""


def open_store(tmp_path: Path) -> Desk:
    make_practice_store(tmp_path / "store")
    return Desk(open_practice(tmp_path / "store", "officer"))


def check_counts(result: dict) -> None:
    assert result["rows"] == result["new"] + result["duplicate"] + len(result["rejected"])
    for rejection in result["rejected"]:
        assert rejection["row"] >= 1
        assert str(rejection["reason"]).strip()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_a_dirty_list(tmp_path: Path, encoding: str, packed: bool) -> None:
    content = DIRTY.encode(encoding)
    path = tmp_path / ("list.csv.gz" if packed else "list.csv")
    path.write_bytes(gzip.compress(content) if packed else content)
    with open_store(tmp_path) as desk:
        preview = desk.imports.preview(path)
        result = desk.imports.import_file(path, "npa").result
        check_counts(result)
        assert result["rows"] == 14
        for name in ("rows", "new", "duplicate", "rejected"):
            assert preview[name] == result[name]
        # A fragment is part of the address: only the other two are repeats.
        assert result["duplicate"] == 2
        assert {r["row"] for r in result["rejected"]} >= {6, 7, 8, 9}
        assert len(desk.queue.whole()[0]) == result["new"]
        # The same file again is all known, and says so.
        again = desk.imports.import_file(path, "npa").result
        check_counts(again)
        assert again["new"] == 0
        assert desk.audit.verify()["ok"]


@pytest.mark.realdata
def test_the_first_rows_of_a_real_list(tmp_path: Path) -> None:
    folder = Path(os.environ.get("TESTDATA", Path(__file__).parents[3] / "shared" / "data"))
    real = folder / "jpcert_phishurl_2019_2024.csv.gz"
    if not real.exists():
        pytest.skip(f"the real list {real} is not on this machine")
    with gzip.open(real, "rb") as stream:
        content = b"".join(islice(stream, 5_001))
    path = tmp_path / "first.csv"
    path.write_bytes(content)
    with open_store(tmp_path) as desk:
        result = desk.imports.import_file(path, "npa").result
        check_counts(result)
        assert result["rows"] == 5_000
        assert result["new"] > 4_000
        assert len(desk.queue.whole()[0]) == result["new"]


def test_an_answer_that_was_lost_is_given_again_and_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(DIRTY, encoding="utf-8")

    def once() -> tuple[dict, int]:
        with Desk(open_practice(tmp_path / "store", "officer")) as desk:
            result = desk.imports.import_file(path, "npa", answer_later=True).result
            with desk.store.read() as tx:
                counted = tx.connection.exec_driver_sql("SELECT count(*) FROM sighting").scalar()
            return {n: result[n] for n in ("rows", "new", "duplicate", "rejected")}, counted

    open_store(tmp_path).close()
    first, sightings = once()
    # Killed before the answer was out: the command is given again.
    assert once() == (first, sightings)
    with Desk(open_practice(tmp_path / "store", "officer")) as desk:
        desk.imports.answered(
            desk.imports.import_file(path, "npa", answer_later=True).result["batch"]
        )
    again, more = once()
    assert (again["new"], more - sightings) == (0, again["duplicate"])
    with Desk(open_practice(tmp_path / "store", "auditor")) as desk:
        assert desk.audit.verify()["ok"]
