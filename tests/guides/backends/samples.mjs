// Starting what is checked, and asking it.

import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

const children = new Set();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

/** Waits until something holds. */
export async function until(what, holds, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) if (await holds()) return;
  throw new Error(`${what}: not within ${seconds} s`);
}

/** Starts a program, and waits until it answers on a port. Returns how to end it. */
export async function start(name, [program, ...args], port, options) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (log = (log + text).slice(-10_000)));
  children.add(child);
  const ended = new Promise((resolve) => child.on("exit", resolve)).then(() => children.delete(child));
  await until(`${name} listens`, async () => {
    if (!children.has(child)) throw new Error(`${name} ended:\n${log}`);
    return (await ask(port)).status !== undefined;
  }).catch((error) => { throw new Error(`${error.message}\n${log}`); });
  return () => (child.kill("SIGTERM"), ended);
}

/** The samples, each on its port. */
export function samples(work, python, withRust) {
  const node = process.execPath;
  const all = [
    { name: "node", port: 3944, command: [node, "server.mjs"] },
    { name: "python", port: 3945, command: [python, "server.py"] },
    { name: "go", port: 3946, command: ["./go"] },
    { name: "rust", port: 3947, command: ["target/backend"] },
    { name: "component", port: 3949, command: [node, "server-component.mjs"], exact: true },
    { name: "ask", port: 3948, command: [node, "server-ask.mjs"], asks: true },
  ];
  const startAll = (chosen, env) => Promise.all(chosen.map((it) =>
    start(it.name, it.command, it.port, { cwd: work, env: { ...process.env, PORT: `${it.port}`, ...env } })));
  return { all: all.filter((it) => withRust || it.name !== "rust"), startAll };
}

/** What a sample answers. Without status where it hangs up. */
export async function ask(port, authorization) {
  const headers = authorization === undefined ? {} : { authorization };
  const signal = AbortSignal.timeout(15_000);
  const response = await fetch(`http://127.0.0.1:${port}`, { headers, signal }).catch(() => undefined);
  const text = await response?.text().catch(() => undefined);
  return { status: response?.status, challenge: response?.headers.get("www-authenticate"), text };
}
