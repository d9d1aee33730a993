//! What the three ways have in common.

use crate::{Claims, Token, TokenError};
use futures::future::BoxFuture;

/// A way to check a token.
pub trait Check: Send + Sync + 'static {
    /// What the token says, if it is to be believed. What can't be checked is refused.
    fn check<'a>(&'a self, token: &'a Token) -> BoxFuture<'a, Result<Claims, TokenError>>;
}
