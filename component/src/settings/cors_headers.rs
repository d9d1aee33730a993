//! Header fields that pages may send beside those that the service itself reads.

use http::HeaderName;

/// The most, and the longest name: each answer to a preflight has them all.
const MOST: usize = 20;
const LONGEST: usize = 64;

/// Names of header fields.
pub fn parse(items: &[String]) -> Result<Vec<HeaderName>, &'static str> {
    if items.len() > MOST || items.iter().any(|item| item.len() > LONGEST) {
        return Err("must have at most 20 items, of at most 64 bytes each");
    }
    let fields = items.iter().map(|item| item.parse()).collect::<Result<_, _>>();
    fields.map_err(|_| "must be a list of names of header fields")
}
