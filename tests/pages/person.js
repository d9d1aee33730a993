// A person with a browser of their own, and what they do in it. Fields and buttons are found by their names in the form: the walk is the same in each language.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const { CHROMIUM, PICTURES } = process.env;

/** The same walk for people who differ. */
export const PEOPLE = {
  "with a mouse": {},
  "without JavaScript": { javaScriptEnabled: false },
  "in German": { locale: "de-DE" },
  "in the dark, on 320 pixels": { colorScheme: "dark", viewport: { width: 320, height: 568 } },
  "by keyboard alone": { keyboard: true },
};

export const launch = () => chromium.launch({
  executablePath: CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

export class Person {
  /** What came that nobody asked for: of the console, from elsewhere, or not at all. */
  surprises = [];
  #pictures = 0;

  static async with(browser, service, { keyboard = false, ...context } = {}) {
    const person = new Person();
    Object.assign(person, { service, keyboard });
    person.context = await browser.newContext({ baseURL: service.url, ...context });
    person.context.setDefaultTimeout(10_000);
    person.context.on("console", (message) => {
      // Chromium repeats the status of a page that says itself what is wrong.
      if (["warning", "error"].includes(message.type()) && !/status of 4\d\d/.test(message.text())) person.surprises.push(`${message.type()}: ${message.text()}`);
    });
    person.context.on("weberror", (error) => person.surprises.push(String(error.error())));
    person.context.on("request", (request) => {
      if (!request.url().startsWith(`${service.url}/`) && !request.url().startsWith("data:")) person.surprises.push(`asks ${request.url()}`);
    });
    person.context.on("response", (response) => {
      if (response.status() >= 500) person.surprises.push(`${response.status()} of ${response.url()}`);
    });
    person.page = await person.context.newPage();
    return person;
  }

  /** Opens a page, as by a bookmark or a link in a mail. */
  async opens(path) {
    await this.page.goto(path);
  }

  /** Fills in the form that has these fields, and sends it. */
  async sends(fields, button = "button:not(.link)") {
    const names = Object.keys(fields);
    const form = this.page.locator("main form").filter({ has: this.page.locator(names.map((name) => `[name=${name}]:not([type=hidden])`)[0] ?? button) }).first();
    for (const [name, value] of Object.entries(fields)) await this.#fills(form.locator(`[name="${name}"]`), value);
    await this.#presses(form.locator(button).first());
  }

  /** Presses a button or a link. */
  async presses(selector) {
    await this.#presses(this.page.locator(selector).first());
  }

  async #fills(field, value) {
    if (!this.keyboard) {
      await (typeof value === "boolean" ? field.setChecked(value) : field.fill(value));
      return;
    }
    await this.#reaches(field);
    if (typeof value !== "boolean") {
      await this.page.keyboard.press("ControlOrMeta+a");
      await this.page.keyboard.type(value);
    } else if (await field.isChecked() !== value) {
      await this.page.keyboard.press("Space");
    }
  }

  async #presses(button) {
    const before = await this.page.evaluate(() => performance.timeOrigin);
    if (this.keyboard) {
      await this.#reaches(button);
      await this.page.keyboard.press("Enter");
    } else {
      await button.click();
    }
    await this.page.waitForFunction((before) => performance.timeOrigin !== before && document.readyState === "complete", before);
  }

  /** By the Tab key. What has the focus can be seen. */
  async #reaches(element) {
    for (let tabs = 0; tabs < 60; tabs += 1) {
      const focus = await element.evaluate((element) => {
        if (document.activeElement !== element) return null;
        const style = getComputedStyle(element);
        return { outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
      });
      if (focus) {
        assert(focus.outline, `the focus can't be seen on ${await element.evaluate((element) => element.outerHTML)}`);
        return;
      }
      await this.page.keyboard.press("Tab");
    }
    assert.fail(`no Tab leads to ${element}`);
  }

  /** Where the person is, and that nothing sticks out. */
  async is(path, words = "") {
    const at = new URL(this.page.url());
    assert.equal(at.pathname, path, await this.says());
    if (words) assert((await this.page.content()).includes(words), `${words}: ${await this.says()}`);
    await this.picture();
    const { wide, window } = await this.page.evaluate(() => ({ wide: document.documentElement.scrollWidth, window: innerWidth }));
    assert(wide <= window, `${path} is ${wide} px wide, and the window ${window}`);
  }

  async says() {
    return this.page.locator("main").innerText();
  }

  /** The cookie of the session, checked for how long it lives. */
  async hasSessionFor(days) {
    const cookies = (await this.context.cookies()).filter(({ name }) => name.endsWith("mana_session"));
    assert.equal(cookies.length, 1, JSON.stringify(cookies));
    const [{ expires, httpOnly, sameSite }] = cookies;
    assert.deepEqual({ httpOnly, sameSite }, { httpOnly: true, sameSite: "Lax" });
    const off = expires - Date.now() / 1000 - days * 86_400;
    assert(Math.abs(off) < 120, `the cookie lives ${off} s longer than ${days} days`);
  }

  async picture() {
    if (!PICTURES) return;
    this.#pictures += 1;
    const name = `${this.name}-${String(this.#pictures).padStart(2, "0")}`.replaceAll(/[^a-z0-9-]/gi, "_");
    await this.page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
  }

  async leaves() {
    await this.context.close();
    assert.deepEqual(this.surprises, []);
  }
}
