//! The servers that answer: one, or several that share a database.

use std::sync::{Mutex, PoisonError};

/// Where they are. Each request goes to one of them by chance, which repeats itself.
pub struct Nodes(Mutex<State>);

struct State {
    urls: Vec<String>,
    chance: u32,
}

impl Nodes {
    pub const fn new(urls: Vec<String>) -> Self {
        Self(Mutex::new(State { urls, chance: 0x2545_f491 }))
    }

    /// The same on other ports.
    pub fn moved(&self, urls: Vec<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).urls = urls;
    }

    /// The one that the next request goes to.
    pub fn next(&self) -> String {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // George Marsaglia's xorshift32.
        state.chance ^= state.chance << 13;
        state.chance ^= state.chance >> 17;
        state.chance ^= state.chance << 5;
        let at = state.chance as usize % state.urls.len();
        state.urls[at].clone()
    }
}
