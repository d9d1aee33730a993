//! A letter as plain text.

use crate::words::Parts;

/// Paragraphs with a blank line between them. A link stands alone on its line, so that every program finds its end.
pub fn render(parts: &Parts<'_>, footer: &str) -> String {
    let mut paragraphs: Vec<String> = parts.lead.iter().map(|sentence| paragraph(sentence)).collect();
    paragraphs.extend(parts.button.map(|(button, link)| format!("{button}:\n{link}")));
    if let Some((before, code)) = parts.code {
        paragraphs.push(paragraph(before));
        paragraphs.push(format!("    {code}"));
    }
    paragraphs.extend(parts.rest.iter().map(|sentence| paragraph(sentence)));
    // What programs take for a signature (RFC 3676 §4.3).
    format!("{}\n\n-- \n{}\n", paragraphs.join("\n\n"), paragraph(footer))
}

/// In lines of at most 72 characters. What people have written stays in its paragraph.
fn paragraph(sentence: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 72 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}
