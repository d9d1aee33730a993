//! Whether requests would be answered now. However many ask, one call at a time finds out: it writes a row.

use super::shared::{Outcome, Shared};
use crate::bindings::exports::mana::auth::maintenance::Readiness;
use futures::future::{Either, FutureExt as _, select};
use std::{
    pin::pin,
    sync::{Arc, PoisonError, atomic::Ordering::Relaxed},
    time::Duration,
};

/// How long the component may take to tell whether it is ready. Probes are less patient than clients.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Where the disk has less room, in bytes, it counts as full: a few commits take as much.
const LEAST_ROOM: u64 = 1 << 20;

/// For how long the public is told what was found out last.
const KEPT: Duration = Duration::from_secs(1);

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// Whoever reaches the management address.
    Operator,
    /// Anybody, who shall not make the database write each time.
    Public,
}

/// Whether requests would be answered now.
pub(super) async fn ask(shared: &Arc<Shared>, asker: Asker) -> Outcome {
    if shared.draining.load(Relaxed) {
        return Err("shutting down\n");
    }
    let now = shared.clock.elapsed();
    let last = *shared.last_readiness.lock().unwrap_or_else(PoisonError::into_inner);
    match last {
        Some((at, outcome)) if asker == Asker::Public && now.saturating_sub(at) < KEPT => outcome,
        _ => {
            let outcome = shared.readiness.run(find_out(shared.clone())).await;
            *shared.last_readiness.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, outcome));
            outcome
        }
    }
}

async fn find_out(shared: Arc<Shared>) -> Outcome {
    if let Some(database) = &shared.database {
        if database.is_detached() {
            return Err("the database file was removed or replaced: restart\n");
        }
        // A little is written all the same, where the log beside the database has room.
        if database.room().is_some_and(|room| room < LEAST_ROOM) {
            return Err("the disk is full\n");
        }
    }
    let status = shared.workers.call(|accessor, auth| {
        let maintenance = auth.mana_auth_maintenance();
        async move { maintenance.call_status(accessor).await }.boxed()
    });
    let impatience = async {
        tokio::select! {
            biased;
            () = shared.workers.backing_off() => "too many instances failed\n",
            () = shared.clock.sleep(TIMEOUT) => "no instance answered in time\n",
        }
    };
    // The impatience first: an instance may still answer while others fail too often to be replaced.
    match select(pin!(impatience), pin!(status)).await {
        Either::Left((why, _)) => Err(why),
        Either::Right((Ok(Readiness::Ready), _)) => Ok(()),
        Either::Right((Ok(Readiness::NotStarted), _)) => Err("not started\n"),
        Either::Right((Ok(Readiness::StorageUnavailable), _)) => {
            Err("the database can't be reached or written\n")
        }
        Either::Right((Err(_), _)) => Err("overloaded\n"),
    }
}
