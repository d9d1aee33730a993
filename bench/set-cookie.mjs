// The cookies that an answer sets, as a browser would send them back: [name, value] each; a removal counts as none.
export function cookiesOf(answer) {
  return answer.headers
    .getSetCookie()
    .map((field) => field.split(";")[0])
    .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)])
    .filter(([, value]) => value !== "");
}

export const header = (cookies) => cookies.map(([name, value]) => `${name}=${value}`).join("; ");
