//! Every key of the configuration.

use crate::key::{ConfigKey, Fallback, Owner, ValueKind};

const fn host(name: &'static str, kind: ValueKind, default: Fallback, reason: &'static str) -> ConfigKey {
    ConfigKey { name, owner: Owner::Host, kind, default, reason: documented(reason) }
}

const fn component(
    name: &'static str,
    kind: ValueKind,
    default: Fallback,
    reason: &'static str,
) -> ConfigKey {
    ConfigKey { name, owner: Owner::Component, kind, default, reason: documented(reason) }
}

/// Kept where documentation is made, and left out of programs.
const fn documented(reason: &'static str) -> &'static str {
    if cfg!(feature = "reasons") { reason } else { "" }
}

const fn milliseconds(min: u64, max: u64) -> ValueKind {
    ValueKind::Integer { unit: "milliseconds", min, max }
}

const fn limit(unit: &'static str) -> ValueKind {
    ValueKind::Integer { unit, min: 0, max: 1_000_000 }
}

use Fallback::{Derived, Value};
use ValueKind::{Bool, Integer, List, Path, Secret, SecretList, Text};

/// Every key, in the order in which people read them.
pub const KEYS: &[ConfigKey] = &[
    host(
        "listen",
        Text,
        Value("127.0.0.1:3001"),
        "Address and port of the API. Loopback, so that nothing is open to a network before somebody decides so.",
    ),
    host(
        "management",
        Text,
        Value("127.0.0.1:3002"),
        "Address and port of `/health`, `/ready` and `/metrics`, or `off`. Apart from the API, because metrics are nobody else's business.",
    ),
    host(
        "data",
        Path,
        Value("./data"),
        "The folder with the database and the generated secret. Made with mode 0700 where it is missing.",
    ),
    component(
        "public_url",
        Text,
        Derived("`http://` and `listen`, where that is loopback; required elsewhere"),
        "Where clients reach the service. Links, redirects, the issuer of tokens and the checks of origins come from here, never from a request's `Host`.",
    ),
    component(
        "secrets",
        SecretList,
        Derived("the file `secret` in `data`, generated at the first start"),
        "`version:base64url` of at least 32 random bytes each, newest first. The newest encrypts; the others still decrypt what they encrypted.",
    ),
    component(
        "trusted_origins",
        List,
        Value(""),
        "Origins of the apps whose pages may call the API with cookies (CORS), besides that of `public_url`. Also read from `CORS_ORIGINS`.",
    ),
    component(
        "token_exchange_origins",
        List,
        Derived("`trusted_origins`, and the origin of `public_url`"),
        "Those of them that may exchange a cookie session for tokens (`POST /session-to-token`).",
    ),
    component(
        "audience",
        List,
        Derived("`public_url`"),
        "The `aud` of the tokens that a sign-in gives. This API accepts those of the list, and writes the first: put a new one before the old one, and take the old one away when the last token with it has expired.",
    ),
    component(
        "audience_all",
        Bool,
        Value("false"),
        "Whether tokens name every item of `audience` in `aud`, as an array (RFC 7519 §4.1.3), rather than the first alone. Off, because many validators expect a text there. The items together may have 512 bytes.",
    ),
    component(
        "token_audiences",
        List,
        Value(""),
        "Services that a token may be asked for (`POST /service-token`). Such a token can't act on the account, so `audience` may not be one of them.",
    ),
    component(
        "token_claims",
        List,
        Value(""),
        "Members of a user's `app_metadata` that go into access tokens as claims of the same names, such as `tier`: at most 20, of 1 to 64 of `A–Z a–z 0–9 _ : / . -`. Names that JWT libraries give a meaning (`sub`, `role`, `scope`, …) are refused, so that no value of an operator's is taken for one of the service's. None, because a token tells whoever holds it what it says.",
    ),
    component(
        "require_https",
        Bool,
        Value("false"),
        "Redirects or refuses plain HTTP, so that no credential crosses a network in the clear. Set it wherever TLS ends before the service.",
    ),
    host(
        "trusted_proxies",
        List,
        Value(""),
        "Addresses or networks (CIDR) whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. Anyone else could claim any address.",
    ),
    component(
        "cookie_domain",
        Text,
        Derived("unset: cookies belong to the one host"),
        "A domain whose every subdomain gets the session cookie. It costs the protection of the prefix `__Host-`.",
    ),
    component(
        "hsts_seconds",
        Integer { unit: "seconds", min: 0, max: 63_072_000 },
        Value("31536000"),
        "How long browsers keep to HTTPS; a year, as the preload list asks for. 0 leaves the header out.",
    ),
    component(
        "hsts_include_subdomains",
        Bool,
        Value("true"),
        "Whether that covers every subdomain too. Turn it off where one of them still lacks HTTPS.",
    ),
    component(
        "hsts_preload",
        Bool,
        Value("true"),
        "Whether browsers' makers may ship the domain as HTTPS only. Being listed is hard to undo.",
    ),
    component(
        "service_name",
        Text,
        Value("mana-auth"),
        "The name that people know the service by. A password that contains it is easier to guess.",
    ),
    component(
        "maintenance_secret",
        Secret,
        Derived("unset: the route answers 404"),
        "The bearer token of `POST /api/v1/auth/maintenance`, for hosts that run no maintenance of their own. Generate it, such as by `openssl rand -base64 32`: what words, sequences and repeats bring below 64 bits is refused.",
    ),
    component(
        "audit_sources",
        Secret,
        Derived("unset: the route answers 404"),
        "Which other services may append to the audit log by `POST /api/v1/auth/audit/events`, as `source:secret,…`: each shows its secret as a bearer token, and its events carry its source. A secret that is too easy to guess is refused, as for `maintenance_secret`.",
    ),
    component(
        "sessions_per_user",
        Integer { unit: "sessions", min: 1, max: 1000 },
        Value("10"),
        "How many sessions a user may have; a further sign-in ends the oldest. More than a person has devices.",
    ),
    component(
        "lockout_failures",
        Integer { unit: "failures", min: 1, max: 1000 },
        Value("5"),
        "How many failed sign-ins on an account within 15 minutes lock it. A device that signed in before has a counter of its own.",
    ),
    component(
        "lockout_minutes",
        Integer { unit: "minutes", min: 1, max: 1440 },
        Value("15"),
        "How long the first lock is; each further one is twice as long, up to a day.",
    ),
    component(
        "lockout_cumulative_failures",
        Integer { unit: "failures", min: 10, max: 1_000_000 },
        Value("100"),
        "How many failed sign-ins without a success end all of them on an account, but on known devices, until `mana-auth user unlock`. NIST SP 800-63B-4 §3.2.2 allows 100 at most.",
    ),
    component(
        "limit_sign_in_address",
        limit("failures"),
        Value("100"),
        "Failed sign-ins from one address (or one /64 of IPv6) within 15 minutes; further ones are refused. 0: any number.",
    ),
    component(
        "limit_sign_in_client",
        limit("failures"),
        Value("50"),
        "The same from one address with one user agent.",
    ),
    component(
        "limit_registration_address",
        limit("registrations"),
        Value("100"),
        "Registrations from one address within 15 minutes. 0: any number.",
    ),
    component(
        "limit_registration_client",
        limit("registrations"),
        Value("50"),
        "The same from one address with one user agent.",
    ),
    component(
        "limit_registration_all",
        limit("registrations"),
        Value("10000"),
        "Accounts that all clients together may make within 15 minutes, so that strangers with many networks don't fill the disk; further registrations are refused. One that is refused counts for its client alone. 0: any number.",
    ),
    component(
        "limit_refresh_address",
        limit("failures"),
        Value("300"),
        "Refused refresh tokens from one address within 15 minutes, past which further ones get 429 instead of 401. A backend that refreshes for its users belongs into `trusted_proxies`, and says for whom it asks. 0: any number.",
    ),
    component(
        "limit_refresh_client",
        limit("failures"),
        Value("100"),
        "The same from one address with one user agent.",
    ),
    component(
        "limit_validate_address",
        limit("failures"),
        Value("3000"),
        "Access tokens at `POST /validate` that the service never issued, from one address within 15 minutes, past which further ones get 429. Others never do, valid or over. 0: any number.",
    ),
    component(
        "limit_validate_client",
        limit("failures"),
        Value("1000"),
        "The same from one address with one user agent.",
    ),
    component(
        "limit_unknown_address",
        limit("failures"),
        Value("1000"),
        "What all clients whose address is not known may do together, of each of these. 0: any number.",
    ),
    component(
        "session_absolute_days",
        Integer { unit: "days", min: 1, max: 3650 },
        Value("90"),
        "After so long a session ends, however active it is, and its user signs in again.",
    ),
    component(
        "refresh_grace_seconds",
        Integer { unit: "seconds", min: 60, max: 3600 },
        Value("600"),
        "How long a spent refresh token gets its successor again where the answer was lost, if nobody has used that.",
    ),
    component(
        "session_cache",
        Bool,
        Value("true"),
        "Whether browsers keep an encrypted copy of the answer about their session, which costs no query while nothing changed.",
    ),
    component(
        "session_cache_seconds",
        Integer { unit: "seconds", min: 1, max: 900 },
        Value("300"),
        "How long such a copy is believed at most; `session_cache = false` turns it off. An ended session is refused at once, whatever this says.",
    ),
    host(
        "audit_checkpoint_file",
        Path,
        Derived("`checkpoints` in `data`"),
        "Where the signed checkpoints of the audit log are appended, or `off`. Better on another disk or machine: only what the database's owner can't change proves anything against them.",
    ),
    component(
        "audit_retention_days",
        Integer { unit: "days", min: 1, max: 36_500 },
        Value("400"),
        "How long security events are kept, at least. What was signed over them stays.",
    ),
    component(
        "key_rotation_days",
        Integer { unit: "days", min: 1, max: 365 },
        Value("30"),
        "How long a key signs access tokens before the next one takes over.",
    ),
    component(
        "password_memory_kib",
        Integer { unit: "KiB", min: 8, max: 262_144 },
        Value("19456"),
        "Memory of one Argon2id hash. With two passes and one lane the least that OWASP recommends.",
    ),
    component(
        "password_iterations",
        Integer { unit: "passes", min: 1, max: 16 },
        Value("2"),
        "Passes of one Argon2id hash over its memory.",
    ),
    component(
        "password_parallelism",
        Integer { unit: "lanes", min: 1, max: 4 },
        Value("1"),
        "Lanes of one Argon2id hash. One, because hashes of different sign-ins already share the processors.",
    ),
    host(
        "password_blocklist",
        Path,
        Derived("unset"),
        "A file of passwords to refuse, one a line, besides those that are easily guessed.",
    ),
    host(
        "password_threads",
        Integer { unit: "threads", min: 1, max: 256 },
        Derived("as many as processors"),
        "How many passwords are hashed at once, each with its own block of memory.",
    ),
    host(
        "password_queue",
        Integer { unit: "hashes", min: 1, max: 65_536 },
        Value("128"),
        "How many hashes may wait; past it sign-ins get 503. Two processors work off so many in 1.6 s.",
    ),
    host(
        "workers",
        Integer { unit: "instances", min: 1, max: 256 },
        Derived("as many as processors"),
        "How many instances of the component answer requests, one thread each.",
    ),
    host(
        "queue",
        Integer { unit: "requests", min: 1, max: 65_536 },
        Value("1024"),
        "How many requests may wait for an instance; past it they get 503 at once instead of late.",
    ),
    host(
        "connections",
        Integer { unit: "connections", min: 1, max: 1_000_000 },
        Value("4096"),
        "How many connections may be open. A further one takes the place of one that idles, of the site (/24 of IPv4, /48 of IPv6) with the most; where none idles, of one in use of a site with more than its own has; or waits. Each costs up to some 40 KiB and a file descriptor.",
    ),
    host(
        "connections_per_address",
        Integer { unit: "connections", min: 0, max: 1_000_000 },
        Value("512"),
        "How many of them one address (or one /64 of IPv6) may have; a further one takes the place of an idle connection of the address, or is closed at once. A large office keeps less open. Trusted proxies and this machine are exempt. 0: any number.",
    ),
    host(
        "requests_per_second",
        Integer { unit: "requests", min: 0, max: 1_000_000 },
        Value("200"),
        "How many requests one address may make in a second, five times as many in a burst; past it 429, before anything is done for it. This machine is exempt, and so are `trusted_proxies` where they name nobody that they ask for: list backends there that check the tokens of many. 0: any number.",
    ),
    host(
        "header_timeout_ms",
        milliseconds(100, 600_000),
        Value("10000"),
        "How long the header fields of a request may take to arrive.",
    ),
    host(
        "body_timeout_ms",
        milliseconds(100, 600_000),
        Value("10000"),
        "How long the body of a request may take to arrive; it is 64 KiB at most.",
    ),
    host(
        "request_timeout_ms",
        milliseconds(100, 600_000),
        Value("15000"),
        "How long an answer may take before the client gets 503.",
    ),
    host(
        "write_timeout_ms",
        milliseconds(100, 600_000),
        Value("60000"),
        "How long a client may take next to nothing of an answer, less than 40 bytes a second, before its HTTP/2 stream is reset or its HTTP/1.1 connection closed. Below 45 s, it hits honest clients on lines of less than a kilobyte a second: their systems and ours take answers in parts of up to 11 KiB.",
    ),
    host(
        "send_buffer_kib",
        Integer { unit: "KiB", min: 1024, max: 16_777_216 },
        Value("8192"),
        "How much of answers may wait for clients to take them; past it the slowest are given up. An eighth of it is for one address (or one /64 of IPv6; trusted proxies and this machine are exempt), a 32nd for one connection, and the management address has an eighth of its own. What is the same for everybody, such as the key set, counts once.",
    ),
    host(
        "drain_timeout_ms",
        milliseconds(0, 600_000),
        Value("20000"),
        "How long requests in progress may take to finish after SIGTERM. Below the 30 s that orchestrators wait before SIGKILL.",
    ),
    host(
        "log_level",
        Text,
        Value("info"),
        "What is logged: `error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,mana_auth=debug`.",
    ),
    host("log_format", Text, Value("auto"), "`text`, `json`, or `auto`: text on a terminal, JSON elsewhere."),
    host(
        "log_client_address",
        Bool,
        Value("true"),
        "Whether the line of each request names the client's address. Turn it off where the law asks for a reason to keep it: security events keep theirs.",
    ),
];
