"""The data key under passphrases and the recovery code: right ones open it, nothing else does."""

import base64
import logging
import os
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.domain.errors import BadInput, EvidenceDamaged, NotAllowed
from workbench.domain.signature import fingerprint_of, signature_fits
from workbench.keys import wrapping
from workbench.keys.keyfile import RECOVERY, KeyFile, read_keyfile, write_keyfile
from workbench.keys.signing import new_signing_key, unwrap_signing_key
from workbench.keys.wrapping import (
    KEY_BYTES,
    WrongSecret,
    derive,
    new_key,
    new_recovery_code,
    open_bytes,
    passphrase_fits,
    passphrase_verifier,
    plain_code,
    seal_bytes,
    unwrap_key,
    wrap_key,
)

STORE = "00000000-0000-4000-8000-000000000001"
PASSPHRASE = "correct horse battery"


@pytest.fixture(scope="module")
def data_key() -> bytes:
    return new_key()


@pytest.fixture(scope="module")
def code() -> str:
    return new_recovery_code()


@pytest.fixture(scope="module")
def keys(data_key: bytes, code: str) -> KeyFile:
    made = KeyFile(STORE).with_wrap(data_key, PASSPHRASE, "boss")
    made = made.with_wrap(data_key, "another long phrase", "junior")
    return made.with_wrap(data_key, plain_code(code), RECOVERY)


def test_right_secrets_open_the_key(keys: KeyFile, data_key: bytes, code: str) -> None:
    assert keys.open_as("boss", PASSPHRASE) == data_key
    assert keys.open_any("another long phrase") == ("junior", data_key)
    for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} \n"):
        assert keys.open_with_recovery_code(typed) == data_key


def test_wrong_secrets_open_nothing_and_are_told_apart_by_nobody(keys: KeyFile, code: str) -> None:
    said = set()
    for holder, secret in (
        ("boss", PASSPHRASE + " "),
        ("boss", PASSPHRASE.upper()),
        ("boss", ""),
        ("boss", "another long phrase"),
        ("nobody", PASSPHRASE),
    ):
        with pytest.raises(NotAllowed) as refused:
            keys.open_as(holder, secret)
        said.add(str(refused.value))
    with pytest.raises(NotAllowed) as refused:
        keys.open_any("nothing of the kind")
    assert said == {str(refused.value)}
    for typed in ("", code[:-1], code[1:] + code[0], "x" * 47, new_recovery_code()):
        with pytest.raises(NotAllowed):
            keys.open_with_recovery_code(typed)


def test_the_recovery_code_is_no_passphrase(keys: KeyFile, code: str) -> None:
    for typed in (code, plain_code(code)):
        with pytest.raises(NotAllowed):
            keys.open_any(typed)


def test_a_removed_or_replaced_wrap_opens_nothing(keys: KeyFile, data_key: bytes) -> None:
    with pytest.raises(NotAllowed):
        keys.without("boss").open_as("boss", PASSPHRASE)
    renewed = keys.with_wrap(data_key, "a new long phrase", "boss")
    assert renewed.open_as("boss", "a new long phrase") == data_key
    with pytest.raises(NotAllowed):
        renewed.open_as("boss", PASSPHRASE)
    assert keys.open_as("boss", PASSPHRASE) == data_key


def test_a_wrap_belongs_to_its_holder_and_store(keys: KeyFile) -> None:
    wrap = keys.wraps["boss"]
    for other, store in ((replace(wrap, holder="admin"), STORE), (wrap, STORE[:-1] + "2")):
        with pytest.raises(WrongSecret):
            unwrap_key(other, PASSPHRASE, store)


def test_a_changed_wrap_opens_nothing(keys: KeyFile) -> None:
    wrap = keys.wraps["boss"]
    raw = base64.b64decode(wrap.wrapped)
    flipped = [bytes([*raw[:i], raw[i] ^ 1, *raw[i + 1 :]]) for i in (0, 11, 12, 40, len(raw) - 1)]
    for other in (
        *(replace(wrap, wrapped=base64.b64encode(one).decode()) for one in flipped),
        replace(wrap, wrapped=""),
        replace(wrap, wrapped="AAAA"),
        replace(wrap, wrapped="not base64!"),
        replace(wrap, salt=base64.b64encode(bytes(16)).decode()),
        replace(wrap, salt=""),
        replace(wrap, salt="???"),
        replace(wrap, passes=wrap.passes + 1),
        replace(wrap, lanes=1),
        # Costs that would hang the desk, or that Argon2 itself refuses.
        replace(wrap, memory_kib=1 << 40),
        replace(wrap, passes=10**9),
        replace(wrap, lanes=10_000),
        replace(wrap, memory_kib=0),
        replace(wrap, passes=0),
        replace(wrap, lanes=0),
        replace(wrap, memory_kib=-1),
    ):
        with pytest.raises(WrongSecret):
            unwrap_key(other, PASSPHRASE, STORE)


