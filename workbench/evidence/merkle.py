"""Merkle tree hashes and inclusion proofs (RFC 6962 section 2.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Every level of the tree, leaf hashes first.

    An odd last node moves up unchanged, which gives the same root as RFC 6962's recursive split.
    """
    level = [leaf_hash(leaf) for leaf in leaves]
    found = [level]
    while len(level) > 1:
        pairs = [_node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
        found.append(level)
    return found


def root(tree: list[list[bytes]]) -> bytes:
    """The tree's root; the hash of nothing for an empty tree."""
    return tree[-1][0] if tree[-1] else hashlib.sha256().digest()


def inclusion_proof(tree: list[list[bytes]], index: int) -> list[bytes]:
    """The audit path of leaf `index`, from the leaf upwards."""
    if not 0 <= index < len(tree[0]):
        raise IndexError(index)
    path = []
    for level in tree[:-1]:
        neighbour = index ^ 1
        if neighbour < len(level):
            path.append(level[neighbour])
        index //= 2
    return path


def root_from_proof(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that leaf, place and path lead to (RFC 9162 section 2.1.3.2); None when misfit."""
    if not 0 <= index < size:
        return None
    place, last = index, size - 1
    value = leaf_hash(leaf)
    for neighbour in path:
        if last == 0:
            return None
        if place % 2 or place == last:
            value = _node_hash(neighbour, value)
            while place % 2 == 0 and place != 0:
                place //= 2
                last //= 2
        else:
            value = _node_hash(value, neighbour)
        place //= 2
        last //= 2
    return value if last == 0 else None
