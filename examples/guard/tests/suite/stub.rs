//! What stands at the service's address instead of the service: it answers as it is told, and counts.

use axum::{Router, body::Body, response::Response};
use http::StatusCode;
use mana_auth_example_guard::Address;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering::SeqCst},
};
use tokio::{net::TcpListener, sync::watch};

pub struct Stub {
    pub address: Address,
    state: Arc<State>,
}

struct State {
    answer: Mutex<(StatusCode, String)>,
    asked: AtomicUsize,
    open: watch::Sender<bool>,
    came: watch::Sender<usize>,
}

impl Stub {
    pub async fn start(status: u16, body: &str) -> Self {
        let state = Arc::new(State {
            answer: Mutex::new((status_of(status), body.to_owned())),
            asked: AtomicUsize::new(0),
            open: watch::Sender::new(true),
            came: watch::Sender::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let app = Router::new().fallback({
            let (state, elsewhere) = (state.clone(), format!("{address}/elsewhere"));
            move || async move { state.answer(&elsewhere).await }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address: Address::parse(&address).expect("an address"), state }
    }

    /// Answers so from now on.
    pub fn answers(&self, status: u16, body: &str) {
        *self.state.answer.lock().expect("no panic") = (status_of(status), body.to_owned());
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.state.asked.load(SeqCst)
    }

    /// Lets those who ask wait from now on, or no longer.
    pub fn open(&self, open: bool) {
        self.state.open.send_replace(open);
    }

    /// Returns once so many have asked.
    pub async fn was_asked(&self, times: usize) {
        self.state.came.subscribe().wait_for(|came| *came >= times).await.expect("the stub");
    }
}

impl State {
    async fn answer(&self, elsewhere: &str) -> Response {
        let asked = self.asked.fetch_add(1, SeqCst) + 1;
        self.came.send_replace(asked);
        self.open.subscribe().wait_for(|open| *open).await.expect("the stub");
        let (status, body) = self.answer.lock().expect("no panic").clone();
        let answer = Response::builder().status(status).header("location", elsewhere);
        answer.body(Body::from(body)).expect("an answer")
    }
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).expect("a status")
}
