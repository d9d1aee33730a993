//! What has to happen regularly, for as long as the server lives.

use super::Shared;
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
    shared.workers.flush().await;
    run(shared).await;
}

async fn run(shared: &Arc<Shared>) {
    for _ in 0..MOST_RUNS {
        let run = shared.workers.call(|accessor, auth| {
            let maintenance = auth.mana_auth_maintenance();
            async move { maintenance.call_run(accessor, 0).await }.boxed()
        });
        match run.await {
            Ok(Ok(report)) if report.more => {}
            Ok(Ok(report)) => {
                if let Some((all, remembered)) = report.active_sessions.zip(report.remembered_sessions) {
                    shared.metrics.active_sessions(all, remembered);
                }
                return;
            }
            Ok(Err(error)) => return tracing::warn!(?error, "housekeeping did not complete"),
            Err(error) => return tracing::warn!(%error, "housekeeping did not complete"),
        }
    }
}
