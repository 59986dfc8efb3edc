"""Files: what is refused as a whole, what costs one row, and what each format gives."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import os
import random
import zipfile
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest

from workbench.domain.errors import BadInput
from workbench.intake import Draft, Rejection, read_file, sniff
from workbench.intake.drafts import read_time

HERE = Path(__file__).parent
DATA = Path(os.environ.get("TESTDATA") or HERE.parents[1].parent / "shared" / "data")


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(path: Path) -> list[Draft | Rejection]:
    found = list(read_file(path))
    assert [item.row for item in found] == list(range(1, len(found) + 1))
    return found


def urls(path: Path) -> list[str]:
    return [item.url.canonical if isinstance(item, Draft) else "-" for item in rows(path)]


def readable(path: Path) -> None:
    """Rows in order, or a refusal with a reason; anything else is a failure."""
    reason = ""
    try:
        rows(path)
    except BadInput as refusal:
        reason = str(refusal)
        assert reason
    assert "{" not in reason


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("blank.csv", b"\n \n"),
        ("empty.csv.gz", gzip.compress(b"")),
        ("picture.csv", PNG),
        ("noise.txt", random.Random(1).randbytes(5_000)),
        ("old.xls", b"\xd0\xcf\x11\xe0" + bytes(600)),
        ("nested.csv.gz", gzip.compress(gzip.compress(b"url\nhttps://a.example/\n"))),
        ("broken.csv.gz", b"\x1f\x8b\x08" + b"\xff" * 40),
        ("people.csv", b"name,age\nA,1\nB,2\n"),
        ("broken.json", b'[{"url": "https://a.example/"'),
        ("deep.json", b"[" * 200_000),
        ("empty.json", b"{}"),
        ("number.json", b"3"),
        ("broken.xlsx", b"PK\x03\x04" + bytes(500)),
        ("nothing.eml", b"just words\n"),
    ],
)
def test_a_useless_file_is_refused_with_a_reason(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(BadInput) as refusal:
        list(read_file(write(tmp_path, name, content)))
    assert str(refusal.value)


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.csv", tmp_path / "nul\0.csv"):
        with pytest.raises(BadInput):
            read_file(path)


def test_a_gzip_bomb_is_refused_before_any_row(tmp_path: Path) -> None:
    path = write(tmp_path, "bomb.csv.gz", gzip.compress(b"url\n" + b"0" * 3_000_000))
    with pytest.raises(BadInput, match="unpacks to more"):
        read_file(path, max_unpacked=1 << 20)


def many_addresses() -> list[str]:
    noise = random.Random(2)
    return [f"https://h{i}.example/{noise.randbytes(9).hex()}" for i in range(4_000)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", ["l.csv.gz", "l.txt.gz"])
def test_a_cut_gzip_gives_its_whole_rows_and_then_the_damage(
    tmp_path: Path, name: str, encoding: str
) -> None:
    lines = many_addresses()
    head = ["url"] if name.startswith("l.csv") else []
    packed = gzip.compress("\n".join([*head, *lines, ""]).encode(encoding))
    found = rows(write(tmp_path, name, packed[: len(packed) * 2 // 3]))
    damage = found.pop()
    assert isinstance(damage, Rejection)
    assert "damaged" in str(damage.reason)
    # The line that breaks off is no address: it would name a page nobody reported.
    assert lines[len(found)].startswith(damage.raw)
    assert [d.url.canonical for d in found if isinstance(d, Draft)] == lines[: len(found)]
    assert len(found) > 1_000


def test_a_cut_gzip_shorter_than_the_preview_keeps_its_rows(tmp_path: Path) -> None:
    packed = gzip.compress(
        b'url,note\nhttps://a.example/,x\nhttps://b.example/,"open\nhttps://c.ex'
    )
    found = rows(write(tmp_path, "l.csv.gz", packed[:-9]))
    assert [item.url.canonical for item in found if isinstance(item, Draft)] == [
        "https://a.example/",
        "https://b.example/",
    ]
    assert isinstance(found[-1], Rejection)
    assert [item.row for item in found] == [1, 2, 3]


@pytest.mark.parametrize("kind", ["crc", "flip"])
def test_a_gzip_changed_inside_is_refused_as_a_whole(tmp_path: Path, kind: str) -> None:
    packed = bytearray(gzip.compress("\n".join(["url", *many_addresses(), ""]).encode()))
    packed[-8 if kind == "crc" else len(packed) // 2] ^= 0xFF
    with pytest.raises(BadInput, match="damaged"):
        read_file(write(tmp_path, "l.csv.gz", bytes(packed)))


def test_rubbish_behind_a_whole_gzip_costs_no_row(tmp_path: Path) -> None:
    packed = gzip.compress(b"url\nhttps://a.example/\n") + b"rubbish"
    draft, damage = rows(write(tmp_path, "l.csv.gz", packed))
    assert isinstance(draft, Draft)
    assert isinstance(damage, Rejection)


def test_json_in_one_very_long_line(tmp_path: Path) -> None:
    url = "https://a.example/" + "x" * 4_000
    text = json.dumps([{"url": url, "備考": "あ"}] * 2_500)
    assert len(text) > 8 << 20
    assert urls(write(tmp_path, "l.json", text.encode())) == [url] * 2_500


@pytest.mark.parametrize("name", ["l.json", "l.jsonl"])
def test_a_number_too_long_for_json_costs_no_row(tmp_path: Path, name: str) -> None:
    row = '{"url": "https://a.example/", "n": ' + "9" * 5_000 + "}"
    text = f"[{row}]" if name == "l.json" else f"{row}\n"
    (draft,) = rows(write(tmp_path, name, text.encode()))
    assert isinstance(draft, Draft)
    assert draft.extra["n"] == "9" * 5_000


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-8"])
def test_japanese_letters_only_far_behind_the_beginning(tmp_path: Path, encoding: str) -> None:
    text = "url,brand\n" + "https://a.example/,b\n" * 230_000 + "https://b.example/,見本です\n"
    path = write(tmp_path, "l.csv", text.encode(encoding))
    assert sniff(path).encoding == encoding


def test_bytes_that_are_no_letter_in_shift_jis_cost_their_row(tmp_path: Path) -> None:
    text = "url,備考\nhttps://a.example/,表\nhttps://b.example/,".encode("cp932") + b"\xfd\xff\n"
    draft, refused = rows(write(tmp_path, "l.csv", text))
    assert isinstance(draft, Draft)
    assert isinstance(refused, Rejection)
    assert refused.raw == "https://b.example/,\\xfd\\xff"


def test_a_dirty_list_row_by_row() -> None:
    path = HERE / "data" / "dirty_list.csv"
    found = rows(path)
    lines = path.read_text("utf-8").split("\n")[1:]
    assert len(found) == sum(bool(line.strip(" ,")) for line in lines)
    refused = [item for item in found if isinstance(item, Rejection)]
    drafts = [item for item in found if isinstance(item, Draft)]
    assert [item.row for item in refused] == [29, 30, 31, 32, 41, 55, 56, 57, 58, 59, 60, 66]
    for item in refused:
        assert item.raw == lines[item.line - 2]
    for draft in drafts:
        assert draft.url.host.rpartition(".")[2] in ("example", "test") or draft.url.is_ip
        assert draft.received_at_us == read_time(draft.received_text) is not None
    assert any(d.url.canonical == "https://after-stray.example/" for d in drafts)
    assert [d.brand for d in drafts if "comma.example/a" in d.url.canonical] == ["見本, 株式会社"]
    assert max(len(d.url.entered) for d in drafts) == 1_085
    assert len(drafts) - len({d.url.canonical for d in drafts}) >= 6


CSV = [
    ("url\nhttps://a.example/\n\n\nhttps://b.example/\n", ["https://a.example/", "https://b.example/"]),
    ("https://a.example/\nnonsense\n", ["https://a.example/", "-"]),
    ("note;URL\nx;https://a.example/\n", ["https://a.example/"]),
    ("備考\t掲載URL\nx\thttps://a.example/\n", ["https://a.example/"]),
    ("1,https://a.example/,x\n2,https://b.example/,y\n", ["https://a.example/", "https://b.example/"]),
    ("site code,where\n1,https://a.example/\n2,https://b.example/\n", ["https://a.example/", "https://b.example/"]),
    ("url,note\r\nhttps://a.example/,x\rhttps://b.example/,y\nhttps://c.example/,z", ["https://a.example/", "https://b.example/", "https://c.example/"]),
    ('url,note\nhttps://a.example/,"one\ntwo, ""three"""\nhttps://b.example/,y\n', ["https://a.example/", "https://b.example/"]),
    ('url,note\n"https://a.example/,x\nhttps://b.example/,"y\nhttps://c.example/,z\n', ["https://a.example/", "https://b.example/", "https://c.example/"]),
    ('url,note\n"https://a.example/x,y,z\nhttps://b.example/,y\n', ["-", "https://b.example/"]),
    ("url,note\nhttps://a.example/x,y,z\nhttps://b.example/,y\n", ["-", "https://b.example/"]),
    ("url,note\nhttps://a.example/\0,y\nhttps://b.example/,y\n", ["-", "https://b.example/"]),
    ("url\n" + "a" * 1_000_000 + "\nhttps://b.example/\n", ["-", "https://b.example/"]),
    ("url,note\n,kept\n,\nhttps://b.example/,y\n", ["-", "https://b.example/"]),
    ("\ufeffURL,備考\nhttps://a.example/,x\n", ["https://a.example/"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CSV)
def test_csv(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert urls(write(tmp_path, "list.csv", text)) == expected
    assert urls(write(tmp_path, "list.csv.gz", gzip.compress(text.encode()))) == expected


def test_a_quoted_cell_keeps_its_line_ends_and_the_next_row_its_line(tmp_path: Path) -> None:
    text = 'url,note\nhttps://a.example/,"one\ntwo"\nbad,x\n'
    first, second = rows(write(tmp_path, "list.csv", text))
    assert isinstance(first, Draft)
    assert (first.note, first.extra["line"]) == ("one\ntwo", "2")
    assert (second.row, getattr(second, "line", 0)) == (2, 4)


def test_a_line_beyond_the_limit_costs_one_row(tmp_path: Path) -> None:
    text = "url\n" + "a" * (9 << 20) + "\nhttps://b.example/\n"
    for encoding in ("utf-8", "utf-16"):
        assert urls(write(tmp_path, "list.csv", text.encode(encoding))) == [
            "-",
            "https://b.example/",
        ]


SENTENCE = "これは確認用の文章です。漢字とかなを含む。"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_encodings(tmp_path: Path, encoding: str) -> None:
    lines = [f"https://h{i}.example/,{SENTENCE}{i}" for i in range(2_000)]
    text = "url,備考\r\n" + "\r\n".join(lines)
    found = rows(write(tmp_path, "list.csv", text.encode(encoding)))
    assert len(found) == 2_000
    for i, item in enumerate(found):
        assert isinstance(item, Draft)
        assert (item.url.host, item.note) == (f"h{i}.example", f"{SENTENCE}{i}")


@pytest.mark.parametrize(
    ("main", "other"), [("utf-8", "cp932"), ("cp932", "utf-8"), ("euc_jp", "utf-8")]
)
def test_a_row_in_another_encoding_is_kept_escaped(tmp_path: Path, main: str, other: str) -> None:
    good = [f"https://h{i}.example/,{SENTENCE}".encode(main) for i in range(6)]
    bad = f"https://bad.example/,{SENTENCE}".encode(other)
    found = rows(write(tmp_path, "l.csv", b"url,note\n" + b"\n".join([*good[:3], bad, *good[3:]])))
    assert [type(item) for item in found] == [Draft] * 3 + [Rejection] + [Draft] * 3
    refused = found[3]
    assert isinstance(refused, Rejection)
    assert "https://bad.example/" in refused.raw
    assert "\\x" in refused.raw
    assert refused.raw.isprintable()


def test_half_a_character_at_the_end_of_utf16(tmp_path: Path) -> None:
    content = "url\nhttps://a.example/\nhttps://b.example/".encode("utf-16") + b"\x41"
    assert urls(write(tmp_path, "list.csv", content)) == ["https://a.example/", "-"]


def test_the_hotline_form(tmp_path: Path) -> None:
    text = (
        "IHC番号,受理日,URL,区分,判定日,国内外,通報内容\n"
        "R8-0001,令和8年1月5日,hxxps://a[.]example/x,違法情報,2026/01/06,国外,口座の譲渡を募る書き込み\n"
    )
    (item,) = rows(write(tmp_path, "form.csv", text.encode("cp932")))
    assert isinstance(item, Draft)
    assert (item.receipt_number, item.category_hint) == ("R8-0001", "違法情報")
    assert item.note == "口座の譲渡を募る書き込み"
    assert item.received_at_us == read_time("2026-01-05T00:00+09:00") == 1_767_538_800_000_000
    assert item.extra == {"判定日": "2026/01/06", "国内外": "国外", "line": "2"}


def test_text_lists(tmp_path: Path) -> None:
    text = "https://a.example/x,y\n\n1. https://b.example/ を確認\nhxxp://c[.]example/d\nただの文\n"
    found = rows(write(tmp_path, "list.txt", text))
    assert urls(tmp_path / "list.txt") == [
        "https://a.example/x,y",
        "https://b.example/",
        "http://c.example/d",
        "-",
    ]
    assert isinstance(found[1], Draft)
    assert found[1].note == "1. https://b.example/ を確認"


JSON = [
    ('["https://a.example/", 3, null]', ["https://a.example/", "-", "-"]),
    ('[{"URL": "https://a.example/", "備考": "x"}, {"note": "none"}]', ["https://a.example/", "-"]),
    ('{"total": 1, "items": [{"link": "https://a.example/"}]}', ["https://a.example/"]),
    ('{"url": "https://a.example/", "tags": ["x"]}', ["https://a.example/"]),
    (r'[{"url": "https://a.example/\ud800"}, {"url": "https://b.example/\u0000"}]', ["-", "-"]),
]


@pytest.mark.parametrize(("text", "expected"), JSON)
def test_json(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert urls(write(tmp_path, "list.json", text)) == expected


def test_json_lines(tmp_path: Path) -> None:
    text = (
        '{"url": "https://a.example/", "brand": "見本"}\n\n{broken\n'
        + "[" * 100_000
        + '\n"b.example"\n'
    )
    assert urls(write(tmp_path, "l.jsonl", text)) == [
        "https://a.example/",
        "-",
        "-",
        "http://b.example/",
    ]


def workbook(folder: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, content in sheets.items():
        sheet = book.create_sheet(title)
        for line in content:
            sheet.append(line)
    path = folder / "list.xlsx"
    book.save(path)
    return path


def test_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        {
            "一覧": [
                ["URL", "ブランド", "番号"],
                ["https://a.example/", "見本", 5],
                [],
                ["=1+1", "x"],
            ],
            "続き": [["リンク"], ["hxxps://b[.]example/"]],
            "集計": [["月", "件数"], [1, 2]],
        },
    )
    assert urls(path) == ["https://a.example/", "-", "https://b.example/", "-"]
    found = rows(path)
    first, formula, _, unread = found
    assert isinstance(first, Draft)
    assert (first.brand, first.extra["番号"], first.extra["sheet"]) == ("見本", "5", "一覧")
    assert isinstance(formula, Rejection)
    assert isinstance(unread, Rejection)
    assert unread.raw == "集計"


def _repacked(path: Path, name: str, change: bytes) -> Path:
    with zipfile.ZipFile(path) as old:
        parts = {part.filename: old.read(part) for part in old.infolist()}
    parts[name] = change
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part, content in parts.items():
            new.writestr(part, content)
    changed = path.with_name("changed.xlsx")
    changed.write_bytes(stream.getvalue())
    return changed


def test_hostile_workbooks_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"s": [["url"], ["https://a.example/"]]})
    bomb = _repacked(path, "xl/worksheets/sheet1.xml", b"<a>" + b" " * (40 << 20) + b"</a>")
    with pytest.raises(BadInput, match="too large"):
        list(read_file(bomb))
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    for content in (entity, entity.decode().encode("utf-16")):
        with pytest.raises(BadInput, match="entities"):
            list(read_file(_repacked(path, "xl/worksheets/sheet1.xml", content)))
    archive = tmp_path / "a.xlsx"
    with zipfile.ZipFile(archive, "w") as other:
        other.writestr("readme.txt", "x")
    with pytest.raises(BadInput, match="archive"):
        list(read_file(archive))
    damaged = path.read_bytes()
    for cut in range(0, len(damaged), len(damaged) // 40):
        flipped = bytearray(damaged)
        flipped[cut] ^= 0xFF
        readable(write(tmp_path, "flipped.xlsx", bytes(flipped)))


def mail() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "不審なサイトの情報"
    message["From"] = "someone@example.test"
    message["Date"] = "Mon, 05 Jan 2026 10:00:00 +0900"
    message.set_content(
        "確認ください: https://a.example/x 。\nhxxp://b[.]example/y\n", charset="iso-2022-jp"
    )
    message.add_alternative(
        '<p><a href="https://a.example/x">公式</a> <a href="https://c.example/z">https://bank.example/</a>',
        subtype="html",
    )
    return message


def test_mail(tmp_path: Path) -> None:
    inner = EmailMessage()
    inner["Subject"] = "転送"
    inner.set_content("https://d.example/inner\n")
    message = mail()
    message.add_attachment(inner)
    message.add_attachment(PNG, maintype="image", subtype="png", filename="画面.png")
    message.add_attachment(
        b"url\nhttps://e.example/\nbad\n", maintype="text", subtype="csv", filename="l.csv"
    )
    found = rows(write(tmp_path, "report.eml", message.as_bytes()))
    drafts = [item for item in found if isinstance(item, Draft)]
    assert [d.url.canonical for d in drafts] == [
        "https://a.example/x",
        "http://b.example/y",
        "https://c.example/z",
        "https://bank.example/",
        "https://d.example/inner",
        "https://e.example/",
    ]
    first = drafts[0]
    assert (first.note, first.extra["from"]) == ("不審なサイトの情報", "someone@example.test")
    assert first.received_at_us == read_time("2026/01/05 10:00:00")
    assert "画面.png" in first.extra["attachments"]
    assert drafts[2].extra["shown"] == "https://bank.example/"
    assert drafts[5].extra["attachment"] == "l.csv"
    assert isinstance(found[-1], Rejection)


def test_a_mail_without_addresses_and_a_broken_one(tmp_path: Path) -> None:
    plain = b"From: a@example.test\nSubject: =?utf-8?B?broken\nDate: yesterday\n\nnothing here\n"
    assert urls(write(tmp_path, "m.eml", plain)) == ["-"]
    whole = mail().as_bytes()
    for cut in range(20, len(whole), 37):
        assert rows(write(tmp_path, "m.eml", whole[:cut]))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", "url,note\nhttps://a.example/,x\n", ("csv", "", "utf-8", ",")),
        ("a.txt", "url\tnote\nhttps://a.example/\tx\n", ("tsv", "", "utf-8", "\t")),
        ("a.txt", "https://a.example/x,y\n", ("txt", "", "utf-8", "")),
        ("a", '{"url": "https://a.example/"}\n{"url": "b.example"}\n', ("jsonl", "", "utf-8", "")),
        ("a.dat", "From: a@example.test\nSubject: x\nDate: x\n\nx\n", ("eml", "", "", "")),
    ],
)
def test_sniff(tmp_path: Path, name: str, content: str, expected: tuple[str, ...]) -> None:
    kind = sniff(write(tmp_path, name, content))
    assert (kind.format, kind.compression, kind.encoding, kind.delimiter) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019/01/04 10:12:00", "2019-01-04T01:12:00Z"),
        ("2019-01-04T10:12:00+00:00", "2019-01-04T10:12:00Z"),
        ("2026年1月5日 10時12分", "2026-01-05T10:12+09:00"),
        ("R8.1.5", "2026-01-05"),
        ("平成元年1月8日", "1989-01-08"),
        ("2026/02/30 00:00:00", None),
        ("2026/2/30", None),
        ("昨日", None),
        ("9999/99/99 99:99:99", None),
    ],
)
def test_times(text: str, expected: str | None) -> None:
    assert read_time(text) == (read_time(expected) if expected else None)
    assert expected is None or read_time(text) is not None


