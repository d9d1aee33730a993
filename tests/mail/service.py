"""The service in a process of its own, with a data folder that outlives it."""

import itertools
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from atexit import register as on_exit

PASSWORD = "vellum otter sextant brocade"
JSON = {"content-type": "application/json"}

networks = itertools.count()
inherited = {name: value for name, value in os.environ.items() if not name.startswith("MANA_AUTH_")}


def network():
    """An address of another network each time: one may have but a few mails an hour."""
    number = next(networks)
    return f"10.{number >> 8}.{number & 255}.7"


class Service:
    def __init__(self, program, data, log, port, smtp_url, **settings):
        self.program, self.log, self.port = program, log, port
        self.settings = {
            "SMTP_URL": smtp_url,
            "PUBLIC_URL": "https://auth.example.org",
            "DATA": str(data),
            "LISTEN": f"127.0.0.1:{port}",
            "MANAGEMENT": f"127.0.0.1:{port + 1}",
            "TRUSTED_PROXIES": "127.0.0.1",
            # A hash costs next to nothing.
            "PASSWORD_MEMORY_KIB": "8",
            "PASSWORD_ITERATIONS": "1",
        } | settings

    def environment(self, **settings):
        return inherited | {f"MANA_AUTH_{name}": value for name, value in (self.settings | settings).items()}

    def start(self, **settings):
        self.settings |= settings
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.program, "serve"], env=self.environment(), stdout=log, stderr=log)
        # Where a case fails, nobody stops it.
        on_exit(self.process.kill)
        end = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port + 1}/ready", timeout=5):
                    return
            except OSError:
                assert time.monotonic() < end and self.process.poll() is None, "the service does not start"
                time.sleep(0.02)

    def stop(self):
        self.process.terminate()
        assert self.process.wait(30) == 0, "the service does not stop as it should"

    def kill(self):
        self.process.kill()
        self.process.wait()

    def post(self, path, body, of=None):
        """The status. From a network that nobody has asked from, unless one is given."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/auth/{path}",
            json.dumps(body).encode(),
            JSON | {"x-forwarded-for": of or network()},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code

    def register(self, to):
        status = self.post("register", {"email": to, "password": PASSWORD})
        assert status == 201, f"registration was answered {status}"

    def forgot(self, to):
        status = self.post("forgot-password", {"email": to})
        assert status == 200, f"forgot-password was answered {status}"

    def forgotten(self, to):
        """Somebody who has an account, and asks for a mail."""
        self.register(to)
        self.forgot(to)

    def command(self, *words, **settings):
        environment = self.environment(LOG_LEVEL="warn", **settings)
        ran = subprocess.run([self.program, *words], env=environment, capture_output=True, text=True, timeout=60)
        return ran.returncode, ran.stdout + ran.stderr

    def list(self):
        """What was not delivered, or not yet, by recipient."""
        code, told = self.command("mail", "list", "--json")
        assert code == 0, told
        return {mail["to"]: mail for mail in json.loads(told)}

    def metric(self, outcome):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port + 1}/metrics", timeout=5) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith(f'mana_auth_mails_total{{outcome="{outcome}"}}'):
                    return float(line.split()[-1])
        return 0


def eventually(what, holds, seconds):
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, f"not in {seconds} s: {what}"
        time.sleep(0.1)
    return found
