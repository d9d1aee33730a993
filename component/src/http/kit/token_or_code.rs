//! What was mailed, in a body.

use super::problem::Problem;
use crate::{challenges::Code, credentials::TokenOrCode, error::FieldProblem, secrets::ChallengeToken};

/// The token, or else the code.
pub fn token_or_code(token: Option<String>, code: Option<String>) -> Result<TokenOrCode, Problem> {
    match (token, code) {
        (Some(token), _) => Ok(TokenOrCode::Token(ChallengeToken::parse(&token))),
        (None, Some(code)) => Ok(TokenOrCode::Code(Code::parse(&code))),
        (None, None) => Err(FieldProblem::new("token", "must be there, or code").into()),
    }
}
