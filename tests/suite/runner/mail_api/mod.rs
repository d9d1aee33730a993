//! Stands in for the APIs of those who take mails over HTTP, as they document them: what they accept, what they refuse, and in which words.

mod call;
mod postmark;
mod resend;

pub use call::{Call, KEY};

use crate::eventually::eventually;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use mana_auth::{
    clock::TestClock,
    mail::{Folder, Mailer as _},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fmt,
    path::Path,
    sync::{Arc, Mutex},
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What it says to every mail.
#[derive(Clone, Copy)]
pub enum Says {
    /// That it takes it.
    Takes,
    /// This status, with this body.
    Answers(u16, &'static str),
    /// Nothing, though it has taken the mail: the connection ends.
    TakesAndHangsUp,
    /// Nothing at all.
    Hangs,
}

/// Such an API; dropped, it accepts no more.
pub struct MailApi {
    url: String,
    desk: Arc<Desk>,
    accepting: JoinHandle<()>,
}

/// What its connections share.
struct Desk {
    says: Mutex<Says>,
    calls: Mutex<Vec<Call>>,
    /// The mails that were taken, by idempotency key where there is one.
    taken: Mutex<BTreeMap<String, Value>>,
    /// Where mails go that were taken.
    folder: Option<Folder>,
}

impl MailApi {
    /// One that keeps calls to itself.
    pub async fn start(says: Says) -> Self {
        Self::begin(says, None).await
    }

    /// One that puts mails where the development outbox of this data folder would.
    pub async fn into_folder(data: &Path, clock: Arc<TestClock>) -> Self {
        Self::begin(Says::Takes, Some(Folder::new(data, clock))).await
    }

    async fn begin(says: Says, folder: Option<Folder>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let (says, calls, taken) = (Mutex::new(says), Mutex::default(), Mutex::default());
        let desk = Arc::new(Desk { says, calls, taken, folder });
        let serving = desk.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(stream, serving.clone()));
            }
        });
        Self { url, desk, accepting }
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on.
    pub fn says(&self, says: Says) {
        *self.desk.says.lock().unwrap() = says;
    }

    /// How often it was called so far.
    pub fn count(&self) -> usize {
        self.desk.calls.lock().unwrap().len()
    }

    /// How many mails it has taken.
    pub fn taken(&self) -> usize {
        self.desk.taken.lock().unwrap().len()
    }

    /// The calls, once there were so many.
    pub async fn calls(&self, times: usize) -> Vec<Call> {
        let enough = || async { (self.count() >= times).then(|| self.desk.calls.lock().unwrap().clone()) };
        let calls = eventually(enough).await;
        assert_eq!(calls.len(), times, "it was called more often");
        calls
    }
}

impl Drop for MailApi {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Nobody is told anything: the connection ends.
#[derive(Debug)]
struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hung up")
    }
}

impl std::error::Error for HungUp {}

async fn connection(stream: TcpStream, desk: Arc<Desk>) {
    let service = service_fn(move |request| answer(request, desk.clone()));
    // Whoever waits no longer goes away.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(request: Request<Incoming>, desk: Arc<Desk>) -> Result<Response<Full<Bytes>>, HungUp> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| HungUp)?.to_bytes();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let call = Call { path: head.uri.path().to_owned(), headers: head.headers, body };
    desk.calls.lock().unwrap().push(call.clone());
    let says = *desk.says.lock().unwrap();
    let (status, answer) = match says {
        Says::Answers(status, answer) => (status, answer.to_owned()),
        Says::Hangs => std::future::pending().await,
        Says::Takes => desk.take(&call).await,
        Says::TakesAndHangsUp => {
            desk.take(&call).await;
            return Err(HungUp);
        }
    };
    let mut response = Response::new(Full::from(answer));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().expect("a value"));
    Ok(response)
}

impl Desk {
    async fn take(&self, call: &Call) -> (u16, String) {
        let (answer, message) = match call.path.as_str() {
            "/emails" => resend::take(call, &mut self.taken.lock().unwrap()),
            "/email" => postmark::take(call, &mut self.taken.lock().unwrap()),
            _ => ((404, "{}".to_owned()), None),
        };
        if answer.0 != 200 {
            eprintln!("the mail API refused: {} {}", answer.0, answer.1);
        }
        if let (Some(folder), Some(message)) = (&self.folder, message) {
            folder.send(message).await;
        }
        answer
    }
}
