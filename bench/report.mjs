// report.mjs FOLDER: the comparison in FOLDER as Markdown.
import { readFileSync } from "node:fs";
import { goals, elsewhere, onPostgres } from "./goals.mjs";
import { median, range, read } from "./figures.mjs";

const folder = process.argv[2];
const { values, noted, ratio, served } = read(folder);
const churn = readFileSync(`${folder}/churn`, "utf8").trimEnd().split("\n").map((line) => line.split("\t").map(Number));
const fact = Object.fromEntries(readFileSync(`${folder}/facts`, "utf8").trimEnd().split("\n").map((line) => line.split(/=(.*)/s)));

// Three significant digits, and thousands apart.
function number(value) {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}
const spread = ({ median, low, high }, unit = "") =>
  `${number(median)}${unit}${low === high ? "" : ` (${number(low)}–${number(high)})`}`;
const times = (of) => spread(of, "×");
const ms = (value) => `${number(value)} ms`;
const refused = (work, contender) => {
  const sum = values(work, contender, "refused").reduce((a, b) => a + b, 0);
  return sum && contender !== "hyper" ? `; **${number(sum)} refused**` : "";
};

const rate = (work, contender) =>
  `${spread(range(values(work, contender, "rate")), "/s")}, p99 ${ms(median(values(work, contender, "p99")))}${refused(work, contender)}`;
const latency = (work, contender) =>
  `p50 ${ms(median(values(work, contender, "p50")))}, p99 ${spread(range(values(work, contender, "p99")), " ms")}${refused(work, contender)}`;
const percent = (of) => `${number(of.median * 100)}% (${number(of.low * 100)}–${number(of.high * 100)})`;
const per1000 = (work, column) => range(values(work, "ours", (run) => (run[column] / run.requests) * 1000));
const statements = (work) =>
  ["query", "change", "view"].map((kind) => `${spread(per1000(work, kind))} ${kind}`).join(", ");
const gain = (what) => ratio(noted(what, "theirs"), noted(what, "ours"));

// For each kind of row: what either contender did, the ratio, and what the goal is held against.
const kinds = {
  rate({ work, contender = "ours" }) {
    const of = ratio(values(work, contender, "rate"), values(work, "theirs", "rate"));
    return { theirs: rate(work, "theirs"), ours: rate(work, contender), ratio: times(of), held: of.median };
  },
  bun({ work, contender = "ours" }) {
    const of = ratio(values(work, contender, "rate"), values(work, "bun", "rate"));
    return { theirs: rate(work, "bun"), ours: "", ratio: times(of) };
  },
  share({ work, contender, of: other }) {
    const of = ratio(values(work, contender, "rate"), values(work, other, "rate"));
    const shown = contender === "ours" ? `${other} ${rate(work, other)}` : rate(work, contender);
    return { theirs: "", ours: shown, ratio: `${percent(of)} of ${other === "ours" ? "without" : other}`, held: of.median };
  },
  churn({ work }) {
    const of = ratio(values(work, "churn", "rate"), values(work, "ours", "rate"));
    // Fifty hashes a second, of the processors' time.
    const hashes = (50 * median(values("sign-in", "ours", (run) => run.processor / run.requests))) / (1000 * Number(fact.processors));
    const ended = churn.reduce((sum, [ended]) => sum + ended, 0);
    const late = churn.reduce((sum, [, late]) => sum + late, 0);
    const share = of.median / (1 - hashes);
    const ratios = `${percent(of)} of quiet, ${number(share * 100)}% of what the hashes leave`;
    return { theirs: "", ours: `${rate(work, "churn")}; ${number(late)} of ${number(ended)} accepted late`, ratio: ratios, held: { share, late } };
  },
  latency({ work }) {
    const held = { p50: median(values(work, "ours", "p50")), p99: median(values(work, "ours", "p99")) };
    const of = ratio(values(work, "theirs", "p99"), values(work, "ours", "p99"));
    const at = (contender) => `at ${number(median(values(work, contender, "rate")))}/s: ${latency(work, contender)}`;
    return { theirs: at("theirs"), ours: at("ours"), ratio: `p99 ${times(of)}`, held };
  },
  ceiling({ work }) {
    const of = ratio(values(work, "ours", "p99"), values(work, "hyper", "p99"));
    return { theirs: "", ours: `hyper ${latency(work, "hyper")}`, ratio: `p99 ${times(of)} hyper's` };
  },
  statements({ work }) {
    // A second, in the quietest round, since maintenance's batches fall into some.
    const held = range(values(work, "ours", (run) => ((run.query + run.change) * run.rate) / run.requests)).low;
    return { theirs: "", ours: statements(work), ratio: "", held };
  },
  single({ work }) {
    const of = ratio(values(work, "theirs", "p50"), values(work, "ours", "p50"));
    const one = (contender) => `${spread(range(values(work, contender, "p50")), " ms")}${refused(work, contender)}`;
    return { theirs: one("theirs"), ours: one("ours"), ratio: times(of), held: median(values(work, "ours", "p50")) };
  },
  noted({ what, unit, afterAll }) {
    // Some reads are asked of our process under another name.
    const asked = { theirs: ["theirs"], ours: ["ours", "alone", "traced", "churn"] };
    const after = (contender) => (afterAll ? ` after ${number(served(...asked[contender]))} requests` : "");
    const one = (contender) => (noted(what, contender).length ? spread(range(noted(what, contender)), ` ${unit}`) + after(contender) : "");
    return { theirs: one("theirs"), ours: one("ours"), ratio: one("theirs") && times(gain(what)), held: median(noted(what, "ours")) };
  },
};

