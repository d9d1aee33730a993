//! Text from outside, made safe to store and to show.

/// Free text that a client chose about itself (a device's name, a user agent): never a reason to refuse a
/// request. Control characters become U+FFFD, what exceeds `limit` characters is cut, and nothing at all is none.
#[must_use]
pub fn label(text: &str, limit: usize) -> Option<String> {
    let clean: String =
        text.trim().chars().take(limit).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    (!clean.is_empty()).then_some(clean)
}

/// Text that a person chose to be shown to others: no control characters, at most `limit` characters.
///
/// # Errors
///
/// What is wrong with it, in words for people.
pub fn line(text: &str, limit: usize) -> Result<String, String> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err("must not contain control characters".into());
    }
    if text.chars().count() > limit {
        return Err(format!("must be at most {limit} characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_cleaned_and_never_refused() {
        assert_eq!(label("  Bob's\u{0} phone ", 50).as_deref(), Some("Bob's\u{fffd} phone"));
        assert_eq!(label("abcdef", 3).as_deref(), Some("abc"));
        assert_eq!(label(" \t", 3), None);
    }

    #[test]
    fn lines_are_refused_rather_than_changed() {
        assert_eq!(line(" Bob ", 5).unwrap(), "Bob");
        assert!(line("a\nb", 5).is_err());
        assert!(line("abcdef", 5).is_err());
    }
}
