//! The service itself, in this process, with a clock that tests move.

use crate::app::request;
use axum::{Router, body::Body};
use futures::FutureExt as _;
use http::{Request, StatusCode};
use mana_auth::{
    Server,
    clock::{Clock as _, TestClock},
    config::Config,
};
use mana_auth_example_guard::{Address, Clock, Embedded, Expected, Guard, Moment, Offline, Remote};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tower::ServiceExt as _;

/// The issuer and, as nothing else is configured, the audience.
pub const PUBLIC_URL: &str = "http://localhost:3001";
/// A backend that has tokens of its own.
pub const OTHER_AUDIENCE: &str = "reports";

const SECRET: &str = "1:3sC0ceZHMdUQb1lGEWJQUfMdFQM6x4tYRuyY4YMvyKE";
const PASSWORD: &str = "seven otters rehearse a tango";

pub struct House {
    pub clock: Arc<TestClock>,
    pub server: Arc<Server>,
    pub address: Address,
    data: Arc<TempDir>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

/// Somebody who is signed in.
pub struct Person {
    pub access: String,
    pub refresh: String,
}

/// The clock of the service, as the guards read it.
pub struct SameClock(pub Arc<TestClock>);

impl Clock for SameClock {
    fn now(&self) -> Moment {
        Moment { unix: self.0.now() / 1000, elapsed: self.0.elapsed() }
    }
}

impl House {
    pub async fn start() -> Self {
        let data = Arc::new(TempDir::new().expect("a folder"));
        Self::start_on(data, Arc::default(), PUBLIC_URL).await
    }

    async fn start_on(data: Arc<TempDir>, clock: Arc<TestClock>, public_url: &str) -> Self {
        let config = Config::from_pairs([
            ("data", data.path().to_str().expect("UTF-8")),
            ("listen", "127.0.0.1:0"),
            ("public_url", public_url),
            ("secrets", SECRET),
            ("token_audiences", OTHER_AUDIENCE),
            // Hashing is not the subject.
            ("password_memory_kib", "1024"),
            ("password_iterations", "1"),
        ]);
        let config = config.expect("a configuration");
        let server = Server::builder().config(config).clock(clock.clone()).build().await.expect("a server");
        let server = Arc::new(server);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let address = Address::parse(&address).expect("an address");
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn({
            let server = server.clone();
            async move { server.serve(listener, None, async { drop(stopped.await) }).await }
        });
        Self { clock, server, address, data, stop, serving }
    }

    /// Shuts it down: over the network, and in this process.
    pub async fn stop(self) {
        drop(self.stop);
        self.serving.await.expect("an orderly end");
    }

    /// Starts it again on the same data under another public URL.
    pub async fn renamed(self, public_url: &str) -> Self {
        let (data, clock) = (self.data.clone(), self.clock.clone());
        self.stop().await;
        Self::start_on(data, clock, public_url).await
    }

    pub fn offline_for(&self, issuer: &str, audience: &str) -> Guard {
        let expected = Expected { issuer: issuer.to_owned(), audience: audience.to_owned() };
        let clock = SameClock(self.clock.clone());
        Guard::new(Offline::new(self.address.clone(), expected, clock).expect("a client"))
    }

    pub fn offline(&self) -> Guard {
        self.offline_for(PUBLIC_URL, PUBLIC_URL)
    }

    pub fn remote(&self) -> Guard {
        Guard::new(Remote::new(self.address.clone()).expect("a client"))
    }

    pub fn embedded(&self) -> Guard {
        Guard::new(Embedded::new(self.server.clone()))
    }

    /// The three ways, with the name of each for messages.
    pub fn every_way(&self) -> [(&'static str, Guard); 3] {
        [("offline", self.offline()), ("remote", self.remote()), ("embedded", self.embedded())]
    }

    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Value {
        let mut request = Request::post(format!("/api/v1/auth{path}"))
            .header("host", "localhost")
            .header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body.to_string())).expect("a request");
        let response = self.server.service().oneshot(request).await.expect("an answer").map(Body::new);
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        assert!(parts.status.is_success(), "{path}: {} {body:?}", parts.status);
        serde_json::from_slice(&body).expect("JSON")
    }

    /// Somebody new, signed in.
    pub async fn someone(&self) -> Person {
        let email = "ada@example.org";
        self.post("/register", None, json!({ "email": email, "password": PASSWORD, "name": "Ada" })).await;
        Person::of(&self.post("/login", None, json!({ "email": email, "password": PASSWORD })).await)
    }

    /// The same person with the tokens that come next.
    pub async fn refreshed(&self, person: Person) -> Person {
        Person::of(&self.post("/refresh", None, json!({ "refreshToken": person.refresh })).await)
    }

    pub async fn sign_out(&self, person: &Person) {
        self.post("/logout", Some(&person.access), json!({})).await;
    }

    /// A token for another backend.
    pub async fn service_token(&self, person: &Person) -> String {
        let body = json!({ "audience": OTHER_AUDIENCE });
        text(&self.post("/service-token", Some(&person.access), body).await["token"])
    }

    /// The service's keys, as it publishes them.
    pub async fn jwks(&self) -> String {
        let api = Router::new().fallback_service(self.server.service());
        let answer = request(api, "/api/v1/auth/jwks", &[]).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.body
    }

    /// The ids of its keys, newest first.
    pub async fn kids(&self) -> Vec<String> {
        let keys = self.server.call(|accessor, auth| {
            let keys = auth.mana_auth_keys();
            async move { keys.call_list(accessor).await }.boxed()
        });
        keys.await.expect("a call").expect("keys").into_iter().map(|key| key.id).collect()
    }

    /// Publishes the next key.
    pub async fn rotate(&self) {
        let made = self.server.call(|accessor, auth| {
            let keys = auth.mana_auth_keys();
            async move { keys.call_rotate(accessor).await }.boxed()
        });
        made.await.expect("a call").expect("a key");
    }

    /// Refuses a key from now on; another one signs at once.
    pub async fn revoke(&self, kid: String) {
        let revoked = self.server.call(|accessor, auth| {
            let keys = auth.mana_auth_keys();
            async move { keys.call_revoke(accessor, kid).await }.boxed()
        });
        revoked.await.expect("a call").expect("revoked");
    }
}

impl Person {
    fn of(tokens: &Value) -> Self {
        Self { access: text(&tokens["accessToken"]), refresh: text(&tokens["refreshToken"]) }
    }
}

#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}
