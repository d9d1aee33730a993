//! Answers that are the same for everybody: kept once, however many clients are taking them.

use bytes::Bytes;
use http::header::CACHE_CONTROL;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// How many are kept. There are two: the description of the API, and the key set.
const MOST: usize = 8;

/// The newest answer of each route that gives everybody the same.
#[derive(Default)]
pub(super) struct Documents(Mutex<HashMap<String, Bytes>>);

impl Documents {
    /// The body of an answer, shared with others where its route says that any cache may keep it.
    pub(super) fn share(&self, route: &str, headers: &[(String, Vec<u8>)], body: Vec<u8>) -> Bytes {
        let cached = headers.iter().find(|(name, _)| CACHE_CONTROL == **name);
        let public = cached.is_some_and(|(_, value)| value.starts_with(b"public"));
        if !public || body.is_empty() {
            return Bytes::from(body);
        }
        let mut documents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = documents.get(route).filter(|kept| **kept == body) {
            return kept.clone();
        }
        let body = Bytes::from(body);
        if documents.len() < MOST || documents.contains_key(route) {
            documents.insert(route.to_owned(), body.clone());
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_public_is_kept_once_and_nothing_else_is() {
        let documents = Documents::default();
        let headers = |value: &str| [("cache-control".to_owned(), value.as_bytes().to_vec())];
        let public = |body: &[u8]| documents.share("/jwks", &headers("public, max-age=60"), body.to_vec());
        let (one, other) = (public(b"keys"), public(b"keys"));
        assert_eq!(one.as_ptr(), other.as_ptr());
        let next = public(b"other keys");
        assert_eq!((&next[..], next.is_unique()), (&b"other keys"[..], false));
        assert!(documents.share("/session", &headers("no-store"), b"mine".to_vec()).is_unique());
        for route in 0..MOST {
            documents.share(&route.to_string(), &headers("public"), b"one".to_vec());
        }
        assert_eq!(documents.0.lock().expect("the map").len(), MOST);
    }
}
