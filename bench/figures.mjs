// Medians, ranges and ratios of what a comparison left in its folder: figures (load.sh) and notes (compare).
import { existsSync, readFileSync } from "node:fs";

const rows = (path) => readFileSync(path, "utf8").trimEnd().split("\n").map((line) => line.split("\t"));
const columns = ["rate", "p50", "p99", "requests", "refused", "processor", "query", "change", "view"];

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const range = (values) => ({ median: median(values), low: Math.min(...values), high: Math.max(...values) });

export function read(folder) {
  const runs = rows(`${folder}/figures`).map(([work, contender, , ...values]) => ({
    work,
    contender,
    ...Object.fromEntries(columns.map((column, at) => [column, Number(values[at])])),
  }));
  const notes = (existsSync(`${folder}/notes`) ? rows(`${folder}/notes`) : []).map(([what, contender, value]) => ({ what, contender, value: Number(value) }));

  // The values of a column, or of a function of the run, round by round.
  const values = (work, contender, column) =>
    runs
      .filter((run) => run.work === work && run.contender === contender)
      .map((run) => (typeof column === "function" ? column(run) : run[column]));
  const noted = (what, contender) => notes.filter((note) => note.what === what && note.contender === contender).map(({ value }) => value);
  // Of each round's pair, so that a slow minute of the machine counts on both sides.
  const ratio = (above, below) => range(above.map((value, round) => value / below[round]));

  const contenders = (work) => [...new Set(runs.filter((run) => run.work === work).map(({ contender }) => contender))];
  // By these together, without what the warm-ups asked for.
  const served = (...names) => runs.filter((run) => names.includes(run.contender)).reduce((sum, run) => sum + run.requests, 0);

  return { contenders, values, noted, ratio, served };
}
