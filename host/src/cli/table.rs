//! Tables for people.

use jiff::Timestamp;

/// Rows under a heading, in columns as wide as their widest cell.
pub fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let heading = heading.map(str::to_owned);
    let rows: Vec<[String; N]> =
        std::iter::once(&heading).chain(rows).map(|row| row.each_ref().map(|cell| printable(cell))).collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// A time in UTC, to the second.
pub fn time(milliseconds: u64) -> String {
    let time = i64::try_from(milliseconds / 1000).ok().and_then(|s| Timestamp::from_second(s).ok());
    time.map_or_else(|| "?".to_owned(), |time| time.to_string())
}

/// What others wrote into the database may hold escape sequences that steer a terminal, or turn the direction of the
/// line (`Bidi_Control`).
fn printable(text: &str) -> String {
    let turns = |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || turns(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::{table, time};

    #[test]
    fn columns_align_and_escape_sequences_do_not_reach_the_terminal() {
        let rows = [["ä".to_owned(), "\u{202e}x".to_owned()], ["long\u{1b}[2J".to_owned(), "y\n".to_owned()]];
        let expected = "A         B\nä         \u{fffd}x\nlong\u{fffd}[2J  y\u{fffd}\n";
        assert_eq!(table(["A", "B"], &rows), expected);
    }

    #[test]
    fn times_are_in_utc() {
        assert_eq!(time(1_700_000_000_123), "2023-11-14T22:13:20Z");
        assert_eq!(time(u64::MAX), "?");
    }
}
