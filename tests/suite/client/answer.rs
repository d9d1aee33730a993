//! An answer, and what tests say about it.

use super::codes::status_of;
use http::{HeaderMap, Method};
use serde_json::Value;

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    pub method: Method,
    pub path: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A cookie as it was set (RFC 6265 §4.1).
#[derive(Debug, Clone)]
pub struct SetCookie {
    pub name: String,
    pub value: String,
    /// The attributes in lower case, sorted.
    pub attributes: Vec<String>,
}

impl SetCookie {
    fn parse(text: &str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a name and a value");
        let mut attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
        attributes.sort();
        Self { name: name.to_owned(), value: value.to_owned(), attributes }
    }

    /// Whether it tells the browser to forget the cookie.
    pub fn is_cleared(&self) -> bool {
        self.attributes.iter().any(|attribute| attribute == "max-age=0")
    }

    /// The seconds that it may be kept.
    pub fn max_age(&self) -> Option<u64> {
        self.attributes.iter().find_map(|attribute| attribute.strip_prefix("max-age=")?.parse().ok())
    }
}

impl Answer {
    /// Reads it to its end.
    pub async fn read(
        method: Method,
        path: String,
        response: reqwest::Response,
    ) -> Result<Self, reqwest::Error> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        Ok(Self { method, path, status, headers, body })
    }

    /// A field's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The cookies that it sets.
    pub fn cookies(&self) -> Vec<SetCookie> {
        let values = self.headers.get_all("set-cookie").iter();
        values.map(|value| SetCookie::parse(value.to_str().expect("visible ASCII"))).collect()
    }

    /// The session cookie that it sets or clears.
    #[track_caller]
    pub fn session_cookie(&self) -> SetCookie {
        let found = self.cookies().into_iter().find(|cookie| cookie.name.ends_with("mana_session"));
        found.unwrap_or_else(|| panic!("{self} sets no session cookie"))
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{self}: {error}"))
    }

    /// It has this status; its JSON.
    #[track_caller]
    pub fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self}");
        self.json()
    }

    /// It succeeded; its JSON.
    #[track_caller]
    pub fn ok(&self) -> Value {
        self.is(200)
    }

    /// It was refused with this code and the status that belongs to it; its JSON.
    #[track_caller]
    pub fn refused(&self, code: &str) -> Value {
        let body = self.json();
        assert_eq!(body["error"], code, "{self}");
        assert_eq!(Some(self.status), status_of(code), "{self}");
        body
    }

    /// It was refused because of this field; what it says about it.
    #[track_caller]
    pub fn names(&self, field: &str) -> String {
        let body = self.refused("VALIDATION_FAILED");
        let problem = body["fields"][field].as_str();
        problem.unwrap_or_else(|| panic!("{self} says nothing about {field}")).to_owned()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(f, "{} {} → {} {body}", self.method, self.path, self.status)
    }
}
