//! Databases of that server, and an operator at a SQL prompt.

use super::cluster::CLUSTER;
use crate::eventually::eventually;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak},
};
use tokio_postgres::{Client, Config, NoTls, Row, types::Type};

/// Which database belongs to a folder: that of every service there.
static DATABASES: LazyLock<Mutex<Databases>> = LazyLock::new(Mutex::default);

/// By the folder: the name, and the prompt while somebody uses it.
type Databases = BTreeMap<PathBuf, (String, Weak<Postgres>)>;

/// What operators' statements in scenarios ask for by SQLite's names.
const OF_SQLITE: &str =
    "CREATE FUNCTION unixepoch() RETURNS bigint LANGUAGE sql AS 'SELECT extract(epoch FROM now())::bigint'";

/// A database, at a SQL prompt.
pub struct Postgres {
    name: String,
    prompt: Client,
}

impl Postgres {
    /// That of a folder, made where there is none.
    pub async fn open(data: &Path) -> Arc<Self> {
        let known = databases().get(data).map(|(name, open)| (name.clone(), open.upgrade()));
        if let Some((_, Some(open))) = known {
            return open;
        }
        let name = match known {
            Some((name, _)) => name,
            None => create().await,
        };
        let open = Arc::new(Self { prompt: connect("postgres", &name).await, name: name.clone() });
        databases().insert(data.to_owned(), (name, Arc::downgrade(&open)));
        open
    }

    /// Its name on the server.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder of the server's socket.
    pub fn socket(&self) -> PathBuf {
        tokio::task::block_in_place(|| CLUSTER.socket())
    }

    /// Where a service finds it.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The same for a role.
    pub fn url_of(&self, role: &str) -> String {
        let socket = tokio::task::block_in_place(|| CLUSTER.socket());
        format!("postgres://{role}@/{}?host={}", self.name, socket.display())
    }

    /// A prompt of a role.
    pub async fn prompt(&self, role: &str) -> Client {
        connect(role, &self.name).await
    }

    /// The first column of every row, as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = self.prompt.query(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Executes a script.
    pub async fn run(&self, script: &str) {
        self.prompt.batch_execute(script).await.unwrap_or_else(|error| panic!("{script}: {error:?}"));
    }

    /// Changes rows, if it may; returns how many.
    pub async fn try_change(&self, sql: &str) -> Result<u64, tokio_postgres::Error> {
        self.prompt.execute(sql, &[]).await
    }

    /// The first column of the first row.
    #[track_caller]
    pub fn number(&self, sql: &str) -> i64 {
        let one = |sql: &str| {
            at_once(self.prompt.query_one(sql, &[])).unwrap_or_else(|error| panic!("{sql}: {error:?}"))
        };
        let row = one(sql);
        if !matches!(*row.columns()[0].type_(), Type::BOOL | Type::INT4 | Type::INT8) {
            return number(
                &one(&format!("SELECT CAST(number AS bigint) FROM ({sql}) AS told (number)")),
                sql,
            );
        }
        number(&row, sql)
    }

    /// Changes rows; returns how many.
    #[track_caller]
    pub fn change(&self, sql: &str) -> usize {
        let rows = at_once(self.prompt.execute(sql, &[])).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        usize::try_from(rows).expect("a number of rows")
    }

    /// Prepares statements, without executing them.
    pub async fn prepare_all(&self, statements: impl Iterator<Item = &str>) {
        for sql in statements {
            // Nothing of ours holds a question mark but before a parameter's number.
            let prepared = self.prompt.prepare(&sql.replace('?', "$")).await;
            prepared.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        }
    }
}

fn databases() -> MutexGuard<'static, Databases> {
    DATABASES.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn create() -> String {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    if let Some(name) = retired() {
        // What was given up may still be going on there.
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
             DROP SCHEMA IF EXISTS mana CASCADE; DROP SCHEMA IF EXISTS auth CASCADE";
        let prompt = connect("postgres", &name).await;
        eventually(async || prompt.batch_execute(sql).await.ok()).await;
        return name;
    }
    let server = connect("postgres", "postgres").await;
    let name = format!("auth{}", NEXT.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
    server.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0")).await.expect("a database");
    connect("postgres", &name).await.batch_execute(OF_SQLITE).await.expect("functions");
    name
}

/// One whose folder is gone, and with it whoever used it: emptied, it serves the next. Making and dropping one takes longer than most scenarios.
fn retired() -> Option<String> {
    let is_over = |folder: &PathBuf, open: &Weak<Postgres>| !folder.exists() && open.strong_count() == 0;
    let mut databases = databases();
    let over = databases
        .iter()
        .find(|(folder, (_, open))| is_over(folder, open))
        .map(|(folder, _)| folder.clone())?;
    Some(databases.remove(&over)?.0)
}

async fn connect(role: &str, database: &str) -> Client {
    let socket = tokio::task::block_in_place(|| CLUSTER.socket());
    let mut config = Config::new();
    let config = config.host_path(socket).user(role).dbname(database).options("-c search_path=mana,public");
    let (client, connection) = config.connect(NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

fn at_once<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}

fn number(row: &Row, sql: &str) -> i64 {
    match *row.columns()[0].type_() {
        Type::BOOL => i64::from(row.get::<_, bool>(0)),
        Type::INT4 => row.get::<_, i32>(0).into(),
        Type::INT8 => row.get(0),
        ref other => panic!("{sql}: a column of type {other}"),
    }
}
