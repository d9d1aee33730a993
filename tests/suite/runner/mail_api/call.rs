//! A call of either API, and what is common to both.

use http::HeaderMap;
use mana_auth::mail::{Message, Sender};
use serde_json::Value;

/// The secret that opens it.
pub const KEY: &str = "re_K2vTqY8s_9XhWzPmRfJd4LbNcGa7uEo3";

/// A call as it came.
#[derive(Clone)]
pub struct Call {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Call {
    /// A header, which must be there.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name}"));
        value.to_str().expect("text")
    }
}

/// An answer, and the mail where it is a new one.
pub type Taken = ((u16, String), Option<Message>);

/// The fields of a body that nobody documents, and those that are missing.
pub fn complaints(body: &Value, required: &[&str], optional: &[&str]) -> Vec<String> {
    let Some(body) = body.as_object() else { return vec!["no object".to_owned()] };
    let is_known = |name: &str| required.contains(&name) || optional.contains(&name);
    let unknown = body.keys().filter(|name| !is_known(name)).cloned();
    let missing = required.iter().filter(|name| !body.contains_key(**name)).map(|name| (*name).to_owned());
    unknown.chain(missing).collect()
}

/// The sender that a text names.
pub fn sender(text: &str) -> Option<Sender> {
    let sender = mailparse::addrparse(text).ok()?.extract_single_info()?;
    Some(Sender { name: sender.display_name.unwrap_or_default(), address: sender.addr })
}
