//! What every answer promises, looked at from outside.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod cors;
mod headers;
mod origins;
mod problems;
mod problems_page;
mod transport;

use http::{HeaderMap, HeaderValue};
use mana_auth_hygiene::{Hsts, Origin, Policy, Scheme};

const APP: &str = "https://app.example";
const LOCAL: &str = "http://localhost:5173";

fn policy() -> Policy {
    let origins = [APP, LOCAL].map(|text| Origin::parse(text).unwrap());
    Policy::new(Some(Hsts::default()), origins.to_vec())
}

/// The headers of an otherwise empty answer.
fn applied(scheme: Scheme, origin: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let origin = origin.map(|text| HeaderValue::from_str(text).unwrap());
    policy().apply(scheme, origin.as_ref(), &mut headers);
    headers
}

/// The headers as sorted lines, as an auditor would list them.
fn lines(headers: &HeaderMap) -> Vec<String> {
    let mut lines: Vec<_> =
        headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    lines.sort();
    lines
}
