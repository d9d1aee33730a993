//! PostgreSQL behind the import `storage`: one connection that reads, one that writes. It is no more than these tests need.

use super::{
    cluster::CLUSTER,
    values::{Parameter, column},
};
use async_trait::async_trait;
use mana_auth::storage::{Conflict, Dialect, Error, Rejection, Rows, Statement, Storage, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};
use tokio_postgres::{Client, Config, NoTls, error::SqlState, types::ToSql};

/// Every statement that PostgreSQL has prepared.
static PREPARED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Which database belongs to a folder.
static DATABASES: LazyLock<Mutex<BTreeMap<PathBuf, String>>> = LazyLock::new(Mutex::default);

/// The texts of the statements that PostgreSQL has prepared so far.
pub fn statements() -> BTreeSet<String> {
    PREPARED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// A database.
pub struct Postgres {
    reader: Client,
    writer: Arc<tokio::sync::Mutex<Client>>,
}

impl Postgres {
    /// That of a folder, made where there is none.
    pub async fn open(data: &Path) -> Self {
        let (name, is_new) = name_of(data);
        if is_new {
            let create = format!("CREATE DATABASE {name} TEMPLATE template0");
            connect("postgres").await.batch_execute(&create).await.expect("a database");
        }
        let writer = Arc::new(tokio::sync::Mutex::new(connect(&name).await));
        Self { reader: connect(&name).await, writer }
    }
}

/// The name of a folder's database, and whether it is still to be made.
fn name_of(data: &Path) -> (String, bool) {
    let mut databases = DATABASES.lock().unwrap_or_else(PoisonError::into_inner);
    let next = format!("auth{}", databases.len());
    let known = databases.get(data).cloned();
    let is_new = known.is_none();
    (databases.entry(data.to_owned()).or_insert(known.unwrap_or(next)).clone(), is_new)
}

/// Prepares statements on the database that was made last, with its schema.
pub async fn prepare_all(statements: impl Iterator<Item = &str>) {
    let newest = DATABASES.lock().unwrap_or_else(PoisonError::into_inner).len().checked_sub(1);
    let client = connect(&format!("auth{}", newest.expect("a database"))).await;
    for sql in statements {
        prepare(&client, sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }
}

/// As an operator with a SQL prompt.
impl Postgres {
    /// The first column of the first row.
    #[track_caller]
    pub fn number(&self, sql: &str) -> i64 {
        let row = at_once(self.reader.query_one(sql, &[])).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        match column(&row, 0) {
            Value::Integer(number) => number,
            other => panic!("{sql}: {other:?}"),
        }
    }

    /// Changes rows; returns how many.
    #[track_caller]
    pub fn change(&self, sql: &str) -> usize {
        let rows = at_once(self.reader.execute(sql, &[])).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        usize::try_from(rows).expect("a number of rows")
    }
}

fn at_once<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}

async fn connect(database: &str) -> Client {
    let socket = tokio::task::block_in_place(|| CLUSTER.socket());
    let mut config = Config::new();
    let config = config.host_path(socket).user("mana").dbname(database);
    let (client, connection) = config.connect(NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

#[async_trait]
impl Storage for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, Error> {
        let params: Vec<Parameter> = params.into_iter().map(Parameter).collect();
        let prepared = prepare(&self.reader, sql).await.map_err(|error| refused(&error, 0))?;
        let rows = self.reader.query(&prepared, &references(&params)).await;
        let rows = rows.map_err(|error| refused(&error, 0))?;
        let values = |row| (0..prepared.columns().len()).map(|at| column(row, at)).collect();
        Ok(Rows { rows: rows.iter().map(values).collect() })
    }

    async fn transact(&self, statements: Vec<Statement>) -> Result<Vec<u64>, Error> {
        let writer = Arc::clone(&self.writer);
        // Runs to its end, whatever becomes of the caller.
        let commit = tokio::spawn(async move { commit(&mut *writer.lock().await, statements).await });
        commit.await.expect("an outcome")
    }
}

async fn commit(client: &mut Client, statements: Vec<Statement>) -> Result<Vec<u64>, Error> {
    let builder = client.build_transaction().isolation_level(tokio_postgres::IsolationLevel::Serializable);
    let transaction = builder.start().await.map_err(|error| refused(&error, 0))?;
    let mut affected = Vec::with_capacity(statements.len());
    for (at, statement) in (0..).zip(statements) {
        let params: Vec<Parameter> = statement.params.into_iter().map(Parameter).collect();
        let prepared =
            prepare(transaction.client(), &statement.sql).await.map_err(|error| refused(&error, at))?;
        let rows = transaction.execute(&prepared, &references(&params)).await;
        let rows = rows.map_err(|error| refused(&error, at))?;
        if statement.expect.is_some_and(|expected| expected != rows) {
            return Err(Error::Unmet(at));
        }
        affected.push(rows);
    }
    transaction.commit().await.map_err(|error| refused(&error, 0))?;
    Ok(affected)
}

async fn prepare(client: &Client, sql: &str) -> Result<tokio_postgres::Statement, tokio_postgres::Error> {
    // Nothing of ours holds a question mark but before a parameter's number.
    let prepared = client.prepare(&sql.replace('?', "$")).await?;
    PREPARED.lock().unwrap_or_else(PoisonError::into_inner).insert(sql.to_owned());
    Ok(prepared)
}

fn references(params: &[Parameter]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|param| param as _).collect()
}

fn refused(error: &tokio_postgres::Error, statement: u32) -> Error {
    let Some(words) = error.as_db_error() else {
        return Error::Rejected(Rejection { statement, message: format!("{error:?}") });
    };
    match *words.code() {
        SqlState::UNIQUE_VIOLATION | SqlState::FOREIGN_KEY_VIOLATION => Error::Conflict(Conflict {
            statement,
            constraint: words.constraint().unwrap_or_default().to_owned(),
        }),
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => Error::Busy,
        _ => Error::Rejected(Rejection { statement, message: format!("{words} ({:?})", words.where_()) }),
    }
}
