//! Ana, and whoever guesses her password.

use super::{OTHER_PASSWORD, PASSWORD, Service};
use crate::client::{Answer, Client};
use serde_json::{Value, json};

/// Whose account it is.
pub const ANA: &str = "ana@example.org";

/// Her password.
pub fn right() -> Value {
    json!({ "email": ANA, "password": PASSWORD })
}

/// Another than hers.
pub fn wrong() -> Value {
    json!({ "email": ANA, "password": OTHER_PASSWORD })
}

/// A guess at an account that nobody has.
pub fn nobody(n: u32) -> Value {
    json!({ "email": format!("nobody{n}@example.org"), "password": OTHER_PASSWORD })
}

/// Tries it.
pub async fn login(client: &Client, body: Value) -> Answer {
    client.post("/login", body).await
}

/// Fails so many times, from a device that nobody knows.
pub async fn guess(service: &Service, times: usize) {
    for _ in 0..times {
        login(&service.client(), wrong()).await.refused("INVALID_CREDENTIALS");
    }
}
