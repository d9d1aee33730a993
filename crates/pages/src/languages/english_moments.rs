//! Moments, in English.

use jiff::civil::{DateTime, Weekday};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// "24 December", with the year where it is another.
pub fn day(at: DateTime, today: DateTime) -> String {
    let month =
        usize::try_from(at.month() - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    let year = if at.year() == today.year() { String::new() } else { format!(" {}", at.year()) };
    format!("{} {month}{year}", at.day())
}

/// "Today", "Friday, 27 November".
pub fn heading(at: DateTime, today: DateTime) -> String {
    if at.date() == today.date() {
        return "Today".into();
    }
    if today.date().yesterday().is_ok_and(|day| day == at.date()) {
        return "Yesterday".into();
    }
    let weekday = match at.weekday() {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    };
    format!("{weekday}, {}", day(at, today))
}

pub fn ago(at: DateTime, now: DateTime, minutes: i64) -> String {
    match minutes {
        0..=1 => "just now".into(),
        2..=59 => format!("{minutes} minutes ago"),
        _ if at.date() == now.date() => format!("today at {:02}:{:02}", at.hour(), at.minute()),
        _ if now.date().yesterday().is_ok_and(|day| day == at.date()) => {
            format!("yesterday at {:02}:{:02}", at.hour(), at.minute())
        }
        _ => format!("on {}", day(at, now)),
    }
}
