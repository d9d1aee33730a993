//! The audit log for components of the embedder's own: each may append, under a source that the embedder
//! decides on, and do nothing else.

use super::{Server, shared::Shared};
use crate::bindings::{
    exports::mana::auth::audit,
    recorder::mana::auth::audit_log::{self as wit, Error, Event, Problem},
};
use futures::FutureExt as _;
use mana_auth_audit::Source;
use std::sync::Arc;
use wasmtime::component::{Accessor, HasData, Linker};

/// The largest event that is handed to the component, in bytes. It takes half of it at most.
const EVENT: usize = 16 * 1024;

/// Appends to the audit log in the name of one source. Cheap to clone.
#[derive(Clone)]
pub struct AuditLog {
    shared: Arc<Shared>,
    source: Source,
}

impl Server {
    /// The audit log, for whoever records under this source.
    ///
    /// ```no_run
    /// # async fn run(server: mana_auth::Server) -> Result<(), Box<dyn std::error::Error>> {
    /// use mana_auth::{AuditLog, bindings::recorder::mana::auth::audit_log::Event};
    /// use wasmtime::component::Linker;
    ///
    /// // From the embedder's own code:
    /// let billing = server.audit_log("billing".parse()?);
    /// let event = Event {
    ///     event_type: "invoice_paid".to_owned(),
    ///     user_id: None,
    ///     ip_address: None,
    ///     user_agent: None,
    ///     metadata: r#"{"invoice":17}"#.to_owned(),
    /// };
    /// billing.record(event).await?;
    ///
    /// // For a component of the embedder's, which imports `mana:auth/audit-log`: what its store holds says who it is.
    /// struct State {
    ///     audit_log: AuditLog,
    /// }
    /// let mut linker = Linker::<State>::new(&wasmtime::Engine::default());
    /// AuditLog::add_to_linker(&mut linker, |state| &mut state.audit_log)?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn audit_log(&self, source: Source) -> AuditLog {
        AuditLog { shared: self.shared.clone(), source }
    }
}

impl AuditLog {
    /// Appends an event; returns its id.
    ///
    /// # Errors
    ///
    /// What is wrong with the event; `Unavailable` where it can't be written, also where that can't be known in time.
    pub async fn record(&self, event: Event) -> Result<String, Error> {
        if size(&event) > EVENT {
            let message = format!("must be at most {EVENT} bytes in all");
            return Err(Error::Invalid(vec![Problem { field: "event".to_owned(), message }]));
        }
        let Event { event_type, user_id, ip_address, user_agent, metadata } = event;
        let event = audit::NewEvent { event_type, user_id, ip_address, user_agent, metadata };
        let source = self.source.to_string();
        let recorded = self.shared.call_in_time("an event could not be recorded", move |accessor, auth| {
            let audit = auth.mana_auth_audit();
            async move { audit.call_record(accessor, source, event).await }.boxed()
        });
        match recorded.await {
            Some(Ok(id)) => Ok(id),
            Some(Err(audit::Error::Invalid(problems))) => {
                let problems = problems.into_iter();
                Err(Error::Invalid(
                    problems.map(|p| Problem { field: p.field, message: p.message }).collect(),
                ))
            }
            Some(Err(audit::Error::NotFound | audit::Error::Unavailable | audit::Error::Internal)) | None => {
                Err(Error::Unavailable)
            }
        }
    }

    /// Satisfies the import `mana:auth/audit-log` of other components, whose stores hold what they record with.
    ///
    /// # Errors
    ///
    /// Where something else satisfies it already.
    pub fn add_to_linker<T: Send + 'static>(
        linker: &mut Linker<T>,
        log: fn(&mut T) -> &mut Self,
    ) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasAuditLog>(linker, log)
    }
}

fn size(event: &Event) -> usize {
    let Event { event_type, user_id, ip_address, user_agent, metadata } = event;
    let optional = [user_id, ip_address, user_agent].into_iter().flatten().map(String::len).sum::<usize>();
    event_type.len().saturating_add(metadata.len()).saturating_add(optional)
}

struct HasAuditLog;

impl HasData for HasAuditLog {
    type Data<'a> = &'a mut AuditLog;
}

impl wit::Host for &mut AuditLog {}

impl<T: Send + 'static> wit::HostWithStore<T> for HasAuditLog {
    async fn record(accessor: &Accessor<T, Self>, event: Event) -> wasmtime::Result<Result<String, Error>> {
        let log = accessor.with(|mut access| access.get().clone());
        Ok(log.record(event).await)
    }
}
