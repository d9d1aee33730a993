//! The application of the examples, and somebody who is signed in to it.

use crate::{
    client::API,
    repository::root,
    runner::{
        Runner, RunnerKind, Settings,
        spin::{Spin, app::Component, auth},
        spin_up::SpinUp,
    },
    service::{PASSWORD, SECRET},
};
use futures::future::BoxFuture;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Where browsers find it, as the manifest says.
pub const PUBLIC_URL: &str = "http://127.0.0.1:3000";

/// What the typed app shows when it appends to the audit log.
const AUDIT_SECRET: &str = "vKIdX1T4Ht4uwpn0zTpYrfMW7uQ/hCnv7NecKKok5Jk=";

/// What the manifest tells the guard.
pub const GUARD: &[(&str, &str)] = &[
    ("guard_audience", "guarded"),
    ("guard_sign_in", "/login"),
    ("guard_step_up", "/step-up"),
    ("guard_public", "/guarded/public"),
    ("guard_roles", "/guarded/admin=admin,/guarded/ops=admin|service"),
    ("guard_max_age_minutes", "/guarded/transfer=10"),
    ("guard_trusted_origins", PUBLIC_URL),
];

/// What is tried with it.
pub type Test = fn(Application) -> BoxFuture<'static, ()>;

/// Names the tests of a file.
#[macro_export]
macro_rules! examples {
    ($($name:ident),+ $(,)?) => {
        pub const TESTS: &[(&str, $crate::examples::application::Test)] =
            &[$((stringify!($name), |application| Box::pin($name(application)))),+];
    };
}

/// The application, running.
pub struct Application {
    runner: Box<dyn Runner>,
    http: reqwest::Client,
    _data: TempDir,
}

/// A session, by its cookie and by its tokens.
pub struct Session {
    pub id: String,
    pub cookie: String,
    pub token: String,
    pub refresh_token: String,
}

impl Application {
    pub async fn start(kind: RunnerKind) -> Self {
        let data = TempDir::new().expect("a folder");
        let settings = |pairs: &[(&str, &str)]| -> Settings {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let sources = format!("typed:{AUDIT_SECRET}");
        let service = [
            ("secrets", SECRET),
            ("audit_sources", &sources),
            ("public_url", PUBLIC_URL),
            ("token_audiences", "guarded"),
        ];
        let runner: Box<dyn Runner> = match kind {
            RunnerKind::SpinUp => {
                let manifest = root().join("examples/spin-app/spin.toml");
                let mut variables = settings(&service[..2]);
                variables.insert("audit_secret".to_owned(), AUDIT_SECRET.to_owned());
                Box::new(SpinUp::start(data.path(), &manifest, &variables).await)
            }
            _ => {
                let app = |name, route, artefact, variables| Component {
                    name,
                    route,
                    artefact,
                    variables,
                    may_call: &["auth"],
                    may_reach: Vec::new(),
                };
                let components = vec![
                    auth(&settings(&service)),
                    app("http", "/http", "example-http", Settings::new()),
                    app(
                        "typed",
                        "/typed",
                        "typed-with-client",
                        settings(&[("auth_audit_secret", AUDIT_SECRET)]),
                    ),
                    app("guarded", "/guarded", "guarded-by-guard", settings(GUARD)),
                ];
                Box::new(Spin::start_several(data.path(), components).await)
            }
        };
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self { runner, http: http.build().expect("a client"), _data: data }
    }

    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.runner.base_url()))
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.ask(Method::GET, path)
    }

    /// Asks for a path exactly as it stands here, which URL libraries would tidy up.
    pub async fn get_as_it_stands(&self, path: &str, token: &str) -> Answer {
        let address = self.runner.base_url().replace("http://", "");
        let mut stream = TcpStream::connect(&address).await.expect("a connection");
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.expect("a request");
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("an answer");
        let (head, body) = text.split_once("\r\n\r\n").expect("head and body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, location: None, body: body.to_owned() }
    }

    pub fn post(&self, route: &str, body: &Value) -> RequestBuilder {
        let request = self.ask(Method::POST, &format!("{API}/{route}"));
        request.header("content-type", "application/json").body(body.to_string())
    }

    /// Somebody who has just registered and signed in.
    pub async fn someone(&self) -> Session {
        let person = json!({ "email": "ana@example.org", "password": PASSWORD });
        assert_eq!(answer(self.post("register", &person)).await.status, 201);
        let response = self.post("login", &person).send().await.expect("an answer");
        let cookie = session_cookie(&response);
        let body: Value = serde_json::from_str(&response.text().await.expect("text")).expect("JSON");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let (token, refresh_token) = (text(&body["accessToken"]), text(&body["refreshToken"]));
        Session { id: text(&body["user"]["id"]), cookie, token, refresh_token }
    }

    pub async fn sign_out(&self, session: &Session) {
        let request = self.post("logout", &json!({})).header("cookie", &session.cookie);
        assert_eq!(answer(request.header("sec-fetch-site", "same-origin")).await.status, 200);
    }

    /// Changes a row by hand.
    pub fn sql(&self, sql: &str) {
        let database = rusqlite::Connection::open(self.runner.database()).expect("the database");
        database.busy_timeout(std::time::Duration::from_secs(10)).expect("a time-out");
        assert_eq!(database.execute(sql, []).expect(sql), 1);
    }

    /// One text from the database.
    pub fn text(&self, sql: &str) -> String {
        let database = rusqlite::Connection::open(self.runner.database()).expect("the database");
        database.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The keys that tokens are verified with.
    pub async fn jwks(&self) -> String {
        answer(self.get("/.well-known/jwks.json")).await.body
    }
}

/// The session's cookie in an answer, as a browser sends it back.
pub fn session_cookie(response: &Response) -> String {
    let cookies =
        response.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().expect("text"));
    let mut pairs = cookies.filter_map(|cookie| cookie.split(';').next());
    pairs
        .find(|pair| pair.starts_with("mana_session=") && !pair.ends_with('='))
        .expect("a session")
        .to_owned()
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub body: String,
}

impl Answer {
    /// The code of an error in the service's own shape.
    pub fn error(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["error"].as_str().unwrap_or_default().to_owned()
    }

    /// What the guarded app was told under a name.
    pub fn told(&self, name: &str) -> &str {
        let line = self.body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("{name} is missing: {self:?}"))
    }
}

pub async fn answer(request: RequestBuilder) -> Answer {
    let response: Response = request.send().await.expect("an answer");
    let location = response.headers().get("location").map(|to| to.to_str().expect("text").to_owned());
    Answer { status: response.status().as_u16(), location, body: response.text().await.expect("text") }
}
