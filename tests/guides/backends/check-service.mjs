// The real service: its tokens, those of another with its name, service tokens, sign-out, and keys that are replaced.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { ask, start, until } from "./samples.mjs";

const INVALID = 'Bearer error="invalid_token"';
const issuer = "http://127.0.0.1:3941", orders = "https://orders.example.com", ordersPort = 3942;
const person = { email: "ada@example.org", password: "seven otters rehearse a tango" };
const CONFIGURATION = { MANA_AUTH_PUBLIC_URL: issuer, MANA_AUTH_TOKEN_AUDIENCES: orders, MANA_AUTH_TOKEN_CLAIMS: "tier" };

async function post(route, body, base = issuer, token) {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${base}/api/v1/auth/${route}`, { method: "POST", headers, body: JSON.stringify(body) });
  assert.ok(response.ok, `${route}: ${response.status} ${await response.clone().text()}`);
  return response.json();
}

export async function withService({ server, work, all, startAll, each }) {
  const env = { ...process.env, ...CONFIGURATION };
  const serve = (port, data) =>
    start("the service", [server, "serve", "--listen", `127.0.0.1:${port}`, "--management", "off", "--data", data], port, { env });
  const data = `${work}/data`;
  const mana = (args, input = "") => execFileSync(server, [...args, "--data", data], { env, input, encoding: "utf8" });
  const [end] = await Promise.all([serve(3941, data), serve(3943, `${work}/other`)]);

  await Promise.all([post("register", person), post("register", person, "http://127.0.0.1:3943")]);
  mana(["user", "set-metadata", person.email, '{"tier":"pro"}']);
  const [ada, leaving, other] = [await post("login", person), await post("login", person), await post("login", person, "http://127.0.0.1:3943")];
  await startAll(all, { ISSUER: issuer, AUDIENCE: issuer });
  const isGood = async (port, token) => (await ask(port, `Bearer ${token}`)).status === 200;
  const isRefused = async (port, token, what) => {
    const { status, challenge } = await ask(port, `Bearer ${token}`);
    assert.deepEqual([status, challenge], [401, INVALID], what);
  };

  const published = async () => (await (await fetch(`${issuer}/.well-known/jwks.json`)).json()).keys;
  const [jwk] = await published();
  const forged = await forge(jwk, ada.accessToken);
  const { token: forOrders } = await post("service-token", { audience: orders }, issuer, ada.accessToken);
  await each(all, async ({ port }) => {
    const { status, text } = await ask(port, `Bearer ${ada.accessToken}`);
    const { user, role, tier } = JSON.parse(text);
    assert.deepEqual([status, user, role, tier], [200, ada.user.id, "user", "pro"]);
    await isRefused(port, other.accessToken, "of another service under this one's name");
    await isRefused(port, forOrders, "for another service");
    for (const [what, token] of Object.entries(forged)) await isRefused(port, token, what);
  });

  // The guide's programs that get service tokens.
  mana(["user", "create", "nightly-4b1c9e@services.example.com", "--role", "service"], "vellum otter sextant brocade\n");
  Object.assign(process.env, {
    ISSUER: issuer, SERVICE_EMAIL: "nightly-4b1c9e@services.example.com", SERVICE_PASSWORD: "vellum otter sextant brocade",
  });
  const { call, serviceToken } = await import(`${work}/call.mjs`);
  const { ownToken } = await import(`${work}/program.mjs`);
  const ordersEnv = { ...process.env, PORT: `${ordersPort}`, AUDIENCE: orders };
  await start("orders", [process.execPath, "server.mjs"], ordersPort, { cwd: work, env: ordersEnv });
  const answer = await call(`http://127.0.0.1:${ordersPort}`, ada.accessToken, orders);
  assert.deepEqual([answer.status, (await answer.json()).user], [200, ada.user.id]);
  assert.equal((await call(`http://127.0.0.1:${ordersPort}`, "garbage", orders)).status, 401);
  await isRefused(ordersPort, ada.accessToken, "an access token where a service token belongs");
  await assert.rejects(serviceToken(ada.accessToken, "https://unknown.example"), /400.*audience/);
  assert.equal(JSON.parse((await ask(ordersPort, `Bearer ${await ownToken(orders)}`)).text).role, "service");
  mana(["user", "revoke", "nightly-4b1c9e@services.example.com"]);
  const tokens = await Promise.all([ownToken(orders), ownToken(orders)]);
  for (const token of tokens) assert.equal(await isGood(ordersPort, token), true, "after its session was ended");
  const account = await fetch(`${issuer}/api/v1/auth/session`, { headers: { authorization: `Bearer ${forOrders}` } });
  assert.equal(account.status, 401, "a service token can't act on the account");

  // A sign-out: who asks, knows at once; to the others the token is good until it expires.
  await post("logout", { refreshToken: leaving.refreshToken });
  assert.equal(await serviceToken(leaving.accessToken, orders), null);
  await each(all, async ({ port, asks }) => assert.equal(await isGood(port, leaving.accessToken), !asks, "after the sign-out"));

  // The next key is published before it signs. The one that takes over from a revoked one signs at once.
  mana(["keys", "rotate"]);
  await until("the next key is published", async () => (await published()).length === 2);
  assert.equal(await isGood(all[0].port, (await post("login", person)).accessToken), true);
  mana(["keys", "revoke", jwk.kid]);
  await until("the revoked key is gone", async () => (await published()).every(({ kid }) => kid !== jwk.kid));
  const { accessToken } = await post("login", person);
  await each(all, async ({ name, port }) => {
    await until(`${name} finds the new key`, () => isGood(port, accessToken));
    await isRefused(port, ada.accessToken, "of a revoked key");
  });

  await end();
  await each(all.filter((it) => it.asks), async ({ port }) => assert.equal((await ask(port, `Bearer ${accessToken}`)).status, 503));
}

/** What somebody can make of a token and the public key. */
async function forge(jwk, token) {
  const { createHmac, createPublicKey } = await import("node:crypto");
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const [head, body, signature] = token.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url"));
  const hmac = (secret) => {
    const input = `${part({ alg: "HS256", typ: "JWT", kid: jwk.kid })}.${body}`;
    return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
  };
  return {
    "no algorithm": `${part({ alg: "none", typ: "JWT", kid: jwk.kid })}.${body}.`,
    "the public key as a secret": hmac(Buffer.from(jwk.x, "base64url")),
    "its PEM as a secret": hmac(createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" })),
    "altered claims": `${head}.${part({ ...claims, role: "admin" })}.${signature}`,
    garbage: "garbage",
  };
}
