"""The service dies while it delivers."""

import asyncio
import http.client
import random
import sqlite3
import threading
import time

from failing import is_one_mail
from service import PASSWORD, eventually, network

CALLERS = 6


class Callers:
    """People who each make an account and ask for one mail, as long as they are answered."""

    def __init__(self, service):
        self.service, self.promised, self.lock, self.count = service, [], threading.Lock(), 0

    def call(self, until):
        while time.monotonic() < until:
            with self.lock:
                self.count += 1
                to = f"person{self.count}@example.org"
            own = network()
            try:
                if self.service.post("register", {"email": to, "password": PASSWORD}, own) != 201:
                    continue
                if self.service.post("forgot-password", {"email": to}, own) == 200:
                    self.promised.append(to)
            except (OSError, http.client.HTTPException):
                # The service has died before it answered.
                return
            # No more than are delivered within the time that they are given.
            time.sleep(0.1)

    def start(self, seconds):
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=self.call, args=[until]) for _ in range(CALLERS)]
        for thread in threads:
            thread.start()
        return threads


def dies(place):
    """The service is killed while it delivers, and no mail is lost."""
    times = 20 if place.is_long else 2

    async def script(stage, to, attempt):
        # So that each death finds mails at every stage.
        await asyncio.sleep(random.uniform(0, 0.3))

    mx, service = place.mx(script), place.service(LOG_LEVEL="warn")
    callers = Callers(service)
    for _ in range(times):
        service.start()
        threads = callers.start(10)
        time.sleep(random.uniform(0.7, 2))
        service.kill()
        for thread in threads:
            thread.join()
    with sqlite3.connect(place.data / "auth.db") as database:
        held, left = database.execute("SELECT count(holder), count(*) FROM outbox").fetchone()
        if not place.is_long:
            # What the dead have taken is theirs for a minute.
            database.execute("UPDATE outbox SET due_at = 0 WHERE holder IS NOT NULL")
    database.close()
    began = time.monotonic()
    service.start()
    missing = lambda: [to for to in callers.promised if not mx.accepted(to)]
    try:
        eventually("every mail was accepted", lambda: not missing(), 150)
    except AssertionError:
        raise AssertionError(f"{len(missing())} of {len(callers.promised)} mails were lost: {missing()[:3]}") from None
    took = time.monotonic() - began
    eventually("nothing is left", lambda: service.list() == {}, 90)
    twice = 0
    for to in {mail.to[0] for mail in mx.mails}:
        is_one_mail(mx.all_to(to))
        twice += len(mx.all_to(to)) > 1
    assert held, "nothing was being delivered when the service died"
    service.stop()
    return (
        f"{times} deaths, {len(callers.promised)} mails, none lost, {twice} arrived twice; the last death left {left}, "
        f"{held} of them taken; all had arrived {took:.0f} s later; {mx.most} connections at most"
    )
