// Better Auth as the replaced service ran it. Where a setting costs time, the faster one is chosen.
import { DatabaseSync } from "node:sqlite";
import { betterAuth } from "better-auth";
import { jwt } from "better-auth/plugins";

const database = new DatabaseSync(process.env.DATABASE);
// As mana-auth has it; the default, a rollback journal, makes each sign-in slower.
database.exec("PRAGMA journal_mode = WAL");

export const auth = betterAuth({
  database,
  baseURL: process.env.BETTER_AUTH_URL,
  secret: process.env.BETTER_AUTH_SECRET,
  emailAndPassword: { enabled: true },
  session: { cookieCache: { enabled: true, strategy: "jwe" } },
  // Otherwise every read of a session signs a token too, and leaves it in a header that nobody here looks at.
  plugins: [jwt({ disableSettingJwtHeader: true })],
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
});