@pytest.mark.realdata
def test_first_rows_of_a_public_list() -> None:
    path = DATA / "jpcert_phishurl_2019_2024.csv.gz"
    if not path.is_file():
        pytest.skip(f"{path.name} is not here (TESTDATA or ../shared/data)")
    found = list(itertools.islice(read_file(path), 5_000))
    assert [item.row for item in found] == list(range(1, 5_001))
    for item in found:
        assert isinstance(item, Draft)
        assert item.brand
        assert item.received_at_us is not None


@pytest.mark.realdata
def test_naughty_strings_in_every_format(tmp_path: Path) -> None:
    path = DATA / "blns.json"
    if not path.is_file():
        pytest.skip(f"{path.name} is not here (TESTDATA or ../shared/data)")
    texts = json.loads(path.read_text("utf-8"))
    assert len(rows(path)) == len(texts)
    lines = "\n".join(json.dumps({"url": "https://a.example/", "note": t}) for t in texts)
    found = rows(write(tmp_path, "l.jsonl", lines))
    notes = {item.row: item.note for item in found if isinstance(item, Draft)}
    assert all(notes.get(i, t) == t for i, t in enumerate(texts, 1))
    assert len(found) == len(texts)


def test_broken_bytes_in_any_format_give_rows_or_a_reason(tmp_path: Path) -> None:
    chance = random.Random(3)
    table = ("url,備考\n" + 'https://a.example/,"x, y"\n' * 30).encode("cp932")
    sheet = workbook(tmp_path, {"s": [["url"], *[["https://a.example/"]] * 5]}).read_bytes()
    seeds = {
        "l.csv": table,
        "l.csv.gz": gzip.compress(table),
        "u.csv": table.decode("cp932").encode("utf-16"),
        "l.json": json.dumps([{"url": "https://a.example/", "備考": "x"}] * 5).encode(),
        "l.jsonl": b'{"url": "https://a.example/"}\n' * 5,
        "l.xlsx": sheet,
        "l.eml": mail().as_bytes(),
        "unnamed": table,
    }
    for name, seed in seeds.items():
        for _ in range(60):
            content = bytearray(seed)
            for _ in range(chance.randint(1, 8)):
                place = chance.randrange(len(content))
                act = chance.randrange(3)
                if act == 0:
                    content[place] = chance.randrange(256)
                elif act == 1:
                    del content[place : place + chance.randint(1, 20)]
                else:
                    content[place:place] = chance.choice([b"\0", b'"', b"\r", b"\xff", b"\n", b"{"])
            if content:
                readable(write(tmp_path, name, bytes(content)))
