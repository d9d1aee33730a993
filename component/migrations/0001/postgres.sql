-- The schema of sqlite.sql in PostgreSQL's words; what each table and column is for stands there. Differences: integers are bigint,
-- flags are boolean, texts compare byte by byte. `metadata` is text, because a digest covers its exact bytes. The schema is the first of
-- the connection's search_path.

-- Names are in every script.
DO $$
BEGIN
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'the database must be in UTF8: CREATE DATABASE … ENCODING UTF8 TEMPLATE template0';
    END IF;
END $$;

-- Functions that SQLite has.

CREATE FUNCTION json_valid(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN value::json IS NOT NULL;
EXCEPTION WHEN OTHERS THEN
    RETURN false;
END $$;

-- PostgreSQL's texts hold no U+0000: where JSON has it, it is left out.
CREATE FUNCTION json_extract(value text, path text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT regexp_replace(value, '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g')::json ->> substr(path, 3)
$$;

CREATE TABLE users (
    id                 text COLLATE "C" PRIMARY KEY,
    email              text COLLATE "C" NOT NULL UNIQUE,
    name               text COLLATE "C" NOT NULL,
    image              text COLLATE "C",
    role               text COLLATE "C" NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin', 'service')),
    email_verified     boolean NOT NULL DEFAULT false,
    banned             boolean NOT NULL DEFAULT false,
    ban_reason         text COLLATE "C",
    ban_expires        bigint,
    credential_version bigint NOT NULL DEFAULT 1,
    created_at         bigint NOT NULL,
    updated_at         bigint NOT NULL,
    app_metadata       text COLLATE "C" NOT NULL DEFAULT '{}',
    language           text COLLATE "C"
);

CREATE INDEX users_created ON users (created_at, id);

CREATE TABLE accounts (
    id          text COLLATE "C" PRIMARY KEY,
    user_id     text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider_id text COLLATE "C" NOT NULL,
    account_id  text COLLATE "C" NOT NULL,
    password    text COLLATE "C",
    created_at  bigint NOT NULL,
    updated_at  bigint NOT NULL,
    UNIQUE (provider_id, account_id)
);

CREATE INDEX accounts_user ON accounts (user_id);

CREATE INDEX accounts_imported ON accounts (id) WHERE substr(password, 1, 10) <> '$argon2id$';

CREATE TABLE sessions (
    id                  text COLLATE "C" PRIMARY KEY,
    user_id             text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash          bytea UNIQUE,
    remember_me         boolean NOT NULL,
    device_id           text COLLATE "C",
    device_name         text COLLATE "C",
    ip_address          text COLLATE "C",
    user_agent          text COLLATE "C",
    last_activity_at    bigint NOT NULL,
    created_at          bigint NOT NULL,
    expires_at          bigint NOT NULL,
    absolute_expires_at bigint NOT NULL,
    not_before          bigint NOT NULL,
    auth_time           bigint NOT NULL,
    amr                 text COLLATE "C" NOT NULL,
    touched_at          bigint NOT NULL DEFAULT 0,
    parent_id           text COLLATE "C" REFERENCES sessions (id) ON DELETE CASCADE,
    origin              text COLLATE "C",
    UNIQUE (parent_id, origin)
);

CREATE INDEX sessions_user ON sessions (user_id);

CREATE INDEX sessions_expiry ON sessions (expires_at, remember_me);

CREATE TABLE devices (
    id           text COLLATE "C" PRIMARY KEY,
    user_id      text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id    text COLLATE "C",
    nonce_hash   bytea NOT NULL,
    nonce_before bytea,
    created_at   bigint NOT NULL,
    last_seen_at bigint NOT NULL
);

CREATE INDEX devices_user ON devices (user_id, last_seen_at);

CREATE UNIQUE INDEX devices_client ON devices (user_id, client_id);

CREATE TABLE attempts (
    counter  text COLLATE "C" NOT NULL,
    subject  bytea NOT NULL,
    since    bigint NOT NULL,
    until    bigint NOT NULL,
    count    bigint NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (counter, subject, since)
);

CREATE INDEX attempts_position ON attempts (counter, position);

CREATE TABLE reservations (
    counter text COLLATE "C" NOT NULL,
    subject bytea NOT NULL,
    at      bigint NOT NULL,
    nonce   bytea NOT NULL,
    PRIMARY KEY (counter, subject, at, nonce)
);

CREATE INDEX reservations_nonce ON reservations (nonce);

CREATE TABLE lockouts (
    counter      text COLLATE "C" NOT NULL,
    subject      bytea NOT NULL,
    failures     bigint NOT NULL,
    failed_at    bigint NOT NULL,
    locked_until bigint NOT NULL,
    times        bigint NOT NULL,
    locked_by    bytea,
    PRIMARY KEY (counter, subject)
);

CREATE INDEX lockouts_failures ON lockouts (failures, failed_at);

CREATE TABLE suspicions (
    reason  text COLLATE "C" NOT NULL,
    subject bytea NOT NULL,
    at      bigint NOT NULL,
    PRIMARY KEY (reason, subject)
);

CREATE INDEX suspicions_at ON suspicions (at);

CREATE TABLE refresh_tokens (
    hash           bytea PRIMARY KEY,
    session_id     text COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    generation     bigint NOT NULL,
    issued_at      bigint NOT NULL,
    spent_at       bigint,
    salt           bytea NOT NULL,
    secret_version bigint CHECK ((spent_at IS NULL) = (secret_version IS NULL)),
    left_behind_at bigint,
    repeated_at    bigint,
    UNIQUE (session_id, generation)
);

CREATE INDEX refresh_tokens_repeated ON refresh_tokens (session_id, repeated_at) WHERE repeated_at IS NOT NULL;

CREATE TABLE outbox (
    id             text COLLATE "C" PRIMARY KEY,
    kind           text COLLATE "C" NOT NULL,
    by_stranger    boolean NOT NULL,
    secret_version bigint NOT NULL,
    content        bytea,
    created_at     bigint NOT NULL,
    due_at         bigint NOT NULL,
    holder         bytea,
    attempts       bigint NOT NULL,
    state          text COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'failed')),
    reason         text COLLATE "C"
);

