//! What is remembered about sessions, and where answers about them come from.

use super::{Person, Service};

impl Service {
    /// Where the answer to one more read of theirs came from: `cookie`, `memory` or `database`.
    pub async fn source(&self, person: &Person) -> &'static str {
        const SOURCES: [&str; 3] = ["cookie", "memory", "database"];
        let before = self.metrics().await;
        person.client.get("/session").await.ok();
        let after = self.metrics().await;
        let counted = |source| after.count("session_reads", source) - before.count("session_reads", source);
        match SOURCES.map(counted) {
            [1, 0, 0] => "cookie",
            [0, 1, 0] => "memory",
            [0, 0, 1] => "database",
            other => panic!("{other:?} reads from {SOURCES:?}"),
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
