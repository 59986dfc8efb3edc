"""The main job through the Desk: two screenshots to a package that verifies, and its refusals."""

import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.desk.reports import Screenshot
from workbench.domain.errors import BadInput, NotAllowed
from workbench.evidence.verify import verify_package
from workbench.settings import load_settings

PAGE = """<!doctype html><html lang="ja"><meta charset="utf-8"><title>みなと架空銀行 ログイン</title>
<body><h1>みなと架空銀行</h1><p>お客様の口座は一時停止されました。24時間以内に暗証番号とカード番号を入力し、
本人確認を完了してください。</p><p>お問い合わせ 090-0000-0000</p></body></html>"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    return out.getvalue()


def at_desk(folder: Path, login: str, host: str) -> Desk:
    settings = load_settings(folder, {"capture.allow_hosts": host}, {})
    return Desk(open_practice(folder, login), settings)


def test_from_screenshots_to_a_package_that_verifies(tmp_path: Path, host: str) -> None:
    folder, out = tmp_path / "store", tmp_path / "out"
    make_practice_store(folder)
    with at_desk(folder, "officer", host) as desk:
        shots = [Screenshot("a.png", picture("navy")), Screenshot("b.png", picture("white"))]
        registered = desk.reports.register(f"http://{host}/login", shots).result
        assert registered["status"] == "new"
        assert len(registered["exhibits"]) == 2
        report = registered["number"]
        assert desk.reports.register(f"http://{host}/login").result["status"] == "duplicate"
        captured = desk.captures.capture([report]).result
        assert captured[0]["outcome"] == "captured", str(captured[0]["reason"])
        assert captured[0]["status"] == 200
        assert desk.assessments.assess([report]).result["assessed"] == 1
        (row,) = desk.queue.ranked()
        assert sum(f["points"] for f in row["factors"]) == row["score"]
        assert desk.queue.claim().result["number"] == report
        decided = desk.reviews.decide(
            report,
            "phishing_credential_request",
            "偽のログイン画面",
            ["removal_request", "referral"],
        )
        assert decided.result["state"] == "decided"
        removal = desk.removals.draft(report, "hosting").result
        with pytest.raises(NotAllowed):
            desk.removals.draft(report, "hosting")
        desk.removals.submit(removal["id"])
        with pytest.raises(NotAllowed):
            desk.removals.approve(removal["id"])
    with at_desk(folder, "supervisor", host) as desk:
        desk.removals.approve(removal["number"])
    with at_desk(folder, "officer", host) as desk:
        desk.reviews.set_hold(report, "捜査中")
        with pytest.raises(NotAllowed):
            desk.removals.issue(removal["id"])
        desk.reviews.clear_hold(report)
        assert desk.removals.issue(removal["id"]).result["state"] == "issued"
        assert desk.removals.record(removal["id"], "sent").result["state"] == "sent"
        with pytest.raises(NotAllowed):
            desk.removals.record(removal["id"], "confirmed_removed")
        case = desk.cases.new("架空銀行の偽画面").result
        desk.cases.add(case["id"], [report])
        referral = desk.referrals.draft(case["number"], "cyber").result
        desk.referrals.submit(referral["id"])
        with pytest.raises(NotAllowed):
            desk.packages.export(referral["id"], out)
    with at_desk(folder, "supervisor", host) as desk:
        desk.referrals.approve(referral["id"])
        package = desk.packages.export(referral["id"], out).result
        again = desk.packages.export(referral["id"], tmp_path / "again").result
        assert again["sha256"] == package["sha256"]
        assert desk.audit.verify()["ok"]
        assert desk.audit.verify()["first_bad"] is None
    path = Path(package["package"])
    sound = verify_package(path, frozenset({package["fingerprint"]}))
    assert [str(c.detail) for c in sound.checks if c.ok is False] == []
    assert sound.ok
    assert sound.signer == "trusted"
    assert not verify_package(path, frozenset({"0" * 64})).ok


def test_every_changed_member_is_named(tmp_path: Path, host: str) -> None:
    folder = tmp_path / "store"
    make_practice_store(folder)
    with at_desk(folder, "supervisor", host) as desk:
        report = desk.reports.register(
            "https://shop.example.test/", [Screenshot("a.png", picture("red"))]
        ).result["id"]
        desk.assessments.assess([report])
        desk.reviews.decide(report, "fake_shopping_site", "偽の店", ["referral"])
        case = desk.cases.new("偽の店").result["id"]
        desk.cases.add(case, [report])
        referral = desk.referrals.draft(case, "cyber").result["id"]
        desk.referrals.submit(referral)
        desk.referrals.approve(referral)
        path = Path(desk.packages.export(referral, tmp_path).result["package"])
    with zipfile.ZipFile(path) as archive:
        members = {info: archive.read(info) for info in archive.infolist()}
    assert len(members) > 10
    for victim in members:
        changed = tmp_path / "changed.zip"
        with zipfile.ZipFile(changed, "w") as archive:
            for info, raw in members.items():
                flipped = bytes([raw[0] ^ 1]) + raw[1:] if info is victim else raw
                archive.writestr(info.filename, flipped)
        result = verify_package(changed)
        name = victim.filename.split("/", 1)[1]
        said = " ".join(str(c.detail) for c in result.checks if c.ok is False)
        assert not result.ok, name
        assert name in said, (name, said)


def test_bad_pictures_and_addresses_write_nothing(tmp_path: Path, host: str) -> None:
    make_practice_store(tmp_path)
    with at_desk(tmp_path, "officer", host) as desk:
        for raw in (b"", b"no picture", picture("red")[:-20]):
            with pytest.raises(BadInput):
                desk.reports.register("https://a.test/", [Screenshot("x.png", raw)])
        with pytest.raises(BadInput):
            desk.reports.register("javascript:alert(1)")
        assert desk.queue.ranked() == []
        assert list(desk.vault.blob_ids()) == []
