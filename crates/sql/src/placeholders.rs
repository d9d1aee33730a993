//! `?1` becomes `$1`: the one difference in the text of a statement between the dialects.

use std::borrow::Cow;

/// The statement with PostgreSQL's placeholders. What stands within quotes or a `--` comment is left
/// alone.
#[must_use]
pub fn numbered_with_dollar(sql: &str) -> Cow<'_, str> {
    if !sql.contains('?') {
        return Cow::Borrowed(sql);
    }
    // What ends the text that this stands in, if it stands in one.
    let mut end = None;
    let mut previous = ' ';
    let translated = sql.chars().map(|c| {
        match (c, end) {
            ('?', None) => return '$',
            ('\'' | '"', None) => end = Some(c),
            // An apostrophe in a comment begins no text.
            ('-', None) if previous == '-' => end = Some('\n'),
            // A doubled quote ends the text and begins it again, which comes to the same.
            (_, Some(last)) if c == last => end = None,
            _ => {}
        }
        previous = c;
        c
    });
    Cow::Owned(translated.collect())
}

#[cfg(test)]
mod tests {
    use super::numbered_with_dollar;

    #[test]
    fn placeholders_are_translated_and_text_is_not() {
        for (sqlite, postgres) in [
            ("SELECT 1", "SELECT 1"),
            ("SELECT ?1, ?12 WHERE a = ?2", "SELECT $1, $12 WHERE a = $2"),
            ("SELECT 'what?1', ?1", "SELECT 'what?1', $1"),
            ("SELECT 'it''s ?1', \"a?1\", ?2", "SELECT 'it''s ?1', \"a?1\", $2"),
            ("SELECT ?1 -- it's ?\n, ?2 - ?3", "SELECT $1 -- it's ?\n, $2 - $3"),
        ] {
            assert_eq!(numbered_with_dollar(sqlite), postgres);
        }
    }
}
