// A browser, and what a person does in it.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const { CHROMIUM, SCREENSHOTS } = process.env;
export const password = "seven otters rehearse a tango";

/** Starts a browser for which every host is at this port. */
export const launch = (port) => chromium.launch({
  executablePath: CHROMIUM,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", `--host-resolver-rules=MAP *.example.com 127.0.0.1:${port}, MAP *.example.org 127.0.0.1:${port}`,
  ],
});

/** A person with a browser profile of their own. */
export async function person(browser) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  context.setDefaultTimeout(20_000);
  return context;
}

export async function open(context, address) {
  const page = await context.newPage();
  page.on("pageerror", (error) => { throw error; });
  await page.goto(address);
  return page;
}

/** By the names that a screen reader reads out, as the other functions do. */
export async function signUp(page, email, name) {
  await page.getByText("Create an account").click();
  const form = page.locator("#sign-up");
  await form.getByLabel("Name").fill(name);
  await form.getByLabel("Email").fill(email);
  await form.getByLabel("Password").fill(password);
  await form.getByRole("button", { name: "Create the account" }).click();
  await isSignedIn(page, name);
}

export async function signIn(page, email, { stays = false, by = password } = {}) {
  const form = page.locator("#sign-in");
  await form.getByLabel("Email").fill(email);
  await form.getByLabel("Password").fill(by);
  await form.getByLabel("Stay signed in for 30 days").setChecked(stays);
  await form.getByRole("button", { name: "Sign in" }).click();
}

export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

export const isSignedIn = (page, name) => page.getByText(`Signed in as ${name}`).waitFor();

export const isSignedOut = (page) => page.getByRole("heading", { name: "Sign in" }).waitFor();

/** Loads what only a token gets, and shows it. */
export async function loadsOrders(page, email) {
  await page.locator("#orders").evaluate((element) => { element.textContent = ""; });
  await press(page, "Load my orders");
  await page.getByRole("status").getByText(`${email} has ordered nothing yet`).waitFor();
}

/** The session cookie, checked for how long it lives. */
export async function sessionCookie(context, days) {
  const cookies = (await context.cookies()).filter(({ name }) => name.endsWith("mana_session"));
  assert.equal(cookies.length, 1, JSON.stringify(cookies));
  const off = cookies[0].expires - Date.now() / 1000 - days * 86_400;
  assert(Math.abs(off) < 120, `the cookie lives ${off} s longer than ${days} days`);
  return cookies[0];
}

/** Counts the requests of a page to a path. */
export function counted(page, path) {
  const seen = { count: 0 };
  page.on("request", (request) => { if (request.method() === "POST" && request.url().endsWith(path)) seen.count += 1; });
  return seen;
}

/** For people to look at, where they say where. */
export async function picture(page, name, size = { width: 900, height: 760 }) {
  if (!SCREENSHOTS) return;
  await page.setViewportSize(size);
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
}
