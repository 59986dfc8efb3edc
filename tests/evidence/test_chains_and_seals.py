"""A chain or seal that was changed, cut, reordered or lengthened is found, the first bad one named."""

import json
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from evidence_samples import SUBJECTS, chain, head, rows, seal_over

from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.domain.custody import CustodyEntry, canonical_json
from workbench.evidence import merkle
from workbench.evidence.chains import (
    chain_problem,
    read_statement,
    seal_problem,
    statement_digest,
)
from workbench.keys.signing import new_signing_key
from workbench.store.triggers import apply_triggers, trigger_statements

REPORT = SUBJECTS["report"]


def entries(count: int = 5) -> list[CustodyEntry]:
    return chain("report", REPORT, [[] for _ in range(count)])


def test_a_sound_chain_has_no_problem() -> None:
    assert chain_problem("report", REPORT, rows(entries())) is None
    assert chain_problem("report", REPORT, []) is None


@pytest.mark.parametrize("place", range(5))
def test_the_first_bad_entry_is_named(place: int) -> None:
    sound = rows(entries())
    seq, body, previous, digest = sound[place]
    changed = body.replace('"act_', '"fct_')
    bad = {
        "body": (seq, changed, previous, digest),
        "body and hash": (seq, changed, previous, sha256(changed.encode()).hexdigest()),
        "previous": (seq, body, "1" * 64, digest),
        "seq": (seq + 1, body, previous, digest),
    }  # fmt: skip
    for name, entry in bad.items():
        found = chain_problem("report", REPORT, [*sound[:place], entry, *sound[place + 1 :]])
        if name == "body and hash":
            # Its own hash fits, so the entry behind it gives it away; the last only under a seal.
            expected = None if place == 4 else place + 2
            assert (found.seq if found else None) == expected
        else:
            assert found is not None, name
            assert found.seq == place + 1
            assert str(found).startswith(f"{REPORT} #{place + 1}: ")


def test_removed_reordered_repeated_and_foreign_entries_are_found() -> None:
    sound = rows(entries())
    for place in range(4):
        removed = chain_problem("report", REPORT, sound[:place] + sound[place + 1 :])
        assert removed is not None
        assert removed.seq == place + 1
        swapped = [*sound]
        swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
        found = chain_problem("report", REPORT, swapped)
        assert found is not None
        assert found.seq == place + 1
    repeated = chain_problem("report", REPORT, [*sound, sound[-1]])
    assert repeated is not None
    assert repeated.seq == 6
    for kind, subject in (("case", REPORT), ("report", SUBJECTS["case"])):
        foreign = chain_problem(kind, subject, sound)
        assert foreign is not None
        assert foreign.why == "names another place"


def test_bodies_that_are_no_entry_are_found_and_break_nothing() -> None:
    for body in ("", "[]", "null", "{", '{"a":1,"a":2}', "[" * 100_000, '{"x":1e999}', '{"b":1, "a":2}', "9" * 5_000):  # fmt: skip
        digest = sha256(body.encode()).hexdigest()
        assert chain_problem("report", REPORT, [(1, body, "0" * 64, digest)]) is not None, body[:20]


def test_a_seal_holds_for_its_own_statement_and_key_only() -> None:
    key, other = new_signing_key(), new_signing_key()
    seal, tree = seal_over([head("report", entries())], key)
    assert seal_problem(seal.statement, seal.signature) is None
    assert merkle.root(tree).hex() == seal.root == read_statement(seal.statement)["root"]
    foreign, _ = seal_over([head("report", entries())], other)
    for statement, signature in (
        (seal.statement, foreign.signature),
        (seal.statement.replace(seal.root, "0" * 64), seal.signature),
        (seal.statement.replace(key.public, other.public), seal.signature),
        (seal.statement, seal.signature[:-2]),
        (seal.statement, "zz"),
        (seal.statement, ""),
        (seal.statement + " ", seal.signature),
        (json.dumps(json.loads(seal.statement), indent=1), seal.signature),
        ("", seal.signature),
        ("[" * 100_000, seal.signature),
    ):
        assert seal_problem(statement, signature) is not None
    fields = json.loads(seal.statement)
    for name in fields:
        for value in (None, [], "x", 1.5, True):
            if name == "previous" or (isinstance(value, str) and isinstance(fields[name], str)):
                continue
            statement = canonical_json({**fields, name: value})
            assert seal_problem(statement.decode(), key.sign(statement)) == "statement", name


