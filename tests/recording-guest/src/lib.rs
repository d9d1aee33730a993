//! A component of somebody else's: it imports `mana:auth/audit-log` and nothing else, and hands on what it is given.

mod bindings;

use bindings::{
    exports::mana::recording::shop::Guest as Shop,
    mana::auth::audit_log::{self, Error, Event},
};

/// The component.
struct Guest;

impl Shop for Guest {
    async fn record(event: Event) -> Result<String, Error> {
        audit_log::record(event).await
    }
}
