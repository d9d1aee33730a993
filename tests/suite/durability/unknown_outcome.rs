//! A commit whose outcome nobody learns: the connection broke after it was asked for. What is remembered gives way to what
//! the database holds.

use crate::client::{Client, Nodes, Promises, Shared};
use crate::process::{body, settings};
use async_trait::async_trait;
use mana_auth::{
    Server,
    clock::SystemClock,
    config::Config,
    storage::{Dialect, Error, Rows, Sqlite, SqliteOptions, Statement, Storage, Value},
};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Does what it is told, and then says that it does not know whether it did.
struct Breaking {
    database: Arc<Sqlite>,
    breaks: AtomicBool,
}

#[async_trait]
impl Storage for Breaking {
    fn dialect(&self) -> Dialect {
        self.database.dialect()
    }

    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, Error> {
        self.database.query(sql, params).await
    }

    async fn transact(&self, statements: Vec<Statement>) -> Result<Vec<u64>, Error> {
        let answer = self.database.transact(statements).await;
        if self.breaks.load(SeqCst) { Err(Error::OutcomeUnknown) } else { answer }
    }
}

pub async fn run() {
    let data = TempDir::new().expect("a temporary folder");
    let options = SqliteOptions::new(data.path().join("auth.db"));
    let database = Arc::new(Sqlite::open(options, Arc::new(SystemClock::default())).expect("a database"));
    let storage = Arc::new(Breaking { database: database.clone(), breaks: AtomicBool::new(false) });
    let pairs = settings();
    let pairs = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let config = Config::from_pairs(pairs.chain([("listen", "127.0.0.1:0")])).expect("a configuration");
    // With the view in memory, and with a question to the database each time.
    for invalidations in [Some(database.invalidations()), None] {
        let mut builder = Server::builder().config(config.clone()).storage(storage.clone());
        if let Some(invalidations) = invalidations {
            builder = builder.invalidations(invalidations);
        }
        let server = builder.build().await.expect("a server");
        tell(server, &storage).await;
    }
}

async fn tell(server: Server, storage: &Breaking) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let shared = Arc::new(Shared {
        http: reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("an HTTP client"),
        nodes: Nodes::new(vec![format!("http://{}", listener.local_addr().expect("its address"))]),
        public_url: crate::service::PUBLIC_URL.to_owned(),
        vault: Arc::default(),
        promises: Arc::new(Promises::default()),
    });
    let server = Arc::new(server);
    let serving = tokio::spawn({
        let server = server.clone();
        async move { server.serve(listener, None, std::future::pending()).await }
    });
    let ana = Client::new(shared);
    // The second server meets the account of the first.
    let registered = ana.post("/register", body("ana@example.org")).await.status;
    assert!([201, 409].contains(&registered), "{registered}");
    let tokens = ana.post("/login", body("ana@example.org")).await.ok();
    let access = tokens["accessToken"].as_str().expect("a token");
    for _ in 0..2 {
        ana.get("/session").await.ok();
        ana.get("/session").without_cookies().bearer(access).await.ok();
    }
    storage.breaks.store(true, SeqCst);
    let copy = ana.get("/session").await;
    ana.post("/logout", json!({})).await.refused("STORAGE_UNAVAILABLE");
    storage.breaks.store(false, SeqCst);
    copy.ok();
    ana.get("/session").await.refused("UNAUTHENTICATED");
    ana.get("/session").without_cookies().bearer(access).await.refused("UNAUTHENTICATED");
    let validated = ana.post("/validate", json!({ "token": access })).await.ok();
    assert_eq!(validated["error"], "SESSION_REVOKED");
    serving.abort();
}
