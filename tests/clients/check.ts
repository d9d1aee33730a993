// A client whose types come from the document: it signs in, refreshes, lists sessions, changes the password and signs out.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Code = components["schemas"]["ErrorCode"];

const baseUrl = process.argv[2];
const client = createClient<paths>({ baseUrl });
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const person = { email: "grace@example.org", password: "seven otters rehearse a tango" };
const next = "nine badgers compose a waltz";

const registered = await client.POST("/api/v1/auth/register", { body: { ...person, name: "Grace" } });
assert.equal(registered.data?.user.email, person.email);

const wrong = await client.POST("/api/v1/auth/login", { body: { ...person, password: next } });
const refused: Code = "INVALID_CREDENTIALS";
assert.equal(wrong.error?.error, refused);

const signedIn = await client.POST("/api/v1/auth/login", { body: { ...person, rememberMe: true } });
assert(signedIn.data);
const refreshed = await client.POST("/api/v1/auth/refresh", { body: { refreshToken: signedIn.data.refreshToken } });
assert(refreshed.data);

const sessions = await client.GET("/api/v1/auth/sessions", bearer(refreshed.data.accessToken));
assert.deepEqual(sessions.data?.map((session) => [session.rememberMe, session.current]), [[true, true]]);

const changed = await client.POST("/api/v1/auth/change-password", {
  ...bearer(refreshed.data.accessToken),
  body: { currentPassword: person.password, newPassword: next },
});
assert(changed.data?.accessToken);

const validated = await client.POST("/api/v1/auth/validate", { body: { token: changed.data.accessToken } });
assert.equal(validated.data?.payload?.email, person.email);

const out = await client.POST("/api/v1/auth/logout", bearer(changed.data.accessToken));
assert.equal(out.data?.success, true);
const late = await client.GET("/api/v1/auth/session", bearer(changed.data.accessToken));
assert.equal(late.response.status, 401);
console.log("the client for TypeScript did it all");
