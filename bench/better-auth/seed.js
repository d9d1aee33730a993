// seed.js PEOPLE: makes the tables and people p1@example.org, p2@…, each with one session, and prints a line for each
// session as bench/sessions.lua reads it. Past the HTTP API, since 1,000 sign-ups would hash for two minutes.
import { getMigrations } from "better-auth/db/migration";
import { testUtils } from "better-auth/plugins";
import { auth } from "./auth.js";

const { runMigrations } = await getMigrations(auth.options);
await runMigrations();

const { internalAdapter, password } = await auth.$context;
// The library's own way to sign a session cookie without a request.
const { login } = testUtils().init(await auth.$context).context.test;
const hash = await password.hash(process.env.PASSWORD);

for (let number = 1; number <= Number(process.argv[2]); number++) {
  const user = await internalAdapter.createUser({ email: `p${number}@example.org`, name: `Person ${number}`, emailVerified: false });
  await internalAdapter.linkAccount({ userId: user.id, providerId: "credential", accountId: user.id, password: hash });
  const { headers } = await login({ userId: user.id });
  console.log("-", "-", headers.get("cookie"));
}
