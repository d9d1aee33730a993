import { createServer } from "node:http";
import { toNodeHandler } from "better-auth/node";
import { auth } from "./auth.js";

const { hostname, port } = new URL(process.env.BETTER_AUTH_URL);
if (globalThis.Bun) Bun.serve({ hostname, port, fetch: auth.handler });
else createServer(toNodeHandler(auth)).listen(Number(port), hostname);
