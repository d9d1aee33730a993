//! Making a challenge.

use super::{
    code::Code,
    limit::{OF_ONE, WITHOUT, of_address, of_network},
    request::Request,
    rows,
};
use crate::{
    commit::Change, context::Context, ids::UserId, platform, secrets::ChallengeToken, storage::Condition,
};

/// A challenge to be mailed.
pub struct Issued {
    /// For the link.
    pub token: ChallengeToken,
    /// For who types.
    pub code: Option<Code>,
    /// Holds where it was written: below its limits, in a change that strangers can cause.
    pub written: Condition,
}

/// Adds a challenge to a change, which strangers may cause: where there were too many, nothing is written. The statements are the same
/// whoever it names.
pub fn issue(ctx: &Context, change: &mut Change, request: &Request<'_>) -> Issued {
    let (network, of_network) = of_network(ctx, request.is_known_device);
    let limits = rows::Gate::Limits(of_address(request.is_known_device), of_network);
    add(ctx, change, request, network, &limits)
}

/// The same, in a change that no stranger can cause, or not so often: it is written where a condition holds.
pub fn issue_if(ctx: &Context, change: &mut Change, request: &Request<'_>, condition: Condition) -> Issued {
    let (network, _) = of_network(ctx, true);
    add(ctx, change, request, network, &rows::Gate::If(condition))
}

/// The same, in a change that somebody can cause for an address that nobody has proven: it is written below the limits of the address, and
/// not below those of the network, which a thief could use up before.
pub fn issue_for_address(ctx: &Context, change: &mut Change, request: &Request<'_>) -> Issued {
    let (network, _) = of_network(ctx, true);
    add(ctx, change, request, network, &rows::Gate::Limits(OF_ONE, WITHOUT))
}

fn add(
    ctx: &Context,
    change: &mut Change,
    request: &Request<'_>,
    network: [u8; 32],
    gate: &rows::Gate,
) -> Issued {
    let id = platform::new_id(ctx.now).to_string();
    let token = ChallengeToken::random();
    let code = request.purpose.form().map(Code::random);
    let row = rows::New {
        id: &id,
        request,
        // An id that nobody has stands for nobody.
        user: request.user.unwrap_or_else(|| UserId::new(ctx.now)),
        token_hash: token.hash(),
        code_mac: code.as_ref().map(|code| code.mac(&ctx.settings.keyring, &id)),
        network,
        now: ctx.now,
    };
    change.add(rows::insert(&row, gate));
    change.add(rows::make_room(request.purpose, ctx.now));
    Issued { token, code, written: rows::is_written(&id) }
}
