//! What is remembered about sessions, and where answers about them come from.

use super::{Person, Service};

impl Service {
    /// Where the answer to one more read of theirs came from: `cookie` or `database`.
    pub async fn source(&self, person: &Person) -> &'static str {
        let read = async |from| self.metrics().await.count("session_reads", from);
        let (cookie, database) = (read("cookie").await, read("database").await);
        person.client.get("/session").await.ok();
        match (read("cookie").await - cookie, read("database").await - database) {
            (1, 0) => "cookie",
            (0, 1) => "database",
            other => panic!("{other:?} reads of cookie and database"),
        }
    }
}

impl Person {
    /// The session cache in their jar.
    #[track_caller]
    pub fn cache(&self) -> String {
        self.client.cookie("mana_cache").expect("a session cache in the jar")
    }
}