def test_no_wrap_is_like_another(data_key: bytes) -> None:
    first, second = (wrap_key(data_key, PASSPHRASE, "boss", STORE) for _ in range(2))
    assert first.salt != second.salt
    assert first.wrapped != second.wrapped
    assert (first.memory_kib, first.passes, first.lanes) == (65_536, 3, 4)


FORMS = [
    ("が" * 8, "か\u3099" * 8),
    ("Ångström passt", "A\u030angstro\u0308m passt"),
    ("ｐａｓｓｗｏｒｄ１２３", "password123"),
    ("ﾊﾟｽﾜｰﾄﾞﾊﾟｽﾜｰﾄﾞ", "パスワードパスワード"),
    ("全角　空白　の句", "全角 空白 の句"),
]


@pytest.mark.parametrize(("typed", "other"), FORMS)
def test_a_passphrase_typed_in_another_form_is_the_same(
    data_key: bytes, typed: str, other: str
) -> None:
    """Input methods of two computers give the same letters in different forms."""
    assert typed != other
    wrap = wrap_key(data_key, typed, "boss", STORE)
    assert unwrap_key(wrap, other, STORE) == data_key
    verifier = passphrase_verifier(other)
    assert passphrase_fits(verifier, typed)
    assert not passphrase_fits(verifier, typed[:-1])


def test_wraps_made_before_forms_were_levelled_still_open(data_key: bytes) -> None:
    secret = "か\u3099くせいの句です"
    salt = os.urandom(16)
    key = wrapping._stretch(secret.encode(), salt, 65_536, 3, 4)
    wrap = wrapping.Wrap(
        "boss",
        base64.b64encode(salt).decode(),
        65_536,
        3,
        4,
        seal_bytes(key, data_key, f"{STORE}/boss"),
    )
    assert unwrap_key(wrap, secret, STORE) == data_key
    from argon2 import PasswordHasher

    assert passphrase_fits(PasswordHasher().hash(secret), secret)


def test_a_passphrase_of_any_letters_works(data_key: bytes) -> None:
    for secret in ("😀" * 8, "\ud800 lone surrogate", "a" * 10_000, "nul\0inside"):
        assert unwrap_key(wrap_key(data_key, secret, "b", STORE), secret, STORE) == data_key
    with pytest.raises(WrongSecret):
        unwrap_key(wrap_key(data_key, "nul\0inside", "b", STORE), "nul\0outside", STORE)


def test_recovery_codes_can_be_read_from_paper() -> None:
    seen = {new_recovery_code() for _ in range(200)}
    assert len(seen) == 200
    letters = set("".join(seen)) - {"-"}
    assert not letters & set("01OIl")
    for code in seen:
        assert [len(group) for group in code.split("-")] == [5] * 8
        assert plain_code(unicodedata.normalize("NFKC", code)) == code.replace("-", "")
    wide = "".join(chr(ord(c) + 0xFEE0) for c in next(iter(seen)))
    assert plain_code(wide) == plain_code(unicodedata.normalize("NFKC", wide))


# --- the file -------------------------------------------------------------------------------------


def test_the_file_comes_back_and_is_readable_by_its_owner_only(
    keys: KeyFile, tmp_path: Path
) -> None:
    old = os.umask(0)
    try:
        write_keyfile(tmp_path, keys)
        write_keyfile(tmp_path, keys)
    finally:
        os.umask(old)
    path = tmp_path / "keys.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["keys.json"]
    assert read_keyfile(tmp_path) == keys


