//! What is watched of a table.

/// A table whose changes are reported.
pub struct Watched {
    /// Its name.
    pub table: &'static str,
    /// What its changes are reported about.
    pub subject: Subject,
    /// A change of any of these is reported.
    pub columns: &'static [&'static str],
    /// Of these, only a smaller value is reported: an answer that was given before stays true otherwise.
    pub lowered: &'static [&'static str],
    /// What is unique beside the id: `REPLACE` removes rows that have the same, and fires no trigger of theirs.
    pub unique: &'static [&'static [&'static str]],
    /// Whether a new row is reported.
    pub inserts: bool,
}

/// What a row's changes are reported about.
pub enum Subject {
    /// The row: this prefix and its id.
    Row(&'static str),
    /// The row, and those whose `parent_id` it is, which end with it. The position of the newest report is kept in `touched_at`.
    Family(&'static str),
    /// The whole table.
    Table(&'static str),
}

/// What holds where a watched column of the row `new` differs from the row `old`.
pub fn differs(watched: &Watched, old: &str, new: &str) -> String {
    let changed =
        watched.columns.iter().map(|column| format!("{old}.{column} IS DISTINCT FROM {new}.{column}"));
    let lowered = watched.lowered.iter().map(|column| format!("{old}.{column} > {new}.{column}"));
    changed.chain(lowered).collect::<Vec<_>>().join(" OR ")
}
