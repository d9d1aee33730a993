//! The operator's data about a user.

use crate::json::Tree;
use serde::de::DeserializeSeed as _;
use serde_json::{Deserializer, Map, Value};

/// The operator's data about a user, such as a plan: a JSON object of at most 4 KiB. Administrators write it; the user never does.
#[derive(Clone, PartialEq, Eq)]
pub struct AppMetadata(String);

const EMPTY: &str = "{}";
const WRONG: &str = "must be a JSON object that names each member once, nested at most 8 deep";
const TOO_LONG: &str = "must be at most 4 KiB";
const NUL: &str = "must not contain U+0000";

/// How deep objects and arrays may nest.
const DEPTH: usize = 8;

impl AppMetadata {
    /// The longest text, in bytes.
    pub const LENGTH: usize = 4 * 1024;

    /// The most that the members which go into tokens may take together, as JSON and in bytes. Verifiers refuse a token of more than
    /// 4 KiB: these become 2 KiB in base64url, and the rest of a token has room in the other half.
    pub const IN_TOKENS: usize = 1536;

    /// Parses what an administrator has written.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words for people.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > Self::LENGTH {
            return Err(TOO_LONG);
        }
        Self::of(object(text).ok_or(WRONG)?)
    }

    /// The same of an object that was read already.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words for people.
    pub fn of(object: Map<String, Value>) -> Result<Self, &'static str> {
        let object = Value::Object(object);
        let text = object.to_string();
        // Numbers may be longer as we write them.
        if text.len() > Self::LENGTH {
            return Err(TOO_LONG);
        }
        let metadata = Self(text);
        if metadata.object().is_none() {
            return Err(WRONG);
        }
        // Readers in C would take what stands before it for all of the text.
        if has_nul(&object) { Err(NUL) } else { Ok(metadata) }
    }

    /// From the database, where an import may have left anything: what no administrator could have written is an empty object.
    #[must_use]
    pub fn from_row(text: Option<String>) -> Self {
        let metadata = text.map(Self).unwrap_or_default();
        if metadata.object().is_some() { metadata } else { Self::default() }
    }

    /// The object, as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Those of its members that go into tokens; none where they take more than [`Self::IN_TOKENS`].
    #[must_use]
    pub fn in_tokens(&self, names: &[String]) -> Option<Map<String, Value>> {
        if names.is_empty() || self.0 == EMPTY {
            return Some(Map::new());
        }
        let mut object = self.object().unwrap_or_default();
        object.retain(|name, _| names.contains(name));
        let length = serde_json::to_string(&object).map_or(usize::MAX, |text| text.len());
        (length <= Self::IN_TOKENS).then_some(object)
    }

    /// Refuses what [`Self::in_tokens`] has no room for.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words for people.
    pub fn ensure_fits_tokens(&self, names: &[String]) -> Result<(), String> {
        let problem =
            || format!("must have at most {} bytes in the members of token_claims", Self::IN_TOKENS);
        self.in_tokens(names).map(drop).ok_or_else(problem)
    }

    fn object(&self) -> Option<Map<String, Value>> {
        object(&self.0)
    }
}

impl From<AppMetadata> for String {
    fn from(metadata: AppMetadata) -> Self {
        metadata.0
    }
}

/// An empty object.
impl Default for AppMetadata {
    fn default() -> Self {
        Self(EMPTY.to_owned())
    }
}

/// The object that a text is, if each of its members is named once and it is not nested too deeply.
fn object(text: &str) -> Option<Map<String, Value>> {
    let mut json = Deserializer::from_str(text);
    let tree = Tree { depth: DEPTH }.deserialize(&mut json).ok()?;
    json.end().ok()?;
    if let Value::Object(object) = tree { Some(object) } else { None }
}

