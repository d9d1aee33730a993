"""A real MTA takes the mail: Debian's OpenSMTPD."""

import os
import shutil
import subprocess

from arriving import is_well_formed
from server import Server
from service import eventually, on_exit

TO = "ada@example.org"

CONFIGURATION = """
listen on 127.0.0.1 port {port} hostname mx.test
action "relay" relay host smtp://127.0.0.1:{next}
match from local for any action "relay"
"""

# With a spool and a socket of its own, so that it stays apart from what the machine's own does.
APART = 'mount -t tmpfs none /var/spool && mount -t tmpfs none /run && exec "$0" -d -f "$1"'


def by_opensmtpd(place):
    """OpenSMTPD takes a mail, and passes it on."""
    smtpd = shutil.which("smtpd", path=f"{os.environ['PATH']}:/usr/sbin")
    if not smtpd:
        return "left out, for want of smtpd (Debian: opensmtpd)"
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        return "left out, for it needs root"
    configuration = place.folder / "smtpd.conf"
    configuration.write_text(CONFIGURATION.format(port=place.mx_port, next=place.mx_port + 1))
    mx = Server(place.mx_port + 1)
    with open(place.folder / "smtpd.log", "wb") as log:
        smtpd = subprocess.Popen(["unshare", "--mount", "bash", "-c", APART, smtpd, configuration], stdout=log, stderr=log)
    on_exit(smtpd.terminate)
    service = place.service()
    service.start()
    eventually("smtpd listens", lambda: service.command("mail", "test", "first@example.org")[0] == 0, 20)
    service.forgotten(TO)
    mail = mx.wait_for(TO, 30)
    is_well_formed(mail, TO)
    assert mail.hello != "auth.example.org" and "by mx.test (OpenSMTPD)" in mail.message["Received"]
    eventually("nothing waits", lambda: service.list() == {}, 5)
    service.stop()
    smtpd.terminate()
    smtpd.wait(10)
    return "one mail arrived"
