//! Tokens that an instance has verified, so that it need not verify them again: bounded, and gone with the instance.

use lru::LruCache;
use memchr::arch::all::is_equal;
use std::{
    num::NonZeroUsize,
    sync::{Arc, LazyLock, Mutex},
};

/// How many values one memory holds. At some 3 KiB each, one memory takes 6 MiB of an instance.
const MOST: NonZeroUsize = NonZeroUsize::new(2048).unwrap();

/// How much of a text's end it is looked up by, in bytes: of a cookie the tag, of a token half the signature.
const TAIL: usize = 32;

/// Values of verified tokens, found by the whole token. Past the bound, the least recently used one is forgotten.
pub struct VerifiedTokens<V>(LazyLock<Mutex<LruCache<[u8; TAIL], Remembered<V>>>>);

struct Remembered<V> {
    text: String,
    value: Arc<V>,
}

impl<V> VerifiedTokens<V> {
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

    /// Remembers the value in place of the one that is.
    pub fn replace(&self, text: &str, value: Arc<V>) {
        self.remove(text);
        self.insert(text, value);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_itself_alone() {
        let memory = VerifiedTokens::new();
        let (one, other) = (format!("one {:032}", 7), format!("other {:032}", 7));
        memory.insert(&one, Arc::new(1));
        assert_eq!(memory.get(&one).as_deref(), Some(&1));
        assert_eq!(memory.get(&other), None);
        memory.insert("short", Arc::new(2));
        assert_eq!(memory.get("short"), None);
        memory.insert(&one, Arc::new(3));
        assert_eq!(memory.get(&one).as_deref(), Some(&1));
        memory.replace(&one, Arc::new(3));
        assert_eq!(memory.get(&one).as_deref(), Some(&3));
        memory.remove(&one);
        assert_eq!(memory.get(&one), None);
    }
}
