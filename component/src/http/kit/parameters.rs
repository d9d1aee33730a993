//! The parameters in a target, behind the question mark.

use crate::{
    error::FieldProblem,
    ids::{self, UserId},
    text,
    time::Time,
};
use axum::extract::FromRequestParts;
use http::request::Parts;
use std::{collections::BTreeMap, convert::Infallible, ops::RangeInclusive};
use uuid::Uuid;

/// The parameters of a request, by name. Of one that comes twice the last counts; empty is unset.
pub struct Parameters(BTreeMap<String, String>);

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        Ok(Self(
            pairs
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        ))
    }
}

impl Parameters {
    /// One line of text of at most this many characters.
    ///
    /// # Errors
    ///
    /// Where it is none, or longer.
    pub fn text(&self, name: &'static str, longest: usize) -> Result<Option<String>, FieldProblem> {
        let line = self.0.get(name).map(|text| text::line(text, longest));
        line.transpose().map_err(FieldProblem::of(name))
    }

    /// A whole number in a range.
    ///
    /// # Errors
    ///
    /// Where it is none.
    pub fn number(
        &self,
        name: &'static str,
        range: RangeInclusive<u64>,
    ) -> Result<Option<u64>, FieldProblem> {
        let Some(text) = self.0.get(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| range.contains(number));
        let (least, most) = range.into_inner();
        let problem = || FieldProblem::new(name, format!("must be a whole number from {least} to {most}"));
        number.ok_or_else(problem).map(Some)
    }

    /// The id of a user.
    ///
    /// # Errors
    ///
    /// Where it is none.
    pub fn user(&self, name: &'static str) -> Result<Option<UserId>, FieldProblem> {
        let Some(text) = self.0.get(name) else { return Ok(None) };
        UserId::parse(text).ok_or_else(|| FieldProblem::new(name, ids::PROBLEM)).map(Some)
    }

    /// The id of an event.
    ///
    /// # Errors
    ///
    /// Where it is none.
    pub fn id(&self, name: &'static str) -> Result<Option<Uuid>, FieldProblem> {
        let id = self.0.get(name).map(|text| Uuid::try_parse(text));
        id.transpose().map_err(|_| FieldProblem::new(name, "must be a UUID"))
    }

    /// A time.
    ///
    /// # Errors
    ///
    /// Where it is none.
    pub fn time(&self, name: &'static str) -> Result<Option<Time>, FieldProblem> {
        let Some(text) = self.0.get(name) else { return Ok(None) };
        let problem = || {
            FieldProblem::new(
                name,
                "must be a time such as 2026-01-31T08:00:00Z; the + of an offset is written %2B",
            )
        };
        Time::parse(text).ok_or_else(problem).map(Some)
    }
}
