// growth.mjs FOLDER: what bench/growth measured, as Markdown.
import { range, read } from "./figures.mjs";

const { contenders, values, ratio } = read(process.argv[2]);
const names = { session: "read a session from the database", refresh: "refresh", "sign-in": "sign in anyone, without the hash" };
const sizes = contenders("session");
const [smallest] = sizes;

// The goal for a sign-in counts its hash, which would hide everything else here.
const verdict = (work, time) => (time <= 1.3 ? "met" : work === "sign-in" ? "above, but without the hash" : "**missed**");

console.log("| work | people | requests a second | p50, p99 ms | time, to that at the fewest | goal ≤ 1.3× |");
console.log("| --- | --- | --- | --- | --- | --- |");
for (const [work, name] of Object.entries(names)) {
  for (const size of sizes) {
    const rate = range(values(work, size, "rate"));
    const of = ratio(values(work, smallest, "rate"), values(work, size, "rate"));
    const refused = values(work, size, "refused").reduce((a, b) => a + b, 0);
    const cells = [
      name,
      Number(size).toLocaleString("en"),
      `${rate.median.toFixed(0)} (${rate.low.toFixed(0)}–${rate.high.toFixed(0)})${refused ? `; **${refused} refused**` : ""}`,
      ["p50", "p99"].map((column) => range(values(work, size, column)).median.toFixed(2)).join(", "),
      size === smallest ? "" : `${of.median.toFixed(2)}× (${of.low.toFixed(2)}–${of.high.toFixed(2)})`,
      size === smallest ? "" : verdict(work, of.median),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
