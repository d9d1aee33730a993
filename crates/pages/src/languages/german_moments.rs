//! Moments, in German.

use jiff::civil::{DateTime, Weekday};

const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// „24. Dezember“, with the year where it is another.
pub fn day(at: DateTime, today: DateTime) -> String {
    let month =
        usize::try_from(at.month() - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    let year = if at.year() == today.year() { String::new() } else { format!(" {}", at.year()) };
    format!("{}. {month}{year}", at.day())
}

/// „Heute“, „Freitag, 27. November“.
pub fn heading(at: DateTime, today: DateTime) -> String {
    if at.date() == today.date() {
        return "Heute".into();
    }
    if today.date().yesterday().is_ok_and(|day| day == at.date()) {
        return "Gestern".into();
    }
    let weekday = match at.weekday() {
        Weekday::Monday => "Montag",
        Weekday::Tuesday => "Dienstag",
        Weekday::Wednesday => "Mittwoch",
        Weekday::Thursday => "Donnerstag",
        Weekday::Friday => "Freitag",
        Weekday::Saturday => "Samstag",
        Weekday::Sunday => "Sonntag",
    };
    format!("{weekday}, {}", day(at, today))
}

pub fn ago(at: DateTime, now: DateTime, minutes: i64) -> String {
    match minutes {
        0..=1 => "gerade eben".into(),
        2..=59 => format!("vor {minutes} Minuten"),
        _ if at.date() == now.date() => format!("heute um {:02}:{:02}", at.hour(), at.minute()),
        _ if now.date().yesterday().is_ok_and(|day| day == at.date()) => {
            format!("gestern um {:02}:{:02}", at.hour(), at.minute())
        }
        _ => format!("am {}", day(at, now)),
    }
}
