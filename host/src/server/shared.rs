//! What every request needs.

use super::{
    address_limits::RequestLimit, answer_memory::AnswerMemory, budget::Budget, calendar::Calendar,
    documents::Documents, id::RequestIds, internal::InternalNetworks, single_flight::SingleFlight,
};
use crate::{
    audit_log::Checkpoints,
    bindings::Auth,
    clock::Clock,
    imports::HostState,
    mail::Folder,
    metrics::Metrics,
    passwords::{LiveRequests, Pool},
    storage::DatabaseFile,
    workers::Workers,
};
use futures::future::{BoxFuture, Either, select};
use ipnet::IpNet;
use mana_auth_hygiene::Policy;
use std::{
    pin::pin,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};
use tokio::sync::Mutex;
use wasmtime::component::Accessor;

/// Whether the server is ready: if not, why, as a line of text.
pub(super) type Outcome = Result<(), &'static str>;

/// What every request needs.
pub(crate) struct Shared {
    pub(crate) workers: Workers,
    pub(crate) policy: Policy,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether the server is about to end, and further requests should go elsewhere.
    pub(crate) draining: AtomicBool,
    /// The default pool for passwords, where nothing else takes its place.
    pub(crate) pool: Option<Arc<Pool>>,
    pub(super) request_ids: RequestIds,
    /// Answers that are given again; none: none is.
    pub(super) answers: Option<AnswerMemory>,
    /// Whether they are made anew all the same, and compared.
    pub(super) compares_answers: bool,
    pub(super) live: LiveRequests,
    pub(super) trusted_proxies: Vec<IpNet>,
    /// From where calls may come in the clear.
    pub(super) internal_networks: InternalNetworks,
    /// Whether probes are answered beside the API, too.
    pub(super) health_on_listen: bool,
    /// Whether the access log names who asks.
    pub(super) log_client_address: bool,
    /// How many requests one address may make.
    pub(super) requests: RequestLimit,
    pub(super) body_timeout: Duration,
    pub(super) request_timeout: Duration,
    /// The budget of bytes for heads and bodies of requests.
    pub(super) bodies: Arc<Budget>,
    /// The budget of requests that wait for an instance or are worked on.
    pub(super) turns: Arc<Budget>,
    /// Answers that are the same for everybody.
    pub(super) documents: Arc<Documents>,
    /// Where the checkpoints of the audit log are kept, outside the database.
    pub(super) checkpoints: Option<Checkpoints>,
    /// The folder that mails become files in, where they do.
    pub(super) outbox: Option<Arc<Folder>>,
    /// The file of the database, where that is our own.
    pub(super) database: Option<DatabaseFile>,
    pub(super) readiness: SingleFlight<Outcome>,
    /// What was found out last, and when.
    pub(super) last_readiness: std::sync::Mutex<Option<(Duration, Outcome)>>,
    /// Held by who keeps house.
    pub(super) housekeeping: Mutex<()>,
    /// Where the calendar stood when the house was kept last.
    pub(super) calendar: Calendar,
}

impl Shared {
    /// Calls an export within `request_timeout`. None, and a line of the log that says `unanswered`, where there is no answer.
    pub(super) async fn call_in_time<R: Send + 'static>(
        &self,
        unanswered: &'static str,
        call: impl for<'a> FnOnce(&'a Accessor<HostState>, &'a Auth) -> BoxFuture<'a, wasmtime::Result<R>>
        + Send
        + 'static,
    ) -> Option<R> {
        match select(pin!(self.workers.call(call)), self.clock.sleep(self.request_timeout)).await {
            Either::Left((Ok(answer), _)) => Some(answer),
            Either::Left((Err(error), _)) => {
                tracing::warn!(%error, "{unanswered}");
                None
            }
            Either::Right(((), _)) => {
                tracing::warn!("{unanswered} in time");
                None
            }
        }
    }
}
