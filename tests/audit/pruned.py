#!/usr/bin/env python3
"""Has verify.py verify logs that were pruned and erased. They are made by the documented formats alone: nothing here waits until
events are old enough to be dropped. Needs the package `cryptography`."""
import base64, copy, json
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
import verify

BARE = {"ipAddress": None, "userAgent": None, "metadata": None, "salt": None}


def encode(data):
    return base64.b64encode(data).decode()


def roots_of(nodes):
    """The perfect subtrees of some leaves, largest first."""
    roots = []
    for size, node in enumerate(nodes):
        while size & 1:
            node, size = verify.sha256(b"\1", roots.pop(), node), size >> 1
        roots.append(node)
    return roots


class Log:
    """Events in order; each may tell of those before it."""

    def __init__(self, events=0):
        self.events, self.signer = [], Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        for _ in range(events):
            self.add()

    def roots(self, size):
        return roots_of(verify.leaf_hash(event) for event in self.events[:size])

    def root(self, size):
        return encode(verify.root_of(self.roots(size)))

    def add(self, kind="logout", told=None, source=None):
        leaf = len(self.events)
        metadata, salt = json.dumps(told or {"n": leaf}), bytes([leaf % 251]) * 32
        details = map(verify.text, ["192.0.2.7", None, metadata])
        digest = verify.sha256(b"mana-auth security event details v1\0", salt, *details)
        self.events.append({
            "leaf": leaf, "id": f"01900000-0000-7000-8000-{leaf:012x}", "userId": None, "eventType": kind, "source": source,
            "createdAt": 1_700_000_000_000 + leaf, "ipAddress": "192.0.2.7", "userAgent": None, "metadata": metadata,
            "salt": encode(salt), "detailsDigest": encode(digest),
        })

    def erase(self, *ranges):
        told = {"leaves": [list(leaves) for leaves in ranges], "root": self.root(ranges[-1][1] + 1)}
        self.add("details_erased", told)
        for first, last in ranges:
            for event in self.events[first : last + 1]:
                event |= BARE

    def prune(self, below, root=None):
        self.add("events_pruned", {"below": below, "root": root or self.root(below)})

    def export(self, dropped):
        base = {"size": dropped, "roots": [encode(root) for root in self.roots(dropped)]}
        return [base] + copy.deepcopy(self.events[dropped:])

    def key(self):
        public = b"\1" + self.signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"log.example+{verify.sha256(b'log.example', bytes([10]), public)[:4].hex()}+{encode(public)}"

    def note(self):
        body = f"log.example\n{len(self.events)}\n{self.root(len(self.events))}\n"
        signature = bytes.fromhex(self.key().split("+")[1]) + self.signer.sign(body.encode())
        return f"{body}\n\u2014 log.example {encode(signature)}\n"

    def finding(self, lines):
        """Why these lines are refused; empty where they are not."""
        try:
            verify.verify(map(json.dumps, lines), self.note(), self.key())
        except SystemExit as refusal:
            return str(refusal)
        return ""


log = Log(520)
log.erase((5, 9), (300, 301))  # Some of these are dropped, and some stay, and are bare.
log.erase((10, 20))  # All of these are dropped, and the tree that it speaks of is known no more.
for _ in range(250):
    log.add()
log.prune(512)
log.add()
for dropped in (256, 512):  # Some of what the boundary drops may still be there.
    found = log.finding(log.export(dropped))
    assert found == "", (dropped, found)
    lines = log.export(dropped)
    assert log.finding(lines[1:]), "what is left of them is missing"
    lines[100] |= BARE
    assert "no erasure tells of it" in log.finding(lines)
    lines = log.export(dropped)
    lines[0]["roots"][0] = encode(bytes(32))
    assert log.finding(lines), "they were others"

# Events that were signed, and tell what is not so.
for words, tell in {
    "of another tree": lambda log: log.prune(256, encode(bytes(32))),
    "were dropped": lambda log: log.add("tile_pruned", {"below": 256, "root": log.root(256)}, source="billing"),
    "is not the event": lambda log: log.add("events_pruned", {"below": "256", "root": log.root(256)}),
    "of another tree than": lambda log: log.prune(512, log.root(300)),
}.items():
    log = Log(300)
    tell(log)
    log.add()
    found = log.finding(log.export(256))
    assert words in found, (words, found)
log = Log(300)
log.prune(257)
assert "were dropped" in log.finding(log.export(257)), "a boundary within a tile"
print("prunings and erasures are believed where they are signed, and where they speak of this tree")
