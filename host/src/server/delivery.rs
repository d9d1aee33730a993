//! Delivering mails, as soon as they are committed.

use super::shared::Shared;
use futures::{FutureExt as _, future::select};
use std::{
    pin::pin,
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::sync::Notify;

/// How many calls deliver at once: a server that hangs holds up those mails alone that were taken with it.
const AT_ONCE: usize = 16;

/// How often it is looked for mails that are due: retries, and those that another process has committed.
const INTERVAL: Duration = Duration::from_secs(10);

/// Delivers until the server is gone.
pub(super) fn start(shared: &Arc<Shared>, committed: &Arc<Notify>) {
    for _ in 0..AT_ONCE {
        tokio::spawn(deliver(Arc::downgrade(shared), committed.clone()));
    }
}

async fn deliver(shared: Weak<Shared>, committed: Arc<Notify>) {
    loop {
        let Some(clock) = shared.upgrade().map(|shared| shared.clock.clone()) else { return };
        select(pin!(committed.notified()), clock.sleep(INTERVAL)).await;
        let Some(shared) = shared.upgrade() else { return };
        while deliver_once(&shared).await {}
    }
}

/// Delivers what is due, up to a bound; returns whether there may be more.
async fn deliver_once(shared: &Shared) -> bool {
    let delivered = shared.workers.call(|accessor, auth| {
        let mail = auth.mana_auth_mail();
        async move { mail.call_deliver(accessor).await }.boxed()
    });
    match delivered.await {
        Ok(Ok(more)) => more,
        Ok(Err(error)) => {
            tracing::warn!(?error, "mails were not delivered, and are tried again");
            false
        }
        Err(error) => {
            tracing::warn!(%error, "mails were not delivered, and are tried again");
            false
        }
    }
}
