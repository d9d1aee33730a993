-- The roles of mana-auth on PostgreSQL 15 or newer. Once, by whoever may create roles, in the database that it is to use:
--
--     psql --set ON_ERROR_STOP=1 --dbname auth --file roles.sql
--
-- mana_owner  owns the schemas: for `mana-auth migrate`
-- mana        serves: for `database_url`. It can drop nothing, and write no column of an event that says who did what, and when
-- mana_reader sees the views in the schema auth, and nothing else: for people and dashboards
--
-- They can't sign in before they have passwords: \password mana_owner, and so on.

CREATE ROLE mana_owner LOGIN;
CREATE ROLE mana LOGIN;
CREATE ROLE mana_reader LOGIN;

CREATE SCHEMA mana AUTHORIZATION mana_owner;
CREATE SCHEMA auth AUTHORIZATION mana_owner;

-- Also through a pooler, which gives a connection to one after the other.
ALTER ROLE mana_owner SET search_path = mana, pg_temp;
ALTER ROLE mana SET search_path = mana, pg_temp;
ALTER ROLE mana_reader SET search_path = auth;

-- Through a pooler, nothing else bounds what it asks.
ALTER ROLE mana SET statement_timeout = '5s';

GRANT USAGE ON SCHEMA mana TO mana;
GRANT USAGE ON SCHEMA auth TO mana_reader;

-- What a dashboard asks must not hold back vacuum for long.
ALTER ROLE mana_reader SET statement_timeout = '30s';
ALTER ROLE mana_reader SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE mana_reader SET default_transaction_read_only = on;

-- A temporary table must not stand in the place of one of ours.
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;
