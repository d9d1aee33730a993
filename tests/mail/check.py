#!/usr/bin/env python3
"""Runs the cases beside each other, each with a service and an SMTP server of its own, and prints one line for each.

    check.py PROGRAM FOLDER [CASE…]

FOLDER holds the certificates that `run` has made; data and logs go there. With MANA_TEST_LONG also what takes minutes. An outage of an hour
is a case of its own: `run ends`.
"""

import concurrent.futures
import os
import pathlib
import sys
import time
import traceback

import arriving
import failing
import kills
import outage
import relayed
import secured
from server import Server
from service import Service

CASES = [
    arriving.arrives,
    secured.is_secured,
    secured.is_told_apart,
    secured.is_not_fooled,
    failing.later,
    failing.never,
    failing.broken,
    kills.dies,
]
LONG = [failing.hangs_for_long, relayed.by_opensmtpd]
# Only by name: an hour, or so many MINUTES.
BY_NAME = [outage.ends]

HERE = pathlib.Path(__file__).parent
is_long = bool(os.environ.get("MANA_TEST_LONG"))
program, folder, *named = sys.argv[1:]
folder = pathlib.Path(folder).resolve()
cases = [case for case in CASES + LONG + BY_NAME if case.__name__ in named or not named and case not in BY_NAME and (is_long or case not in LONG)]


class Place:
    """Where a case runs: ports and files of its own."""

    def __init__(self, number, case):
        self.folder, self.is_long = folder, is_long
        self.data = folder / case.__name__
        self.log = self.data.with_suffix(".log")
        self.port = 3941 + 3 * number
        self.mx_port = self.port + 2

    def mx(self, script=None, **options):
        return Server(self.mx_port, script, **options)

    def service(self, smtp_url=None, **settings):
        return Service(program, self.data, self.log, self.port, smtp_url or f"smtp://127.0.0.1:{self.mx_port}", **settings)


def run(number, case):
    """Whether it passed."""
    began, place = time.monotonic(), Place(number, case)
    name = case.__doc__.rstrip(".")
    try:
        told = case(place)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        at = [frame for frame in frames if pathlib.Path(frame.filename).parent == HERE][-1]
        what = str(error) or f"{type(error).__name__} at {at.line}"
        print(f"mail: {name}: FAILED: {what} ({pathlib.Path(at.filename).name}:{at.lineno})", flush=True)
        if place.log.exists():
            warnings = [line for line in place.log.read_text().splitlines() if '"WARN"' in line or '"ERROR"' in line]
            sys.stderr.writelines(f"{line}\n" for line in warnings[-5:])
        return False
    print(f"mail: {name}: {told} ({time.monotonic() - began:.0f} s)", flush=True)
    return True


with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
    passed = list(pool.map(run, range(len(cases)), cases))
if not is_long:
    print("mail: left out, for it takes long: an answer that comes too late, OpenSMTPD, and most deaths of the service")
sys.exit(not all(passed))
