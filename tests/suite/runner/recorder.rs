//! What the component does with its storage and its passwords, call by call.

use super::hold::Hold;
use async_trait::async_trait;
use mana_auth::{
    clock::TestClock,
    passwords::{
        Behalf, Error as PasswordsError, Estimate, LiveRequests, Parameters, Passwords, Pool, PoolOptions,
        Verdict,
    },
    random::Random,
    storage::{Dialect, Error, Rows, Sqlite, SqliteOptions, Statement, Storage, Value},
};
use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

/// What the component asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// A look, and how many rows it found.
    Query { sql: String, params: Vec<Shape>, rows: usize },
    /// A change: its statements, and how many rows each affected, or how it was refused.
    Change { statements: Vec<(String, Vec<Shape>)>, outcome: Result<Vec<u64>, String> },
    /// How strong a password is.
    Strength,
    /// A hash, to be stored or compared.
    Hash,
}

/// Of a value, what the work with it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// No id, or one of 36 characters: of an event about somebody or nobody.
    Id,
    Number,
    Text(usize),
    Blob(usize),
}

impl From<&Value> for Shape {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Id,
            Value::Text(text) if is_id(text) => Self::Id,
            Value::Text(text) => Self::Text(text.len()),
            Value::Blob(bytes) => Self::Blob(bytes.len()),
            Value::Boolean(_) | Value::Integer(_) | Value::Timestamp(_) => Self::Number,
        }
    }
}

/// A UUID has this form, and nothing else that the component writes.
fn is_id(text: &str) -> bool {
    let dashes = text.match_indices('-').map(|(at, _)| at);
    text.len() == 36 && dashes.eq([8, 13, 18, 23])
}

/// Stands between the component and what it asks, and writes down what that is.
#[derive(Default)]
pub struct Recorder {
    storage: OnceLock<Arc<Sqlite>>,
    passwords: OnceLock<Pool>,
    calls: Mutex<Vec<Call>>,
    busy: AtomicBool,
    /// Requests whose first comparison was made, where a second finds no room.
    compared: Mutex<Option<BTreeSet<String>>>,
    /// Before changes.
    pub hold: Hold,
}

impl Recorder {
    /// Nothing yet.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Opens what it stands before.
    pub(super) fn open(
        &self,
        database: &Path,
        clock: Arc<TestClock>,
        random: Arc<dyn Random>,
    ) -> Arc<Sqlite> {
        let pool = Pool::start(PoolOptions::default(), random, LiveRequests::default()).expect("a pool");
        assert!(self.passwords.set(pool).is_ok(), "a recorder is of one service");
        let storage = || Arc::new(Sqlite::open(SqliteOptions::new(database), clock).expect("a database"));
        self.storage.get_or_init(storage).clone()
    }

    /// Whoever comes to hash a password from now on is told that there is no room.
    pub fn refuse(&self) {
        self.busy.store(true, SeqCst);
    }

    /// From now on, whoever compares a second password for the same request is told that there is no room.
    pub fn refuse_second_comparisons(&self) {
        self.compared.lock().unwrap().get_or_insert_default();
    }

    /// What was asked since the last time.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    /// Mails are delivered whenever: what that does is none of what a request does.
    fn note(&self, call: Call) {
        let is_of_delivery = match &call {
            Call::Query { sql, .. } => sql.contains("FROM outbox"),
            Call::Change { statements, .. } => statements.iter().any(|(sql, _)| {
                sql.starts_with("UPDATE outbox") || sql.starts_with("DELETE FROM outbox WHERE id = ?1")
            }),
            Call::Strength | Call::Hash => false,
        };
        if !is_of_delivery {
            self.calls.lock().unwrap().push(call);
        }
    }

    fn storage(&self) -> &Sqlite {
        self.storage.get().expect("storage behind the recorder")
    }

    fn passwords(&self) -> &Pool {
        self.passwords.get().expect("passwords behind the recorder")
    }

    fn hash(&self) -> Result<(), PasswordsError> {
        self.note(Call::Hash);
        if self.busy.load(SeqCst) { Err(PasswordsError::Busy) } else { Ok(()) }
    }
}

#[async_trait]
impl Storage for Recorder {
    fn dialect(&self) -> Dialect {
        self.storage().dialect()
    }

    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, Error> {
        let shapes = params.iter().map(Shape::from).collect();
        let answer = self.storage().query(sql, params).await;
        let rows = answer.as_ref().map_or(0, |answer| answer.rows.len());
        self.note(Call::Query { sql: sql.to_owned(), params: shapes, rows });
        answer
    }

    async fn transact(&self, statements: Vec<Statement>) -> Result<Vec<u64>, Error> {
        let shapes = |statement: &Statement| statement.params.iter().map(Shape::from).collect();
        let noted = statements.iter().map(|one| (one.sql.clone(), shapes(one))).collect();
        self.hold.pass(&statements).await;
        let answer = self.storage().transact(statements).await;
        let outcome = match &answer {
            Ok(affected) => Ok(affected.clone()),
            Err(error) => Err(format!("{error:?}")),
        };
        self.note(Call::Change { statements: noted, outcome });
        answer
    }
}

#[async_trait]
impl Passwords for Recorder {
    async fn strength(
        &self,
        password: String,
        hints: Vec<String>,
        behalf: Behalf,
    ) -> Result<Estimate, PasswordsError> {
        self.note(Call::Strength);
        self.passwords().strength(password, hints, behalf).await
    }

    async fn hash(
        &self,
        password: String,
        parameters: Parameters,
        beside: Option<String>,
        behalf: Behalf,
    ) -> Result<String, PasswordsError> {
        self.hash()?;
        self.passwords().hash(password, parameters, beside, behalf).await
    }

    async fn verify(
        &self,
        password: String,
        encoded: Vec<Option<String>>,
        current: Parameters,
        behalf: Behalf,
    ) -> Result<Vec<Result<Verdict, PasswordsError>>, PasswordsError> {
        self.hash()?;
        let is_second = |compared: &mut BTreeSet<String>| !compared.insert(behalf.request.clone());
        if self.compared.lock().unwrap().as_mut().is_some_and(is_second) {
            return Err(PasswordsError::Busy);
        }
        self.passwords().verify(password, encoded, current, behalf).await
    }
}
