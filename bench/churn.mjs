// churn.mjs THERE HERE SECONDS: fifty times a second somebody signs in at THERE, is read at HERE three times, signs out at THERE, and is read at HERE once
// more. Prints how many signed out, and how many of them were still taken for signed in.
import { cookiesOf, header } from "./set-cookie.mjs";

const [there, here, seconds] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const person = { email: `${process.env.PERSON}@example.org`, password: process.env.PASSWORD };
let [ended, late] = [0, 0];

async function ask(url, method, cookie, body) {
  const headers = { "content-type": "application/json", origin: new URL(url).origin, "sec-fetch-site": "same-origin", ...(cookie && { cookie }) };
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  await answer.arrayBuffer();
  return answer;
}

async function once() {
  const signedIn = await ask(`${there}/login`, "POST", undefined, person);
  if (!signedIn.ok) throw new Error(`${there}/login: ${signedIn.status}`);
  let cookie = cookiesOf(signedIn).map((cookie) => header([cookie])).join("; ");
  const read = await ask(`${here}/session`, "GET", cookie);
  cookie = [cookie, ...cookiesOf(read).map((cookie) => header([cookie]))].join("; ");
  // From the cookie cache, and then from memory.
  for (let n = 0; n < 2; n += 1) if ((await ask(`${here}/session`, "GET", cookie)).status !== 200) throw new Error("not signed in");
  if (!(await ask(`${there}/logout`, "POST", cookie, {})).ok) throw new Error("not signed out");
  ended += 1;
  if ((await ask(`${here}/session`, "GET", cookie)).status !== 401) late += 1;
}

// Where the processors don't do fifty hashes a second beside the reads, some are turned away (503).
const [running, failed] = [[], []];
for (let n = 0; n < seconds * 50; n += 1) {
  running.push(once().catch(({ message }) => failed.push(message)));
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await Promise.all(running);
if (failed.length) console.error(`churn: ${failed.length} failed: ${failed[0]}`);
console.log(`${ended}\t${late}`);
