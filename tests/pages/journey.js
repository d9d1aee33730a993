// From the first visit to the last: each of the people walks the same way.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { launch, PEOPLE, Person } from "./person.js";
import { Service } from "./service.js";

const [first, second, third] = ["seven otters rehearse a tango", "eleven herons mend a roof", "nine badgers bake a cake"];
let browser;

before(async () => { browser = await launch(); });
after(() => browser.close());

const has = (person, selector) => person.page.locator(selector).first().waitFor();

let port = 3941;
for (const [name, profile] of Object.entries(PEOPLE)) {
  test(`${name}: the whole way`, async () => {
    const service = await Service.start(port++, { MANA_AUTH_REQUIRE_EMAIL_VERIFICATION: "true" });
    try {
      const person = Object.assign(await Person.with(browser, service, profile), { name });
      await walks(person, service, profile);
      await person.leaves();
    } finally {
      service.stop();
    }
  });
}

async function walks(ada, service, profile) {
  const email = "ada@example.org";
  const signsIn = async (who, password, remember = false, address = email) => {
    await who.opens("/login");
    await who.sends({ email: address, password, remember });
  };
  const session = () => service.row("SELECT * FROM sessions ORDER BY created_at DESC LIMIT 1");

  // She registers. Too easy a password is explained, and what else she typed is kept.
  await ada.opens("/");
  await ada.is("/login");
  await ada.presses('a[href^="/register"]');
  await ada.sends({ name: "Ada Lovelace", email, password: "passwordpassword" });
  await ada.is("/register", 'value="Ada Lovelace"');
  await has(ada, "#password-error[role=alert]");
  assert.equal(await ada.page.evaluate(() => document.activeElement.id), "password");
  await ada.sends({ password: first });
  await ada.is("/verify-email");

  // A wrong code is explained, the link of the mail works once.
  await ada.sends({ code: "AAAA-AAAA" });
  await ada.is("/verify-email");
  await has(ada, "#code-error[role=alert]");
  const proof = await service.mail(email, "/verify-email");
  await ada.opens(proof.link);
  await ada.is("/verify-email");
  await ada.presses("main form button");
  await ada.is("/login");
  await has(ada, ".note[role=status]");

  // She signs in for 7 days, and for 30.
  await signsIn(ada, "this is not her password");
  await ada.is("/login", `value="${email}"`);
  await has(ada, "#password-error[role=alert]");
  await signsIn(ada, first);
  await ada.is("/account");
  await ada.hasSessionFor(7);
  assert.equal(session().remember_me, 0);
  await ada.presses('form[action="/logout"] button');
  await ada.is("/login");
  await has(ada, ".note[role=status]");
  await signsIn(ada, first, true);
  await ada.hasSessionFor(30);
  assert.equal(session().remember_me, 1);

  // She finds a stranger's session, and throws it out.
  const stranger = Object.assign(await Person.with(browser, service, profile), { name: `${ada.name}-stranger` });
  await signsIn(stranger, first);
  await stranger.is("/account");
  await ada.opens("/account/sessions");
  assert.equal(await ada.page.locator("button[name=end]:not(.danger)").count(), 1);
  await ada.presses("button[name=end]:not(.danger)");
  await ada.is("/account/sessions");
  await has(ada, ".note[role=status]");
  await stranger.opens("/account");
  await stranger.is("/login");
  await signsIn(stranger, first);
  await ada.opens("/account/sessions");
  await ada.presses("button[name=end][value=others]");
  await ada.is("/account/sessions");
  await stranger.opens("/account/security");
  await stranger.is("/login");
  await stranger.leaves();

  // She changes her password, after a slip.
  await ada.presses('nav a[href="/account/security"]');
  await ada.sends({ currentPassword: "not it at all", newPassword: second });
  await has(ada, "#currentPassword-error[role=alert]");
  await ada.sends({ currentPassword: first, newPassword: second });
  await ada.is("/account/security");
  await has(ada, ".note[role=status]");

  // Who goes back after the sign-out sees nothing of the account.
  await ada.presses('form[action="/logout"] button');
  await ada.is("/login");
  await ada.page.goBack();
  await ada.page.waitForURL("**/login*");
  await ada.is("/login");

  // She has forgotten it: by the link of the mail.
  await ada.presses('a[href^="/forgot-password"]');
  await ada.sends({ email });
  await ada.is("/reset-password");
  const reset = await service.mail(email, "/reset-password");
  await ada.opens(reset.link);
  await ada.sends({ newPassword: third });
  await ada.is("/login");
  await has(ada, ".note[role=status]");
  await signsIn(ada, second);
  await has(ada, "#password-error[role=alert]");

  // The link is used; another browser gets nowhere by it.
  const other = Object.assign(await Person.with(browser, service, profile), { name: `${ada.name}-other` });
  await other.opens(reset.link);
  await other.sends({ newPassword: first });
  await other.is("/reset-password");
  await has(other, 'a.button[href="/forgot-password"]');
  await other.leaves();

  // By mail alone.
  await ada.opens("/login");
  await ada.presses('a[href^="/magic-link"]');
  await ada.sends({ email });
  await ada.is("/magic-link");
  const magic = await service.mail(email, "/magic-link");
  await ada.opens(magic.link);
  await ada.is("/magic-link");
  await ada.presses("main form button");
  await ada.is("/account");

  // What changes the account asks again who she is, and keeps what she typed.
  service.run("UPDATE sessions SET auth_time = auth_time - 3600000");
  await ada.opens("/account/security");
  await ada.sends({ newEmail: "lovelace@example.org" });
  await ada.is("/step-up");
  await ada.sends({ password: first });
  await has(ada, "#password-error[role=alert]");
  await ada.sends({ password: third });
  await ada.is("/account/security", 'value="lovelace@example.org"');
  await ada.sends({ newEmail: "lovelace@example.org" });
  await ada.is("/account/security");
  const change = await service.mail("lovelace@example.org", "/confirm-email");
  await ada.sends({ code: change.code });
  await ada.is("/account/security", "lovelace");
  await has(ada, ".note[role=status]");
  assert.equal(service.row("SELECT email FROM users").email, "lovelace@example.org");

  // What happened, in words.
  await ada.presses('nav a[href="/account/activity"]');
  await ada.is("/account/activity");
  assert((await ada.page.locator(".event").count()) > 8);
  assert(!/\b[a-z]+_[a-z]+\b/.test(await ada.says()), await ada.says());

  // Her name and her language.
  await ada.presses('nav a[href="/account"]');
  await ada.sends({ name: "Ada King" });
  await has(ada, ".note[role=status]");

  // She leaves for good.
  await ada.opens("/account/delete");
  await ada.sends({ sure: true });
  await ada.is("/login");
  await has(ada, ".note[role=status]");
  assert.equal(service.row("SELECT count(*) AS count FROM users").count, 0);
  await signsIn(ada, third, false, "lovelace@example.org");
  await has(ada, "#password-error[role=alert]");
}
