//! One request, from HTTP to the component and back.

use super::{
    access_log::AccessLogEntry, id, management, networks::Network, request, request_error::RequestError,
    response::RoutedResponse, shared::Shared,
};
use crate::metrics::LimitExceeded;
use bytes::Bytes;
use futures::future::{BoxFuture, Either, FutureExt as _, select};
use http::{HeaderName, HeaderValue, Response, header::ORIGIN, request::Parts};
use http_body::Body;
use http_body_util::Full;
use mana_auth_hygiene::Caller;
use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::Arc,
    task::{Context, Poll},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The address at the other end of the connection. Whoever mounts [`Service`] in a server of their own puts it
/// into the request's extensions; without it, the client's address is unknown.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The whole API as a [`tower_service::Service`], to be mounted in a server of the embedder's own.
///
/// It answers everything that it is asked, under the paths of the API, and always succeeds. The embedder's
/// server tells the client's address by a [`Peer`] among the request's extensions. How long it waits for clients to take their
/// answers, and how many of them, is for the embedder's server to bound.
#[derive(Clone)]
pub struct Service {
    pub(super) shared: Arc<Shared>,
}

impl<B> tower_service::Service<http::Request<B>> for Service
where
    B: Body + Send + 'static,
    B::Data: Send,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Whether there is room is decided for each request: a full queue is an answer, not a wait.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let shared = self.shared.clone();
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
        async move { Ok(shared.answer(peer, request).await.map(Full::new)) }.boxed()
    }
}

impl Shared {
    /// Answers a request that came from `socket`.
    pub(super) async fn answer<B: Body>(
        self: &Arc<Self>,
        socket: Option<IpAddr>,
        request: http::Request<B>,
    ) -> Response<Bytes> {
        let (mut head, body) = request.into_parts();
        let mut caller = Caller::of(socket, &head.headers, &self.trusted_proxies);
        let internal = self.internal_networks.admit(socket, &mut caller, &mut head);
        let (id, id_value) = self.request_id(&caller);
        let origin = head.headers.get(ORIGIN).cloned();
        let method = head.method.clone();
        let entry = AccessLogEntry::start(self, id, caller.address, &head);

        let answer = match self.admit(entry.id(), &caller, &head) {
            // Boxed: so much is kept for who was let in alone. Many at once are not.
            Ok(()) => Box::pin(self.exchange(entry.id(), &caller, head, body)).await,
            Err(refusal) => Err(refusal),
        };
        let RoutedResponse { mut response, route } =
            answer.unwrap_or_else(|refusal| RoutedResponse::refused(refusal, &method));
        if let Some(internal) = internal {
            internal.finish(&mut caller, &mut response);
        }
        self.policy.apply_to(&route, caller.scheme, origin.as_ref(), response.headers_mut());
        response.headers_mut().insert(REQUEST_ID, id_value);
        entry.answered(route, response.status());
        response
    }

    fn admit(&self, id: &str, caller: &Caller, head: &Parts) -> Result<(), RequestError> {
        if id.is_empty() {
            return Err(RequestError::Internal);
        }
        if let Err(seconds) = self.requests.admit(caller.address) {
            self.metrics.shed(LimitExceeded::Requests);
            return Err(RequestError::TooMany(seconds));
        }
        request::check(head)
    }

    async fn exchange<B: Body>(
        self: &Arc<Self>,
        id: &str,
        caller: &Caller,
        head: Parts,
        body: B,
    ) -> Result<RoutedResponse, RequestError> {
        if self.health_on_listen
            && let Some(response) = management::probe(self, &head).await
        {
            return Ok(RoutedResponse { response, route: head.uri.path().to_owned() });
        }
        // Head and body are kept before a call has its place in the queue, and until it is answered.
        let mut reservation = self.bodies.reserve(Some(Network::of(caller.address)));
        if !reservation.grow(request::size(&head)) {
            return Err(RequestError::Overloaded);
        }
        let body = request::body(body, &mut reservation, self.body_timeout, &*self.clock).await?;
        // One address shall not keep all others waiting.
        let mut turn = self.turns.reserve(self.requests.network(caller.address));
        if !turn.grow(1) {
            self.metrics.rejected.inc();
            return Err(RequestError::Overloaded);
        }
        let method = head.method.clone();
        // While this future lives, somebody waits for the answer; then password hashes need not be made.
        let _live = self.live.register(id);
        let record = request::record(id.to_owned(), caller, head, body);
        let documents = self.documents.clone();
        let call = self.workers.call(move |accessor, auth| {
            let exchange = auth.mana_auth_exchange();
            let answer = async move {
                let mut record = exchange.call_handle(accessor, record).await?;
                // Here and not where it is sent, so that no copies wait for their turn to be sent.
                let body = documents.share(&record.route, &record.headers, std::mem::take(&mut record.body));
                Ok((record, body))
            };
            answer.boxed()
        });
        match select(pin!(call), self.clock.sleep(self.request_timeout)).await {
            Either::Left((Ok((record, body)), _)) => RoutedResponse::of(record, body, &method),
            Either::Left((Err(error), _)) => Err(RequestError::of_call(error, &method)),
            // The use case completes all the same: a task in a store can't be cancelled.
            Either::Right(((), _)) => Err(RequestError::late(&method)),
        }
    }

    /// The id that a trusted proxy gave, or a new one. Empty where the random source has failed: the request
    /// is refused then.
    fn request_id(&self, caller: &Caller) -> (String, HeaderValue) {
        let given = caller.request_id.as_ref().and_then(|id| id.to_str().ok()).map(str::to_owned);
        let id = given.or_else(|| id::generate(&*self.random).ok()).unwrap_or_default();
        let value = HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static(""));
        (id, value)
    }
}
