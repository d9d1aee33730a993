//! `mana:auth/mailer` over the embedder's [`Mailer`].

use super::limit::Limit;
use crate::{
    bindings::mana::auth::mailer as wit,
    mail::{Mailer, Message, NoMail, Outcome},
};
use std::sync::Arc;
use tokio::sync::Notify;
use wasmtime::component::{Accessor, HasData, Linker};

/// What the import needs.
#[derive(Clone)]
pub struct MailerCtx {
    pub(super) mailer: Arc<dyn Mailer>,
    pub(super) committed: Arc<Notify>,
    pub(super) limit: Limit,
}

impl MailerCtx {
    /// Over whatever delivers mails. `committed` is notified when one was committed: call `mail.deliver` then. A mail that takes longer
    /// than `limit` says is tried again later; the limit is to be less than a minute.
    #[must_use]
    pub fn new(mailer: Arc<dyn Mailer>, committed: Arc<Notify>, limit: Limit) -> Self {
        Self { mailer, committed, limit }
    }

    /// Without mail: what needs it is not offered.
    #[must_use]
    pub fn none(limit: Limit) -> Self {
        Self::new(Arc::new(NoMail), Arc::default(), limit)
    }

    /// The import, for the time of one call.
    pub fn view(&mut self) -> MailerView<'_> {
        MailerView(self)
    }
}

/// The import, for the time of one call.
pub struct MailerView<'a>(&'a MailerCtx);

struct HasMailer;

impl HasData for HasMailer {
    type Data<'a> = MailerView<'a>;
}

/// Satisfies the import of any component whose store's state leads to it.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mana_auth::{clock::SystemClock, imports::{Limit, mailer::{self, MailerCtx}}};
/// use std::{sync::Arc, time::Duration};
/// use wasmtime::{Engine, component::Linker};
///
/// struct State {
///     mailer: MailerCtx,
/// }
///
/// let limit = Limit::new(Duration::from_secs(30), Arc::new(SystemClock::default()));
/// let state = State { mailer: MailerCtx::none(limit) };
/// let mut linker = Linker::<State>::new(&Engine::default());
/// mailer::add_to_linker(&mut linker, |state| state.mailer.view())?;
/// # drop(state);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Where something else satisfies it already.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> MailerView<'_>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, HasMailer>(linker, view)
}

impl wit::Host for MailerView<'_> {
    fn committed(&mut self) -> wasmtime::Result<()> {
        self.0.committed.notify_one();
        Ok(())
    }
}

impl<T: 'static> wit::HostWithStore<T> for HasMailer {
    async fn available(accessor: &Accessor<T, Self>) -> wasmtime::Result<bool> {
        Ok(context(accessor).mailer.is_available())
    }

    async fn send(accessor: &Accessor<T, Self>, message: Message) -> wasmtime::Result<Outcome> {
        let MailerCtx { mailer, limit, .. } = context(accessor);
        let sent = limit.of(mailer.send(message)).await;
        Ok(sent.unwrap_or_else(|| Outcome::Later("it took too long".into())))
    }
}

fn context<T: 'static>(accessor: &Accessor<T, HasMailer>) -> MailerCtx {
    accessor.with(|mut access| access.get().0.clone())
}
