-- Times are milliseconds since the Unix epoch. Ids of users, accounts and sessions are opaque text: an import brings its own. Those of
-- events are UUIDv7. A statement ends at a line that is not indented and ends with a semicolon.

CREATE TABLE users (
    id                 TEXT PRIMARY KEY,
    -- In normal form, so that uniqueness means what people mean by it.
    email              TEXT NOT NULL UNIQUE,
    name               TEXT NOT NULL,
    image              TEXT,
    role               TEXT NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin', 'service')),
    email_verified     INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1)),
    banned             INTEGER NOT NULL DEFAULT 0 CHECK (banned IN (0, 1)),
    ban_reason         TEXT,
    -- Null: for good.
    ban_expires        INTEGER,
    -- Rises with every change after which a sign-in or a challenge in progress must not succeed.
    credential_version INTEGER NOT NULL DEFAULT 1,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    -- The operator's data about the user: a JSON object. Users never write it.
    app_metadata       TEXT NOT NULL DEFAULT '{}',
    -- The language that they read, as BCP 47 writes it; null: not known.
    language           TEXT
) STRICT;

-- Lists of users go by time.
CREATE INDEX users_created ON users (created_at, id);

-- How a user can sign in: one row a provider. `credential` is e-mail and password.
CREATE TABLE accounts (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider_id TEXT NOT NULL,
    -- The user's id at that provider; for `credential` the id of the user.
    account_id  TEXT NOT NULL,
    -- An encoded hash: Argon2id PHC, or what an import brought (scrypt, bcrypt).
    password    TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    UNIQUE (provider_id, account_id)
) STRICT;

CREATE INDEX accounts_user ON accounts (user_id);

-- Finds a password hash that is not Argon2id, if there is one.
CREATE INDEX accounts_imported ON accounts (id) WHERE substr(password, 1, 10) <> '$argon2id$';

CREATE TABLE sessions (
    id                  TEXT PRIMARY KEY,
    user_id             TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the session cookie; null for a session that lives by tokens alone.
    token_hash          BLOB UNIQUE,
    remember_me         INTEGER NOT NULL CHECK (remember_me IN (0, 1)),
    device_id           TEXT,
    device_name         TEXT,
    ip_address          TEXT,
    user_agent          TEXT,
    last_activity_at    INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    -- Slides forward, at most to absolute_expires_at.
    expires_at          INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL,
    -- Access tokens issued before are refused.
    not_before          INTEGER NOT NULL,
    -- When the user last proved who they are.
    auth_time           INTEGER NOT NULL,
    -- By which methods (RFC 8176), with blanks between.
    amr                 TEXT NOT NULL,
    -- The newest row of invalidations about it, or about the session that it was exchanged from: those rows are dropped some day.
    touched_at          INTEGER NOT NULL DEFAULT 0,
    -- The session that this one was exchanged from, and ends with.
    parent_id           TEXT REFERENCES sessions (id) ON DELETE CASCADE,
    -- The origin that it was exchanged for.
    origin              TEXT,
    UNIQUE (parent_id, origin)
) STRICT;

CREATE INDEX sessions_user ON sessions (user_id);

-- With what is counted, so that counting reads nothing else.
CREATE INDEX sessions_expiry ON sessions (expires_at, remember_me);

-- Devices that someone has signed in on; at most twenty a user.
CREATE TABLE devices (
    id           TEXT PRIMARY KEY,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- What the client calls it; anyone can claim to be it.
    client_id    TEXT,
    -- SHA-256 of the nonce in its newest cookie.
    nonce_hash   BLOB NOT NULL,
    -- The one before, which is good until the newest is used: the answer with that may have been lost.
    nonce_before BLOB,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL
) STRICT;

CREATE INDEX devices_user ON devices (user_id, last_seen_at);

CREATE UNIQUE INDEX devices_client ON devices (user_id, client_id);

