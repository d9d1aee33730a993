// The samples of the guides for backends. The arguments are the server, the folder with the samples, and a Python that has their libraries.

import assert from "node:assert/strict";
import { withMadeUp } from "./check-made-up.mjs";
import { withService } from "./check-service.mjs";
import { samples } from "./samples.mjs";

const [server, work, python] = process.argv.slice(2);
assert.ok(server && work && python);
const { all, startAll } = samples(work, python, Boolean(process.env.MANA_TEST_LONG));

/** That all of some samples do the same. */
const each = (chosen, check) => Promise.all(chosen.map((sample) => check(sample).catch((error) => {
  throw new Error(`${sample.name}: ${error.message}`, { cause: error });
})));

const tools = { server, work, python, all, startAll, each };
await withMadeUp(tools);
await withService(tools);
console.log(`guides/backends: ${all.map(({ name }) => name).join(", ")} accept what they should, and nothing else`);
process.exit(0);
