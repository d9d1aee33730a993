//! How often a request waits for the server of the database: each wait is the time that a message takes there and back.

use crate::{
    runner::{RunnerKind, postgres::Postgres},
    service::{OTHER_PASSWORD, PASSWORD, Stage},
};
use serde_json::json;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        UnixListener, UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// What every request may wait.
const MOST: usize = 3;

/// What a sign-in may: it reserves its attempt before the password is looked at.
const MOST_OF_A_SIGN_IN: usize = 5;

pub async fn no_request_waits_for_the_database_more_often_than_it_must() {
    let folder = TempDir::new().expect("a folder");
    let database = Postgres::open(folder.path()).await;
    let waits = between(folder.path(), &database.socket());
    let url = format!("postgres://postgres@/{}?host={}", database.name(), folder.path().display());
    // What goes on behind an answer waits, too: nothing is mailed here.
    let service =
        Stage::new(RunnerKind::Host).with("database_url", &url).with("mail_notices", "none").start().await;
    let login = json!({ "email": "ana@example.org", "password": PASSWORD });
    let mut told = Vec::new();
    // The first time, statements are prepared.
    for number in 0..3 {
        let client = service.client();
        let person = format!("{number}@example.org");
        let mut count = async |what: &'static str, request: crate::client::Request<'_>, status: u16| {
            let before = waits.load(SeqCst);
            request.await.is(status);
            told.push((number, what, waits.load(SeqCst) - before));
        };
        count("register", client.post("/register", json!({ "email": person, "password": PASSWORD })), 201)
            .await;
        if number == 0 {
            client
                .post("/register", json!({ "email": "ana@example.org", "password": PASSWORD }))
                .await
                .is(201);
        }
        count("login", client.post("/login", login.clone()), 200).await;
        count("session, from the cookie", client.get("/session"), 200).await;
        let tokens = client.post("/login", login.clone()).await.ok();
        let access = tokens["accessToken"].as_str().expect("a token").to_owned();
        count("session, by a token", client.get("/session").without_cookies().bearer(&access), 200).await;
        client.forget_cookie("mana_cache");
        count("session, from the database", client.get("/session"), 200).await;
        count("validate", client.post("/validate", json!({ "token": access })), 200).await;
        count("sessions", client.get("/sessions"), 200).await;
        count("refresh", client.post("/refresh", json!({ "refreshToken": tokens["refreshToken"] })), 200)
            .await;
        count(
            "a wrong password",
            service.client().post("/login", json!({ "email": person, "password": OTHER_PASSWORD })),
            401,
        )
        .await;
        count("logout", client.post("/logout", json!({})), 200).await;
        count("session, ended", client.get("/session"), 401).await;
    }
    let warm = told.iter().filter(|(number, ..)| *number == 2);
    for (_, what, waited) in warm {
        println!("{what}: {waited}");
        let most = if what.contains("login") || what.contains("password") { MOST_OF_A_SIGN_IN } else { MOST };
        assert!(*waited <= most, "{what} waited {waited} times");
    }
}

/// A socket in this folder that leads to that one; how often an answer was waited for.
fn between(folder: &Path, to: &Path) -> Arc<AtomicUsize> {
    let waits = Arc::new(AtomicUsize::new(0));
    let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).expect("a socket");
    let to = to.join(".s.PGSQL.5432");
    tokio::spawn({
        let waits = waits.clone();
        async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&to).await.expect("the database");
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let is_answered = Arc::new(AtomicBool::new(true));
                tokio::spawn(pass_on(
                    from_client,
                    to_server,
                    Asks { is_answered: is_answered.clone(), waits: waits.clone() },
                ));
                tokio::spawn(pass_on(from_server, to_client, is_answered));
            }
        }
    });
    waits
}

/// Whoever hears that something is passed on.
trait Hears: Send + 'static {
    fn heard(&self);
}

/// The client: what it sends after an answer begins another wait.
struct Asks {
    is_answered: Arc<AtomicBool>,
    waits: Arc<AtomicUsize>,
}

impl Hears for Asks {
    fn heard(&self) {
        if self.is_answered.swap(false, SeqCst) {
            self.waits.fetch_add(1, SeqCst);
        }
    }
}

/// The server.
impl Hears for Arc<AtomicBool> {
    fn heard(&self) {
        self.store(true, SeqCst);
    }
}

async fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, heard: impl Hears) {
    let mut room = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut room).await {
        heard.heard();
        if to.write_all(&room[..length]).await.is_err() {
            return;
        }
    }
}