CREATE INDEX outbox_due ON outbox (state, due_at);

CREATE INDEX outbox_held ON outbox (holder) WHERE holder IS NOT NULL;

CREATE INDEX outbox_age ON outbox (by_stranger, created_at, id);

CREATE TABLE challenges (
    id                 text COLLATE "C" PRIMARY KEY,
    purpose            text COLLATE "C" NOT NULL,
    position           bigint NOT NULL,
    token_hash         bytea NOT NULL UNIQUE,
    code_mac           bytea,
    code_failures      bigint NOT NULL DEFAULT 0,
    user_id            text COLLATE "C" NOT NULL,
    credential_version bigint NOT NULL,
    email              text COLLATE "C" NOT NULL,
    network            bytea,
    browser_hash       bytea,
    detail             text COLLATE "C",
    created_at         bigint NOT NULL,
    expires_at         bigint NOT NULL,
    spent_at           bigint,
    spent_by           bytea
);

CREATE UNIQUE INDEX challenges_position ON challenges (purpose, position);

CREATE INDEX challenges_email ON challenges (purpose, email, created_at);

CREATE INDEX challenges_network ON challenges (purpose, network, created_at);

CREATE INDEX challenges_user ON challenges (user_id);

CREATE INDEX challenges_browser ON challenges (browser_hash) WHERE browser_hash IS NOT NULL;

CREATE TABLE registrations (
    id           text COLLATE "C" PRIMARY KEY,
    position     bigint NOT NULL UNIQUE,
    email        text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    password     text COLLATE "C" NOT NULL,
    browser_hash bytea,
    language     text COLLATE "C",
    ended        boolean NOT NULL DEFAULT false,
    created_at   bigint NOT NULL,
    expires_at   bigint NOT NULL
);

CREATE INDEX registrations_email ON registrations (email, expires_at);

CREATE INDEX registrations_expiry ON registrations (expires_at);

