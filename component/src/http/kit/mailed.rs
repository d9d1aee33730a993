//! What was mailed, in a body.

use super::problem::Problem;
use crate::{
    challenges::Code,
    credentials::{Mailed, TokenOrCode},
    email::Email,
    error::FieldProblem,
    secrets::ChallengeToken,
};

/// The token, or else the code and the address that it was mailed to.
pub fn mailed(token: Option<String>, email: Option<Email>, code: Option<String>) -> Result<Mailed, Problem> {
    match (token, email, code) {
        (Some(token), _, _) => Ok(Mailed::Token(ChallengeToken::parse(&token))),
        (None, Some(email), Some(code)) => Ok(Mailed::Code(email, Code::parse(&code))),
        (None, _, _) => Err(FieldProblem::new("token", "must be there, or email and code").into()),
    }
}

/// The token, or else the code.
pub fn token_or_code(token: Option<String>, code: Option<String>) -> Result<TokenOrCode, Problem> {
    match (token, code) {
        (Some(token), _) => Ok(TokenOrCode::Token(ChallengeToken::parse(&token))),
        (None, Some(code)) => Ok(TokenOrCode::Code(Code::parse(&code))),
        (None, None) => Err(FieldProblem::new("token", "must be there, or code").into()),
    }
}
