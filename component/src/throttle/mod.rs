//! How often something may be tried.
//!
//! An attempt takes a place before the slow hash and leaves it when the hash has decided, so that two hundred guesses at once are
//! still five; only what was decided counts as a failure. What is counted is named by a hash, and nobody is looked up before there
//! is a place, so that an address without an account counts exactly like one with.
//!
//! ```text
//! reserve ── no place: 429, nothing is hashed
//!         └─ a place ── hash ── right: succeeded, with the session         (statements of the same commit)
//!                            ├─ wrong: failed, with its event              (the fifth sets the lock)
//!                            ├─ busy:  take_back                           (it was no guess)
//!                            └─ the process died: free again after a minute
//! ```

mod attempt;
mod codes;
mod counter;
mod limit;
mod lock;
mod prune;
mod reservation;
mod rows;
mod sign;
mod standing;
mod suspicion;
mod throttled;
mod unlock;

pub use attempt::{Attempt, LockSet};
pub use codes::{codes_are_off, count_wrong_code};
pub use counter::{Counter, Route};
pub use limit::{count, done, overtaken};
pub use lock::{
    begin_anew, begin_anew_on, is_worth_reporting, may_reauthenticate, reserve, reserve_in_session,
};
pub use prune::prune;
pub use suspicion::{
    Once, Suspicion, after_failures, once_a_day, once_in, repeated_by_address, repeated_by_client,
    repeated_on_account,
};
pub use throttled::{ThrottleError, Throttled};
pub use unlock::unlock;