CREATE TABLE jwks (
    id             text COLLATE "C" PRIMARY KEY,
    public_key     bytea NOT NULL,
    private_key    bytea NOT NULL,
    secret_version bigint NOT NULL,
    created_at     bigint NOT NULL,
    signs_from     bigint NOT NULL,
    revoked_at     bigint
);

CREATE TABLE security_events (
    id             text COLLATE "C" PRIMARY KEY,
    user_id        text COLLATE "C",
    event_type     text COLLATE "C" NOT NULL,
    ip_address     text COLLATE "C",
    user_agent     text COLLATE "C",
    metadata       text COLLATE "C" DEFAULT '{}' CHECK (json_valid(metadata)),
    created_at     bigint NOT NULL,
    source         text COLLATE "C",
    salt           bytea,
    details_digest bytea NOT NULL,
    mac            bytea,
    leaf           bigint UNIQUE CHECK (leaf >= 0),
    leaf_hash      bytea CHECK ((leaf IS NULL) = (leaf_hash IS NULL))
);

CREATE INDEX security_events_user ON security_events (user_id, id, event_type);

CREATE INDEX security_events_type ON security_events (event_type, id);

CREATE INDEX security_events_address ON security_events (ip_address, id) WHERE ip_address IS NOT NULL;

CREATE INDEX security_events_unsealed ON security_events (id) WHERE mac IS NOT NULL;

CREATE INDEX security_events_foreign ON security_events (id) WHERE leaf IS NULL AND mac IS NULL;

CREATE TABLE counted_events (
    event_type text COLLATE "C" NOT NULL,
    why        text COLLATE "C" NOT NULL CHECK (why IN ('lost', 'coalesced')),
    count      bigint NOT NULL,
    since      bigint NOT NULL,
    until      bigint NOT NULL,
    PRIMARY KEY (event_type, why)
);

CREATE TABLE event_rates (
    event_type text COLLATE "C" PRIMARY KEY,
    since      bigint NOT NULL,
    count      bigint NOT NULL
);

CREATE TABLE audit_keys (
    id             bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    public_key     bytea NOT NULL UNIQUE,
    private_key    bytea NOT NULL,
    secret_version bigint NOT NULL,
    created_at     bigint NOT NULL
);

CREATE TABLE audit_tree (
    id       bigint PRIMARY KEY CHECK (id = 1),
    origin   text COLLATE "C" NOT NULL,
    key_id   bigint NOT NULL REFERENCES audit_keys (id),
    size     bigint NOT NULL,
    frontier bytea NOT NULL
);

CREATE TABLE audit_seals (
    size      bigint PRIMARY KEY,
    note      text COLLATE "C" NOT NULL,
    sealed_at bigint NOT NULL
);

CREATE TABLE audit_tiles (
    level    bigint NOT NULL,
    position bigint NOT NULL,
    hash     bytea NOT NULL,
    PRIMARY KEY (level, position)
);

CREATE TABLE audit_hours (
    hour       bigint NOT NULL,
    event_type text COLLATE "C" NOT NULL,
    count      bigint NOT NULL,
    PRIMARY KEY (hour, event_type)
);

CREATE TABLE audit_verification (
    id          bigint PRIMARY KEY CHECK (id = 1),
    from_leaf   bigint NOT NULL,
    size        bigint NOT NULL,
    frontier    bytea NOT NULL,
    last_from   bigint,
    last_to     bigint,
    verified_at bigint,
    first_bad   text COLLATE "C",
    begun_at    bigint,
    mac         bytea
);

CREATE TABLE audit_waiting (
    id    bigint PRIMARY KEY CHECK (id = 1),
    since bigint NOT NULL,
    mac   bytea NOT NULL
);

CREATE TABLE invalidations (
    id      bigint PRIMARY KEY,
    subject text COLLATE "C" NOT NULL
);

CREATE INDEX invalidations_subject ON invalidations (subject, id);

