"""An SMTP server that does what a test tells it: it takes a mail, puts it off, refuses it, hangs, or hangs up."""

import asyncio
import email
import email.policy
import logging
import ssl
import threading
import time
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

logging.getLogger("mail.log").setLevel(logging.CRITICAL)
# That some of these servers are none that anybody should run.
warnings.filterwarnings("ignore", module="aiosmtpd")

# All servers are on one loop, in a thread of its own.
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()


def on_loop(coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, loop).result(10)


def tls(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class Mail:
    """A mail that arrived whole."""

    def __init__(self, session, envelope):
        self.at = time.monotonic()
        self.hello = session.host_name
        self.sender, self.to = envelope.mail_from, envelope.rcpt_tos
        self.raw = envelope.original_content
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)
        self.id = self.message["Message-ID"]
        # Whether the client could read that it was accepted.
        self.is_accepted = False

    def part(self, kind):
        return self.message.get_body((kind,)).get_content().replace("\r\n", "\n")


class Connection(SMTP):
    """What one client says. Lasts over STARTTLS, which makes the connection a second time."""

    def __init__(self, server, **options):
        super().__init__(server, hostname="mx.test", loop=loop, enable_SMTPUTF8=True, **options)
        self.server = server

    def connection_made(self, transport):
        super().connection_made(transport)
        self.server.connections.add(self)
        self.server.most = max(self.server.most, len(self.server.connections))

    def connection_lost(self, error):
        self.server.connections.discard(self)
        super().connection_lost(error)

    def data_received(self, data):
        self.server.heard += data
        super().data_received(data)

    async def push(self, status):
        if str(status).startswith("354") and self.server.hangs_up(self.envelope.rcpt_tos[0]):
            await super().push(status)
            self.server.cut.append(await self._reader.read(300))
            self.transport.abort()
        elif str(status).startswith("220 Ready") and self.server.answer_to_starttls:
            await super().push(self.server.answer_to_starttls)
        else:
            await super().push(status)


class Server:
    """A server on loopback. `script` is asked after each RCPT and each DATA what to answer: stage, recipient, number of the attempt."""

    def __init__(self, port, script=None, login=None, implicit=None, **options):
        self.port, self.script, self.login, self.implicit, self.options = port, script, login, implicit, options
        if login:
            self.options |= {"authenticator": self.authenticate, "auth_required": True}
        self.mails, self.attempts, self.logins, self.heard = [], {}, [], bytearray()
        # Those to hang up on once, in the middle of their mail, and what came of it until then.
        self.to_hang_up_on, self.cut = set(), []
        self.answer_to_starttls = None
        self.connections, self.most = set(), 0
        self.start()

    def start(self):
        async def listen():
            made = lambda: Connection(self, **self.options)
            self.listening = await loop.create_server(made, "127.0.0.1", self.port, ssl=self.implicit)

        on_loop(listen())

    def kill(self):
        """As when the process dies: nobody listens, and every connection is gone."""

        async def die():
            self.listening.close()
            for connection in list(self.connections):
                connection.transport.abort()

        on_loop(die())

    def hangs_up(self, to):
        if to not in self.to_hang_up_on:
            return False
        self.to_hang_up_on.remove(to)
        return True

    def authenticate(self, smtp, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode())
        self.logins.append((mechanism, given, smtp.transport.get_extra_info("ssl_object") is not None))
        return AuthResult(success=given == self.login, handled=False)

    async def answer(self, stage, to):
        attempt = self.attempts[stage, to] = self.attempts.get((stage, to), 0) + 1
        return (self.script and await self.script(stage, to, attempt)) or "250 OK"

    async def handle_RCPT(self, smtp, session, envelope, address, options):
        answer = await self.answer("RCPT", address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, smtp, session, envelope):
        mail = Mail(session, envelope)
        self.mails.append(mail)
        answer = await self.answer("DATA", envelope.rcpt_tos[0])
        mail.is_accepted = answer.startswith("2") and smtp.transport is not None and not smtp.transport.is_closing()
        return answer

    def all_to(self, to):
        """Every mail to an address that arrived whole, whatever it was answered."""
        return [mail for mail in self.mails if to in mail.to]

    def accepted(self, to):
        return [mail for mail in self.all_to(to) if mail.is_accepted]

    def wait_for(self, to, seconds, count=1):
        """The last mail to an address, once so many were accepted."""
        end = time.monotonic() + seconds
        while len(self.accepted(to)) < count:
            assert time.monotonic() < end, f"no mail to {to} in {seconds} s"
            time.sleep(0.01)
        return self.accepted(to)[-1]


async def hang():
    await asyncio.Event().wait()
