//! Challenges: what is mailed to an address, so that whoever shows it again has read mail there.
//!
//! A challenge has a token of 256 bits, for the link, and perhaps a code, for who can't open the link where they need it. It names its
//! purpose, the account, the address that it was mailed to, and the credentials at that time, and is spent by one guarded statement: once,
//! in time, and only while all of that is still so. A request that names nobody makes a row like any other, which nobody can spend.
//!
//! Scanners of mail open links, run scripts and press buttons. So no GET spends anything, and the same browser sees the same outcome
//! again.

mod code;
mod issue;
mod limit;
mod present;
mod purpose;
mod request;
mod rows;

pub use code::Code;
pub use issue::{Issued, issue, issue_for_address, issue_if};
pub use present::{Challenge, Of, Presented, by_code, by_token, newest_of};
pub use purpose::Purpose;
pub use request::Request;
pub use rows::{
    end_changes_to_others, end_ways_back, end_ways_back_since, forget_user, is_reserved, leads_back, prune,
};
