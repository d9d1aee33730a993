"""A client that was made of the document: it signs in, refreshes, lists sessions, changes the password and signs out."""

import sys

from mana_auth_client import AuthenticatedClient, Client
from mana_auth_client.api.accounts import change_password, register
from mana_auth_client.api.sessions import get_session, list_sessions, login, logout, refresh
from mana_auth_client.api.tokens import get_jwks
from mana_auth_client.models import (
    ChangePasswordBody,
    ErrorCode,
    LoginBody,
    LogoutBody,
    Problem,
    RefreshBody,
    RegisterBody,
    SignedInBody,
)

base = sys.argv[1]
client = Client(base_url=base)
email, password, other = "ada@example.org", "seven otters rehearse a tango", "nine badgers compose a waltz"


def bearer(token: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=base, token=token)


registered = register.sync(client=client, body=RegisterBody(email=email, password=password, name="Ada"))
assert registered.user.email == email, registered

wrong = login.sync(client=client, body=LoginBody(email=email, password=other))
assert isinstance(wrong, Problem) and wrong.error is ErrorCode.INVALID_CREDENTIALS, wrong

signed_in = login.sync(client=client, body=LoginBody(email=email, password=password, remember_me=True))
assert isinstance(signed_in, SignedInBody), signed_in
signed_in = refresh.sync(client=client, body=RefreshBody(refresh_token=signed_in.refresh_token))
assert isinstance(signed_in, SignedInBody), signed_in

sessions = list_sessions.sync(client=bearer(signed_in.access_token))
assert [session.remember_me for session in sessions] == [True], sessions

body = ChangePasswordBody(current_password=password, new_password=other)
changed = change_password.sync(client=bearer(signed_in.access_token), body=body)
assert changed.success and changed.access_token, changed
assert len(get_jwks.sync(client=client).keys) == 1

out = logout.sync(client=bearer(changed.access_token), body=LogoutBody(refresh_token=changed.refresh_token))
assert out.success, out
late = get_session.sync(client=bearer(changed.access_token))
assert isinstance(late, Problem) and late.status == 401, late
print("the client for Python did it all")
