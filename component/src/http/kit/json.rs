//! JSON from outside, read strictly: no duplicate members, no deep nesting, and an error that names the field
//! and never repeats what was sent.

use super::unreadable::{with_small_numbers, with_whole_characters};
use crate::{
    error::FieldProblem,
    json::{TOO_DEEP, TWICE, Tree},
};
use serde::{
    Deserialize,
    de::{self, DeserializeOwned, DeserializeSeed as _},
};
use serde_json::Value;

/// How deep objects and arrays may nest.
const DEPTH: usize = 16;

/// Reads an object.
///
/// # Errors
///
/// The field that is wrong, and why, in words for people.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FieldProblem> {
    let whole;
    let (bytes, tree) = match tree(bytes) {
        Ok(tree) => (bytes, tree),
        Err(_) => {
            whole = with_whole_characters(bytes);
            (&*whole, tree(&with_small_numbers(&whole))?)
        }
    };
    if !tree.is_object() {
        return Err(problem("body", "must be a JSON object"));
    }
    // From the text again: of a member that nobody reads, the form was all that counts.
    let mut json = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (path, words) = (error.path().to_string(), error.into_inner().to_string());
        let (field, message) = explain(without_place(&words));
        problem(&field.unwrap_or(path), message)
    })
}

fn tree(bytes: &[u8]) -> Result<Value, FieldProblem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    match (Tree { depth: DEPTH }).deserialize(tracked) {
        Ok(tree) => {
            json.end().map(|()| tree).map_err(|_| problem("body", "must be one JSON object and nothing else"))
        }
        Err(error) if error.is_data() => {
            let cut = |text: &str| text.chars().take(NAME).collect::<String>();
            let (within, words) = (cut(&track.path().to_string()), error.to_string());
            match words.strip_prefix(TWICE).and_then(|rest| rest.strip_prefix(' ')) {
                Some(rest) => {
                    let name = cut(without_place(rest));
                    let path = if within == "." { name } else { format!("{within}.{name}") };
                    Err(problem(&path, TWICE))
                }
                None => Err(problem(&within, TOO_DEEP)),
            }
        }
        Err(_) => Err(problem("body", "must be well-formed JSON")),
    }
}

/// serde_json ends its words with a place in the text.
fn without_place(words: &str) -> &str {
    words.rsplit_once(" at line ").map_or(words, |(words, _)| words)
}

/// How much of a member's name, and of the way to it, is repeated, in characters.
const NAME: usize = 64;

/// From serde's words to ours: they may quote what was sent, and that may be a password.
fn explain(words: &str) -> (Option<String>, String) {
    if let Some(rest) = words.strip_prefix("missing field `") {
        return (rest.split('`').next().map(ToOwned::to_owned), "is required".into());
    }
    let quoting = [
        "invalid type",
        "invalid value",
        "invalid length",
        "unknown variant",
        "duplicate field",
        "number out of range",
    ];
    if quoting.iter().any(|prefix| words.starts_with(prefix)) {
        return (None, "has the wrong type".into());
    }
    (None, words.to_owned())
}

fn problem(field: &str, message: impl Into<std::borrow::Cow<'static, str>>) -> FieldProblem {
    let field = if field.is_empty() || field == "." { "body" } else { field };
    FieldProblem { field: field.to_owned().into(), message: message.into() }
}

