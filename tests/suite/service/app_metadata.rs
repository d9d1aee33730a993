//! What the operator keeps of a user, as an administrator asks for it.

use super::Person;
use crate::{
    client::{API, Answer, Client},
    shape,
};
use http::Method;
use serde_json::{Value, json};

/// Where administrators are shown a user.
pub fn path(user: &Value) -> String {
    format!("/admin/users/{}", shape::text(&user["id"]))
}

/// Replaces it, as this client.
pub async fn put(client: &Client, user: &Value, metadata: &Value) -> Answer {
    let path = format!("{API}{}/app-metadata", path(user));
    client.call(Method::PUT, &path).json(&json!({ "appMetadata": metadata })).await
}

/// What is kept of a user, as this administrator is shown it.
pub async fn kept(root: &Person, user: &Value) -> Value {
    root.client.get(&path(user)).await.ok()["appMetadata"].clone()
}
