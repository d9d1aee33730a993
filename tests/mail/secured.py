"""Nothing is told to a server that has not shown who it is."""

import base64
import urllib.parse

from server import tls
from service import eventually

TO = "ada@example.org"
LOGIN = ("mana@auth:zoë", "p@ss:/?#[]%25 +&=\\ß")
WRONG = (LOGIN[0], "hunter@2:/%")


def url(scheme, port, login=LOGIN):
    user, password = (urllib.parse.quote(part, safe="") for part in login)
    return f"{scheme}://{user}:{password}@localhost:{port}" + ("?tls=required" if scheme == "smtp" else "")


def forms(login):
    """How a password could stand in a log."""
    user, password = login
    plain = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    return [password, urllib.parse.quote(password, safe=""), base64.b64encode(password.encode()).decode(), plain]


def words(mx):
    """The commands that a server heard, in the clear or by a TLS that both agreed on."""
    return {line.split()[0] for line in bytes(mx.heard).split(b"\r\n") if line}


def attempt(place, service, scheme, login=LOGIN, **options):
    """Has one mail sent to a server. What that heard, and what the service said."""
    mx = place.mx(login=login, **options)
    code, said = service.command("mail", "test", TO, SMTP_URL=url(scheme, place.mx_port, login))
    mx.kill()
    assert (code, said) == (0, "accepted\n") or code == 1 and said, said
    assert bool(mx.mails) == (code == 0), f"{scheme} with {options}: {said}"
    return mx, said


def is_secured(place):
    """Mail and password go by TLS, to a server of the right name."""
    certificate = lambda name: tls(place.folder / f"{name}.pem", place.folder / f"{name}.key")
    right = certificate("localhost")
    by_starttls = {"tls_context": right, "require_starttls": True}
    service = place.service(url("smtp", place.mx_port, WRONG), LOG_LEVEL="trace")

    # A wrong password, then the right one.
    mx = place.mx(login=LOGIN, **by_starttls)
    service.start()
    service.forgotten(TO)
    refused = eventually("a reason", lambda: (mail := service.list()[TO])["reason"] and mail, 10)
    assert refused["reason"] == "the server answered 535", refused
    assert mx.logins == [("PLAIN", WRONG, True)] and not mx.mails, mx.logins
    service.stop()
    service.start(SMTP_URL=url("smtp", place.mx_port))
    assert service.command("mail", "retry", refused["id"]) == (0, "1 mail is due now\n")
    mail = mx.wait_for(TO, 25)
    assert mail.id == f"<{refused['id']}@auth.example.org>"
    assert mx.logins[-1] == ("PLAIN", LOGIN, True), mx.logins[-1]
    service.stop()
    mx.kill()

    told = []

    def is_accepted(scheme, **options):
        mx, said = attempt(place, service, scheme, **options)
        told.append(said)
        return mx, said == "accepted\n"

    mx, accepted = is_accepted("smtp", auth_exclude_mechanism=["PLAIN"], **by_starttls)
    assert accepted and mx.logins == [("LOGIN", LOGIN, True)], mx.logins
    mx, accepted = is_accepted("smtps", implicit=right, auth_require_tls=False)
    assert accepted and mx.logins == [("PLAIN", LOGIN, True)], mx.logins
    # Servers that have no TLS, though they would take mail and password.
    mx, accepted = is_accepted("smtp", auth_require_tls=False)
    assert not accepted and words(mx) <= {b"EHLO", b"QUIT"}, words(mx)
    mx, accepted = is_accepted("smtps", auth_require_tls=False)
    assert not accepted and not mx.logins
    for name in ["other", "unknown", "expired"]:
        mx, accepted = is_accepted("smtp", tls_context=certificate(name), require_starttls=True)
        assert not accepted and words(mx) <= {b"EHLO", b"STARTTLS"}, (name, words(mx))
        mx, accepted = is_accepted("smtps", implicit=certificate(name), auth_require_tls=False)
        assert not accepted and not mx.heard, (name, words(mx))
    log = place.log.read_text() + "".join(told) + service.command("config")[1]
    assert not any(form in log for login in (LOGIN, WRONG) for form in forms(login)), "a log holds a password"
    return f"{len(told)} servers heard what they may, and no log the password"


def is_told_apart(place):
    """An operator is told what is wrong with a server."""
    service = place.service()
    service.start()
    why = {"nobody listens": service.command("mail", "test", TO)[1]}
    other = tls(place.folder / "other.pem", place.folder / "other.key")
    why["another certificate"] = attempt(place, service, "smtp", tls_context=other, require_starttls=True)[1]
    why["no STARTTLS"] = attempt(place, service, "smtp", auth_require_tls=False)[1]
    mx = place.mx()
    mx.to_hang_up_on.add(TO)
    why["hung up"] = service.command("mail", "test", TO)[1]
    mx.kill()
    service.stop()
    why = {case: said.strip().rpartition(": ")[2] for case, said in why.items()}
    assert "can't be reached" in why["nobody listens"], why
    assert "STARTTLS" in why["no STARTTLS"], why
    assert "no SMTP" not in why["hung up"], why
    assert "certificate" in why["another certificate"], why
    return "each in other words"


def is_not_fooled(place):
    """What comes before TLS is not taken for what comes by it."""

    async def script(stage, to, attempt):
        if stage == "DATA":
            return "554 Never"

    right = tls(place.folder / "localhost.pem", place.folder / "localhost.key")
    service = place.service()
    service.start()
    mx = place.mx(script, login=LOGIN, tls_context=right, require_starttls=True)
    # As whoever sits in between would: an answer to the next command, in the same packet. From then on each answer is taken for that of
    # the command after, and a mail that is refused for one that is accepted.
    mx.answer_to_starttls = "220 Ready\r\n250-mx.test\r\n250 AUTH PLAIN"
    _, said = service.command("mail", "test", TO, SMTP_URL=url("smtp", place.mx_port))
    mx.kill()
    service.stop()
    assert said != "accepted\n", "a mail that the server has refused counts as accepted"
    return "nothing was accepted"