/// A field where absence means "as it is" and null means "none".
///
/// # Errors
///
/// As the inner type's.
pub fn nullable<'de, T: Deserialize<'de>, D: de::Deserializer<'de>>(
    d: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Deserialize, Debug)]
    #[serde(rename_all = "camelCase")]
    #[allow(dead_code, reason = "only parsed")]
    struct Sample {
        email: String,
        remember_me: Option<bool>,
    }

    fn wrong(json: &str) -> (String, String) {
        let problem = parse::<Sample>(json.as_bytes()).unwrap_err();
        (problem.field.into_owned(), problem.message.into_owned())
    }

    #[test]
    fn the_field_that_is_wrong_is_named_and_its_value_is_not() {
        assert_eq!(wrong("{}"), ("email".into(), "is required".into()));
        assert_eq!(wrong(r#"{"email": 5}"#), ("email".into(), "has the wrong type".into()));
        let secret = wrong(r#"{"email": "a", "rememberMe": "hunter2"}"#);
        assert_eq!(secret, ("rememberMe".into(), "has the wrong type".into()));
        for (json, field) in
            [("", "body"), ("[]", "body"), ("{", "body"), ("nul", "body"), (r#"{"email":"a"} x"#, "body")]
        {
            assert_eq!(wrong(json).0, field, "{json}");
        }
    }

    #[test]
    fn members_appear_once_at_every_depth() {
        assert_eq!(wrong(r#"{"email": "a", "email": "b"}"#), ("email".into(), TWICE.into()));
        assert_eq!(wrong(r#"{"email": "a", "x": {"y": 1, "y": 2}}"#).1, TWICE);
        assert_eq!(wrong(r#"{"email": "a", "\u0065mail": "b"}"#).1, TWICE);
    }

    #[test]
    fn what_is_ignored_may_be_anything_that_is_json_by_its_grammar() {
        let email = |json: &str| parse::<Sample>(json.as_bytes()).map(|sample| sample.email);
        for ignored in
            ["1e999", "-1E+400", r#"[1e999,{"y":1e999}]"#, r#""\ud83d""#, r#"{"\udc00":"\ud800\ud800"}"#]
        {
            assert_eq!(email(&format!(r#"{{"x":{ignored},"email":"a"}}"#)).as_deref(), Ok("a"), "{ignored}");
        }
        for (number, field) in
            [(r#"{"email":1e999}"#, "email"), (r#"{"email":"a","rememberMe":1e999}"#, "rememberMe")]
        {
            assert_eq!(wrong(number), (field.into(), "has the wrong type".into()));
        }
        for json in [
            r#"{"email":"a","x":1e}"#,
            r#"{"email":"a","x":01e999}"#,
            r#"{"email":"a","x":1.e999}"#,
            r#"{"email":"a","x":01}"#,
            r#"{"email":"a","x":"\ud83"}"#,
            r#"{"email":"a","x":"\u{d83d}"}"#,
        ] {
            assert_eq!(wrong(json), ("body".into(), "must be well-formed JSON".into()), "{json}");
        }
        assert_eq!(wrong(r#"{"email":"a","\ud800":1,"\ud801":2}"#).1, TWICE);
    }

    #[test]
    fn half_of_a_pair_is_repaired() {
        let email = |json: &str| parse::<Sample>(json.as_bytes()).map(|sample| sample.email);
        for (text, read) in [
            (r"a\ud83d", "a\u{fffd}"),
            (r"\uDE00a", "\u{fffd}a"),
            (r"\ud83d\ud83d\ude00\ude00", "\u{fffd}😀\u{fffd}"),
            (r"\\ud83d\ud83d", "\\ud83d\u{fffd}"),
            (r#"\"\ud83d\"1e999"#, "\"\u{fffd}\"1e999"),
            (r"\ud83d\u0041", "\u{fffd}A"),
        ] {
            assert_eq!(email(&format!(r#"{{"email":"{text}"}}"#)).as_deref(), Ok(read), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |n: usize| format!(r#"{{"email": "a", "x": {}{}}}"#, "[".repeat(n), "]".repeat(n));
        assert!(parse::<Sample>(nested(DEPTH - 1).as_bytes()).is_ok());
        assert_eq!(wrong(&nested(DEPTH)).1, TOO_DEEP);
        assert_eq!(wrong(&nested(10_000)).1, TOO_DEEP);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100_000))]

        #[test]
        fn any_bytes_are_parsed_or_refused(bytes: Vec<u8>) {
            let _ = parse::<Sample>(&bytes);
        }

        #[test]
        fn anything_like_json_is_parsed_or_refused(text in r#"[\{\}\[\]",:a-e0-9\\u ]{0,40}"#) {
            if let Err(problem) = parse::<Sample>(text.as_bytes()) {
                prop_assert!(!problem.message.is_empty());
            }
        }
    }
}
