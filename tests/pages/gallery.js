// Every page in every state and language, as axe-core, a narrow window and a password manager see it.

import assert from "node:assert/strict";
import axe from "axe-core";
import { readdirSync } from "node:fs";
import test, { after, before } from "node:test";
import { launch } from "./person.js";

const { GALLERY } = process.env;
const files = readdirSync(GALLERY).filter((name) => name.endsWith(".html"));
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// What a password manager goes by (HTML §4.10.18.7): the fields of each form in their order.
const FORMS = {
  login: ["email email username webauthn", "password password current-password", "remember checkbox -"],
  register: ["name text name", "email email username", "password password new-password"],
  forgot: ["email email username"],
  reset: ["newPassword password new-password"],
  "reset-code": ["email email username", "code text one-time-code", "newPassword password new-password"],
  "verify-ask": ["email email username"],
  "verify-code": ["code text one-time-code"],
  "verify-other": ["password password current-password"],
  "verify-elsewhere": ["password password current-password"],
  magic: ["email email username", "remember checkbox -"],
  "magic-code": ["code text one-time-code"],
  "step-up": ["username email username", "password password current-password"],
  profile: ["name text name", "language select-one -"],
  security: ["username email username", "currentPassword password current-password", "newPassword password new-password"],
};

let browser;

before(async () => { browser = await launch(); });
after(() => browser.close());

async function each(context, look) {
  const page = await (await browser.newContext(context)).newPage();
  for (const file of files) {
    await page.goto(`file://${GALLERY}/${file}`);
    await look(page, file);
  }
  await page.context().close();
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe-core finds nothing, ${colorScheme}`, async (t) => {
    const wrong = [];
    await each({ colorScheme }, async (page, file) => {
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate((values) => axe.run({ runOnly: { type: "tag", values } }), RULES);
      for (const { id, nodes } of violations) wrong.push(`${file}: ${id}: ${nodes[0].html}: ${nodes[0].failureSummary}`);
    });
    t.diagnostic(`${files.length} pages were looked at by axe-core, ${colorScheme}`);
    assert.deepEqual(wrong, []);
  });
}

test("nothing sticks out, and a password manager finds its fields", async () => {
  const wrong = [];
  const seen = {};
  await each({}, async (page, file) => {
    const measure = async (how) => {
      const { wide, window } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, window: innerWidth }));
      if (wide > window) wrong.push(`${file}, ${how}: ${wide} of ${window} px`);
    };
    // 1,280 pixels at 400%; then text of twice the size.
    await page.setViewportSize({ width: 320, height: 256 });
    await measure("narrow");
    await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
    await measure("in forced colours");
    await page.emulateMedia({ media: "print", forcedColors: "none" });
    await measure("on paper");
    await page.emulateMedia({ media: "screen" });
    await page.setViewportSize({ width: 640, height: 512 });
    await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
    await measure("with large text");

    const forms = await page.evaluate(() => [...document.forms].map((form) => [...form.elements]
      .filter(({ type }) => !["hidden", "submit"].includes(type))
      .map((field) => `${field.name} ${field.type} ${field.autocomplete || "-"}`)).filter((fields) => fields.length > 0));
    for (const fields of forms) assert.equal(new Set(fields).size, fields.length, `${file}: ${fields}`);
    const [name] = file.split(".");
    seen[name] ??= JSON.stringify(forms);
    assert.equal(JSON.stringify(forms), seen[name], `${file}: the same in each language`);
  });
  assert.deepEqual(wrong, []);
  for (const [name, fields] of Object.entries(FORMS)) assert.deepEqual(JSON.parse(seen[name])[0], fields, name);
});
