// sign-in.mjs URL FIRST LAST [STEP]: signs in p<FIRST>@example.org to p<LAST>@example.org at mana-auth, and prints a line for
// each session as sessions.lua reads it, the session cookie before any other.
import { eachOf } from "./each-of.mjs";
import { cookiesOf, header } from "./set-cookie.mjs";

const [url, first, last, step = 1] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const people = [];
for (let number = first; number <= last; number += step) people.push(`p${number}@example.org`);

await eachOf(people, async (email) => {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password: process.env.PASSWORD }),
  });
  if (!answer.ok) throw new Error(`${email}: ${answer.status} ${await answer.text()}`);
  const { accessToken, refreshToken } = await answer.json();
  const cookies = cookiesOf(answer).sort(([one], [other]) => other.endsWith("_session") - one.endsWith("_session"));
  return `${accessToken} ${refreshToken} ${header(cookies)}`;
});
