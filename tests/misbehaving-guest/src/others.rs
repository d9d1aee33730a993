//! The other exports: they do next to nothing.

use crate::{
    Guest,
    bindings::{
        exports::mana::auth::{
            accounts::{self, NewUser, Role, User},
            audit::{self, Comparison, Event, Filter, NewEvent, Totals, Verification},
            keys::{self, Key},
            maintenance::{self, Misconfiguration, Readiness, Report, Setting, StartError},
            sessions, sessions_read,
            tokens::{self, Claims},
        },
        mana::auth::{config, storage},
    },
};

/// Every key that this guest knows.
const KEYS: [&str; 1] = ["misbehave"];

impl maintenance::Guest for Guest {
    async fn settings() -> Result<Vec<Setting>, Misconfiguration> {
        Ok(vec![])
    }

    async fn start(serving: bool) -> Result<(), StartError> {
        let settings = match config::load(KEYS.map(str::to_owned).to_vec()).await {
            Ok(settings) => settings,
            Err(config::Error::UnknownKey(key)) => {
                let problem = "unknown key".to_owned();
                return Err(StartError::Configuration(Misconfiguration { key, problem }));
            }
            Err(config::Error::Unavailable) => return Err(StartError::Unavailable),
        };
        match settings.first().map(|(_, value)| value.as_str()) {
            Some("refuse") => return Err(StartError::NewerSchema(7)),
            Some("trap") => panic!("as asked"),
            _ => {}
        }
        query(format!("start {serving}")).await.map_err(|()| StartError::Unavailable)
    }

    async fn flush() -> Result<(), maintenance::Error> {
        query("flush".to_owned()).await.map_err(|()| maintenance::Error::Unavailable)
    }

    async fn run(_: u32) -> Result<Report, maintenance::Error> {
        query("run".to_owned()).await.map_err(|()| maintenance::Error::Unavailable)?;
        Ok(Report {
            ran: true,
            sessions_pruned: 0,
            events_recorded_lost: 0,
            keys_created: 0,
            keys_resealed: 0,
            active_sessions: None,
            remembered_sessions: None,
            events_sealed: 0,
            events_unsealed: 0,
            seal_lag: 0,
            events_pruned: 0,
            checkpoint: None,
            more: false,
        })
    }

    async fn status() -> Readiness {
        match query("status".to_owned()).await {
            Ok(()) => Readiness::Ready,
            Err(()) => Readiness::StorageUnavailable,
        }
    }
}

async fn query(sql: String) -> Result<(), ()> {
    storage::query(sql, vec![]).await.map(|_| ()).map_err(|_| ())
}

impl accounts::Guest for Guest {
    async fn create(_: NewUser) -> Result<User, accounts::Error> {
        Err(accounts::Error::NotFound)
    }

    async fn get(_: String) -> Result<User, accounts::Error> {
        Err(accounts::Error::NotFound)
    }

    async fn find(_: String) -> Result<User, accounts::Error> {
        Err(accounts::Error::NotFound)
    }

    async fn list(_: u32, _: Option<String>) -> Result<Vec<User>, accounts::Error> {
        Ok(vec![])
    }

    async fn delete(_: String) -> Result<(), accounts::Error> {
        Err(accounts::Error::NotFound)
    }

    async fn unlock(_: String) -> Result<bool, accounts::Error> {
        Err(accounts::Error::NotFound)
    }

    async fn set_role(_: String, _: Role) -> Result<User, accounts::Error> {
        Err(accounts::Error::NotFound)
    }
}

impl sessions_read::Guest for Guest {
    async fn get(_: String) -> Result<sessions_read::Session, sessions_read::Error> {
        Err(sessions_read::Error::NotFound)
    }

    async fn list(_: String) -> Result<Vec<sessions_read::Session>, sessions_read::Error> {
        Ok(vec![])
    }

    async fn validate(_: String) -> Result<Claims, sessions_read::Refusal> {
        Err(sessions_read::Refusal::Invalid)
    }
}

impl sessions::Guest for Guest {
    async fn revoke(_: String) -> Result<(), sessions::Error> {
        Err(sessions::Error::NotFound)
    }

    async fn revoke_all(_: String) -> Result<u64, sessions::Error> {
        Ok(0)
    }
}

impl tokens::Guest for Guest {
    fn verify(_: String, _: String, _: String, _: String, _: u64) -> Result<Claims, tokens::Refusal> {
        Err(tokens::Refusal::Malformed)
    }
}

impl keys::Guest for Guest {
    async fn jwks() -> Result<String, keys::Error> {
        Ok(r#"{"keys":[]}"#.to_owned())
    }

    async fn list() -> Result<Vec<Key>, keys::Error> {
        Ok(vec![])
    }

    async fn rotate() -> Result<Key, keys::Error> {
        Err(keys::Error::NotFound)
    }

    async fn revoke(_: String) -> Result<(), keys::Error> {
        Err(keys::Error::NotFound)
    }
}

impl audit::Guest for Guest {
    async fn record(_: String, _: NewEvent) -> Result<String, audit::Error> {
        Err(audit::Error::NotFound)
    }

    async fn user_events(_: String, _: u32, _: Option<String>) -> Result<Vec<Event>, audit::Error> {
        Ok(vec![])
    }

    async fn events(_: Filter, _: u32, _: Option<String>) -> Result<Vec<Event>, audit::Error> {
        Ok(vec![])
    }

    async fn failed_logins(_: u64) -> Result<Vec<Event>, audit::Error> {
        Ok(vec![])
    }

    async fn summary(_: u64) -> Result<Totals, audit::Error> {
        Err(audit::Error::NotFound)
    }

    async fn verify(_: u64, _: u64) -> Result<Verification, audit::Error> {
        Err(audit::Error::NotFound)
    }

    async fn last_verification() -> Result<Option<Verification>, audit::Error> {
        Ok(None)
    }

    async fn checkpoint() -> Result<Option<String>, audit::Error> {
        Ok(None)
    }

    async fn compare(_: String) -> Result<Comparison, audit::Error> {
        Ok(Comparison::Foreign)
    }

    async fn keys() -> Result<Vec<String>, audit::Error> {
        Ok(vec![])
    }

    async fn rotate_key() -> Result<String, audit::Error> {
        Err(audit::Error::NotFound)
    }

    async fn erase(_: String, _: Option<String>) -> Result<u64, audit::Error> {
        Ok(0)
    }
}
