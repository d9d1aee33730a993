'use strict';

/** Where to go afterwards: what `return` says, if that is a path of this host. */
function wayBack(query) {
  const home = '/http/';
  const wanted = new URLSearchParams(query).get('return') ?? home;
  // To a browser, `//host`, `/\host` and more are other hosts, so it has to say itself where a path leads; and it is sent
  // there by the whole address, since a path may begin with `//` once its dots are resolved.
  const address = wanted.startsWith('/') && URL.canParse(wanted, location.origin) && new URL(wanted, location.origin);
  return address && address.origin === location.origin ? address.href : location.origin + home;
}

const form = document.querySelector('form');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const output = document.querySelector('output');
  const { email, password } = Object.fromEntries(new FormData(form));
  try {
    const answer = await fetch('/api/v1/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    if (answer.ok) {
      // The cookie is the session. The tokens in the answer are for programs.
      location.replace(wayBack(location.search));
    } else {
      output.value = (await answer.json()).message;
    }
  } catch {
    output.value = 'The auth service does not answer';
  }
});
