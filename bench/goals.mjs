// An idle server asks some three times in two seconds whether there is anything to do.
const HOUSEKEEPING = "0 query, 0 change, beside housekeeping's two a second (view apart)";

// The rows of the table, and what mana-auth owes in each. `held` is the ratio to Better Auth for the kind `rate`, otherwise
// mana-auth's own figure (report.mjs).
export const goals = [
  {
    kind: "rate", work: "database", name: "read a session from the database, each time (`session_cache = false`)",
    cost: "read a session from the database, each time",
    goal: "≥ 30× Better Auth, then 50×", met: (held) => held >= 30,
  },
  {
    kind: "rate", work: "database", contender: "alone", name: "read a session by the session cookie alone, as configured; Better Auth: from the database",
    cost: "read a session by the session cookie alone",
    goal: "≥ 30× Better Auth, then 50×", met: (held) => held >= 30,
  },
  { kind: "bun", work: "database", contender: "alone", name: "the same, Better Auth on Bun" },
  {
    kind: "rate", work: "cached", name: "read a session from the cookie cache",
    cost: "read a session from the cookie cache",
    goal: "≥ 60× Better Auth", met: (held) => held >= 60,
  },
  { kind: "bun", work: "cached", name: "the same, Better Auth on Bun" },
  {
    kind: "share", work: "cached", contender: "ours", of: "hyper", name: "the same, beside bare hyper with the same header fields",
    goal: "≥ 70% of bare hyper", met: (held) => held >= 0.7,
  },
  { kind: "share", work: "beside", contender: "logging", of: "ours", name: "the same with a log line for each (`log_level = info`)" },
  { kind: "share", work: "beside", contender: "traced", of: "ours", name: "the same behind a proxy that adds a trace to each" },
  {
    kind: "churn", work: "beside", name: "the same beside 50 sign-ins and 50 sign-outs a second at another process on the same file",
    goal: "≥ 90% of what the hashes leave, none accepted late", met: ({ share, late }) => share >= 0.9 && late === 0,
  },
  {
    kind: "latency", work: "half", name: "the same, at half of that load",
    goal: "p99 < 1 ms", met: ({ p99 }) => p99 < 1,
  },
  { kind: "ceiling", work: "half", name: "the same at that rate from bare hyper" },
  {
    kind: "latency", work: "storm", name: "the same, while 8 clients sign in without pause",
    goal: "p50 < 0.5 ms, p99 < 5 ms", met: ({ p50, p99 }) => p50 < 0.5 && p99 < 5,
  },
  {
    kind: "statements", work: "cached", name: "database statements for 1,000 reads from the cookie cache",
    goal: HOUSEKEEPING, met: (held) => held <= 2,
  },
  {
    kind: "rate", work: "validate", name: "validate an access token; Better Auth: read a session from the database",
    cost: "validate an access token; Better Auth: read a session",
    goal: "≥ 20× Better Auth's session read", met: (held) => held >= 20,
  },
  {
    kind: "statements", work: "validate", name: "database statements for 1,000 validations",
    goal: HOUSEKEEPING, met: (held) => held <= 2,
  },
  {
    kind: "rate", work: "token", name: "refresh (rotation, durable commit); Better Auth: issue a token",
    cost: "refresh; Better Auth: issue a token",
    goal: "≥ 15× Better Auth's token issue", met: (held) => held >= 15,
  },
  {
    kind: "single", work: "sign-in", name: "sign in, 1 client (Argon2id; Better Auth: scrypt)",
    cost: "sign in",
  },
  {
    kind: "noted", what: "start", unit: "ms", name: "start to first answer, existing database",
    goal: "≤ 20 ms", met: (held) => held <= 20,
  },
  {
    kind: "noted", what: "first-start", unit: "ms", name: "first start, with migrations",
    goal: "≤ 200 ms", met: (held) => held <= 200,
  },
  {
    kind: "noted", what: "memory-idle", unit: "MB", name: "memory (RSS), idle",
    goal: "≤ 30 MB", met: (held) => held <= 30,
  },
  { kind: "noted", what: "memory-after", unit: "MB", name: "memory (RSS), after the load", afterAll: true },
  {
    kind: "noted", what: "memory-peak", unit: "MB", name: "memory (RSS), at most",
    goal: "≤ 120 MB", met: (held) => held <= 120,
  },
];

export const elsewhere = [
  "sign in: ≤ 1.15× the time of the bare native Argon2id hash at one client; at 16 clients ≥ 90% of processors ÷ hash time",
  "a revocation takes effect with the next request, in this process, in any other on the same SQLite file, and on every server of a PostgreSQL; with a bound, within it",
  "an audit event costs ≤ 5% of a sign-in's time without the hash (`bench/event`)",
  "growth to 10⁶ users: session read and sign-in within 1.3× of their time at 10³ (`bench/growth`)",
  "memory flat over an hour of mixed load",
  "size of the component ≤ 3 MB",
  "on Spin: a cached read ≥ 80% of our own router there plus one small SQLite read (`ON=spin bench/run` has the figures)",
  "in Node through jco: faster than Better Auth in the same Node",
];

// The same work on PostgreSQL.
export const onPostgres = [
  { work: "database", sqlite: "alone", name: "read a session by the session cookie alone; Better Auth: from the database" },
  { work: "cached", name: "read a session from the cookie cache" },
  { work: "validate", name: "validate an access token; Better Auth: read a session from the database" },
  { work: "token", name: "refresh; Better Auth: issue a token" },
  { work: "sign-in", name: "sign in, 1 client", unit: "ms" },
];
