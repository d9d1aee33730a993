// Walks through docs/guides/single-page-app.md.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import {
  counted, isSignedIn, isSignedOut, launch, loadsOrders, open, person, picture, press, sessionCookie, signIn, signUp,
} from "./browser.js";
import { serve } from "./site.js";

const app = "https://app.example.com/";
const ada = "ada@example.com";
let browser;
let sites;

before(async () => {
  const api = {
    "passes-on.example.org": "/api/v1/auth",
    "named.example.org": "https://auth.example.org/api/v1/auth",
    localhost: "http://localhost:3938/api/v1/auth",
    "127.0.0.1": "http://localhost:3938/api/v1/auth",
  };
  sites = [await serve(3932, { auth: 3931, api }), await serve(3939, { tls: false, api })];
  browser = await launch(3932);
});
after(async () => {
  await browser?.close();
  sites?.forEach((site) => site.close());
});

test("signs up, stays signed in over a reload, and signs out", async () => {
  const context = await person(browser);
  const page = await open(context, app);
  await isSignedOut(page);
  await picture(page, "sign-in");
  await page.getByText("Create an account").click();
  await picture(page, "sign-up", { width: 390, height: 1100 });
  await page.getByText("Create an account").click();
  await signUp(page, ada, "Ada");
  const cookie = await sessionCookie(context, 7);
  assert.deepEqual(
    [cookie.name, cookie.domain, cookie.httpOnly, cookie.secure, cookie.sameSite],
    ["__Host-mana_session", "auth.example.com", true, true, "Lax"],
  );
  await loadsOrders(page, ada);
  await picture(page, "signed-in");
  await page.reload();
  await isSignedIn(page, "Ada");
  await loadsOrders(page, ada);
  assert.deepEqual(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]), ["", 0, 0]);
  await press(page, "Sign out");
  await isSignedOut(page);
  assert.equal(await page.locator("#orders").textContent(), "");
  await page.reload();
  await isSignedOut(page);
  assert(!(await context.cookies()).some(({ name }) => name.endsWith("mana_session")));
  await context.close();
});

test("the checkbox makes it 30 days, and what goes wrong is said", async () => {
  const context = await person(browser);
  const page = await open(context, app);
  await signIn(page, ada, { by: "not the password" });
  await page.getByRole("alert").getByText("Invalid email or password").waitFor();
  await picture(page, "wrong-password");
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, "wrong-password-dark", { width: 390, height: 760 });
  await page.getByText("Create an account").click();
  const form = page.locator("#sign-up");
  await form.getByLabel("Email").fill("eve@example.com");
  await form.getByLabel("Password").fill("passwordpassword");
  await press(page, "Create the account");
  await page.getByRole("alert").getByText("password").waitFor();
  await signIn(page, ada, { stays: true });
  await isSignedIn(page, "Ada");
  await sessionCookie(context, 30);
  await context.close();
});

test("fields have the words that password managers go by", async () => {
  const context = await person(browser);
  const page = await open(context, app);
  await isSignedOut(page);
  const words = await page.locator("input").evaluateAll((inputs) => inputs.map((input) => [
    input.form.id, input.labels.length, input.autocomplete || input.type,
  ]));
  assert.deepEqual(words, [
    ["sign-in", 1, "username"], ["sign-in", 1, "current-password"], ["sign-in", 1, "checkbox"],
    ["sign-up", 1, "name"], ["sign-up", 1, "username"], ["sign-up", 1, "new-password"], ["sign-up", 1, "checkbox"],
  ]);
  await context.close();
});

test("tabs share one token, and renew it once", async () => {
  const context = await person(browser);
  const one = await open(context, app);
  await signIn(one, ada);
  await isSignedIn(one, "Ada");
  await loadsOrders(one, ada);
  const other = await open(context, app);
  await isSignedIn(other, "Ada");
  const exchanges = [counted(one, "/session-to-token"), counted(other, "/session-to-token")];
  await loadsOrders(other, ada);
  await loadsOrders(one, ada);
  assert.deepEqual(exchanges.map(({ count }) => count), [0, 1]);
  // A quarter of an hour passes, and a tab wants several tokens at once.
  await one.clock.setFixedTime(Date.now() + 900_000);
  const statuses = await one.evaluate(async () => {
    const { api } = await import("/auth.js");
    return Promise.all([1, 2, 3, 4].map(async () => (await api("https://api.example.com/orders")).status));
  });
  assert.deepEqual(statuses, [200, 200, 200, 200]);
  assert.equal(exchanges[0].count, 1);
  // Another passes, and both tabs want one.
  for (const page of [one, other]) await page.clock.setFixedTime(Date.now() + 1_800_000);
  for (let round = 0; round < 3; round += 1) await Promise.all([loadsOrders(one, ada), loadsOrders(other, ada)]);
  // One more if a tab had the lock before it heard of the other's token.
  const exchanged = exchanges[0].count + exchanges[1].count;
  assert(exchanged === 3 || exchanged === 4, `${exchanged} exchanges`);
  await press(one, "Sign out");
  await isSignedOut(one);
  await isSignedOut(other);
  await context.close();
});

test("a session that was ended elsewhere is dead at once", async () => {
  const [context, elsewhere] = [await person(browser), await person(browser)];
  const page = await open(context, app);
  await signIn(page, ada, { stays: true });
  await isSignedIn(page, "Ada");
  await loadsOrders(page, ada);
  const idle = await open(context, app);
  await isSignedIn(idle, "Ada");
  // Its tabs are told nothing by the page that notices: they are of another profile's.
  const away = await open(elsewhere, app);
  await signIn(away, ada);
  await isSignedIn(away, "Ada");
  await press(away, "Sign out on all devices");
  await isSignedOut(away);
  await press(page, "Load my orders");
  await isSignedOut(page);
  await isSignedOut(idle);
  await page.reload();
  await isSignedOut(page);
  // And a page that calls nothing, when it is looked at.
  await signIn(page, ada);
  await isSignedIn(page, "Ada");
  await idle.close();
  await signIn(away, ada);
  await isSignedIn(away, "Ada");
  await press(away, "Sign out on all devices");
  await isSignedOut(away);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await isSignedOut(page);
  await context.close();
  await elsewhere.close();
});

test("a page on another site can't stay signed in, unless the cookie is of its own site", async () => {
  for (const [host, stays] of [["app", false], ["passes-on", true], ["named", true]]) {
    const context = await person(browser);
    const page = await open(context, `https://${host}.example.org/`);
    await signIn(page, ada);
    await isSignedIn(page, "Ada");
    await page.reload();
    await (stays ? isSignedIn(page, "Ada") : isSignedOut(page));
    if (stays) await loadsOrders(page, ada);
    await context.close();
  }
});

test("on one's own machine, localhost and 127.0.0.1 are two sites", async () => {
  for (const [host, stays] of [["localhost", true], ["127.0.0.1", false]]) {
    const context = await person(browser);
    const page = await open(context, `http://${host}:3939/`);
    await isSignedOut(page);
    if (stays) await signUp(page, "dev@example.com", "Dev");
    else await signIn(page, "dev@example.com");
    await isSignedIn(page, "Dev");
    await page.reload();
    await (stays ? isSignedIn(page, "Dev") : isSignedOut(page));
    await context.close();
  }
});
