//! Delivering mails, soon after they are committed.

use super::shared::Shared;
use crate::random::Random;
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

/// The longest wait of a mail, by default. Sending a mail costs more than dropping one to nobody. If delivery began at once, the next request
/// would be slower, and its time would tell whether the address has an account.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// When mails are delivered that were committed.
#[derive(Clone)]
pub(super) struct Begins {
    /// A mail was committed.
    pub committed: Arc<Notify>,
    /// How long it waits at most.
    pub within: Duration,
    /// Draws the moment.
    pub random: Arc<dyn Random>,
}

impl Begins {
    fn wait(&self) -> Duration {
        let mut drawn = [0; 2];
        // Where there is no chance, the longest wait.
        let share = self.random.fill(&mut drawn).map_or(u16::MAX, |()| u16::from_be_bytes(drawn));
        self.within * u32::from(share) / u32::from(u16::MAX)
    }
}

/// Delivers until the server is gone.
pub(super) fn start(shared: &Arc<Shared>, begins: &Begins) {
    for _ in 0..AT_ONCE {
        tokio::spawn(deliver(Arc::downgrade(shared), begins.clone()));
    }
}

async fn deliver(shared: Weak<Shared>, begins: Begins) {
    loop {
        let Some(clock) = shared.upgrade().map(|shared| shared.clock.clone()) else { return };
        select(pin!(begins.committed.notified()), clock.sleep(INTERVAL)).await;
        if !begins.within.is_zero() {
            clock.sleep(begins.wait()).await;
        }
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
