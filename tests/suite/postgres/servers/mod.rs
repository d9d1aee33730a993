//! Two processes of the program on one PostgreSQL: what becomes of answers when either of the three dies, stops, or is wrong about the time.

mod clocks;
mod deaths;
mod revocations;
mod stopped;

pub use clocks::clocks_ten_seconds_apart_change_nothing;
pub use deaths::{what_was_answered_survives_a_server, what_was_answered_survives_the_database};
pub use revocations::nobody_reads_an_ended_session;
pub use stopped::{
    a_server_that_stopped_believes_nothing_of_before, a_stopped_writer_holds_nobody_up_for_long,
};

use crate::{
    process::settings,
    runner::{Settings, binary::Binary, postgres::Mortal},
};
use mana_auth::clock::SystemClock;
use std::sync::LazyLock;
use tempfile::TempDir;

/// The clock of the test itself.
static CLOCK: LazyLock<SystemClock> = LazyLock::new(SystemClock::default);

/// A database, and two servers on it.
struct Pair {
    database: Mortal,
    one: Binary,
    other: Binary,
    settings: Settings,
    folders: [TempDir; 2],
}

impl Pair {
    fn start(more: &[(&str, &str)]) -> Self {
        let database = Mortal::start();
        let mut settings = settings();
        settings.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        settings.insert("database_url".to_owned(), database.url());
        let folders = [(); 2].map(|()| TempDir::new().expect("a temporary folder"));
        let [one, other] =
            folders.each_ref().map(|folder| Binary::start(&[], folder.path(), &settings).expect("a start"));
        Self { database, one, other, settings, folders }
    }

    /// The one again, after its death.
    fn start_one_again(&mut self) {
        self.one = Binary::start(&[], self.folders[0].path(), &self.settings).expect("a start after a death");
    }
}
