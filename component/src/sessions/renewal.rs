//! Starting a session anew after its user proved who they are: with new secrets.

use super::{AuthenticateError, Caller, Methods, SignedIn, rows, signed_in};
use crate::{
    commit::Change,
    context::Context,
    error::Failure,
    platform::{self, Metric},
    secrets::{CookieSecret, RefreshToken},
    time::Time,
};

/// What becomes of the refresh tokens that a session had.
#[derive(Clone, Copy, PartialEq)]
pub enum OldChain {
    /// They are refused.
    Ends,
    /// The unused one works once more within a quarter of an hour, as long as nobody has used a new one: for clients that
    /// overlook the new ones in the answer. Used by both, the session ends.
    LeadsOn,
}

/// What becomes of the user's other sessions.
#[derive(Clone, Copy, PartialEq)]
pub enum Others {
    /// They end, with the one that this was exchanged from.
    End,
    /// They stay.
    Stay,
}

/// New secrets for a session, once the change that is the reason for them is committed.
pub struct Renewal {
    cookie: Option<CookieSecret>,
    refresh_token: RefreshToken,
    not_before: Time,
    others: Others,
}

impl Renewal {
    /// Adds new secrets for the caller's session to a change. The user has just proven who they are, by these methods.
    ///
    /// # Errors
    ///
    /// Where no key can sign what it leads to.
    pub fn begin(
        ctx: &Context,
        change: &mut Change,
        caller: &Caller,
        methods: &Methods,
        old: OldChain,
        others: Others,
    ) -> Result<Self, Failure> {
        caller.keys.signer(ctx.now)?;
        // One that was exchanged has none: its page's browser keeps that of the session which it was exchanged from.
        let has_cookie = others == Others::End || caller.session.parent_id.is_none();
        let cookie = has_cookie.then(CookieSecret::random);
        let refresh_token = RefreshToken::random();
        let session = caller.session.id;
        // Read anew: since `ctx.now` a password was hashed, and tokens may have been issued from the old chain. Tokens know
        // seconds only: which of this second are older, the order of commits tells. New ones must not be dated later, since
        // other verifiers refuse what lies in the future (RFC 7519 §4.1.6).
        let not_before = Time(platform::now().0.div_euclid(1000).saturating_mul(1000));
        let renewed = rows::Renewed { session, cookie: cookie.as_ref(), not_before, amr: methods };
        change.add(rows::renew(&renewed, ctx.now));
        if others == Others::End {
            change.add(rows::stand_alone(session));
            change.add(rows::end_all_but(caller.user.id, session));
        }
        match old {
            OldChain::Ends => {
                change.add(rows::remove_refresh_tokens(session));
            }
            OldChain::LeadsOn => {
                change.add_all(rows::leave_behind(session, ctx.settings.keyring.newest(), ctx.now));
            }
        }
        change.add(rows::begin_chain(session, &refresh_token, ctx.now));
        Ok(Self { cookie, refresh_token, not_before, others })
    }

    /// What the client gets once it is.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where the session, or its user, was ended or renewed meanwhile. Also where no key can sign, or
    /// storage fails. The change was made all the same.
    pub async fn complete(self, ctx: &Context, caller: &Caller) -> Result<SignedIn, AuthenticateError> {
        if self.others == Others::End {
            platform::count(Metric::SessionsEnded, "password_change", 1);
        }
        // What was issued before the change is refused, so the new token must say that it was issued after. Then it must
        // say nothing that was read before: while passwords were hashed, a role may have been taken away.
        let found = rows::by_id(caller.session.id).await?.ok_or(AuthenticateError::Unauthenticated)?;
        if !found.is_alive(ctx.now) || found.session.not_before != self.not_before {
            return Err(AuthenticateError::Unauthenticated);
        }
        let Self { cookie, refresh_token, .. } = self;
        Ok(SignedIn { cookie, ..signed_in::signed_in(ctx, found, refresh_token).await? })
    }
}
