// A service on Better Auth with some people, as it stands before they move.
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { admin } from 'better-auth/plugins'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

const [kind, place] = process.argv.slice(2)
const database = kind === 'sqlite' ? new DatabaseSync(place) : new pg.Pool({ host: place, user: 'mana', database: 'postgres' })
const run = async (sql, ...values) =>
  kind === 'sqlite'
    ? database.prepare(sql).run(...values)
    : database.query(values.reduce((text, _, n) => text.replace('?', `$${n + 1}`), sql), values)

const auth = betterAuth({
  database,
  baseURL: 'http://localhost:3000',
  secret: crypto.randomUUID() + crypto.randomUUID(),
  emailAndPassword: { enabled: true },
  plugins: [admin()],
  user: { additionalFields: { plan: { type: 'string', required: false } } },
})
await (await getMigrations(auth.options)).runMigrations()

const signUp = async (email, name, password, members = {}) => {
  const { user } = await auth.api.signUpEmail({ body: { email, name, password, ...members } })
  return user.id
}
const ada = await signUp('Ada@Example.org', 'Ada', 'vellum otter sextant', { plan: 'pro', image: 'https://cdn.example/ada.png' })
await run(`UPDATE "user" SET role = 'admin', "emailVerified" = ${kind === 'sqlite' ? 1 : true} WHERE id = ?`, ada)
if (kind === 'postgres') {
  // A column of type json keeps what was written: a line of it must not become an account.
  const evil = { id: 'evil', email: 'evil@example.org', createdAt: '2025-01-01T00:00:00Z', role: 'admin' }
  await run('ALTER TABLE "user" ADD COLUMN prefs json')
  await run('UPDATE "user" SET prefs = ? WHERE id = ?', `{"a":[\n${JSON.stringify(evil)}\r\n]}`, ada)
}
const bob = await signUp('bob@example.org', 'Bob "the \\ builder"\u2028', 'nine badgers compose')
await run(`UPDATE "user" SET banned = ${kind === 'sqlite' ? 1 : true}, "banReason" = 'spam' WHERE id = ?`, bob)
// A hash from the service before that one, and an address that was written past Better Auth.
const carol = await signUp('carol@example.org', 'Carol', 'to be replaced')
await run('UPDATE account SET password = ? WHERE "userId" = ?', process.env.BCRYPT, carol)
await run('UPDATE "user" SET email = ? WHERE id = ?', 'Carol@EXAMPLE.org', carol)
// Somebody who came through another provider, and somebody with a role of their own.
const dave = await signUp('dave@example.org', 'Dave', 'to be replaced')
await run(`UPDATE account SET password = NULL, "providerId" = 'github' WHERE "userId" = ?`, dave)
const erin = await signUp('erin@example.org', 'Erin', 'eleven herons yodel')
await run(`UPDATE "user" SET role = 'owner' WHERE id = ?`, erin)

console.log(JSON.stringify({ ada, bob, carol, dave, erin }))
process.exit()
