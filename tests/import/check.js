// Signs in whoever has moved in.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

const [base, people, lines, shown] = process.argv.slice(2)
const ids = JSON.parse(readFileSync(people))
const ada = JSON.parse(readFileSync(shown))
const old = readFileSync(lines, 'utf8').trim().split('\n').map(line => JSON.parse(line))

const signIn = async (email, password) => {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${base}/api/v1/auth/login`, { method: 'POST', headers, body: JSON.stringify({ email, password }) })
  return { status: answer.status, ...(await answer.json()) }
}

// Twice: the first time, her hash is replaced.
for (const _ of [1, 2]) {
  const { status, user } = await signIn('ada@example.org', 'vellum otter sextant')
  assert.deepEqual([status, user.id, user.role, user.emailVerified], [200, ids.ada, 'admin', true])
  assert.deepEqual([user.name, user.image], ['Ada', 'https://cdn.example/ada.png'])
}
assert.equal((await signIn('ada@example.org', 'vellum otter sextants')).error, 'INVALID_CREDENTIALS')
assert.equal(ada.appMetadata.plan, 'pro')
// The command tells whole seconds.
const seconds = time => Math.floor(Date.parse(time) / 1000)
assert.equal(seconds(ada.createdAt), seconds(old.find(line => line.id === ids.ada).createdAt))
assert.equal((await signIn('bob@example.org', 'nine badgers compose')).error, 'ACCOUNT_BANNED')
const carol = await signIn('Carol@Example.ORG', 'U*U')
assert.deepEqual([carol.status, carol.user.id, carol.user.email], [200, ids.carol, 'carol@example.org'])
for (const nobody of ['dave@example.org', 'erin@example.org']) {
  assert.equal((await signIn(nobody, 'eleven herons yodel')).error, 'INVALID_CREDENTIALS')
}
