//! What an instance has worked out and need not work out again: bounded, and gone with the instance.

use lru::LruCache;
use std::{
    num::NonZeroUsize,
    sync::{Arc, LazyLock, Mutex},
};

/// How many things of a kind are remembered. At some 3 KiB each, that is 6 MiB of an instance.
const MOST: NonZeroUsize = NonZeroUsize::new(2048).unwrap();

/// Remembers a value for a text, which must match exactly. Past the bound, what was longest not asked for is forgotten.
pub struct Memory<V>(LazyLock<Mutex<LruCache<String, Arc<V>>>>);

impl<V> Memory<V> {
    /// Empty.
    pub const fn new() -> Self {
        Self(LazyLock::new(|| Mutex::new(LruCache::new(MOST))))
    }

    /// What is remembered for the text.
    pub fn get(&self, text: &str) -> Option<Arc<V>> {
        self.0.lock().ok()?.get(text).cloned()
    }

    /// Remembers the value, unless one is. Only what has been verified belongs here: nobody may fill it with inventions.
    pub fn insert(&self, text: &str, value: Arc<V>) {
        if let Ok(mut remembered) = self.0.lock() {
            // What is there already is the same, and knows more.
            if !remembered.contains(text) {
                remembered.put(text.to_owned(), value);
            }
        }
    }

    /// Forgets the text.
    pub fn remove(&self, text: &str) {
        if let Ok(mut remembered) = self.0.lock() {
            remembered.pop(text);
        }
    }
}
