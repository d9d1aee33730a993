//! One request, from HTTP to the component and back.

use super::{
    access_log::AccessLogEntry,
    answer_memory::{Key, Remembered},
    asked::Asked,
    id::{REQUEST_ID, RequestId},
    management,
    networks::Network,
    request,
    request_error::RequestError,
    response::RoutedResponse,
    shared::Shared,
};
use crate::metrics::LimitExceeded;
use bytes::Bytes;
use futures::future::{BoxFuture, Either, FutureExt as _, Ready, ready, select};
use http::{HeaderValue, Response, header::ORIGIN, request::Parts};
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
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
        self.shared.answer(peer, request).map(|response| Ok(response.map(Full::new))).boxed()
    }
}

impl Shared {
    /// Answers a request that came from `socket`: at once, where its answer is given again.
    pub(super) fn answer<B: Body>(
        self: &Arc<Self>,
        socket: Option<IpAddr>,
        request: http::Request<B>,
    ) -> Either<Ready<Response<Bytes>>, impl Future<Output = Response<Bytes>> + use<B>> {
        let (head, body) = request.into_parts();
        let asked = self.asked(socket, head);
        let admitted = self.admit(&asked);
        let memory = self.answers.as_ref().filter(|_| admitted.is_ok() && body.is_end_stream());
        let key = memory.and_then(|memory| memory.key(&asked));
        let remembered = memory.zip(key).and_then(|(memory, key)| memory.find(&key, asked.at));
        self.metrics.answers_repeated.inc_by(u64::from(remembered.is_some()));
        match remembered {
            Some(remembered) if !self.compares_answers => {
                Either::Left(ready(self.repeat(&asked, &remembered)))
            }
            remembered => Either::Right(self.clone().make(asked, body, admitted, key, remembered)),
        }
    }

    fn asked(&self, socket: Option<IpAddr>, mut head: Parts) -> Asked {
        let at = self.clock.elapsed();
        let mut caller = Caller::of(socket, &head.headers, &self.trusted_proxies);
        let internal = self.internal_networks.admit(socket, &mut caller, &mut head);
        let id = self.request_ids.of(&caller);
        Asked { head, caller, internal, id, at }
    }

    /// The same answer again.
    fn repeat(&self, asked: &Asked, remembered: &Remembered) -> Response<Bytes> {
        let entry = AccessLogEntry::start(self, asked);
        let mut response = remembered.response();
        identify(&mut response, asked);
        entry.answered(&remembered.route, response.status(), &remembered.counters);
        response
    }

    /// A new answer. `remembered` is what would have been given again, where that is to be compared.
    async fn make<B: Body>(
        self: Arc<Self>,
        asked: Asked,
        body: B,
        admitted: Result<(), RequestError>,
        key: Option<Key>,
        remembered: Option<Arc<Remembered>>,
    ) -> Response<Bytes> {
        let entry = AccessLogEntry::start(&self, &asked);
        let answer = match admitted {
            // Boxed: so much is kept for who was let in alone. Many at once are not.
            Ok(()) => Box::pin(self.exchange(&asked, body)).await,
            Err(refusal) => Err(refusal),
        };
        let RoutedResponse { mut response, route, reuse } =
            answer.unwrap_or_else(|refusal| RoutedResponse::refused(refusal, &asked.head.method));
        let scheme = asked.internal.as_ref().map(|internal| internal.finish(&mut response));
        let scheme = scheme.unwrap_or(asked.caller.scheme);
        self.policy.apply_to(&route, scheme, asked.head.headers.get(ORIGIN), response.headers_mut());
        if let (Some(memory), Some(key)) = (&self.answers, key) {
            if let Some(remembered) = remembered {
                memory.compare(&key, &remembered, &mut response);
            }
            if let Some(reuse) = reuse {
                let counters = entry.counters(&route, response.status());
                memory.remember(key, reuse, &response, &route, counters, asked.at);
            }
        }
        identify(&mut response, &asked);
        let counters = entry.counters(&route, response.status());
        entry.answered(&route, response.status(), &counters);
        response
    }

    fn admit(&self, asked: &Asked) -> Result<(), RequestError> {
        if asked.id.is_none() {
            return Err(RequestError::Internal);
        }
        if let Err(seconds) = self.requests.admit(asked.caller.address) {
            self.metrics.shed(LimitExceeded::Requests);
            return Err(RequestError::TooMany(seconds));
        }
        request::check(&asked.head)
    }

    async fn exchange<B: Body>(
        self: &Arc<Self>,
        asked: &Asked,
        body: B,
    ) -> Result<RoutedResponse, RequestError> {
        let Asked { head, caller, .. } = asked;
        if self.health_on_listen
            && let Some(response) = management::probe(self, head).await
        {
            return Ok(RoutedResponse::of_host(response, head.uri.path().to_owned()));
        }
        // Head and body are kept before a call has its place in the queue, and until it is answered.
        let mut reservation = self.bodies.reserve(Some(Network::of(caller.address)));
        if !reservation.grow(request::size(head)) {
            return Err(RequestError::Overloaded);
        }
        let body = request::body(body, &mut reservation, self.body_timeout, &*self.clock).await?;
        // One address shall not keep all others waiting.
        let mut turn = self.turns.reserve(self.requests.network(caller.address));
        if !turn.grow(1) {
            self.metrics.rejected.inc();
            return Err(RequestError::Overloaded);
        }
        let (id, method) = (asked.id.as_ref().map_or("", RequestId::as_str), &head.method);
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
            Either::Left((Ok((record, body)), _)) => RoutedResponse::of(record, body, method),
            Either::Left((Err(error), _)) => Err(RequestError::of_call(error, method)),
            // The use case completes all the same: a task in a store can't be cancelled.
            Either::Right(((), _)) => Err(RequestError::late(method)),
        }
    }
}

fn identify(response: &mut Response<Bytes>, asked: &Asked) {
    let id = asked.id.map_or(HeaderValue::from_static(""), RequestId::to_value);
    response.headers_mut().insert(REQUEST_ID, id);
}
