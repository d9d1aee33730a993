//! Why there is no instance.

use crate::{artefact::LoadError, bindings::exports::mana::auth::maintenance};

/// Why no instance can be made at all.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The precompiled component can't be loaded.
    #[error(transparent)]
    Artefact(#[from] LoadError),
    /// It asks for something that this host does not have, or lacks something that it needs.
    #[error("the component does not fit this program: {0:#}")]
    Unfit(wasmtime::Error),
    /// The operating system refused the thread that watches over runaway guests.
    #[error("no thread could be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// Why an instance can't be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No instance can be made at all.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The component refused (`maintenance.start-error`).
    #[error("{}", reason(.0))]
    Refused(maintenance::StartError),
    /// The component trapped.
    #[error("the component failed while it started: {0:#}")]
    Trapped(wasmtime::Error),
}

fn reason(error: &maintenance::StartError) -> String {
    use maintenance::StartError as E;
    match error {
        E::Configuration(wrong) => format!("{}: {}", wrong.key, wrong.problem),
        E::NewerSchema(version) => {
            format!("the database was written by a newer version of this program (schema {version})")
        }
        E::UnreleasedSchema => {
            "the database was written by a version of this program that was never released: begin with an empty one".to_owned()
        }
        E::SecretMissing(version) => {
            format!(
                "the database holds keys encrypted under version {version} of the secret, which `secrets` lacks"
            )
        }
        E::Unavailable => "the database can't be reached".to_owned(),
        E::Migration(words) => format!("the database refused a migration: {words}"),
    }
}
