//! What has to happen regularly, for as long as the server lives.

use super::shared::Shared;
use crate::{
    audit_log::Checkpoints, bindings::exports::mana::auth::audit::Comparison, storage::DatabaseFile,
};
use futures::FutureExt as _;
use std::{
    sync::{Arc, Weak},
    time::Duration,
};

/// How often instances write what they gathered, and the house is kept. Activity is told to the minute; at most so much
/// of it is lost in a crash.
const INTERVAL: Duration = Duration::from_secs(60);

/// How often one round of housekeeping may ask for more (`report.more`), so that it can't go on for ever.
const MOST_RUNS: u32 = 10;

/// Waits and works until the server is gone.
pub(super) async fn keep_house(shared: Weak<Shared>) {
    loop {
        let Some(clock) = shared.upgrade().map(|shared| shared.clock.clone()) else { return };
        clock.sleep(INTERVAL).await;
        let Some(shared) = shared.upgrade() else { return };
        tick(&shared).await;
    }
}

/// Flushes every instance and runs housekeeping now, after whoever is at it in this process.
pub(super) async fn tick(shared: &Arc<Shared>) {
    let _turn = shared.housekeeping.lock().await;
    shared.calendar.look(shared.clock.as_ref(), &shared.metrics);
    if shared.database.as_ref().is_some_and(DatabaseFile::is_detached) {
        tracing::error!("the database file was removed or replaced: what is written reaches nobody; restart");
    }
    shared.workers.flush().await;
    // Somebody may have put the database back meanwhile.
    if let Err(problem) = compare_audit_log(shared).await {
        tracing::warn!(error = problem, "the audit log can't be compared with its newest checkpoint");
    }
    run(shared).await;
}

/// Keeps a checkpoint of the audit log where the database's owner can't reach it.
async fn keep(shared: &Arc<Shared>, checkpoint: String) {
    let shared = shared.clone();
    let kept = tokio::task::spawn_blocking(move || match &shared.checkpoints {
        Some(checkpoints) => checkpoints.keep(&checkpoint),
        None => Ok(()),
    });
    if let Ok(Err(error)) = kept.await {
        tracing::error!(%error, "a checkpoint of the audit log was not kept");
    }
}

/// Compares the audit log with the newest checkpoint that was kept, before anything is added to it: a restored backup goes
/// on under another origin.
pub(super) async fn compare_audit_log(shared: &Arc<Shared>) -> Result<(), String> {
    let kept = shared.clone();
    let read = move || kept.checkpoints.as_ref().map_or(Ok(Vec::new()), Checkpoints::newest);
    let newest = tokio::task::spawn_blocking(read).await.map_err(|error| error.to_string())?;
    let newest = newest.map_err(|error| error.to_string())?;
    let mut foreign = false;
    for note in newest {
        let compared = shared.workers.call(|accessor, auth| {
            let audit = auth.mana_auth_audit();
            async move { audit.call_compare(accessor, note).await }.boxed()
        });
        match compared.await {
            // The component has logged it.
            Ok(Ok(Comparison::Consistent | Comparison::BegunAnew)) => return Ok(()),
            // One of another name may stand before ours: of an audit log that was begun here meanwhile, and is gone.
            Ok(Ok(Comparison::Foreign)) => foreign = true,
            Ok(Err(error)) => return Err(format!("{error:?}")),
            Err(error) => return Err(error.to_string()),
        }
    }
    if foreign {
        tracing::error!("the checkpoints that were kept are signed by no key of this audit log");
    }
    Ok(())
}

/// Keeps the newest checkpoint after a run that did not complete: whatever it failed at, events may have been sealed.
async fn keep_newest(shared: &Arc<Shared>) {
    let newest = shared.workers.call(|accessor, auth| {
        let audit = auth.mana_auth_audit();
        async move { audit.call_checkpoint(accessor).await }.boxed()
    });
    if let Ok(Ok(Some(checkpoint))) = newest.await {
        keep(shared, checkpoint).await;
    }
}

async fn run(shared: &Arc<Shared>) {
    for _ in 0..MOST_RUNS {
        let run = shared.workers.call(|accessor, auth| {
            let maintenance = auth.mana_auth_maintenance();
            async move { maintenance.call_run(accessor, 0).await }.boxed()
        });
        match run.await {
            Ok(Ok(report)) => {
                if let Some(checkpoint) = report.checkpoint.clone() {
                    keep(shared, checkpoint).await;
                }
                let gauge = |name: &str| {
                    report.gauges.iter().find(|(gauge, _)| gauge == name).map(|(_, value)| *value)
                };
                if let Some((unsealed, lag)) = gauge("events_unsealed").zip(gauge("seal_lag_milliseconds")) {
                    shared.metrics.sealed(unsealed, lag, shared.clock.now());
                }
                if let Some(created) = gauge("signing_key_created") {
                    shared.metrics.signing_key_created(created);
                }
                for (state, name) in [("waiting", "mails_waiting"), ("failed", "mails_failed")] {
                    if let Some(count) = gauge(name) {
                        shared.metrics.mails(state, count);
                    }
                }
                if report.more {
                    continue;
                }
                if report.ran {
                    shared.metrics.housekeeping_done(shared.clock.now());
                }
                if let Some((all, remembered)) = gauge("active_sessions").zip(gauge("remembered_sessions")) {
                    shared.metrics.active_sessions(all, remembered);
                }
                return;
            }
            Ok(Err(error)) => {
                tracing::warn!(?error, "housekeeping did not complete");
                return keep_newest(shared).await;
            }
            Err(error) => return tracing::warn!(%error, "housekeeping did not complete"),
        }
    }
}
