//! JSON whose objects name each member once.
//!
//! Parsers disagree about which of two members with one name counts, so that two readers of one signed text may
//! see two different things. Here such a text is no text at all (RFC 7515 §4, RFC 7519 §4, RFC 8725 §2.4).

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::{collections::BTreeSet, fmt};

/// A JSON object without duplicate members, at any depth. Its content is looked at and dropped.
pub(crate) struct Members;

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object whose members have different names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, Anything)) = map.next_entry::<String, Anything>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a member that is named twice"));
            }
        }
        Ok(Members)
    }
}

/// Any JSON value, whose objects are without duplicate members.
struct Anything;

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Anything;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Anything, E> {
        Ok(Anything)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Anything, E> {
        Ok(Anything)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Anything, E> {
        Ok(Anything)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Anything, E> {
        Ok(Anything)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Anything, E> {
        Ok(Anything)
    }

    fn visit_str<E>(self, _: &str) -> Result<Anything, E> {
        Ok(Anything)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Anything, A::Error> {
        while let Some(Anything) = seq.next_element()? {}
        Ok(Anything)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Anything, A::Error> {
        ObjectVisitor.visit_map(map).map(|Members| Anything)
    }
}

#[cfg(test)]
mod tests {
    use super::Members;

    fn is_accepted(text: &str) -> bool {
        serde_json::from_str::<Members>(text).is_ok()
    }

    #[test]
    fn accepts_objects_with_unique_members() {
        for text in ["{}", r#"{"a":1,"b":[{"a":null},{"a":-1.5}],"c":{"a":"b","b":true}}"#, " {} "] {
            assert!(is_accepted(text), "{text}");
        }
    }

    #[test]
    fn refuses_a_member_twice_at_any_depth_and_in_any_spelling() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"a":1}"#,
            r#"{"a":1,"\u0061":1}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            r#"{"a":[1,{"b":1,"b":1}]}"#,
        ] {
            assert!(!is_accepted(text), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_object() {
        for text in ["", "[]", "1", "null", "\"\"", "{", "{}{}", "{} x"] {
            assert!(!is_accepted(text), "{text}");
        }
    }

    #[test]
    fn refuses_nesting_without_overflowing_the_stack() {
        assert!(!is_accepted(&(r#"{"a":"#.repeat(10_000) + &"}".repeat(10_000))));
    }
}
