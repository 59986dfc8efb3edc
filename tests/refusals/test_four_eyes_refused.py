"""四眼: with approval.four_eyes on, nobody approves what they drafted, in any way in."""

from pathlib import Path

import pytest
from refusal_tools import CommandLine, counts, is_whole

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice
from workbench.domain.errors import NotAllowed

REPORT = "KGS-R8-000001"
SAID = {
    "ja": "自分の起案は自分で決裁できません。",
    "en": "Nobody approves what they drafted themselves on this desk.",
}


def four_eyes(store: Path) -> None:
    with Desk(open_practice(store, "admin")) as desk:
        desk.officers.set_security("approval.four_eyes", "yes", "班で運用する")


def test_a_removal_request_by_desk_and_command_line(line: CommandLine, store: Path) -> None:
    four_eyes(store)
    with Desk(open_practice(store, "supervisor")) as desk:
        removal = desk.removals.draft(REPORT, "hosting").result["number"]
        desk.removals.submit(removal)
        before = counts(store)
        with pytest.raises(NotAllowed, match="drafted themselves"):
            desk.removals.approve(removal)
    line.refuses("--store", store, "--as", "supervisor", "removal", "approve", removal, **SAID)
    assert counts(store) == before
    with Desk(open_practice(store, "supervisor")) as desk:
        (row,) = desk.removals.list()
        assert row["state"] == "awaiting_approval"
        # Sending it back is no approval.
        desk.removals.send_back(removal, "宛先を確認")
    is_whole(store)


def test_a_referral_by_desk_and_command_line(line: CommandLine, store: Path) -> None:
    four_eyes(store)
    with Desk(open_practice(store, "supervisor")) as desk:
        case = desk.cases.new("偽の銀行").result["id"]
        desk.cases.add(case, [REPORT])
        referral = desk.referrals.draft(case, "cyber").result["number"]
        desk.referrals.submit(referral)
        with pytest.raises(NotAllowed, match="drafted themselves"):
            desk.referrals.approve(referral)
    before = counts(store)
    line.refuses("--store", store, "--as", "supervisor", "refer", "approve", referral, **SAID)
    line.own_process = False
    out = store.parent / "out"
    line.fails("--store", store, "export", referral, "-o", out)
    assert not out.exists()
    assert counts(store) == before
    is_whole(store)


def test_it_cannot_be_switched_off_on_the_way(line: CommandLine, store: Path) -> None:
    four_eyes(store)
    for arguments in (
        ("--set", "approval.four_eyes=no", "queue"),
        ("--as", "supervisor", "setting", "set", "approval.four_eyes", "no", "--reason", "急ぎ"),
    ):
        line.fails("--store", store, *arguments)
        line.own_process = False
    with Desk(open_practice(store, "auditor")) as desk:
        assert desk.security("approval.four_eyes") is True


def test_another_supervisor_may_approve(store: Path) -> None:
    four_eyes(store)
    with Desk(open_practice(store, "officer")) as desk:
        removal = desk.removals.draft(REPORT, "hosting").result["id"]
        desk.removals.submit(removal)
        with pytest.raises(NotAllowed):
            desk.removals.approve(removal)
    with Desk(open_practice(store, "supervisor")) as desk:
        assert desk.removals.approve(removal).result["state"] == "approved"
    is_whole(store)
