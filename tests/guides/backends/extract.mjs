// Takes code out of the guides, so that what is read is what runs. `<!-- file: NAME -->` before a block makes it a file of that name;
// `<!-- from: FILE -->` says that the block stands in a file of ours, word for word.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";

const [guides, ours, out] = process.argv.slice(2);
for (const guide of ["backends", "service-tokens", "verifier-component"]) {
  const text = readFileSync(`${guides}/${guide}.md`, "utf8");
  const blocks = [...text.matchAll(/^<!-- (file|from): (\S+) -->\n```\w+\n(.*?)^```$/gms)];
  assert.equal(blocks.length, text.match(/^<!-- (file|from)/gm).length, `${guide}.md: a marker without a block`);
  for (const [, kind, name, code] of blocks) {
    if (kind === "file") writeFileSync(`${out}/${name}`, code);
    else assert.ok(readFileSync(`${ours}/${name}`, "utf8").includes(code), `${guide}.md: ${name} has other code`);
  }
}
// The same server before each of what may take the place of verify.mjs.
const server = readFileSync(`${out}/server.mjs`, "utf8");
for (const other of ["ask", "component"]) {
  assert.ok(server.includes('"./verify.mjs"'));
  writeFileSync(`${out}/server-${other}.mjs`, server.replace('"./verify.mjs"', `"./${other}.mjs"`));
}