def test_the_tree_does_not_depend_on_the_order_of_heads_but_on_each_of_them() -> None:
    key = new_signing_key()
    heads = [head(kind, chain(kind, subject, [[], []])) for kind, subject in SUBJECTS.items()]
    seal, _ = seal_over(heads, key)
    assert seal_over(heads[::-1], key)[0].root == seal.root
    assert seal_over(heads[:2], key)[0].root != seal.root
    assert seal_over([replace(heads[0], seq=3), *heads[1:]], key)[0].root != seal.root
    following, _ = seal_over(heads, key, 2, statement_digest(seal.statement))
    assert read_statement(following.statement)["previous"] == statement_digest(seal.statement)


# --- in a real store, by someone who holds its key and takes the triggers away --------------------


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    make_practice_store(tmp_path / "store")
    made = Desk(open_practice(tmp_path / "store", "supervisor"))
    for place in range(3):
        made.reports.register(f"https://a{place}.example.test/")
    with made.store.write() as tx:
        made.audit.seal_in(tx)
    made.reports.register("https://later.example.test/")
    with made.store.write() as tx:
        made.audit.seal_in(tx)
    return made


def tamper(desk: Desk, *statements: str) -> None:
    with desk.store.write() as tx:
        for name in trigger_statements():
            tx.connection.execute(sa.text(f"DROP TRIGGER {name}"))
        for statement in statements:
            assert tx.connection.execute(sa.text(statement)).rowcount > 0, statement
        apply_triggers(tx.connection)


def first_bad(desk: Desk) -> str:
    found = desk.audit.verify()
    assert not found["ok"]
    return str(found["first_bad"])


def some_report(desk: Desk) -> str:
    return str(desk.queue.ranked()[0]["id"])


def test_the_untouched_store_is_sound(desk: Desk) -> None:
    with desk:
        assert desk.audit.verify() == {
            "ok": True, "entries": 5, "seals": 2, "exhibits": 0, "first_bad": None,
        }  # fmt: skip


def test_every_kind_of_tampering_is_named(desk: Desk) -> None:
    with desk:
        report = some_report(desk)
        named = f"subject_id = '{report}'"
        for statements, said in (
            (
                [f"UPDATE custody_entry SET body = replace(body, 'officer', 'offiser') WHERE {named}"],
                f"{report} #1: hash differs",
            ),
            ([f"UPDATE custody_entry SET seq = 2 WHERE {named}"], f"{report} #1: missing"),
            ([f"DELETE FROM custody_entry WHERE {named}"], "does not end where it was left"),
            ([f"UPDATE custody_head SET entry_hash = '{'0' * 64}' WHERE {named}"], "does not end"),
            (
                [f"DELETE FROM custody_entry WHERE {named}", f"DELETE FROM custody_head WHERE {named}"],
                "seal 1: the chains it covers have changed",
            ),
            (["DELETE FROM seal WHERE number = 1"], "seal 2: missing or reordered"),
            (["UPDATE seal SET number = 7 WHERE number = 2"], "seal 7: missing or reordered"),
            (
                ["UPDATE seal SET signature = replace(signature, '0', '1') WHERE number = 2"],
                "seal 2: signature",
            ),
            (["UPDATE seal SET signer = 'x' WHERE number = 1"], "seal 1: signed by an unknown key"),
            (["UPDATE priority SET score = score + 1"], "priority"),
            (["UPDATE report SET url_entered = 'https://other.example.test/'"], "report"),
            (["UPDATE sighting SET note = 'later'"], "sighting"),
            (["DELETE FROM sighting"], "sighting"),
        ):  # fmt: skip
            copy = desk.store.folder.with_name("copy")
            _copy_store(desk.store.folder, copy)
            with Desk(open_practice(copy, "supervisor")) as other:
                tamper(other, *statements)
                assert said in first_bad(other), statements


def _copy_store(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def test_a_store_rolled_back_is_found_against_a_seal_kept_outside(desk: Desk) -> None:
    with desk:
        old = desk.store.folder.with_name("old")
        _copy_store(desk.store.folder, old)
        desk.reports.register("https://newest.example.test/")
        with desk.store.write() as tx:
            sealed = desk.audit.seal_in(tx)
            outside = tx.get("seal", sealed.id)
        assert outside is not None
        assert seal_problem(outside["statement"], outside["signature"]) is None
    with Desk(open_practice(old, "supervisor")) as rolled_back:
        # The old copy is sound in itself: only the seal outside tells.
        assert rolled_back.audit.verify()["ok"]
        fields = read_statement(outside["statement"])
        with rolled_back.store.read() as tx:
            numbers = [s["number"] for s in tx.all(sa.text("SELECT number FROM seal"))]  # type: ignore[arg-type]
            last = tx.count(sa.text("SELECT max(position) FROM custody_entry"))  # type: ignore[arg-type]
        assert fields["number"] not in numbers
        assert fields["position"] > last