-- The newest row is put back, for its id must not be given again: answers that cover it would then cover what came later.
CREATE FUNCTION invalidations_removed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO invalidations (id, subject)
    SELECT id, subject FROM old_rows
    WHERE id = (SELECT max(id) FROM old_rows) AND id > (SELECT last FROM positions);
    RETURN NULL;
END $$;

CREATE FUNCTION invalidations_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'invalidations must not be truncated: delete its rows, of which the newest stays';
END $$;

-- The newest position. No row that each commit updates: its dead versions would pile up while somebody, anywhere, holds a snapshot.
CREATE VIEW positions AS SELECT coalesce(max(id), 0) AS last FROM invalidations;

CREATE TRIGGER invalidations_removed AFTER DELETE ON invalidations
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION invalidations_removed();

CREATE TRIGGER invalidations_emptied BEFORE TRUNCATE ON invalidations FOR EACH STATEMENT EXECUTE FUNCTION invalidations_emptied();

-- A lock for writing: one transaction holds it at a time, on all nodes together. The table has no rows.
CREATE TABLE writer (
    nothing bigint
);

CREATE TABLE starts (
    nonce    text COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL DEFAULT 0
);

CREATE INDEX starts_position ON starts (position);

-- Gives the next positions to subjects, in order, and tells the last; null where there are none.
CREATE FUNCTION touch(subjects text[]) RETURNS bigint LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    newest bigint;
BEGIN
    IF cardinality(subjects) = 0 THEN
        RETURN NULL;
    END IF;
    -- A crash that undid a position would have it given again.
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    -- A statement typed by hand has not taken the lock yet.
    LOCK TABLE writer IN SHARE ROW EXCLUSIVE MODE;
    SELECT last INTO newest FROM positions;
    INSERT INTO invalidations (id, subject)
    SELECT newest + n, subject FROM unnest(subjects) WITH ORDINALITY AS touched (subject, n);
    RETURN newest + cardinality(subjects);
END $$;

CREATE FUNCTION starts_placed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    NEW.position := touch(ARRAY['start:' || NEW.nonce]);
    RETURN NEW;
END $$;

CREATE TRIGGER starts_placed BEFORE INSERT ON starts FOR EACH ROW EXECUTE FUNCTION starts_placed();

-- Also in a session that replicates.
ALTER TABLE starts ENABLE ALWAYS TRIGGER starts_placed;

ALTER TABLE invalidations ENABLE ALWAYS TRIGGER invalidations_removed, ENABLE ALWAYS TRIGGER invalidations_emptied;

-- Where a whole table is emptied, nothing that was issued before holds unasked: as after another start.
CREATE FUNCTION all_removed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO starts (nonce) VALUES (substr(replace(gen_random_uuid()::text, '-', ''), 1, 16));
    RETURN NULL;
END $$;

-- The starts, as they are told outside of the database: with the timeline, which is another after a standby was promoted, and the number of a table,
-- which is another after a dump was restored. A standby itself has none to tell, and fails.
CREATE VIEW lineages AS
SELECT nonce || '@' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) || lpad(to_hex('invalidations'::regclass::oid::bigint), 8, '0') AS nonce,
    position
FROM starts;

-- So that there is a timeline to tell before anybody serves.
INSERT INTO starts (nonce) VALUES ('0');

CREATE TABLE known_settings (
    key   text COLLATE "C" PRIMARY KEY,
    value text COLLATE "C" NOT NULL
);

CREATE TABLE leases (
    name       text COLLATE "C" PRIMARY KEY,
    holder     text COLLATE "C" NOT NULL,
    expires_at bigint NOT NULL,
    done_at    bigint NOT NULL DEFAULT 0
);

CREATE FUNCTION users_credentials_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.credential_version := OLD.credential_version + 1;
    RETURN NEW;
END $$;

CREATE TRIGGER users_credentials_changed BEFORE UPDATE ON users FOR EACH ROW
WHEN (OLD.email IS DISTINCT FROM NEW.email OR OLD.banned IS DISTINCT FROM NEW.banned
    OR OLD.ban_expires IS DISTINCT FROM NEW.ban_expires)
