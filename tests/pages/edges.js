// What goes wrong in a browser, and must not.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import test, { after, before } from "node:test";
import { launch, Person } from "./person.js";
import { Service } from "./service.js";

const password = "seven otters rehearse a tango";
let browser;
let service;

before(async () => {
  browser = await launch();
  service = await Service.start(3951, { MANA_AUTH_TRUSTED_ORIGINS: "http://localhost:3953" });
});
after(async () => {
  await browser.close();
  service.stop();
});

const someone = async (name, path = "/register") => {
  const person = Object.assign(await Person.with(browser, service), { name });
  const [address] = name.split(" ");
  await person.opens(path);
  await person.sends({ name, email: `${address}@example.org`, password });
  return person;
};

/** Another site, of one page. */
async function site(port, body) {
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(`<!doctype html><link rel=icon href=data:,>${body}`));
  await new Promise((listens) => { server.listen(port, "127.0.0.1", listens); });
  return server;
}

test("two tabs: what one ends, the other can't go on with", async () => {
  const ada = await someone("ada two tabs");
  await ada.is("/account");
  const other = await ada.context.newPage();
  await other.goto("/account");
  await ada.presses('form[action="/logout"] button');
  await other.locator("[name=name]").fill("Eve");
  await other.locator("main form button").click();
  await other.waitForURL("**/login*");
  // Somebody else signs in: the first one's form is not theirs.
  await ada.opens("/login");
  await ada.sends({ email: "ada@example.org", password });
  await other.goto("/account");
  await ada.presses('form[action="/logout"] button');
  await ada.opens("/register");
  await ada.sends({ name: "Bob", email: "bob@example.org", password });
  await other.locator("[name=name]").fill("Ada of the other tab");
  await other.locator("main form button").click();
  await other.getByText("This is not allowed").waitFor();
  assert.equal(service.row("SELECT name FROM users WHERE email = 'bob@example.org'").name, "Bob");
  await ada.leaves();
});

test("a double click registers once, and changes once", async () => {
  const cleo = Object.assign(await Person.with(browser, service), { name: "cleo" });
  await cleo.opens("/register");
  for (const [name, value] of Object.entries({ name: "Cleo", email: "cleo@example.org", password })) await cleo.page.locator(`[name=${name}]`).fill(value);
  await cleo.page.locator("main form button").dblclick();
  await cleo.page.waitForURL("**/account");
  assert.equal(service.row("SELECT count(*) AS count FROM users WHERE email = 'cleo@example.org'").count, 1);
  await cleo.leaves();
});

test("sign-in leads to a trusted app, and its policy lets it", async () => {
  const app = await site(3953, "<h1>The app</h1>");
  try {
    const dora = await someone("dora", "/register?return_to=http%3A%2F%2Flocalhost%3A3953%2Freports");
    await dora.page.getByText("The app").waitFor();
    assert.equal(dora.page.url(), "http://localhost:3953/reports");
    dora.surprises = dora.surprises.filter((surprise) => surprise !== "asks http://localhost:3953/reports");
    await dora.leaves();
  } finally {
    app.close();
  }
});

test("links in mails lead on to the app that asked for them", async () => {
  const app = await site(3953, "<h1>The app</h1>");
  const asksApp = (surprise) => surprise.startsWith("asks http://localhost:3953/");
  try {
    const fay = await someone("fay");
    const body = JSON.stringify({ email: "fay@example.org", sourceAppUrl: "http://localhost:3953/proven" });
    await fetch(`${service.url}/api/v1/auth/resend-verification`, { method: "POST", headers: { "content-type": "application/json" }, body });
    await fay.opens((await service.mail("fay@example.org", "/verify-email")).link);
    await fay.sends({ password });
    assert.equal(fay.page.url(), "http://localhost:3953/proven");

    const gus = Object.assign(await Person.with(browser, service), { name: "gus" });
    await gus.opens("/magic-link?return_to=http%3A%2F%2Flocalhost%3A3953%2Fin");
    await gus.sends({ email: "fay@example.org" });
    await gus.opens((await service.mail("fay@example.org", "/magic-link")).link);
    await gus.presses("main form button");
    assert.equal(gus.page.url(), "http://localhost:3953/in");
    for (const person of [fay, gus]) {
      assert(person.surprises.every(asksApp), person.surprises.join());
      await person.context.close();
    }
  } finally {
    app.close();
  }
});

test("no page of another site can be shown the way, or in a frame", async () => {
  const eve = Object.assign(await Person.with(browser, service), { name: "eve" });
  await eve.opens("/login?return_to=https%3A%2F%2Fevil.example%2F");
  assert(!(await eve.page.content()).includes("evil.example"));
  const evil = await site(3952, `<iframe src="${service.url}/login"></iframe>`);
  try {
    await eve.page.goto("http://127.0.0.1:3952/");
    const [, frame] = eve.page.frames();
    assert.equal(await frame.locator("form").count(), 0);
    assert(eve.surprises.some((surprise) => surprise.includes("frame-ancestors")), eve.surprises.join());
  } finally {
    evil.close();
    await eve.context.close();
  }
});
