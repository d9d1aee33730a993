// Better Auth as the replaced service ran it. Where a setting costs time, the faster one is chosen.
import { betterAuth } from "better-auth";
import { jwt } from "better-auth/plugins";
import pg from "pg";

// What comes with the runtime: Bun or Node.
const Sqlite = globalThis.Bun ? (await import("bun:sqlite")).Database : (await import("node:sqlite")).DatabaseSync;

function open(address) {
  if (address.startsWith("postgres:")) return new pg.Pool({ connectionString: address, max: 16 });
  const file = new Sqlite(address);
  // As mana-auth has it; the default, a rollback journal, makes each sign-in slower.
  file.exec("PRAGMA journal_mode = WAL");
  return file;
}

export const auth = betterAuth({
  database: open(process.env.DATABASE),
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
