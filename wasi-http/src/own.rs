//! What the front answers by itself, with what every answer of the service carries. Which origins are trusted, only the
//! component knows, so pages elsewhere can't read these.

use crate::bindings::mana::auth::exchange;
use mana_auth_hygiene::{Code, Policy, Problem, Scheme};

/// A request that doesn't reach the component.
pub fn refusal(code: Code) -> exchange::Response {
    answer(Problem::new(code).response(), String::new())
}

/// An answer as the component would hand it over.
pub fn answer(answer: http::Response<Vec<u8>>, route: String) -> exchange::Response {
    let (mut parts, body) = answer.into_parts();
    Policy::new(None, vec![]).apply(Scheme::Http, None, &mut parts.headers);
    let field = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.as_str().to_owned(), value.as_bytes().to_vec())
    };
    let headers = parts.headers.iter().map(field).collect();
    exchange::Response { status: parts.status.as_u16(), headers, body, route, reuse: None }
}