EXECUTE FUNCTION users_credentials_changed();

CREATE FUNCTION users_banned() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    DELETE FROM sessions WHERE user_id IN (
        SELECT n.id FROM new_rows n LEFT JOIN old_rows o ON o.id = n.id
        WHERE n.banned AND (o.banned IS NOT TRUE OR o.ban_expires IS DISTINCT FROM n.ban_expires));
    RETURN NULL;
END $$;

CREATE TRIGGER users_banned AFTER UPDATE ON users
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION users_banned();

CREATE FUNCTION accounts_added() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE users SET credential_version = credential_version + 1 WHERE id IN (SELECT user_id FROM new_rows);
    RETURN NULL;
END $$;

CREATE TRIGGER accounts_added AFTER INSERT ON accounts
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION accounts_added();

CREATE FUNCTION accounts_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE users SET credential_version = credential_version + 1 WHERE id IN (
        SELECT unnest(ARRAY[o.user_id, n.user_id]) FROM old_rows o FULL JOIN new_rows n ON n.id = o.id
        WHERE o.password IS DISTINCT FROM n.password OR o.user_id IS DISTINCT FROM n.user_id
            OR o.provider_id IS DISTINCT FROM n.provider_id OR o.account_id IS DISTINCT FROM n.account_id);
    RETURN NULL;
END $$;

CREATE TRIGGER accounts_changed AFTER UPDATE ON accounts
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION accounts_changed();

CREATE FUNCTION accounts_removed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE users SET credential_version = credential_version + 1 WHERE id IN (SELECT user_id FROM old_rows);
    RETURN NULL;
END $$;

CREATE TRIGGER accounts_removed AFTER DELETE ON accounts
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION accounts_removed();

-- Views for people and dashboards: times are timestamptz, metadata is jsonb, and there are no secrets. `docs/postgresql.md` has a role that sees these
-- views alone.

DO $$
BEGIN
    IF to_regnamespace('auth') IS NULL THEN
        CREATE SCHEMA auth;
    END IF;
END $$;

-- A time; null where it is beyond the calendar. Indexes are on it, so that a view's conditions find them.
CREATE FUNCTION at(milliseconds bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN milliseconds BETWEEN -62135596800000 AND 253402300799999
        THEN to_timestamp(milliseconds / 1000.0::double precision) END
$$;

-- JSON; null where it is none, or holds what jsonb can't: one bad row must not hide the others. (What catches an error is not parallel safe.)
CREATE FUNCTION as_jsonb(value text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN regexp_replace(value, '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g')::jsonb;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END $$;

CREATE INDEX sessions_created ON sessions (at(created_at));

CREATE INDEX security_events_created ON security_events (at(created_at), event_type);

CREATE VIEW auth.users AS
SELECT id, email, name, image, role, email_verified, banned, ban_reason, at(ban_expires) AS ban_expires, at(created_at) AS created_at,
    at(updated_at) AS updated_at, as_jsonb(app_metadata) AS app_metadata, language
FROM users;

CREATE VIEW auth.sessions AS
SELECT id, user_id, remember_me, device_id, device_name, ip_address, user_agent, at(last_activity_at) AS last_activity_at,
    at(created_at) AS created_at, at(expires_at) AS expires_at, at(absolute_expires_at) AS absolute_expires_at, at(auth_time) AS auth_time,
    amr, parent_id, origin
FROM sessions;

CREATE VIEW auth.devices AS
SELECT id, user_id, client_id, at(created_at) AS created_at, at(last_seen_at) AS last_seen_at
FROM devices;

CREATE VIEW auth.security_events AS
SELECT id, user_id, event_type, ip_address, user_agent, as_jsonb(metadata) AS metadata, at(created_at) AS created_at, source, leaf
FROM security_events;

CREATE VIEW auth.outbox AS
SELECT id, kind, state, reason, attempts, at(created_at) AS created_at, at(due_at) AS due_at
FROM outbox;

CREATE VIEW auth.audit_seals AS
SELECT size, at(sealed_at) AS sealed_at
FROM audit_seals;