def test_no_secret_is_in_the_file_a_repr_an_error_or_a_log(
    keys: KeyFile, data_key: bytes, code: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    write_keyfile(tmp_path, keys)
    signing = new_signing_key()
    raw = signing.private.private_bytes_raw()
    errors = []
    for act in (
        lambda: keys.open_as("boss", PASSPHRASE + "x"),
        lambda: keys.open_with_recovery_code(code[:-1]),
        lambda: unwrap_signing_key("AAAA", signing.public, data_key),
        lambda: open_bytes(data_key, "AAAA", "x"),
    ):
        with pytest.raises((NotAllowed, WrongSecret)) as refused:
            act()
        errors.append(repr(refused.value) + str(refused.value))
    shown = [
        (tmp_path / "keys.json").read_text(),
        repr(keys),
        repr(signing),
        signing.wrapped(data_key),
        *errors,
        caplog.text,
    ]
    for text in shown:
        for secret in (
            PASSPHRASE, plain_code(code), code, data_key.hex(), base64.b64encode(data_key).decode(),
            raw.hex(), base64.b64encode(raw).decode(), repr(data_key), repr(raw),
        ):  # fmt: skip
            assert secret not in text


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": 2, "store": "x", "wraps": {}}',
        '{"format": 1, "wraps": {}}',
        '{"format": 1, "store": "x", "wraps": []}',
        '{"format": 1, "store": "x", "wraps": {"a": 1}}',
        '{"format": 1, "store": "x", "wraps": {"a": {"holder": "a"}}}',
        '{"format": 1, "store": "x", "wraps": {"a": {"holder": "a", "salt": 1, "memory_kib": "x", "passes": null, "lanes": 4, "wrapped": []}}}',
        '{"format": 1, "store": "x", "wraps": {"a": {"holder": "a", "salt": "", "memory_kib": 1, "passes": 1, "lanes": 1.5, "wrapped": ""}}}',
        '{"format": 1, "store": "x", "wraps": {"a": {"holder": "a", "salt": "", "memory_kib": true, "passes": 1, "lanes": 1, "wrapped": ""}}}',
        "\udcff",
        "[" * 100_000,
    ],
)
def test_a_file_that_cannot_be_understood_is_damaged(tmp_path: Path, content: str) -> None:
    raw = content.encode("utf-8", "surrogateescape")
    (tmp_path / "keys.json").write_bytes(raw)
    with pytest.raises(EvidenceDamaged):
        read_keyfile(tmp_path)
    assert (tmp_path / "keys.json").read_bytes() == raw


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="missing"):
        read_keyfile(tmp_path)


# --- sealed bytes, derived keys, signatures --------------------------------------------------------


def test_sealed_bytes_open_with_key_and_binding_only(data_key: bytes) -> None:
    sealed = seal_bytes(data_key, b"plain", "exhibit/1")
    assert open_bytes(data_key, sealed, "exhibit/1") == b"plain"
    for key, text, bound in (
        (new_key(), sealed, "exhibit/1"),
        (data_key, sealed, "exhibit/2"),
        (data_key, sealed[:-4], "exhibit/1"),
        (data_key, "", "exhibit/1"),
        (data_key, "é", "exhibit/1"),
        (b"short", sealed, "exhibit/1"),
    ):
        with pytest.raises(WrongSecret):
            open_bytes(key, text, bound)


def test_each_purpose_has_a_key_of_its_own(data_key: bytes) -> None:
    made = {derive(data_key, purpose) for purpose in ("store", "exhibits", "signing")}
    assert len(made | {data_key}) == 4
    assert {len(key) for key in made} == {KEY_BYTES}
    assert derive(data_key, "store") == derive(data_key, "store")
    assert derive(new_key(), "store") != derive(data_key, "store")


def test_signatures_fit_their_message_and_key(data_key: bytes) -> None:
    key, other = new_signing_key(), new_signing_key()
    signature = key.sign(b"message")
    assert signature_fits(key.public, b"message", signature)
    assert key.sign(b"message") == signature
    assert key.fingerprint == fingerprint_of(key.public) != other.fingerprint
    flipped = format(int(signature[0], 16) ^ 1, "x") + signature[1:]
    for public, message, text in (
        (other.public, b"message", signature),
        (key.public, b"massage", signature),
        (key.public, b"message", flipped),
        (key.public, b"message", signature[:-2]),
        (key.public, b"message", "not hex"),
        ("", b"message", signature),
        (key.public[:-2], b"message", signature),
    ):
        assert not signature_fits(public, message, text)
    again = unwrap_signing_key(key.wrapped(data_key), key.public, data_key)
    assert again.sign(b"message") == signature
    for wrapped, public, wrong in (
        (key.wrapped(data_key), key.public, new_key()),
        (key.wrapped(data_key), other.public, data_key),
        (other.wrapped(data_key), key.public, data_key),
    ):
        with pytest.raises(WrongSecret):
            unwrap_signing_key(wrapped, public, wrong)


def test_a_verifier_that_is_none_fits_nothing() -> None:
    for verifier in ("", "x", "$argon2id$v=19$m=65536,t=3,p=4$AAAA$AAAA"):
        assert not passphrase_fits(verifier, PASSPHRASE)
