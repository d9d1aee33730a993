"""Servers that fail: the mail arrives afterwards, under the same id."""

import asyncio
import time

from server import hang
from service import eventually


def begin(place, script):
    mx, service = place.mx(script), place.service()
    service.start()
    return mx, service


def is_one_mail(mails):
    """However often it was sent."""
    assert len({mail.id for mail in mails}) == 1, f"several ids: {[mail.id for mail in mails]}"
    assert len({mail.part("plain") for mail in mails}) == 1, "one id, several texts"


def were_tried(service, count):
    """The mails that wait, once so many were tried once."""

    def found():
        mails = service.list()
        return len(mails) == count and all(mail["attempts"] == 1 for mail in mails.values()) and mails

    return eventually(f"{count} mails were tried once", found, 5)


def nothing_waits(service):
    eventually("nothing waits", lambda: service.list() == {}, 5)


def later(place):
    """What a server puts off arrives later."""
    by_data, by_rcpt = "data@example.org", "rcpt@example.org"

    async def script(stage, to, attempt):
        if attempt == 1:
            return {("DATA", by_data): "451 Later", ("RCPT", by_rcpt): "450 Later"}.get((stage, to))

    mx, service = begin(place, script)
    service.forgotten(by_data)
    service.forgotten(by_rcpt)
    waiting = were_tried(service, 2)
    assert {mail["state"] for mail in waiting.values()} == {"waiting"}
    assert waiting[by_data]["reason"] == "the server answered 451", waiting
    assert waiting[by_rcpt]["reason"] == "the server answered 450", waiting
    assert service.metric("later") == 2
    first = mx.all_to(by_data)[0].at
    waits = [mx.wait_for(to, 30).at - first for to in (by_data, by_rcpt)]
    # 5 to 10 s, and up to 10 s until somebody looks.
    assert all(4.5 < wait < 21 for wait in waits), waits
    assert len(mx.all_to(by_data)) == 2
    is_one_mail(mx.all_to(by_data))
    assert mx.accepted(by_rcpt)[0].id == f"<{waiting[by_rcpt]['id']}@auth.example.org>"
    nothing_waits(service)
    service.stop()
    return f"after {waits[0]:.0f} and {waits[1]:.0f} s, under the same id"


def never(place):
    """What a server refuses is given up at once, and can be tried again."""
    by_data, by_rcpt, fine = "data@example.org", "rcpt@example.org", "fine@example.org"
    is_mended = False

    async def script(stage, to, attempt):
        if not is_mended and (stage, to) in [("DATA", by_data), ("RCPT", by_rcpt)]:
            return "554 Never"

    mx, service = begin(place, script)
    for to in (by_data, by_rcpt, fine):
        service.forgotten(to)
    mx.wait_for(fine, 5)
    failed = were_tried(service, 2)
    for mail in failed.values():
        assert (mail["state"], mail["reason"]) == ("failed", "the server answered 554"), mail
    assert service.metric("failed") == 2
    # Nobody tries again by themselves: the first retry would come now.
    time.sleep(12)
    assert mx.attempts["DATA", by_data] == mx.attempts["RCPT", by_rcpt] == 1, "it was tried again, though it was given up"
    is_mended = True
    began = time.monotonic()
    for to in (by_data, by_rcpt):
        assert service.command("mail", "retry", failed[to]["id"]) == (0, "1 mail is due now\n")
    for to in (by_data, by_rcpt):
        assert mx.wait_for(to, 15).id == f"<{failed[to]['id']}@auth.example.org>"
    took = time.monotonic() - began
    is_one_mail(mx.all_to(by_data))
    nothing_waits(service)
    assert service.command("mail", "retry", failed[to]["id"]) == (0, "0 mails are due now\n")
    service.stop()
    return f"by hand they arrived in {took:.0f} s"


def broken(place):
    """A server that hangs up, hangs or dies gets the mail afterwards."""
    cut, hung, down, fine, soon = (f"{name}@example.org" for name in ("cut", "hung", "down", "fine", "soon"))

    async def script(stage, to, attempt):
        if attempt == 1 and (stage, to) == ("DATA", hung):
            await hang()

    mx, service = begin(place, script)
    mx.to_hang_up_on.add(cut)
    service.forgotten(cut)
    were_tried(service, 1)
    service.forgotten(hung)
    eventually("it hangs", lambda: mx.all_to(hung), 5)
    service.forgotten(fine)
    asked = time.monotonic()
    held_up = mx.wait_for(fine, 5).at - asked
    mx.kill()
    service.forgotten(down)
    waiting = were_tried(service, 3)
    mx.start()
    # That its old connections are gone costs no attempt.
    service.forgotten(soon)
    mx.wait_for(soon, 5)
    began = time.monotonic()
    for to in (cut, hung, down):
        assert mx.wait_for(to, 30).id == f"<{waiting[to]['id']}@auth.example.org>", to
    took = time.monotonic() - began
    assert waiting[cut]["id"].encode() in mx.cut[0], "it hung up before the mail began"
    is_one_mail(mx.all_to(hung))
    nothing_waits(service)
    service.stop()
    return f"within {took:.0f} s; another mail passed the one that hung in {held_up * 1000:.0f} ms"


def hangs_for_long(place):
    """A server that answers too late, or never, costs no mail."""
    hung, late, greylisted = hanging = [f"{name}@example.org" for name in ("hung", "late", "greylisted")]
    following = [f"following{number}@example.org" for number in range(6)]

    async def script(stage, to, attempt):
        if attempt == 1 and (stage, to) == ("DATA", hung):
            await hang()
        if attempt == 1 and (stage, to) in [("DATA", late), ("RCPT", greylisted)]:
            await asyncio.sleep(36)
        if attempt == 1 and stage == "DATA" and to in following:
            return "451 Later"

    mx, service = begin(place, script)
    began = time.monotonic()
    for to in hanging:
        service.forgotten(to)
    eventually("they are put off", lambda: all(mail["attempts"] for mail in service.list().values()), 45)
    put_off = time.monotonic()
    # What came too late must not be taken for an answer about these, nor what is said about these go to the mails that hang.
    for to in following:
        service.forgotten(to)
    try:
        for to in following + hanging:
            mx.wait_for(to, 60)
    except AssertionError as error:
        raise AssertionError(f"{error}; {service.list().get(to, 'and it is not in the outbox')}") from None
    for to in following + hanging:
        is_one_mail(mx.all_to(to))
    again = mx.all_to(hung)[1].at - put_off
    nothing_waits(service)
    assert service.metric("failed") == 0
    assert again > 4, f"what hangs is tried again {again:.1f} s after it was put off"
    service.stop()
    return f"it was put off after {put_off - began:.0f} s, tried again {again:.0f} s later, and all arrived"
