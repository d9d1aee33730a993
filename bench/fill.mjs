// fill.mjs DATABASE PEOPLE: copies p1@example.org and all of their rows in a stopped mana-auth's database until there are
// p2@… to p<PEOPLE>@…, who share a password. Copies, so that the rows are such as the service itself writes, and so that
// this file needn't know the schema: only what must differ.
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

const [path, people] = process.argv.slice(2);
const database = new DatabaseSync(path);

const differs = {
  id: "twin(id, n)",
  user_id: "twin(user_id, n)",
  account_id: "twin(account_id, n)",
  session_id: "twin(session_id, n)",
  email: "'p' || n || '@example.org'",
  token_hash: "iif(token_hash IS NULL, NULL, randomblob(32))",
  hash: "randomblob(32)",
  salt: "randomblob(length(salt))",
  details_digest: "randomblob(32)",
  created_at: "created_at - 5000 * n",
  // A copy's place in a tree of events would be the original's.
  leaf: "NULL",
};
const tables = ["users", "accounts", "sessions", "refresh_tokens", "security_events"];

// The nth person's UUIDv7 for one of p1's: so many times five seconds older, and as random in the rest.
database.function("twin", { deterministic: true }, (id, n) => {
  if (id === null) return null;
  const time = (parseInt(id.replaceAll("-", "").slice(0, 12), 16) - 5000 * Number(n)).toString(16).padStart(12, "0");
  const rest = createHash("md5").update(`${id} ${n}`).digest("hex");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
});

// Nobody reads meanwhile, and half a file is made anew.
database.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA foreign_keys = OFF; BEGIN");
for (const table of tables) {
  const columns = database.prepare("SELECT name FROM pragma_table_info(?)").all(table).map(({ name }) => name);
  const owner = { users: "email = 'p1@example.org'", refresh_tokens: `session_id IN (SELECT id FROM sessions WHERE user_id = ${id()})` };
  database.exec(`CREATE TEMP TABLE original AS SELECT * FROM ${table} WHERE ${owner[table] ?? `user_id = ${id()}`}`);
  database.exec(`
    WITH RECURSIVE person (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM person WHERE n < ${Number(people)})
    INSERT INTO ${table} (${columns}) SELECT ${columns.map((column) => differs[column] ?? column)} FROM person CROSS JOIN original`);
  database.exec("DROP TABLE original");
}
database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
database.close();

function id() {
  return "(SELECT id FROM users WHERE email = 'p1@example.org')";
}
