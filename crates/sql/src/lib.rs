//! What hosts know of the component's SQL: its placeholders, what a statement can affect, and what PostgreSQL must be told for its
//! transactions to keep the promises of `wit/storage.wit`. Shared by our host and by the adapter for Spin.

mod fault;
mod placeholders;
pub mod transaction;

pub use fault::Fault;
pub use placeholders::numbered_with_dollar;

/// Whether a statement can affect rows: others affect none, whatever the database counts.
#[must_use]
pub fn changes_rows(sql: &str) -> bool {
    let verb = sql.split_whitespace().next().unwrap_or_default();
    ["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"].iter().any(|known| verb.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_rows_counts_them() {
        for (sql, changes) in
            [("INSERT INTO a", true), ("\n update a", true), ("SELECT 1", false), ("", false)]
        {
            assert_eq!(changes_rows(sql), changes, "{sql}");
        }
    }
}
