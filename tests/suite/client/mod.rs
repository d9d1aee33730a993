//! A client that checks the global promises on every answer, so that each test guards them for free.

mod answer;
mod codes;
mod document;
mod nodes;
mod promises;
mod request;

pub use answer::{Answer, SetCookie};
pub use nodes::Nodes;
pub use promises::Promises;
pub use request::Request;

use crate::vault::Vault;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// Where the service's own API is.
pub const API: &str = "/api/v1/auth";

/// What all clients of a service share.
pub struct Shared {
    pub http: reqwest::Client,
    pub nodes: Nodes,
    pub public_url: String,
    pub vault: Arc<Vault>,
    pub promises: Arc<Promises>,
}

impl Shared {
    /// The same before another process.
    pub fn at(&self, urls: Vec<String>) -> Self {
        Self {
            http: self.http.clone(),
            nodes: Nodes::new(urls),
            public_url: self.public_url.clone(),
            vault: self.vault.clone(),
            promises: self.promises.clone(),
        }
    }
}

/// A browser or an app: it keeps cookies, sends them back, and names its origin as a browser would.
pub struct Client {
    shared: Arc<Shared>,
    jar: Mutex<BTreeMap<String, String>>,
}

impl Client {
    pub const fn new(shared: Arc<Shared>) -> Self {
        Self { shared, jar: Mutex::new(BTreeMap::new()) }
    }

    /// The same browser before another process.
    pub fn before(&self, shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared), jar: Mutex::new(self.jar.lock().unwrap().clone()) }
    }

    /// The value of a cookie in the jar.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.lock().unwrap().get(name).cloned()
    }

    /// The session cookie, under whichever of its names.
    #[track_caller]
    pub fn session_cookie(&self) -> (String, String) {
        let jar = self.jar.lock().unwrap();
        let found = jar.iter().find(|(name, _)| name.ends_with("mana_session"));
        found.map(|(name, value)| (name.clone(), value.clone())).expect("a session cookie in the jar")
    }

    /// Puts a cookie into the jar.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// Takes a cookie out of the jar.
    pub fn forget_cookie(&self, name: &str) {
        self.jar.lock().unwrap().remove(name);
    }

    fn cookie_header(&self) -> Option<String> {
        let jar = self.jar.lock().unwrap();
        let pairs: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    fn store_cookies(&self, answer: &Answer) {
        let mut jar = self.jar.lock().unwrap();
        for cookie in answer.cookies() {
            if cookie.is_cleared() {
                jar.remove(&cookie.name);
            } else {
                self.shared.vault.keep(&cookie.value);
                jar.insert(cookie.name, cookie.value);
            }
        }
    }
}
