//! Holds up a change, so that another comes first.

use mana_auth::storage::Statement;
use std::sync::Mutex;
use tokio::sync::watch;

/// Stands before storage; lets everything pass until it is told what to hold up.
#[derive(Default)]
pub struct Hold {
    words: Mutex<Option<&'static str>>,
    held: watch::Sender<bool>,
    released: watch::Sender<bool>,
}

impl Hold {
    /// Holds up the next change that has a statement with these words, and no other.
    pub fn next(&self, words: &'static str) {
        self.held.send_replace(false);
        self.released.send_replace(false);
        *self.words.lock().unwrap() = Some(words);
    }

    /// Returns once it is held up.
    pub async fn someone_waits(&self) {
        self.held.subscribe().wait_for(|held| *held).await.expect("the hold");
    }

    /// Lets it go on.
    pub fn release(&self) {
        self.released.send_replace(true);
    }

    /// Waits where it is the one.
    pub(super) async fn pass(&self, statements: &[Statement]) {
        {
            let mut words = self.words.lock().unwrap();
            if !words.is_some_and(|words| statements.iter().any(|one| one.sql.contains(words))) {
                return;
            }
            *words = None;
        }
        self.held.send_replace(true);
        self.released.subscribe().wait_for(|released| *released).await.expect("the hold");
    }
}
