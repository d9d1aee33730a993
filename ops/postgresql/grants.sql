-- What the roles of roles.sql may do with what is there. By mana_owner, after each `mana-auth migrate`:
--
--     psql --set ON_ERROR_STOP=1 --username mana_owner --dbname auth --file grants.sql

BEGIN;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA mana TO mana;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA mana TO mana;

REVOKE INSERT, UPDATE, DELETE ON mana.schema_migrations FROM mana;

-- Of an event: what sealing and erasing write. Deleting remains, for pruning needs it: not rights protect the audit log, but its proofs.
REVOKE UPDATE ON mana.security_events FROM mana;
GRANT UPDATE (leaf, leaf_hash, mac, ip_address, user_agent, metadata, salt) ON mana.security_events TO mana;

-- Of a signing key, what another secret changes; of a checkpoint, its text, which is signed.
REVOKE UPDATE ON mana.audit_seals, mana.audit_keys FROM mana;
GRANT UPDATE (private_key, secret_version) ON mana.audit_keys TO mana;
GRANT UPDATE (note, sealed_at) ON mana.audit_seals TO mana;

-- Positions are given once.
REVOKE UPDATE ON mana.invalidations, mana.starts FROM mana;

GRANT SELECT ON ALL TABLES IN SCHEMA auth TO mana_reader;

COMMIT;
