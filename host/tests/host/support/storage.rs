//! A storage that writes down what it is asked, and holds back what it is told to.

use async_trait::async_trait;
use mana_auth::storage::{Dialect, Error, Rows, Statement, Storage, Value};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::sync::Semaphore;

use super::wait::eventually;

/// Answers with nothing. What starts with `hold` waits until that is released; `panic` is a bug in an
/// embedder's import.
#[derive(Default)]
pub struct Recorder {
    asked: Mutex<Vec<String>>,
    gates: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Recorder {
    /// How often it was asked this.
    pub fn count(&self, sql: &str) -> usize {
        self.asked.lock().expect("no panic").iter().filter(|asked| *asked == sql).count()
    }

    /// Waits until it was asked this so often.
    pub async fn asked(&self, sql: &str, times: usize) {
        eventually(sql, async || self.count(sql) >= times).await;
    }

    /// Answers so many of those that asked this and are held.
    pub fn release(&self, sql: &str, held: usize) {
        self.gate(sql).add_permits(held);
    }

    fn gate(&self, sql: &str) -> Arc<Semaphore> {
        let mut gates = self.gates.lock().expect("no panic");
        gates.entry(sql.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(0))).clone()
    }

    fn note(&self, sql: &str) {
        self.asked.lock().expect("no panic").push(sql.to_owned());
    }
}

#[async_trait]
impl Storage for Recorder {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn query(&self, sql: &str, _: Vec<Value>) -> Result<Rows, Error> {
        self.note(sql);
        assert_ne!(sql, "panic", "as asked");
        if sql.starts_with("hold") {
            let gate = self.gate(sql);
            gate.acquire().await.expect("it is never closed").forget();
        }
        Ok(Rows { rows: vec![] })
    }

    async fn transact(&self, statements: Vec<Statement>) -> Result<Vec<u64>, Error> {
        for statement in &statements {
            self.note(&statement.sql);
        }
        Ok(vec![0; statements.len()])
    }
}
