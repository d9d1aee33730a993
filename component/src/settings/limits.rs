//! Limits on what one client may do.

/// How many within a quarter of an hour. 0: any number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// From one address, or one /64 of IPv6.
    pub address: u32,
    /// From one address with one user agent.
    pub client: u32,
    /// From clients whose address is not known, together.
    pub unknown: u32,
    /// From everyone together, where it succeeded.
    pub all: u32,
}
