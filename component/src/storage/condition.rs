//! Conditions of statements, with their values.

use super::Value;
use std::borrow::Cow;

/// A condition in SQL. `$1` is the first of its own values. [`Condition::bind`] numbers them anew, behind the statement's parameters.
#[derive(Clone, Debug)]
pub struct Condition {
    sql: Cow<'static, str>,
    /// In the order of their numbers.
    values: Vec<Value>,
}

impl Condition {
    /// What always holds.
    pub const ALWAYS: Self = Self { sql: Cow::Borrowed("1 = 1"), values: Vec::new() };

    /// A condition over these values.
    pub fn new(sql: impl Into<Cow<'static, str>>, values: Vec<Value>) -> Self {
        Self { sql: sql.into(), values }
    }

    /// What holds where this does, or another.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.sql = format!("({} OR {})", self.sql, renumbered(&other.sql, '$', self.values.len())).into();
        self.values.extend(other.values);
        self
    }

    /// What holds where both do.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.sql = format!("({} AND {})", self.sql, renumbered(&other.sql, '$', self.values.len())).into();
        self.values.extend(other.values);
        self
    }

    /// What holds where this does not.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { sql: format!("NOT ({})", self.sql).into(), values: self.values }
    }

    /// Adds the values to a statement's `params`, and returns the condition with their numbers.
    #[must_use]
    pub fn bind(&self, params: &mut Vec<Value>) -> String {
        let sql = renumbered(&self.sql, '?', params.len());
        params.extend(self.values.iter().cloned());
        sql
    }
}

/// The condition with `sign` before each number, and each number raised by `before`.
fn renumbered(sql: &str, sign: char, before: usize) -> String {
    let mut parts = sql.split('$');
    let mut renumbered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let number = number.parse::<usize>().unwrap_or(0).saturating_add(before);
        renumbered.push_str(&format!("{sign}{number}{rest}"));
    }
    renumbered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;

    #[test]
    fn values_follow_the_parameters_of_the_statement() {
        let condition = Condition::new("a = $1 AND b IN ($2, $10) OR $1 = c", params!["x"]);
        let mut params = params![1_u32, 2_u32];
        assert_eq!(condition.bind(&mut params), "a = ?3 AND b IN (?4, ?12) OR ?3 = c");
        assert_eq!(params.len(), 3);
        let either = Condition::new("a = $1", params!["x"]).or(Condition::new("b = $1", params!["y"]));
        assert_eq!(either.bind(&mut params), "(a = ?4 OR b = ?5)");
        let both = Condition::new("a = $1", params!["x"]).and(Condition::new("b = $1", params!["y"]));
        assert_eq!(both.bind(&mut params), "(a = ?6 AND b = ?7)");
        assert_eq!(Condition::ALWAYS.negated().bind(&mut params), "NOT (1 = 1)");
    }
}
