// A service that is made up: it publishes keys of the test's, which signs what the real one never would.

import { CompactSign, UnsecuredJWT, base64url, calculateJwkThumbprint, exportJWK, exportSPKI, generateKeyPair } from "jose";
import { createServer } from "node:http";

export async function makeKey() {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const { kty, crv, x } = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint({ kty, crv, x });
  return { privateKey, kid, jwk: { kty, crv, alg: "EdDSA", use: "sig", kid, x }, pem: await exportSPKI(publicKey) };
}

const encode = (value) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

/** A token of any header and claims. */
export const sign = (key, claims, header = {}, secret = key.privateKey) =>
  new CompactSign(encode(claims)).setProtectedHeader({ alg: "EdDSA", typ: "JWT", kid: key.kid, ...header }).sign(secret);

/** The key set of a service, which counts who asks for it, and can be out. */
export async function serve() {
  const state = { keys: [], fetches: 0, out: true };
  const server = createServer((request, response) => {
    if (request.url !== "/.well-known/jwks.json") return response.writeHead(404).end();
    state.fetches += 1;
    if (state.out) return response.writeHead(503).end();
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys: state.keys.map(({ jwk }) => jwk) }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  return { state, issuer, close: () => server.close(server.closeAllConnections()) };
}

export function claimsOf(issuer, changes = {}) {
  const now = Math.floor(Date.now() / 1000);
  return {
    sub: "01a20826-7596-7c7e-afdb-1d0899003eab", email: "ada@example.org", email_verified: false, role: "user", sid: "01a20826-76a4",
    iss: issuer, aud: issuer, iat: now, exp: now + 900, pos: "1.a", tier: "pro", ...changes,
  };
}

/** Tokens that nobody may accept. */
export async function bad(key, issuer) {
  const claims = claimsOf(issuer), now = claims.iat, stranger = await makeKey();
  const by = (changes, header) => sign(key, claimsOf(issuer, changes), header);
  const good = await by({});
  const [head, body, signature] = good.split(".");
  const part = (value) => base64url.encode(encode(value));
  const unsecured = new UnsecuredJWT(claims).encode();
  const hmac = (secret) => sign(key, claims, { alg: "HS256" }, secret);
  return {
    expired: await by({ iat: now - 1000, exp: now - 100 }),
    "without an end": await by({ exp: undefined }),
    "for another": await by({ aud: "https://other.example" }),
    "for others": await by({ aud: ["https://other.example", `${issuer}/`] }),
    "for nobody": await by({ aud: undefined }),
    "by another issuer": await by({ iss: "https://other.example" }),
    "by a longer issuer": await by({ iss: `${issuer}/` }),
    "by no issuer": await by({ iss: undefined }),
    "about nobody": await by({ sub: undefined }),
    "of no session": await by({ sid: undefined }),
    "of another type": await by({}, { typ: "at+jwt" }),
    "of no type": await by({}, { typ: undefined }),
    "altered claims": [head, part({ ...claims, role: "admin" }), signature].join("."),
    "altered signature": [head, body, (signature[0] === "A" ? "B" : "A") + signature.slice(1)].join("."),
    "no signature": [head, body, ""].join("."),
    "two parts": [head, body].join("."),
    "four parts": [good, signature].join("."),
    "no algorithm": unsecured,
    "no algorithm, signed": [part({ alg: "none", typ: "JWT", kid: key.kid }), body, signature].join("."),
    "no algorithm, in capitals": [part({ alg: "NONE", typ: "JWT", kid: key.kid }), body, ""].join("."),
    "the public key as a secret": await hmac(base64url.decode(key.jwk.x)),
    "its text as a secret": await hmac(encode(key.jwk.x)),
    "its PEM as a secret": await hmac(encode(key.pem)),
    "another key under its name": await sign(key, claims, {}, stranger.privateKey),
    "another key": await sign(stranger, claims),
    "a key of its own": await sign(stranger, claims, { jwk: stranger.jwk }),
    "a header in depth": [base64url.encode("[".repeat(2000)), body, signature].join("."),
    garbage: "garbage",
    dots: "..",
    "other characters": "ä.ö.ü",
    "1 MiB": "a".repeat(1 << 20),
    "1 MiB with dots": "a.".repeat(1 << 19),
  };
}
