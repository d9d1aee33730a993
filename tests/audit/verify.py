#!/usr/bin/env python3
"""Verifies an export of the audit log and a checkpoint, by the documented formats alone.

    verify.py EXPORT CHECKPOINT VERIFIER-KEY

EXPORT is what `mana-auth audit verify --export FILE` writes (JSON Lines), CHECKPOINT a signed note (C2SP tlog-checkpoint) of
all events in it, VERIFIER-KEY what `mana-auth audit key` prints. Needs the package `cryptography`.
"""
import base64, hashlib, json, sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def text(value):
    """A text behind its length, so that no two lists of texts look alike."""
    if value is None:
        return b"\xff" * 8
    return len(value.encode()).to_bytes(8, "big") + value.encode()


def number(value):
    if type(value) is not int:
        raise ValueError("its numbers are none")
    return value


def leaf_hash(event):
    digest = base64.b64decode(event["detailsDigest"])
    details = [event["ipAddress"], event["userAgent"], event["metadata"]]
    if event["salt"] is not None:
        salt = base64.b64decode(event["salt"])
        if sha256(b"mana-auth security event details v1\0", salt, *map(text, details)) != digest:
            raise ValueError("its details were altered")
    elif details != [None, None, None]:
        raise ValueError("its details were altered")
    return sha256(
        b"\0mana-auth security event v1\0",
        number(event["leaf"]).to_bytes(8, "big"),
        number(event["createdAt"]).to_bytes(8, "big", signed=True),
        *map(text, [event["id"], event["userId"], event["eventType"], event["source"]]),
        digest,
    )


def root_of(roots):
    """The root over perfect subtrees, largest first (RFC 9162)."""
    root = roots[-1] if roots else sha256()
    for left in reversed(roots[:-1]):
        root = sha256(b"\1", left, root)
    return root


def tree(lines):
    """The size and root of the tree, whose perfect subtrees are kept as on an odometer."""
    size, roots, bare, erased, dropped, claims, pruned, seen = 0, [], [], [], 0, [], set(), {}
    for place, line in enumerate(lines):
        event = json.loads(line)
        if place == 0 and "roots" in event:  # What is left of events that were dropped.
            dropped, size, roots = event["size"], event["size"], [base64.b64decode(root) for root in event["roots"]]
            seen[size] = root_of(roots)
            continue
        try:
            if event["leaf"] != size:
                raise ValueError(f"it stands where leaf {size} should")
            node = leaf_hash(event)
            bare += [size] if event["salt"] is None else []
            told = json.loads(event["metadata"] or "{}") if event["source"] is None else {}
            if event["eventType"] == "details_erased":  # Of which leaves, and of which tree.
                erased += [(number(first), number(last)) for first, last in told["leaves"]]
                claims.append((erased[-1][1] + 1, size, base64.b64decode(told["root"])))
            if event["eventType"] == "events_pruned":
                claims.append((number(told["below"]), size, base64.b64decode(told["root"])))
                pruned.add(told["below"])
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as problem:
            sys.exit(f"line {place + 1} is not the event of leaf {size}: {problem}")
        bit = size
        while bit & 1:
            node, bit = sha256(b"\1", roots.pop(), node), bit >> 1
        roots.append(node)
        size += 1
        seen[size] = root_of(roots)
    for leaf in (leaf for leaf in bare if not any(first <= leaf <= last for first, last in erased)):
        sys.exit(f"leaf {leaf}: its details are gone, and no erasure tells of it")
    for end, leaf, root in claims:
        if end > leaf or end >= dropped and seen.get(end) != root:
            sys.exit(f"leaf {leaf}: the event tells of leaves of another tree than this")
    # Some of what a boundary drops may still be there: whole tiles go, one after the other.
    if dropped > max(pruned, default=0) or dropped % 256:
        sys.exit(f"nothing tells why the {dropped} leaves before the first event were dropped")
    return size, root_of(roots)


def checkpoint(note, key):
    """The size and root that the key has signed (C2SP signed-note)."""
    name, key_id, encoded = key.split("+", 2)
    public = base64.b64decode(encoded)
    body, _, signatures = note.rpartition("\n\n")
    for line in signatures.splitlines():
        _, signer, signature = line.split(" ")
        signature = base64.b64decode(signature)
        if signer == name and signature[:4].hex() == key_id == sha256(name.encode(), b"\n", public)[:4].hex():
            try:
                Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], (body + "\n").encode())
            except InvalidSignature:
                break
            _, size, root = body.splitlines()[:3]
            return int(size), base64.b64decode(root)
    sys.exit("the checkpoint is not signed by this key")


def verify(lines, note, key):
    """Ends the program where the events of these lines are not what the key has signed."""
    if tree(lines) != checkpoint(note.rstrip("\n"), key):
        sys.exit("the events are not those that were signed for")


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as export, open(sys.argv[2], encoding="utf-8") as note:
        verify(export, note.read(), sys.argv[3])
    print("intact")
