// Everything that stands around an auth server on https://*.example.com: the proxy that ends TLS, the hosts of pages, and a backend.

import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";

const work = process.env.WORK;
const own = "https://auth.example.com/api/v1/auth";
const types = { html: "text/html", js: "text/javascript", css: "text/css" };

/** Passes a request on, as the proxy does that ends TLS. */
function passOn(port, request, response) {
  const before = request.headers["x-forwarded-for"];
  const headers = {
    ...request.headers,
    "x-forwarded-for": [before, request.socket.remoteAddress].filter(Boolean).join(", "),
    "x-forwarded-proto": "https",
  };
  const { method, url: path } = request;
  const onward = http.request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.rawHeaders);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  request.pipe(onward);
}

/** The app's own backend: asks the auth server about each token. */
async function backend(auth, request, response) {
  const { cors } = await import(`${work}/single-page-app/cors.js`);
  if (cors(request, response)) return;
  const answer = await fetch(`http://127.0.0.1:${auth}/api/v1/auth/validate`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-proto": "https" },
    body: JSON.stringify({ token: (request.headers.authorization ?? "").replace("Bearer ", "") }),
  });
  const { valid, payload } = await answer.json();
  response.writeHead(valid ? 200 : 401).end(valid ? `${payload.email} has ordered nothing yet` : "");
}

/** A file of the single-page app, whose auth server is at `api`. */
function page(path, api, response) {
  const file = path === "/" ? "index.html" : path.slice(1);
  if (!/^[a-z-]+\.(html|js|css)$/.test(file)) return response.writeHead(404).end();
  const text = readFileSync(`${work}/single-page-app/${file}`, "utf8");
  response.writeHead(200, { "content-type": `${types[file.split(".")[1]]}; charset=utf-8` }).end(text.replace(own, api));
}

/**
 * Serves on a port what a browser finds there by the name of the host. `auth` is the auth server's port, `rendered` that of the server
 * that renders pages, and `api` the address that pages have for the auth server, where it is another than the guide's.
 */
export function serve(port, { auth, rendered, api = {}, tls = true }) {
  const answer = (request, response) => {
    const host = request.headers.host.split(":")[0];
    const at = api[host] ?? own;
    if (host.startsWith("auth.") || (host === "localhost" && tls) || (at.startsWith("/") && request.url.startsWith(at))) {
      passOn(auth, request, response);
    } else if (host === "api.example.com") {
      backend(auth, request, response).catch(() => response.destroy());
    } else if (host === "account.example.com") {
      passOn(rendered, request, response);
    } else {
      page(request.url, at, response);
    }
  };
  const read = (file) => readFileSync(`${work}/${file}`);
  const server = tls ? https.createServer({ key: read("key.pem"), cert: read("cert.pem") }, answer) : http.createServer(answer);
  return new Promise((listening) => server.listen(port, "127.0.0.1", () => listening(server)));
}
