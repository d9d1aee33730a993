//! Placeholders, errors and transactions of the component's SQL on PostgreSQL, as `wit/storage.wit` promises them. Our host and the adapter for
//! Spin share this crate.

mod fault;
mod placeholders;
pub mod transaction;

pub use fault::Fault;
pub use placeholders::numbered_with_dollar;

/// Whether a statement can affect rows. All others count as none: PostgreSQL also counts the rows that a SELECT reads.
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
