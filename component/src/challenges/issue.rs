//! Making a challenge.

use super::{
    code::Code,
    limit::{BY_STRANGERS, OF_ONE, WITHOUT, of_network},
    request::Request,
    rows,
};
use crate::{
    commit::{Change, Handle},
    context::Context,
    ids::UserId,
    platform,
    secrets::ChallengeToken,
    storage::Condition,
};
use sha2::{Digest as _, Sha256};

/// A challenge to be mailed.
pub struct Issued {
    /// For the link.
    pub token: ChallengeToken,
    /// For who types.
    pub code: Option<Code>,
    /// Holds where it was written: below its limits, in a change that strangers can cause.
    pub written: Condition,
    /// Its statement in the change.
    pub statement: Handle,
}

impl Issued {
    /// The code as a mail shows it; empty where there is none.
    #[must_use]
    pub fn shown_code(&self) -> String {
        self.code.as_ref().map(Code::shown).unwrap_or_default()
    }
}

/// Adds a challenge to a change, which strangers may cause: where there were too many, nothing is written. A known and an
/// unknown address cost the same statements.
pub fn issue(ctx: &Context, change: &mut Change, request: &Request<'_>) -> Issued {
    // The strangers of a network don't use up what a browser may have that is known, nor does that use up theirs.
    if request.is_known_device {
        return add(ctx, change, request, None, &rows::Gate::Limits(OF_ONE, WITHOUT));
    }
    let (network, of_network) = of_network(ctx);
    add(ctx, change, request, Some(network), &rows::Gate::Limits(BY_STRANGERS, of_network))
}

/// The same, in a change that no stranger can cause, or not so often: it is written where a condition holds.
pub fn issue_if(ctx: &Context, change: &mut Change, request: &Request<'_>, condition: Condition) -> Issued {
    add(ctx, change, request, None, &rows::Gate::If(condition))
}

/// The same, in a change that somebody can cause for an address that nobody has proven: it is written below the limits of the address, and
/// not below those of the network, which a thief could use up before.
pub fn issue_for_address(ctx: &Context, change: &mut Change, request: &Request<'_>) -> Issued {
    add(ctx, change, request, None, &rows::Gate::Limits(OF_ONE, WITHOUT))
}

fn add(
    ctx: &Context,
    change: &mut Change,
    request: &Request<'_>,
    network: Option<[u8; 32]>,
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
        // What doesn't count is of a network of its own.
        network: network.unwrap_or_else(|| Sha256::digest(&id).into()),
        now: ctx.now,
    };
    let statement = change.add(rows::insert(&row, gate));
    change.add(rows::make_room(request.purpose, ctx.now));
    Issued { token, code, written: rows::is_written(&id), statement }
}
