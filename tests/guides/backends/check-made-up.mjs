// Every way of being no good token, before a service that is made up.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { bad, claimsOf, makeKey, serve, sign } from "./made-up.mjs";
import { ask, until } from "./samples.mjs";

const INVALID = 'Bearer error="invalid_token"';

export async function withMadeUp({ work, python, all, startAll, each }) {
  const offline = all.filter((it) => !it.asks);
  const { state, issuer, close } = await serve();
  const key = await makeKey();
  state.keys = [key];
  const ended = await startAll(offline, { ISSUER: issuer, AUDIENCE: issuer });
  const good = await sign(key, claimsOf(issuer));
  const isGood = async (port, token) => (await ask(port, `Bearer ${token}`)).status === 200;

  // Nobody can tell whether it is one.
  await each(offline, async ({ port }) => {
    const { status, challenge } = await ask(port, `Bearer ${good}`);
    assert.deepEqual([status, challenge], [503, null], "without keys");
  });
  state.out = false;
  await each(offline, ({ name, port }) => until(`${name} has keys`, () => isGood(port, good)));

  const refused = Object.entries(await bad(key, issuer));
  const accepted = {
    "for several": await sign(key, claimsOf(issuer, { aud: ["https://other.example", issuer] })),
    "just over": await sign(key, claimsOf(issuer, { iat: claimsOf(issuer).iat - 901, exp: claimsOf(issuer).iat - 1 })),
  };
  await each(offline, async ({ port, exact }) => {
    for (const scheme of ["Bearer", "bearer"]) {
      const { status, text } = await ask(port, `${scheme} ${good}`);
      const { user, role, tier } = JSON.parse(text);
      assert.deepEqual([status, user, role, tier], [200, claimsOf(issuer).sub, "user", "pro"]);
    }
    for (const none of [undefined, "Basic YTpi", good]) {
      const { status, challenge } = await ask(port, none);
      assert.deepEqual([status, challenge], [401, "Bearer"], `without a token: ${none}`);
    }
    assert.equal(await isGood(port, accepted["for several"]), true, "for several");
    // The component leaves the clock to whoever calls it.
    assert.equal(await isGood(port, accepted["just over"]), !exact, "just over");
    for (const [what, token] of refused) {
      const { status, challenge } = await ask(port, `Bearer ${token}`);
      // What is too long for a header, the server refuses by itself, or hangs up.
      const isLong = token.length > 4096 && (status === undefined || status === 400 || status === 431);
      if (!isLong) assert.deepEqual([status, challenge], [401, INVALID], what);
    }
    assert.equal(await isGood(port, good), true, "still");
  });

  // Made-up keys don't make them ask without end.
  const [before, since] = [state.fetches, Date.now()];
  const madeUp = await Promise.all(Array.from({ length: 40 }, async () => sign(await makeKey(), claimsOf(issuer))));
  await each(offline, async ({ port }) => {
    for (const token of madeUp) assert.equal((await ask(port, `Bearer ${token}`)).status, 401);
  });
  const allowed = offline.length * Math.ceil((Date.now() - since) / 10_000);
  assert.ok(state.fetches - before <= allowed, `${state.fetches - before} fetches, and ${allowed} are enough`);

  // Another key takes over from a revoked one. Once its first token is there, the old key's are refused.
  const next = await makeKey();
  state.keys = [next];
  const newer = await sign(next, claimsOf(issuer));
  await each(offline, async ({ name, port }) => {
    await until(`${name} finds the new key`, () => isGood(port, newer));
    const { status, challenge } = await ask(port, `Bearer ${good}`);
    assert.deepEqual([status, challenge], [401, INVALID], "of a revoked key");
  });
  await Promise.all(ended.map((end) => end()));
  close();
  await component({ work, python, key, issuer, good, refused: Object.fromEntries(refused) });
}

/** What the component says of tokens in runtimes other than Node. */
async function component({ work, python, key, issuer, good, refused }) {
  const future = claimsOf(issuer).iat + 120;
  const expected = {
    [good]: `${claimsOf(issuer).sub} user {"tier":"pro"}`,
    [refused.expired]: "refused: expired",
    [refused["for another"]]: "refused: wrong-audience",
    [refused["by another issuer"]]: "refused: wrong-issuer",
    [refused["altered claims"]]: "refused: bad-signature",
    [refused["another key under its name"]]: "refused: bad-signature",
    [refused["another key"]]: "refused: unknown-key",
    [refused["no algorithm"]]: "refused: malformed",
    [refused["its text as a secret"]]: "refused: malformed",
    [refused["1 MiB"]]: "refused: malformed",
    [await sign(key, claimsOf(issuer, { iat: future }))]: "refused: not-yet-valid",
  };
  const programs = [[python, "component.py"], ["target/component"]].filter(([it]) => existsSync(it.startsWith("/") ? it : `${work}/${it}`));
  for (const [program, ...args] of programs) {
    const options = { cwd: work, input: Object.keys(expected).join("\n") + "\n", encoding: "utf8" };
    const said = execFileSync(program, [...args, JSON.stringify({ keys: [key.jwk] }), issuer, issuer], options);
    assert.deepEqual(said.trimEnd().split("\n"), Object.values(expected), program);
  }
}
