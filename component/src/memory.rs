//! What an instance has worked out and need not work out again: bounded, and gone with the instance.

use crate::time::{Span, Time};
use lru::LruCache;
use memchr::arch::all::is_equal;
use std::{
    hash::Hash,
    num::NonZeroUsize,
    sync::{Arc, LazyLock, Mutex},
};

/// How many things of a kind are remembered. At some 3 KiB each, that is 6 MiB of an instance.
const MOST: NonZeroUsize = NonZeroUsize::new(2048).unwrap();

/// How much of a text's end it is looked up by, in bytes: of a cookie the tag, of a token half the signature.
const TAIL: usize = 32;

/// Remembers a value for a text, which must match exactly. Past the bound, what was longest not asked for is forgotten.
pub struct Memory<V>(LazyLock<Mutex<LruCache<[u8; TAIL], Remembered<V>>>>);

struct Remembered<V> {
    text: String,
    value: Arc<V>,
}

impl<V> Memory<V> {
    /// Empty.
    pub const fn new() -> Self {
        Self(LazyLock::new(|| Mutex::new(LruCache::new(MOST))))
    }

    /// What is remembered for the text.
    pub fn get(&self, text: &str) -> Option<Arc<V>> {
        let mut remembered = self.0.lock().ok()?;
        let found = remembered.get(tail(text)?)?;
        // By words: in WebAssembly, `==` compares byte by byte, and a cookie is a kilobyte long.
        is_equal(found.text.as_bytes(), text.as_bytes()).then(|| Arc::clone(&found.value))
    }

    /// Remembers the value, unless one is. Only what has been verified belongs here: nobody may fill it with inventions.
    pub fn insert(&self, text: &str, value: Arc<V>) {
        if let (Some(tail), Ok(mut remembered)) = (tail(text), self.0.lock()) {
            // What is there already is the same, and knows more.
            if !remembered.contains(tail) {
                remembered.put(*tail, Remembered { text: text.to_owned(), value });
            }
        }
    }

    /// Forgets the text.
    pub fn remove(&self, text: &str) {
        if let (Some(tail), Ok(mut remembered)) = (tail(text), self.0.lock()) {
            remembered.pop(tail);
        }
    }
}

fn tail(text: &str) -> Option<&[u8; TAIL]> {
    text.as_bytes().last_chunk()
}

/// How many subjects a [`Lately`] remembers.
const SUBJECTS: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

/// What was told of lately, so that it is told once in a while. Subjects must be of our own making: they are keys of a table.
pub struct Lately<K> {
    told: LazyLock<Mutex<LruCache<K, Time>>>,
    every: Span,
}

impl<K: Hash + Eq> Lately<K> {
    /// Nothing yet; each subject is told of once in so long.
    pub const fn new(every: Span) -> Self {
        Self { told: LazyLock::new(|| Mutex::new(LruCache::new(SUBJECTS))), every }
    }

    /// Whether the subject is to be told of, and was not within the span before; then it was now.
    pub fn is_first(&self, subject: K, now: Time) -> bool {
        let Ok(mut told) = self.told.lock() else { return true };
        // A clock that was put back silences nobody for as long.
        let first = told.get(&subject).is_none_or(|at| !(Span(0)..self.every).contains(&now.since(*at)));
        if first {
            told.put(subject, now);
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_told_of_once_in_a_while() {
        let lately = Lately::new(Span::minutes(1));
        assert!(lately.is_first(1, Time(0)));
        assert!(!lately.is_first(1, Time(59_999)));
        assert!(lately.is_first(2, Time(59_999)));
        assert!(lately.is_first(1, Time(60_000)));
        assert!(!lately.is_first(1, Time(60_001)));
        assert!(lately.is_first(1, Time(59_999)), "by a clock that was put back");
    }

    #[test]
    fn a_text_is_itself_alone() {
        let memory = Memory::new();
        let (one, other) = (format!("one {:032}", 7), format!("other {:032}", 7));
        memory.insert(&one, Arc::new(1));
        assert_eq!(memory.get(&one).as_deref(), Some(&1));
        assert_eq!(memory.get(&other), None);
        memory.insert("short", Arc::new(2));
        assert_eq!(memory.get("short"), None);
        memory.remove(&one);
        assert_eq!(memory.get(&one), None);
    }
}
