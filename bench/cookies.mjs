// cookies.mjs URL: reads every session of standard input once, and prints its line with the cookies that the answer set.
import { readFileSync } from "node:fs";
import { eachOf } from "./each-of.mjs";
import { cookiesOf, header } from "./set-cookie.mjs";

const url = process.argv[2];
const lines = readFileSync(0, "utf8").trimEnd().split("\n");

await eachOf(lines, async (line) => {
  // Without what an earlier read has set, which may be about to expire.
  const [access, refresh, session] = line.split(/;? /);
  const answer = await fetch(url, { headers: { cookie: session } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
  const others = cookiesOf(answer).filter(([name]) => !session.startsWith(`${name}=`));
  return `${access} ${refresh} ${[session, ...others.map((cookie) => header([cookie]))].join("; ")}`;
});
