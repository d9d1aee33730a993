// A service of its own, with its mails and its database.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const { SERVER, WORK } = process.env;

export class Service {
  #process;
  #data;
  #read = new Set();
  #log = "";

  static async start(port, settings = {}) {
    const service = new Service();
    service.url = `http://localhost:${port}`;
    service.#data = mkdtempSync(join(WORK, "data-"));
    const env = { PATH: process.env.PATH, MANA_AUTH_LISTEN: `127.0.0.1:${port}`, MANA_AUTH_PUBLIC_URL: service.url, MANA_AUTH_MANAGEMENT: "off",
      MANA_AUTH_HEALTH_ON_LISTEN: "true", MANA_AUTH_DATA: service.#data, ...settings };
    service.#process = spawn(SERVER, ["serve"], { env, stdio: ["ignore", "ignore", "pipe"] });
    service.#process.stderr.on("data", (text) => { service.#log += text; });
    await until(async () => (await fetch(`${service.url}/ready`).catch(() => null))?.ok, () => `it starts: ${service.#log}`);
    return service;
  }

  stop() {
    this.#process.kill();
  }

  /** The next mail to somebody that leads to this page, and was not read yet. */
  async mail(to, path) {
    const folder = join(this.#data, "outbox");
    const next = () => existsSync(folder) && readdirSync(folder).sort().filter((name) => !this.#read.has(name)).find((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      const is = (text.includes(`To: ${to}`) || text.includes(`To: <${to}>`)) && text.includes(`${this.url}${path}?`);
      if (is) this.#read.add(name);
      return is;
    });
    const text = readFileSync(join(folder, await until(next, () => `a mail to ${to} that leads to ${path}`)), "utf8");
    return { link: text.match(/^http:\/\/\S+$/m)?.[0], code: text.match(/^ {4}(\S+( \S+)?)\s*$/m)?.[1], text };
  }

  /** One row. */
  row(statement, ...values) {
    return this.#database((database) => database.prepare(statement).get(...values));
  }

  run(statement, ...values) {
    return this.#database((database) => database.prepare(statement).run(...values));
  }

  #database(use) {
    const database = new DatabaseSync(join(this.#data, "auth.db"), { timeout: 5_000 });
    try { return use(database); } finally { database.close(); }
  }
}

/** Waits until something is so. */
async function until(look, what) {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = await look();
    if (found) return found;
    await sleep(50);
  }
  throw new Error(`still not: ${what()}`);
}
