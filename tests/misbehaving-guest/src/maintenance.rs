//! What a host does besides handing on requests: the statements tell the tests that it did.

use crate::{
    Guest,
    bindings::{
        exports::mana::auth::maintenance::{self, Misconfiguration, Readiness, Report, Setting, StartError},
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
            Err(config::Error::WrongValue(config::WrongValue { key, problem })) => {
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
        Ok(Report { ran: true, done: vec![], gauges: vec![], checkpoint: None, more: false })
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
