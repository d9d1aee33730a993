// The page of the guide: forms and buttons around auth.js, whose text stands in docs/guides/single-page-app.md.

import { api, check, onUser, signIn, signOut, signUp } from "./auth.js";

const $ = (id) => document.getElementById(id);

attempt(() => onUser((user) => {
  $("signed-out").hidden = user !== null;
  $("signed-in").hidden = !user;
  $("who").textContent = user?.name || user?.email;
  if (user?.id !== $("orders").dataset.of) $("orders").textContent = "";   // nobody sees what another has loaded
  $("orders").dataset.of = user?.id;
}));
// Perhaps the session has ended elsewhere since the page was last looked at.
document.addEventListener("visibilitychange", () => document.hidden || attempt(check));

async function attempt(action) {
  $("problem").textContent = "";
  try {
    await action();
  } catch ({ message, fields = {} }) {
    $("problem").textContent = [message, ...Object.entries(fields).map(([name, why]) => `${name} ${why}`)].join(": ");
  }
}

function onSubmit(form, action) {
  $(form).addEventListener("submit", (event) => {
    event.preventDefault();
    const { email, password, name, rememberMe } = event.target.elements;
    attempt(async () => {
      await action(email.value, password.value, rememberMe.checked, name?.value);
      event.target.reset();                     // the password must not stay in the page
    });
  });
}
onSubmit("sign-in", signIn);
onSubmit("sign-up", async (email, password, rememberMe, name) => {
  await signUp(email, password, name);
  await signIn(email, password, rememberMe);
});

$("sign-out").onclick = () => attempt(signOut);
$("sign-out-everywhere").onclick = () => attempt(() => signOut(true));
$("load").onclick = () => attempt(async () => {
  const response = await api("https://api.example.com/orders");
  $("orders").textContent = await response.text();
});
