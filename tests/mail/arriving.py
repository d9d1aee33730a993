"""A mail arrives, and is what it should be."""

import email.utils
import re
import time
import urllib.parse

from service import PASSWORD

OTHER_PASSWORD = "eleven herons mend a roof"


def link_of(mail):
    """The link, which is the same in the text and in the HTML."""
    link = re.search(r"^https://\S+$", mail.part("plain"), re.MULTILINE)[0]
    assert f'href="{link}"' in mail.part("html"), "text and HTML have different links"
    return link


def is_well_formed(mail, to):
    message = mail.message
    assert mail.to == [to] and mail.sender == "no-reply@auth.example.org", f"from {mail.sender} to {mail.to}"
    assert message["To"] == to and message["From"] == "mana-auth <no-reply@auth.example.org>", message["From"]
    assert re.fullmatch(r"<[0-9a-f-]{36}@auth\.example\.org>", mail.id), f"Message-ID: {mail.id}"
    assert abs(email.utils.parsedate_to_datetime(message["Date"]).timestamp() - time.time()) < 60, message["Date"]
    assert message["Auto-Submitted"] == "auto-generated", message["Auto-Submitted"]
    assert message["Subject"] and message["MIME-Version"] == "1.0"
    assert "List-Unsubscribe" not in message
    assert message.get_content_type() == "multipart/alternative", message.get_content_type()
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"], kinds
    # RFC 5322 §2.1.1 and §2.3.
    assert all(len(line) <= 998 for line in mail.raw.split(b"\r\n")), "a line is too long"
    assert b"\n" not in mail.raw.replace(b"\r\n", b"") and mail.raw.isascii(), "not every server takes its bytes"
    for name in ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "MIME-Version"]:
        assert len(message.get_all(name)) == 1, f"{name} is there twice"


def arrives(place):
    """A mail arrives on loopback, and its link works."""
    to = "ada@example.org"
    mx, service = place.mx(), place.service()
    service.start()
    service.register(to)
    service.forgot("nobody@example.org")
    service.forgot(to)
    answered = time.monotonic()
    mail = mx.wait_for(to, 10)
    after = mail.at - answered
    is_well_formed(mail, to)
    assert mail.hello == "auth.example.org", mail.hello
    link = link_of(mail)
    assert link.startswith("https://auth.example.org/reset-password?token="), link
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0]
    body = {"token": token, "newPassword": OTHER_PASSWORD}
    assert service.post("reset-password", body) == 200, "the link does not work"
    assert service.post("reset-password", body) == 400, "the link works twice"
    assert service.post("login", {"email": to, "password": OTHER_PASSWORD}) == 200
    assert service.post("login", {"email": to, "password": PASSWORD}) == 401
    # That the password was changed.
    is_well_formed(mx.wait_for(to, 10, 2), to)

    code, told = service.command("mail", "test", "someone@example.org")
    assert (code, told) == (0, "accepted\n"), told
    is_well_formed(mx.wait_for("someone@example.org", 1), "someone@example.org")
    # RFC 6531: this server takes such an address.
    service.forgotten("zoë@example.org")
    assert mx.wait_for("zoë@example.org", 10).message["To"] == "zoë@example.org"

    assert service.list() == {}
    assert not mx.all_to("nobody@example.org") and service.metric("nobody") == 1
    assert service.metric("accepted") == 3 and service.metric("failed") == service.metric("later") == 0
    assert token not in service.log.read_text(), "the log holds a token"
    service.stop()
    return f"{after * 1000:.0f} ms after the answer"
