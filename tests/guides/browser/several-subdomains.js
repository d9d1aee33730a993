// Walks through docs/guides/several-subdomains.md.

import assert from "node:assert/strict";
import { request } from "node:https";
import test, { after, before } from "node:test";
import { isSignedIn, isSignedOut, launch, loadsOrders, open, person, picture, press, sessionCookie, signIn, signUp } from "./browser.js";
import { serve } from "./site.js";

const [app, shop, account] = ["app", "shop", "account"].map((host) => `https://${host}.example.com/`);
const email = "grace@example.com";
let browsers;
let sites;

before(async () => {
  sites = [await serve(3934, { auth: 3933 }), await serve(3936, { auth: 3935, rendered: 3937 })];
  browsers = [await launch(3934), await launch(3936)];
});
after(async () => {
  for (const browser of browsers ?? []) await browser.close();
  sites?.forEach((site) => site.close());
});

/** What a page of the auth server's site reads with the cookie. */
const read = (page, path) => page.evaluate(async (path) => {
  const answer = await fetch(`https://auth.example.com/api/v1/auth${path}`, { credentials: "include" });
  return answer.json();
}, path);

test("pages: one sign-in for all, and one sign-out", async () => {
  const context = await person(browsers[0]);
  const first = await open(context, app);
  await signUp(first, email, "Grace");
  assert.equal((await sessionCookie(context, 7)).name, "__Host-mana_session");
  const second = await open(context, shop);
  await isSignedIn(second, "Grace");
  await loadsOrders(second, email);
  await first.reload();
  await loadsOrders(first, email);
  await loadsOrders(second, email);

  const sessions = await read(first, "/sessions");
  const parent = sessions.find(({ parentId }) => parentId === null);
  const children = sessions.filter(({ parentId }) => parentId === parent.id);
  assert.deepEqual(children.map(({ origin }) => origin).sort(), ["https://app.example.com", "https://shop.example.com"]);
  assert.equal(sessions.length, 3);

  await press(first, "Sign out");
  await isSignedOut(first);
  await press(second, "Load my orders");
  await isSignedOut(second);
  await signIn(second, email, { stays: true });
  await isSignedIn(second, "Grace");
  await sessionCookie(context, 30);
  await first.reload();
  await isSignedIn(first, "Grace");
  await context.close();
});

test("pages: ending all other sessions ends the other apps' children, which exchange anew", async () => {
  const context = await person(browsers[0]);
  const first = await open(context, app);
  await signIn(first, email);
  await isSignedIn(first, "Grace");
  const second = await open(context, shop);
  await loadsOrders(second, email);
  const [child] = (await read(first, "/sessions")).filter(({ origin }) => origin === "https://shop.example.com");
  await first.evaluate(async () => {
    await fetch("https://auth.example.com/api/v1/auth/sessions", { method: "DELETE", credentials: "include" });
  });
  assert(!(await read(first, "/sessions")).some(({ id }) => id === child.id));
  await loadsOrders(second, email);
  await isSignedIn(second, "Grace");
  await context.close();
});

test("pages: an origin that isn't listed can't read, sign in or sign out", async () => {
  const context = await person(browsers[0]);
  const page = await open(context, "https://evil.example.com/");
  await page.getByRole("alert").getByText("Failed to fetch").waitFor();
  const listed = await open(context, app);
  await signIn(listed, email);
  await isSignedIn(listed, "Grace");
  await page.evaluate(() => fetch("https://auth.example.com/api/v1/auth/logout", {
    method: "POST", credentials: "include", mode: "no-cors",
  }));
  await listed.reload();
  await isSignedIn(listed, "Grace");
  await context.close();
});

test("web servers: the cookie comes to them too, and a sign-out there ends it everywhere", async () => {
  const context = await person(browsers[1]);
  const page = await open(context, app);
  await signUp(page, email, "Grace");
  const cookie = await sessionCookie(context, 7);
  assert.deepEqual([cookie.name, cookie.domain], ["__Secure-mana_session", ".example.com"]);
  const rendered = await open(context, account);
  await isSignedIn(rendered, email);
  await picture(rendered, "rendered");
  // Who forges a sign-out is refused, since the server passes the origin on.
  assert.equal(await signOutFrom("https://evil.example.com", cookie), 403);
  await rendered.reload();
  await isSignedIn(rendered, email);
  await press(rendered, "Sign out");
  await rendered.getByRole("link", { name: "Sign in" }).waitFor();
  assert(!(await context.cookies()).some(({ name }) => name.endsWith("mana_session")));
  await press(page, "Load my orders");
  await isSignedOut(page);
  await signIn(page, email, { stays: true });
  await isSignedIn(page, "Grace");
  await sessionCookie(context, 30);
  await rendered.reload();
  await isSignedIn(rendered, email);
  const unknown = await person(browsers[1]);
  await (await open(unknown, account)).getByRole("link", { name: "Sign in" }).waitFor();
  await context.close();
  await unknown.close();
});

const signOutFrom = (origin, { name, value }) => new Promise((resolve, reject) => {
  const options = { method: "POST", headers: { host: "account.example.com", origin, cookie: `${name}=${value}` }, rejectUnauthorized: false };
  request("https://127.0.0.1:3936/sign-out", options, (answer) => resolve(answer.resume().statusCode)).on("error", reject).end();
});
