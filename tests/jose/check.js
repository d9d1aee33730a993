// What the service seals and signs, read by another implementation of JOSE (RFC 7515 to 7519). The arguments are the
// address of a service on which nobody has signed in yet, and its secret as the key `secrets` has it.

import assert from "node:assert/strict";
import { hkdfSync } from "node:crypto";
import test from "node:test";
import { CompactEncrypt, compactDecrypt, createRemoteJWKSet, jwtVerify } from "jose";

const [address, secrets] = process.argv.slice(2);
const [version, secret] = secrets.split(":");
const api = `${address}/api/v1/auth`;
const person = { email: "ada@example.org", password: "seven otters rehearse a tango" };

const post = (route, body, headers = {}) =>
  fetch(`${api}/${route}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

const cookieOf = (answer, name) =>
  answer.headers.getSetCookie().find((cookie) => cookie.startsWith(`${name}=`))?.split(";")[0].slice(name.length + 1);

/** HKDF (RFC 5869) of the secret, for the day in the key's id and the service's address. */
const keyOf = (kid) => {
  const [day, of] = kid.split(".");
  assert.equal(of, version);
  const info = `mana-auth/session-cache/v1\0${day}\0${issuer}`;
  return new Uint8Array(hkdfSync("sha256", Buffer.from(secret, "base64url"), Buffer.alloc(0), info, 32));
};

assert.equal((await post("register", person)).status, 201);
const login = await post("login", person);
const { accessToken, user } = await login.json();
const issuer = JSON.parse(Buffer.from(accessToken.split(".")[1], "base64url")).iss;
const session = cookieOf(login, "mana_session");
const sealed = cookieOf(login, "mana_cache");
const header = JSON.parse(Buffer.from(sealed.split(".")[0], "base64url"));

const read = (cache) => fetch(`${api}/session`, { headers: { cookie: `mana_session=${session}; mana_cache=${cache}` } });

test("the session cache is a JWE that opens", async () => {
  assert.deepEqual(header, { alg: "dir", enc: "A256GCM", kid: header.kid });
  const { plaintext } = await compactDecrypt(sealed, keyOf(header.kid));
  const payload = JSON.parse(new TextDecoder().decode(plaintext));
  // What was read of the user (u) and the session (t), under names of one letter: the service shows it as it does what it reads.
  assert.deepEqual([payload.u.i, payload.u.m, payload.u.n], [user.id, user.email, user.name]);
  const { user: shown, session } = await (await read(sealed)).json();
  assert.deepEqual(shown, user);
  assert.equal(payload.t.i, session.id);
});

test("every mutation is refused", async () => {
  const key = keyOf(header.kid);
  for (let at = 0; at < sealed.length; at += 1) {
    if (sealed[at] === ".") continue;
    const other = sealed[at] === "A" ? "B" : "A";
    const mutated = sealed.slice(0, at) + other + sealed.slice(at + 1);
    // The last character of a part may hold bits that say nothing.
    const same = mutated.split(".").every((part, n) =>
      Buffer.from(part, "base64url").equals(Buffer.from(sealed.split(".")[n], "base64url")));
    if (!same) await assert.rejects(compactDecrypt(mutated, key), `character ${at}`);
  }
});

test("the service opens what another seals", async () => {
  const key = keyOf(header.kid);
  const { plaintext } = await compactDecrypt(sealed, key);
  const payload = JSON.parse(new TextDecoder().decode(plaintext));
  payload.u.n = "Sealed by another";
  const text = new TextEncoder().encode(JSON.stringify(payload));
  const by = async (protectedHeader, of) => {
    const cookie = await new CompactEncrypt(text).setProtectedHeader(protectedHeader).encrypt(of);
    return (await (await read(cookie)).json()).user.name;
  };
  assert.equal(await by(header, key), "Sealed by another");
  // Nothing but this header, and no other key.
  assert.equal(await by({ ...header, typ: "JWT" }, key), "");
  assert.equal(await by({ ...header, enc: "A128GCM" }, key.slice(0, 16)), "");
  assert.equal(await by(header, keyOf(`1.${version}`)), "");
});

test("access tokens verify against the published keys", async () => {
  const keys = createRemoteJWKSet(new URL(`${address}/.well-known/jwks.json`));
  const { payload, protectedHeader } = await jwtVerify(accessToken, keys, { algorithms: ["EdDSA"] });
  assert.equal(protectedHeader.alg, "EdDSA");
  assert.deepEqual([payload.sub, payload.email], [user.id, user.email]);
  assert.match(payload.pos, /^[0-9]+\.[0-9a-f]+$/);
});
