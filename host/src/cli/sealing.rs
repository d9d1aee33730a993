//! Commands that seal the audit log: as a server does at its start, they compare it first with the newest checkpoint that was kept, and
//! keep the one that they make.

use super::{
    failure::{CommandError, Failure},
    prepare::{Database, started},
};
use mana_auth::{
    Instance, audit_log::Checkpoints, bindings::exports::mana::auth::audit::Comparison, config::Config,
};

/// An instance of the component, started, and where checkpoints are kept.
pub struct Sealing {
    pub instance: Instance,
    checkpoints: Option<Checkpoints>,
}

impl Sealing {
    pub async fn started(config: Config) -> Result<Self, Failure> {
        let file = config.checkpoint_file();
        let mut instance = started(config, Database::MustExist).await?;
        let checkpoints = file.map(|path| Checkpoints::open(&path)).transpose()?;
        let mut foreign = false;
        for note in checkpoints.as_ref().map_or(Ok(Vec::new()), Checkpoints::newest)? {
            let compared = instance
                .run(async |accessor, auth| auth.mana_auth_audit().call_compare(accessor, note).await)
                .await??;
            foreign = compared == Comparison::Foreign;
            if !foreign {
                break;
            }
        }
        if foreign {
            tracing::warn!("the checkpoints that were kept are signed by no key of this audit log");
        }
        Ok(Self { instance, checkpoints })
    }

    /// Keeps the newest checkpoint, whatever was done.
    pub async fn keep(&mut self) -> Result<(), Failure> {
        let Some(checkpoints) = &self.checkpoints else { return Ok(()) };
        let newest = self
            .instance
            .run(async |accessor, auth| auth.mana_auth_audit().call_checkpoint(accessor).await)
            .await?
            .map_err(|_| Failure::Refused(CommandError::Unavailable))?;
        Ok(newest.map_or(Ok(()), |note| checkpoints.keep(&note))?)
    }
}
