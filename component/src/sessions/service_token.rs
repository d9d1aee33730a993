//! A token for one other service, so that no service can act on the account with a token that was made for it.

use super::{AccessToken, Caller, access_token};
use crate::{
    context::Context,
    error::{FieldProblem, InputError},
    time::Span,
};

/// Long enough for one call, too short to keep.
const SERVICE_TOKEN_LIFETIME: Span = Span::seconds(60);

/// Issues a token whose audience is a service that the operator named in `token_audiences`.
///
/// # Errors
///
/// `Invalid` for another audience.
pub fn service_token(ctx: &Context, caller: &Caller, audience: &str) -> Result<AccessToken, InputError> {
    if !ctx.settings.token_audiences.iter().any(|known| known == audience) {
        let problem = "must be one of the services that tokens are issued for";
        return Err(FieldProblem::new("audience", problem).into());
    }
    let Caller { session, user, as_of, keys, .. } = caller;
    let statement = access_token::Statement { session, user, as_of: *as_of };
    Ok(access_token::issue_for(ctx, keys, &statement, audience.into(), SERVICE_TOKEN_LIFETIME)?)
}
