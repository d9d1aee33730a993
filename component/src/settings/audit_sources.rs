//! Who may append to the audit log over HTTP: `source:secret`, separated by commas.

use crate::secrets::{SharedSecret, first_alike, is_guessable};
use mana_auth_audit::Source;

/// Parses the list. Blanks around a name or a secret are no part of it.
///
/// # Errors
///
/// What would be right, in words for the operator, without a secret.
pub fn parse(text: &str) -> Result<Vec<(Source, SharedSecret)>, String> {
    let items = text.split(',').zip(1..);
    let sources: Vec<_> = items
        .map(|(item, position)| item_of(item.trim()).map_err(|problem| format!("item {position}: {problem}")))
        .collect::<Result<_, String>>()?;
    let mut names: Vec<_> = sources.iter().map(|(source, _)| source).collect();
    names.sort_unstable();
    if names.array_windows().any(|[one, next]| one == next) {
        return Err("must name each source once".into());
    }
    if let Some(((source, _), (other, _))) = first_alike(&sources, |(_, one), (_, other)| one.is_same(other))
    {
        return Err(format!("must give each source a secret of its own: {source} and {other} have one"));
    }
    Ok(sources)
}

/// Whoever writes `secret:source` shall not read the secret in the log, nor the audit log hold it as a source.
fn item_of(item: &str) -> Result<(Source, SharedSecret), String> {
    let (source, secret) = item.split_once(':').ok_or("must be source:secret")?;
    let (source, secret) = (source.trim(), secret.trim());
    if !is_guessable(source) {
        return Err("must be source:secret, and the source a short name".into());
    }
    let source = source.parse().map_err(|problem| format!("the source {problem}"))?;
    let secret = SharedSecret::parse(secret).map_err(|problem| format!("the secret {problem}"))?;
    Ok((source, secret))
}