/// Whether a name or text within it holds U+0000. It is nested no deeper than [`DEPTH`].
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<&'static str> {
        AppMetadata::parse(text).err()
    }

    #[test]
    fn an_object_is_kept_without_blanks() {
        let metadata = AppMetadata::parse(" { \"tier\" : \"pro\", \"seats\": 5 }\n").unwrap();
        assert!(metadata == AppMetadata::parse(r#"{"tier":"pro","seats":5}"#).unwrap());
        assert_eq!(serde_json::from_str::<Value>(metadata.as_str()).unwrap()["seats"], 5);
        assert_eq!(AppMetadata::parse("{}").unwrap().as_str(), AppMetadata::default().as_str());
    }

    #[test]
    fn what_is_no_such_object_is_refused() {
        for text in
            ["", "null", "[]", "\"x\"", "5", "{", "{} {}", "{'a':1}", "{\"a\":1e400}", "{\"a\":\"\0\"}"]
        {
            assert_eq!(problem(text), Some(WRONG), "{text}");
        }
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"a":[{"b":1,"b":2}]}"#] {
            assert_eq!(problem(text), Some(WRONG), "{text}");
        }
        for text in [r#"{"a":"\u0000"}"#, r#"{"\u0000":1}"#, r#"{"a":[{"b":["x\u0000y"]}]}"#] {
            assert_eq!(problem(text), Some(NUL), "{text}");
        }
        assert_eq!(problem(r#"{"a":"\\u0000"}"#), None, "a backslash and five letters");
    }

    #[test]
    fn it_is_bounded_in_depth_and_as_it_is_written() {
        let nested = |arrays: usize| format!("{{\"a\":{}{}}}", "[".repeat(arrays), "]".repeat(arrays));
        assert_eq!(problem(&nested(DEPTH - 1)), None);
        assert_eq!(problem(&nested(DEPTH)), Some(WRONG));
        assert_eq!(problem(&nested(2_000)), Some(WRONG));
        let long = |text: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(text));
        assert_eq!(problem(&long(AppMetadata::LENGTH - 8)), None);
        assert_eq!(problem(&long(AppMetadata::LENGTH - 7)), Some(TOO_LONG));
        let numbers = format!("{{\"a\":[{}]}}", vec!["1e15"; 800].join(","));
        assert!(numbers.len() <= AppMetadata::LENGTH);
        assert_eq!(problem(&numbers), Some(TOO_LONG));
    }

    #[test]
    fn what_an_import_left_is_none_where_nobody_could_have_written_it() {
        let read = |text: &str| AppMetadata::from_row(Some(text.to_owned())).as_str().to_owned();
        assert_eq!(AppMetadata::from_row(None).as_str(), "{}");
        for text in ["", "null", "[]", r#"{"a":1,"a":2}"#, "{", "pro"] {
            assert_eq!(read(text), "{}", "{text}");
        }
        // As it is: a number that is written anew may become a longer one.
        assert_eq!(read(r#"{ "a": 1e15 }"#), r#"{ "a": 1e15 }"#);
    }

    #[test]
    fn what_is_named_goes_into_tokens_unless_it_is_too_long() {
        let named = |text: &str, names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let members = AppMetadata::parse(text).unwrap().in_tokens(&names);
            members.map(|members| Value::Object(members).to_string())
        };
        let metadata = r#"{"tier":"pro","note":"owes us","seats":null}"#;
        assert_eq!(named(metadata, &[]).as_deref(), Some("{}"));
        assert_eq!(named(metadata, &["plan"]).as_deref(), Some("{}"));
        assert_eq!(named(metadata, &["tier", "plan"]).as_deref(), Some(r#"{"tier":"pro"}"#));
        assert_eq!(named(metadata, &["seats"]).as_deref(), Some(r#"{"seats":null}"#));
        let long = |text: usize| format!("{{\"a\":\"{}\",\"b\":1}}", "x".repeat(text));
        let most = AppMetadata::IN_TOKENS - 8;
        assert!(named(&long(most), &["a"]).is_some());
        assert!(named(&long(most + 1), &["a"]).is_none());
        assert_eq!(named(&long(most + 1), &["b"]).as_deref(), Some(r#"{"b":1}"#));
    }
}
