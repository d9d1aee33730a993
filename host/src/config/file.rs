//! The configuration file: a flat TOML table.

use super::error::{Error, Problem};
use crate::file_mode::exposed;
use mana_auth_settings::{ValueKind, find};
use std::{fs::File, io::Read as _, path::Path};
use toml::{Table, Value};

/// The most of a file that is read; a whole configuration is a few KiB.
const LIMIT: u64 = 1 << 20;

/// The keys of a file and their values.
pub(super) fn read(path: &Path) -> Result<Table, Error> {
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    let mut text = String::new();
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    file.take(LIMIT).read_to_string(&mut text).map_err(unreadable)?;
    let table = text.parse::<Table>().map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = 1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count();
        // `Display` would quote the line, which may hold a secret.
        Error::Syntax { path: path.to_owned(), line, message: error.message().replace('\n', ", ") }
    })?;
    let is_secret = |key: &String| find(key).is_some_and(|key| key.kind.is_secret());
    match exposed(&metadata) {
        Some(mode) if table.keys().any(is_secret) => Err(Error::Exposed { path: path.to_owned(), mode }),
        _ => Ok(table),
    }
}

/// A value as text, if it is of the type that the kind takes.
pub(super) fn text(kind: ValueKind, value: &Value) -> Result<String, Problem> {
    match (kind, value) {
        (ValueKind::Text | ValueKind::Path | ValueKind::Secret, Value::String(text)) => Ok(text.clone()),
        (ValueKind::Bool, Value::Boolean(value)) => Ok(value.to_string()),
        (ValueKind::Integer { .. }, Value::Integer(value)) => Ok(value.to_string()),
        (ValueKind::List | ValueKind::SecretList, Value::Array(values)) => list(values),
        // A list of one.
        (ValueKind::List, Value::String(text)) => list(&[Value::String(text.clone())]),
        (ValueKind::Text | ValueKind::Path | ValueKind::Secret, _) => Err(Problem::type_of("a string")),
        (ValueKind::Bool, _) => Err(Problem::type_of("true or false")),
        (ValueKind::Integer { .. }, _) => Err(Problem::type_of("a whole number")),
        (ValueKind::List | ValueKind::SecretList, _) => Err(Problem::type_of("an array of strings")),
    }
}

fn list(values: &[Value]) -> Result<String, Problem> {
    let items: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
    let items = items.ok_or(Problem::type_of("an array of strings"))?;
    if items.iter().any(|item| item.contains(',')) {
        return Err(Problem::Comma);
    }
    Ok(items.join(","))
}
