//! What a test says of everything that is remembered.

use async_trait::async_trait;
use mana_auth::invalidations::{Freshness, Invalidations, Position};
use std::sync::Mutex;

/// Says the same of all subjects, and remembers what it was asked last. At first it can't tell without waiting.
#[derive(Default)]
pub struct Told {
    says: Mutex<Option<Freshness>>,
    asked: Mutex<Option<(Vec<String>, Position)>>,
}

impl Told {
    /// From now on.
    pub fn say(&self, freshness: Option<Freshness>) {
        *self.says.lock().expect("no panic") = freshness;
    }

    /// That nobody was touched as far as this position.
    pub fn say_current(&self, id: u64) {
        self.say(Some(Freshness::Current(Position { start: 7, id })));
    }

    /// What it was asked last.
    pub fn asked(&self) -> Option<(Vec<String>, Position)> {
        self.asked.lock().expect("no panic").take()
    }
}

#[async_trait]
impl Invalidations for Told {
    fn peek(&self, subjects: &[String], as_of: Position) -> Option<Freshness> {
        *self.asked.lock().expect("no panic") = Some((subjects.to_vec(), as_of));
        *self.says.lock().expect("no panic")
    }

    async fn check(&self, _: &[String], _: Position) -> Freshness {
        Freshness::Unknown
    }
}
