"""Nobody takes mails for a long time, while people go on asking for them."""

import http.cookiejar
import json
import os
import sqlite3
import statistics
import threading
import time
import urllib.request

from service import JSON, PASSWORD, eventually, network

MINUTES = float(os.environ.get("MINUTES", "60"))
CALLERS = 4
# What the outbox holds of each class.
MOST = 10_000


class Owner:
    """Somebody who has signed in before, and asks for a mail now and then."""

    def __init__(self, service, to):
        self.service, self.to, self.network = service, to, network()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        service.register(to)
        self.post("login", {"email": to, "password": PASSWORD})

    def post(self, path, body):
        url = f"http://127.0.0.1:{self.service.port}/api/v1/auth/{path}"
        headers = JSON | {"x-forwarded-for": self.network}
        return self.browser.open(urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=20).status

    def forgot(self):
        assert self.post("forgot-password", {"email": self.to}) == 200


class Strangers:
    """Each makes an account and asks for a mail, as long as it takes."""

    def __init__(self, service):
        self.service, self.lock, self.count, self.took, self.refused = service, threading.Lock(), 0, [], []

    def call(self, until):
        while time.monotonic() < until:
            with self.lock:
                self.count += 1
                to = f"person{self.count}@example.org"
            own = network()
            self.service.post("register", {"email": to, "password": PASSWORD}, own)
            began = time.monotonic()
            status = self.service.post("forgot-password", {"email": to}, own)
            self.took.append((began, time.monotonic() - began))
            if status != 200:
                self.refused.append(status)
            time.sleep(0.2)


def ends(place):
    """A long outage loses no mail of people who are known."""
    mx = place.mx()
    # Of this machine, so that cookies go in the clear.
    url = f"http://127.0.0.1:{place.port}"
    service = place.service(LOG_LEVEL="error", PUBLIC_URL=url, LIMIT_REGISTRATION_ALL="0")
    service.start()
    owners = [Owner(service, f"owner{number}@example.org") for number in range(20)]
    eventually("what came before is delivered", lambda: service.list() == {}, 60)
    mx.kill()
    strangers, began = Strangers(service), time.monotonic()
    until = began + 60 * MINUTES
    threads = [threading.Thread(target=strangers.call, args=[until]) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    most, largest = 0, 0
    for number, owner in enumerate(owners):
        time.sleep(max(0, began + 60 * MINUTES * number / len(owners) - time.monotonic()))
        owner.forgot()
        with sqlite3.connect(place.data / "auth.db", timeout=30) as database:
            rows = "SELECT count(*), coalesce(sum(length(content)), 0) FROM outbox WHERE by_stranger = ?"
            of_strangers, of_others = database.execute(rows, [1]).fetchone(), database.execute(rows, [0]).fetchone()
        database.close()
        assert of_strangers[0] <= MOST and of_others[0] == number + 1, (of_strangers, of_others)
        most, largest = max(most, of_strangers[0]), max(largest, of_strangers[1] + of_others[1])
    for thread in threads:
        thread.join()
    assert not strangers.refused, strangers.refused[:3]
    thirds = [[], [], []]
    for at, took in strangers.took:
        thirds[min(2, int(3 * (at - began) / (60 * MINUTES)))].append(1000 * took)
    medians = ", ".join(f"{statistics.median(third):.1f}" for third in thirds)
    mx.start()
    again = time.monotonic()
    service.command("mail", "retry")
    for owner in owners:
        mx.wait_for(owner.to, 600)
    owners_took = time.monotonic() - again
    eventually("nothing waits", lambda: service.list() == {}, 900)
    arrived = len({mail.id for mail in mx.mails})
    service.stop()
    return (
        f"{MINUTES:.0f} minutes, {len(strangers.took)} mails of strangers, at most {most} of them waited, {largest >> 10} KiB in all; "
        f"answers took {medians} ms in the three thirds; then {arrived} arrived in {time.monotonic() - again:.0f} s, "
        f"all {len(owners)} of people who are known in {owners_took:.0f} s"
    )
