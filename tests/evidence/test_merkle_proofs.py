"""Against a second, recursive reading of RFC 6962 section 2.1 and its published vectors."""

from hashlib import sha256

import pytest

from workbench.evidence import merkle

# The leaves and roots of RFC 6962's reference implementation (certificate-transparency, MIT).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def plain_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


def plain_path(place: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if place < k:
        return [*plain_path(place, leaves[:k]), plain_root(leaves[k:])]
    return [*plain_path(place - k, leaves[k:]), plain_root(leaves[:k])]


def test_published_roots() -> None:
    for count, root in enumerate(ROOTS, start=1):
        assert merkle.root(merkle.levels(LEAVES[:count])).hex() == root
        assert plain_root(LEAVES[:count]).hex() == root
    assert merkle.root(merkle.levels([])) == sha256(b"").digest()


@pytest.mark.parametrize("count", range(1, 34))
def test_proofs_of_every_leaf(count: int) -> None:
    leaves = [bytes([n]) * (n % 5) for n in range(count)]
    tree = merkle.levels(leaves)
    root = merkle.root(tree)
    assert root == plain_root(leaves)
    for place, leaf in enumerate(leaves):
        path = merkle.inclusion_proof(tree, place)
        assert path == plain_path(place, leaves)
        reached = merkle.root_from_proof(leaf, place, count, path)
        assert reached == root
        wrong = [
            (leaf + b"x", place, count, path),
            (leaf, place, count, [*path, root]),
            (leaf, count, count, path),
            (leaf, -1, count, path),
        ]
        if path:
            wrong += [
                (leaf, place, count, path[:-1]),
                (leaf, place, count, [bytes(32), *path[1:]]),
            ]
        if len(path) > 1:
            wrong.append((leaf, place, count, path[::-1]))
        for case in wrong:
            assert merkle.root_from_proof(*case) != root
        for other in range(count):
            if other != place:
                assert merkle.root_from_proof(leaf, other, count, path) != root


def test_a_leaf_is_never_taken_for_a_node() -> None:
    left, right = merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")
    assert merkle.root(merkle.levels([left + right])) != merkle.root(merkle.levels([b"a", b"b"]))


def test_there_is_no_proof_outside_the_tree() -> None:
    tree = merkle.levels([b"a", b"b"])
    for place in (-1, 2):
        with pytest.raises(IndexError):
            merkle.inclusion_proof(tree, place)
