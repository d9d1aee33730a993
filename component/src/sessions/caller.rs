//! Who makes a request.

use super::{Session, rows};
use crate::{accounts::User, invalidations::Position, keys::Keys};
use std::sync::Arc;

/// An authenticated caller, as the database knows them at this moment.
pub struct Caller {
    /// Who it is.
    pub user: User,
    /// The session that the credential belongs to.
    pub session: Session,
    /// Rises with each change after which what is in progress must not succeed.
    pub credential_version: i64,
    /// Where all of this was read.
    pub as_of: Position,
    /// The signing keys at that position.
    pub keys: Arc<Keys>,
}

impl Caller {
    pub(super) fn new(found: rows::Found, keys: Arc<Keys>) -> Self {
        let rows::Found { session, user, credential_version, snapshot, .. } = found;
        Self { user, session, credential_version, as_of: snapshot.as_of, keys }
    }
}
