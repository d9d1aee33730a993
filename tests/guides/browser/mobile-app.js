// Runs the code of docs/guides/mobile-app.md. A map stands for the phone's secure store, and a module that is loaded anew for an app
// that was started again.

import assert from "node:assert/strict";
import test, { beforeEach, mock } from "node:test";

const api = "http://127.0.0.1:3938/api/v1/auth";
const auth = `${process.env.WORK}/mobile-app/auth.js`;
const password = "seven otters rehearse a tango";
const { fetch } = globalThis;
let starts = 0;
let email;
let requests;
let loseAnswerTo;
let holdAnswer;

// What the app sends, and a network that loses an answer or is slow with one where a test wants it.
globalThis.fetch = async (url, options) => {
  assert.equal(options.credentials, "omit");
  requests.push(new URL(url).pathname.replace("/api/v1/auth", ""));
  const answer = await fetch(url, options);
  if (url.endsWith("/refresh")) await holdAnswer?.();
  if (loseAnswerTo && url.endsWith(loseAnswerTo)) throw new TypeError("Network request failed");
  return answer;
};
const count = (path) => requests.filter((one) => one === path).length;

/** The app, started on a phone. What its callback was last told is `app.user`. */
async function start(phone = new Map()) {
  globalThis.phone = phone;
  const app = { ...await import(`${auth}?${starts += 1}`), phone };
  app.stored = () => JSON.parse(phone.get("auth"));
  app.profile = async () => (await app.request(`${api}/profile`)).status;
  await app.start((user) => { app.user = user; });
  return app;
}

async function signedIn({ stays = false } = {}) {
  const app = await start();
  await app.signIn(email, password, stays, "Ada's phone");
  return app;
}

const days = ({ expiresAt, createdAt }) => (Date.parse(expiresAt) - Date.parse(createdAt)) / 86_400_000;
async function isRefused(refreshToken) {
  const body = JSON.stringify({ refreshToken });
  const answer = await fetch(`${api}/refresh`, { method: "POST", headers: { "content-type": "application/json" }, body });
  assert.equal(answer.status, 401);
}

const quarterOfAnHour = () => mock.timers.setTime(Date.now() + 900_000);

beforeEach(async () => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["Date"], now: Date.now() });
  requests = [];
  loseAnswerTo = null;
  holdAnswer = null;
  email = `ada${starts}@example.com`;
  await (await start()).signUp(email, password, "Ada");
});

test("signs in, for 7 days or 30", async () => {
  const app = await start();
  assert.equal(app.user, null);
  await assert.rejects(app.signIn(email, "not the password", false), { code: "INVALID_CREDENTIALS" });
  await app.signIn(email, password, false, "Ada's phone");
  assert.equal(app.user.name, "Ada");
  const deviceId = app.stored().deviceId;
  const [session] = await app.sessions();
  assert.deepEqual([session.deviceId, session.deviceName, session.rememberMe, days(session)], [deviceId, "Ada's phone", false, 7]);
  const [remembered] = await (await signedIn({ stays: true })).sessions();
  assert.deepEqual([remembered.rememberMe, days(remembered)], [true, 30]);
});

test("is signed in after a start, without a network, and keeps no access token", async () => {
  const app = await signedIn();
  requests = [];
  const again = await start(app.phone);
  assert.equal(again.user.name, "Ada");
  assert.deepEqual(requests, []);
  assert.deepEqual(Object.keys(again.stored()).sort(), ["deviceId", "refreshToken", "user"]);
  assert.equal(await again.profile(), 200);
  assert.deepEqual(requests, ["/refresh", "/profile"]);
});

test("renews once for parallel requests", async () => {
  const app = await signedIn();
  assert.equal(await app.profile(), 200);
  assert.equal(count("/refresh"), 0);
  quarterOfAnHour();
  const before = app.stored().refreshToken;
  assert.deepEqual(await Promise.all([1, 2, 3, 4, 5].map(app.profile)), [200, 200, 200, 200, 200]);
  assert.equal(count("/refresh"), 1);
  assert.notEqual(app.stored().refreshToken, before);
});

test("a lost answer costs nothing: the same token gets the same successor", async () => {
  const app = await signedIn();
  quarterOfAnHour();
  const before = app.stored().refreshToken;
  loseAnswerTo = "/refresh";
  await assert.rejects(app.profile(), TypeError);
  assert.equal(app.stored().refreshToken, before);
  assert.equal(app.user.name, "Ada");
  loseAnswerTo = null;
  assert.equal(await app.profile(), 200);
  // Nor does an app that was ended before it could store the answer.
  const stored = new Map(app.phone);
  quarterOfAnHour();
  assert.equal(await app.profile(), 200);
  const again = await start(stored);
  assert.equal(await again.profile(), 200);
  assert.equal(again.stored().refreshToken, app.stored().refreshToken);
});

test("a copied token ends the session", async () => {
  const app = await signedIn();
  const thief = await start(new Map(app.phone));
  quarterOfAnHour();
  assert.equal(await app.profile(), 200);
  quarterOfAnHour();
  assert.equal(await app.profile(), 200);
  await assert.rejects(thief.profile(), { code: "INVALID_REFRESH_TOKEN" });
  globalThis.phone = app.phone;
  await assert.rejects(app.profile(), { code: "INVALID_REFRESH_TOKEN" });
  assert.equal(app.user, null);
  assert.deepEqual(Object.keys(app.stored()), ["deviceId"]);
});

test("a session that another device ends is dead at once", async () => {
  const lost = await signedIn({ stays: true });
  const other = await signedIn();
  const session = (await other.sessions()).find(({ current }) => !current);
  await other.endSession(session.id);
  await assert.rejects(lost.profile(), { code: "INVALID_REFRESH_TOKEN" });
  assert.equal(lost.user, null);
  assert.equal(await other.profile(), 200);
});

test("signs out, also where the network does not answer", async () => {
  const app = await signedIn();
  const { deviceId, refreshToken } = app.stored();
  await app.signOut();
  assert.equal(app.user, null);
  assert.deepEqual(app.stored(), { deviceId });
  await isRefused(refreshToken);
  await assert.rejects(app.profile(), { code: "UNAUTHENTICATED" });
  await app.signIn(email, password, false);
  loseAnswerTo = "/logout";
  await assert.rejects(app.signOut(), TypeError);
  assert.equal(app.user, null);
});

test("who signs out during a renewal stays signed out", async () => {
  const app = await signedIn();
  quarterOfAnHour();
  const { refreshToken } = app.stored();
  holdAnswer = () => app.signOut();
  await assert.rejects(app.profile(), { code: "UNAUTHENTICATED" });
  // And so for the service, although the app knew only the token that was spent.
  await isRefused(refreshToken);
  assert.equal(app.user, null);
  assert.deepEqual(Object.keys(app.stored()), ["deviceId"]);
});

test("deletes the account", async () => {
  const app = await signedIn();
  await assert.rejects(app.deleteAccount("not the password"), { code: "INVALID_CREDENTIALS" });
  assert.equal(count("/account"), 1);
  assert.equal(app.user.name, "Ada");
  await app.deleteAccount(password);
  assert.equal(app.user, null);
  await assert.rejects(app.signIn(email, password, false), { code: "INVALID_CREDENTIALS" });
});