-- What counts towards a lock or a limit: one row for all of a minute. What is counted (an address, an account whether it exists or
-- not, a device) is named by a hash.
CREATE TABLE attempts (
    counter  TEXT NOT NULL,
    subject  BLOB NOT NULL,
    -- When the first and the last came.
    since    INTEGER NOT NULL,
    until    INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    -- Which row of its counter it is, of every subject, so that the oldest makes room without looking at all of them.
    position INTEGER NOT NULL,
    PRIMARY KEY (counter, subject, since)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_position ON attempts (counter, position);

-- Places of attempts that are not decided yet: one for each counter. A process that dies leaves them, for a minute.
CREATE TABLE reservations (
    counter TEXT NOT NULL,
    subject BLOB NOT NULL,
    at      INTEGER NOT NULL,
    nonce   BLOB NOT NULL,
    PRIMARY KEY (counter, subject, at, nonce)
) STRICT, WITHOUT ROWID;

CREATE INDEX reservations_nonce ON reservations (nonce);

CREATE TABLE lockouts (
    counter      TEXT NOT NULL,
    subject      BLOB NOT NULL,
    -- Failures since the last success, and when the last of them came.
    failures     INTEGER NOT NULL,
    failed_at    INTEGER NOT NULL,
    -- 0: it never was.
    locked_until INTEGER NOT NULL,
    -- Which lock in a row that is, from 1: each is twice as long.
    times        INTEGER NOT NULL,
    -- The attempt that set it.
    locked_by    BLOB,
    PRIMARY KEY (counter, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX lockouts_failures ON lockouts (failures, failed_at);

-- When what was told last, so that it is told once in a while.
CREATE TABLE suspicions (
    reason  TEXT NOT NULL,
    subject BLOB NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (reason, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX suspicions_at ON suspicions (at);

-- One chain a session, which never forks. Spent rows stay until their session ends, so that a token of any generation is
-- recognised; a session ends with its twenty-thousandth, which bounds what that costs.
CREATE TABLE refresh_tokens (
    -- SHA-256 of the token.
    hash           BLOB PRIMARY KEY,
    session_id     TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- The how manieth of its chain, from 0.
    generation     INTEGER NOT NULL,
    issued_at      INTEGER NOT NULL,
    spent_at       INTEGER,
    -- The successor is derived from the token, this salt and the secret of this version; the version is noted
    -- when the token is spent, so that old secrets are needed no longer than a spent token may be repeated.
    salt           BLOB NOT NULL,
    secret_version INTEGER CHECK ((spent_at IS NULL) = (secret_version IS NULL)),
    -- When the session's secrets were renewed while it was unused: it leads into the chain that begins with the next generation.
    left_behind_at INTEGER,
    -- When its successor was given again, later than parallel tabs ask for it.
    repeated_at    INTEGER,
    UNIQUE (session_id, generation)
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_tokens_repeated ON refresh_tokens (session_id, repeated_at) WHERE repeated_at IS NOT NULL;

-- Mails that are still to be delivered, and those that were given up lately. Whatever somebody causes, no request waits for a mail.
CREATE TABLE outbox (
    -- The left part of the Message-ID, over all attempts.
    id             TEXT PRIMARY KEY,
    kind           TEXT NOT NULL,
    -- 1: a stranger may have caused it. Such mails make room first.
    by_stranger    INTEGER NOT NULL CHECK (by_stranger IN (0, 1)),
    -- Recipient and letter, sealed with AES-256-GCM under the secret of this version; null once destroyed.
    secret_version INTEGER NOT NULL,
    content        BLOB,
    created_at     INTEGER NOT NULL,
    -- The time of the next attempt. A deliverer that takes the mail moves this time on, and writes its name beside it.
    due_at         INTEGER NOT NULL,
    holder         BLOB,
    attempts       INTEGER NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'failed')),
    -- Why the last attempt failed.
    reason         TEXT
) STRICT;

CREATE INDEX outbox_due ON outbox (state, due_at);

CREATE INDEX outbox_held ON outbox (holder) WHERE holder IS NOT NULL;

CREATE INDEX outbox_age ON outbox (by_stranger, created_at, id);

-- Challenges: tokens and codes that were mailed, and prove that somebody reads mail at an address. A request for an unknown address has a
-- row too, so that the rows don't tell who has an account. Rows stay for a day at least: limits count them.
CREATE TABLE challenges (
    id                 TEXT PRIMARY KEY,
    purpose            TEXT NOT NULL,
    -- Which row of its purpose it is, so that the oldest makes room without counting them.
    position           INTEGER NOT NULL,
    -- SHA-256 of the token in the link.
    token_hash         BLOB NOT NULL UNIQUE,
    -- A MAC of the code that can be typed instead, and how often it was typed wrong.
    code_mac           BLOB,
    code_failures      INTEGER NOT NULL DEFAULT 0,
    -- The user, and the version of their credentials at that time. An unused id stands for nobody, so there is no foreign key.
    user_id            TEXT NOT NULL,
    credential_version INTEGER NOT NULL,
    -- The address that it was mailed to.
    email              TEXT NOT NULL,
    -- SHA-256 of the network that asked.
    network            BLOB,
    -- SHA-256 of the challenge cookie of the browser that asked.
    browser_hash       BLOB,
    -- Depends on the purpose: the new address, the lifetime of the session, or the page to go back to.
    detail             TEXT,
    created_at         INTEGER NOT NULL,
    expires_at         INTEGER NOT NULL,
    spent_at           INTEGER,
    -- SHA-256 of the challenge cookie of the browser that spent it: it sees the same outcome again.
    spent_by           BLOB
) STRICT;

CREATE UNIQUE INDEX challenges_position ON challenges (purpose, position);

CREATE INDEX challenges_email ON challenges (purpose, email, created_at);

CREATE INDEX challenges_network ON challenges (purpose, network, created_at);

CREATE INDEX challenges_user ON challenges (user_id);

CREATE INDEX challenges_browser ON challenges (browser_hash) WHERE browser_hash IS NOT NULL;

-- Registrations that wait until their address is proven.
CREATE TABLE registrations (
    -- The id that the account will have.
    id           TEXT PRIMARY KEY,
    -- Which row it is, so that the oldest makes room without counting them.
    position     INTEGER NOT NULL UNIQUE,
    email        TEXT NOT NULL,
    name         TEXT NOT NULL,
    -- Argon2id PHC, with the salt of whatever else is compared with for this address.
    password     TEXT NOT NULL,
    -- SHA-256 of the challenge cookie of the browser that registered.
    browser_hash BLOB,
    language     TEXT,
    -- Set once the address is proven. Sign-ins still compare the row, but it can become no account.
    ended        INTEGER NOT NULL DEFAULT 0 CHECK (ended IN (0, 1)),
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX registrations_email ON registrations (email, expires_at);

CREATE INDEX registrations_expiry ON registrations (expires_at);

-- The keys that sign access tokens.
CREATE TABLE jwks (
    -- RFC 7638 thumbprint.
    id             TEXT PRIMARY KEY,
    public_key     BLOB NOT NULL,
    -- Sealed with AES-256-GCM under the secret of this version.
    private_key    BLOB NOT NULL,
    secret_version INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    signs_from     INTEGER NOT NULL,
    revoked_at     INTEGER
) STRICT;

-- No foreign key to users: the events of an account outlive it.
CREATE TABLE security_events (
    id             TEXT PRIMARY KEY,
    user_id        TEXT,
    event_type     TEXT NOT NULL,
    ip_address     TEXT,
    user_agent     TEXT,
    metadata       TEXT DEFAULT '{}' CHECK (json_valid(metadata)),
    created_at     INTEGER NOT NULL,
    -- Which other component recorded it; null for the service itself.
    source         TEXT,
    -- 32 random bytes, destroyed with the personal details (address, user agent, metadata) that they hide in
    -- details_digest.
    salt           BLOB,
    -- SHA-256 over salt and personal details.
    details_digest BLOB NOT NULL,
    -- A MAC over the row under a key of the secret, until it is sealed: whoever can merely write rows has none, and theirs are
    -- not sealed.
    mac            BLOB,
    -- The row's place in the tree, and its hash there; null until it is sealed.
    leaf           INTEGER UNIQUE CHECK (leaf >= 0),
    leaf_hash      BLOB CHECK ((leaf IS NULL) = (leaf_hash IS NULL))
) STRICT;

-- With the kind, so that counting what happened to somebody lately reads the index alone.
CREATE INDEX security_events_user ON security_events (user_id, id, event_type);

CREATE INDEX security_events_type ON security_events (event_type, id);

CREATE INDEX security_events_address ON security_events (ip_address, id) WHERE ip_address IS NOT NULL;

-- Sealed ones have no MAC any more.
CREATE INDEX security_events_unsealed ON security_events (id) WHERE mac IS NOT NULL;

-- Rows that the service did not write.
CREATE INDEX security_events_foreign ON security_events (id) WHERE leaf IS NULL AND mac IS NULL;

-- Events that were counted instead of written, until they are reported in the log itself.
CREATE TABLE counted_events (
    event_type TEXT NOT NULL,
    -- The database refused them, or there were too many.
    why        TEXT NOT NULL CHECK (why IN ('lost', 'coalesced')),
    count      INTEGER NOT NULL,
    -- When the first and the last came.
    since      INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    PRIMARY KEY (event_type, why)
) STRICT, WITHOUT ROWID;

-- How many events of a kind that strangers can cause there were within a minute.
CREATE TABLE event_rates (
    event_type TEXT PRIMARY KEY,
    -- When that minute began.
    since      INTEGER NOT NULL,
    count      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The keys that sign the audit log's checkpoints.
CREATE TABLE audit_keys (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    public_key     BLOB NOT NULL UNIQUE,
    -- Sealed with AES-256-GCM under the secret of this version.
    private_key    BLOB NOT NULL,
    secret_version INTEGER NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;

-- The tree so far; one row. Whoever seals states the size that they went on from, so that it never forks.
CREATE TABLE audit_tree (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    -- The name that its checkpoints are signed under: another one after a backup was restored.
    origin   TEXT NOT NULL,
    key_id   INTEGER NOT NULL REFERENCES audit_keys (id),
    size     INTEGER NOT NULL,
    -- The roots of its perfect subtrees, largest first.
    frontier BLOB NOT NULL
) STRICT;

-- Signed checkpoints, one for each time that events were sealed.
CREATE TABLE audit_seals (
    -- How many leaves it covers.
    size      INTEGER PRIMARY KEY,
    note      TEXT NOT NULL,
    sealed_at INTEGER NOT NULL
) STRICT;

-- The roots of perfect subtrees of 256, 256², … leaves: what proofs are made of, and all that is left of leaves that were
-- dropped.
CREATE TABLE audit_tiles (
    level    INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;

-- How many sealed events of a kind began in which hour, so that counting reads no events.
CREATE TABLE audit_hours (
    hour       INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY (hour, event_type)
) STRICT, WITHOUT ROWID;

-- The progress of verifying the audit log, and the result of the last complete verification. One row, with a MAC.
CREATE TABLE audit_verification (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    -- This time: from which leaf, and the tree so far.
    from_leaf   INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    frontier    BLOB NOT NULL,
    -- The last time that was finished: which leaves, when, and what was wrong first.
    last_from   INTEGER,
    last_to     INTEGER,
    verified_at INTEGER,
    first_bad   TEXT,
    -- When this time was begun.
    begun_at    INTEGER,
    mac         BLOB
) STRICT;

-- Since when housekeeping has seen events whose author it can't tell; at most one row, under a MAC of its own.
CREATE TABLE audit_waiting (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    since INTEGER NOT NULL,
    mac   BLOB NOT NULL
) STRICT;

-- Recent changes, in the order of commits. An id is a position and is never reused. Triggers write these rows: see
-- component/src/storage/watched.
CREATE TABLE invalidations (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    -- `s:<session>`, `u:<user>`, `keys`, or `start:<nonce>`.
    subject TEXT NOT NULL
) STRICT;

CREATE INDEX invalidations_subject ON invalidations (subject, id);

-- The newest position that was ever given; one row. Rows of invalidations are pruned, this number stays.
CREATE TABLE positions (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    last INTEGER NOT NULL
) STRICT;

INSERT INTO positions (one, last) VALUES (1, 0);

-- Renumbers the row if `last` was raised by hand: nobody would see a row below that number.
CREATE TRIGGER invalidations_given AFTER INSERT ON invalidations
BEGIN
    INSERT INTO positions (one, last) VALUES (1, NEW.id)
    ON CONFLICT (one) DO UPDATE SET last = max(positions.last + 1, excluded.last);
    UPDATE invalidations SET id = (SELECT last FROM positions) WHERE id = NEW.id AND id < (SELECT last FROM positions);
END;

-- Starts of serving processes. A position is of the history of the newest start before it: a restored backup has other starts.
CREATE TABLE starts (
    -- 8 random bytes in hexadecimal digits.
    nonce    TEXT PRIMARY KEY,
    -- Given by the trigger.
    position INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX starts_position ON starts (position);

CREATE TRIGGER starts_placed AFTER INSERT ON starts
BEGIN
    INSERT INTO invalidations (subject) VALUES ('start:' || NEW.nonce);
    UPDATE starts SET position = (SELECT last FROM positions) WHERE nonce = NEW.nonce;
END;

-- The starts, as they are told outside of the database. On PostgreSQL they say more.
CREATE VIEW lineages AS SELECT nonce, position FROM starts;

-- What the service was started with last; of secrets only what tells one from another.
CREATE TABLE known_settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- One process at a time does the housekeeping.
CREATE TABLE leases (
    name       TEXT PRIMARY KEY,
    holder     TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    -- When it was last done to the end.
    done_at    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Triggers rather than statements of the service, so that a change typed by hand counts like any other.

CREATE TRIGGER users_credentials_changed AFTER UPDATE ON users
WHEN OLD.email IS DISTINCT FROM NEW.email OR OLD.banned IS DISTINCT FROM NEW.banned
    OR OLD.ban_expires IS DISTINCT FROM NEW.ban_expires
BEGIN
    UPDATE users SET credential_version = OLD.credential_version + 1 WHERE id = NEW.id;
END;

CREATE TRIGGER users_banned AFTER UPDATE ON users
WHEN NEW.banned AND (NOT OLD.banned OR OLD.ban_expires IS DISTINCT FROM NEW.ban_expires)
BEGIN
    DELETE FROM sessions WHERE user_id = NEW.id;
END;

CREATE TRIGGER users_replaced_by_banned AFTER INSERT ON users
WHEN NEW.banned
BEGIN
    DELETE FROM sessions WHERE user_id = NEW.id;
END;

CREATE TRIGGER accounts_added AFTER INSERT ON accounts
BEGIN
    UPDATE users SET credential_version = credential_version + 1 WHERE id = NEW.user_id;
END;

CREATE TRIGGER accounts_changed AFTER UPDATE ON accounts
WHEN OLD.password IS DISTINCT FROM NEW.password OR OLD.user_id IS DISTINCT FROM NEW.user_id
    OR OLD.provider_id IS DISTINCT FROM NEW.provider_id OR OLD.account_id IS DISTINCT FROM NEW.account_id
BEGIN
    UPDATE users SET credential_version = credential_version + 1 WHERE id IN (OLD.user_id, NEW.user_id);
END;

-- REPLACE removes rows without a trigger of theirs.
CREATE TRIGGER accounts_replaced_by_insert BEFORE INSERT ON accounts
BEGIN
    UPDATE users SET credential_version = credential_version + 1 WHERE id IN (
        SELECT user_id FROM accounts WHERE rowid = NEW.rowid OR id = NEW.id
            OR (provider_id = NEW.provider_id AND account_id = NEW.account_id));
END;

CREATE TRIGGER accounts_replaced_by_update BEFORE UPDATE ON accounts
WHEN OLD.rowid IS DISTINCT FROM NEW.rowid OR OLD.id IS DISTINCT FROM NEW.id
    OR OLD.provider_id IS DISTINCT FROM NEW.provider_id OR OLD.account_id IS DISTINCT FROM NEW.account_id
BEGIN
    UPDATE users SET credential_version = credential_version + 1 WHERE id IN (
        SELECT user_id FROM accounts WHERE rowid <> OLD.rowid AND (rowid = NEW.rowid OR id = NEW.id
            OR (provider_id = NEW.provider_id AND account_id = NEW.account_id)));
END;

CREATE TRIGGER accounts_removed AFTER DELETE ON accounts
BEGIN
    UPDATE users SET credential_version = credential_version + 1 WHERE id = OLD.user_id;
END;