// The figures in words, for somebody who runs it.
function meaning() {
  const [ours, theirs] = ["ours", "theirs"].map((who) => median(values("cached", who, "rate")));
  const half = median(values("half", "ours", "p99"));
  const signIn = median(values("sign-in", "ours", (run) => run.processor / run.requests));
  const logged = median(values("beside", "logging", "rate"));
  return `One process on ${fact.processors} processors, which it shares with the load generator, answers ${number(ours)} session reads a second of
browsers that send both cookies; Better Auth answers ${number(theirs)}. With a log line for each, as by default, it is ${number(logged)}. At half of the load,
99 of 100 reads take less than ${ms(half)}. A sign-in takes ${ms(signIn)} of one processor, nearly all of it for the password hash: ${number((1000 * fact.processors) / signIn)} a second at most.
The server answers ${ms(median(noted("start", "ours")))} after it was started, and needs ${number(median(noted("memory-idle", "ours")))} MB when idle.`;
}

const line = (...cells) => `| ${cells.join(" | ")} |`;
const processor = (work, contender) => range(values(work, contender, (run) => run.processor / run.requests));

const table = goals.map((row) => {
  const { theirs, ours, ratio, held } = kinds[row.kind](row);
  return line(row.name, theirs, ours, ratio, row.goal ?? "", row.met ? (row.met(held) ? "met" : "**missed**") : "");
});
const costs = goals
  .filter((row) => row.cost)
  .map(({ work, contender = "ours", cost }) => {
    const of = ratio(values(work, "theirs", (run) => run.processor / run.requests), values(work, contender, (run) => run.processor / run.requests));
    return line(cost, spread(processor(work, "theirs"), " ms"), spread(processor(work, contender), " ms"), times(of));
  });

const shared = onPostgres.map(({ work, name, unit, sqlite = "ours" }) => {
  const column = unit === "ms" ? "p50" : "rate";
  const one = (contender) => spread(range(values(work, contender, column)), unit === "ms" ? " ms" : "/s") + refused(work, contender);
  const of = (a, b) => (unit === "ms" ? ratio(values(work, b, column), values(work, a, column)) : ratio(values(work, a, column), values(work, b, column)));
  const contenders = ["theirs_pg", "ours_pg", "ours_pg50"].map(one);
  return line(name, ...contenders, times(of("ours_pg", "theirs_pg")), percent(of("ours_pg", sqlite)), percent(of("ours_pg50", sqlite)));
});

console.log(`# mana-auth beside Better Auth

Written by \`bench/compare\` on ${fact.date}.

${meaning()}

- Machine: ${fact.machine}
- ${fact.ours}; SQLite, one process
- ${fact.theirs}; SQLite (\`node:sqlite\`, WAL), one process, cookie cache \`jwe\`, configured in [better-auth/auth.js](better-auth/auth.js)
- The same on ${fact.bun}, on the same file, where a row names it
- ${fact.wrk}; ${fact.load}, in alternation after a warm-up

Median (lowest–highest) of the rounds; a ratio is that of each round's pair. Compare ratios, never absolute figures of two runs.

${line("work", "Better Auth", "mana-auth", "ratio", "goal", "")}
${line("---", "---", "---", "---", "---", "---")}
${table.join("\n")}

Processor time of the service for one request, which a busy machine changes less:

${line("work", "Better Auth", "mana-auth", "ratio")}
${line("---", "---", "---", "---")}
${costs.join("\n")}

On PostgreSQL 15, with durable commits, in the same rounds; processors are shared with it. mana-auth asks it what was revoked at each request (bound 0), or
every 50 ms (bound 50: goal ≥ 95% of SQLite for reads from the cookie cache). The two are servers on one database.

${line("work", "Better Auth", "mana-auth, bound 0", "mana-auth, bound 50", "bound 0 to Better Auth", "bound 0 to SQLite", "bound 50 to SQLite")}
${line("---", "---", "---", "---", "---", "---", "---")}
${shared.join("\n")}

Goals that are measured elsewhere:

${elsewhere.map((goal) => `- ${goal}`).join("\n")}`);
