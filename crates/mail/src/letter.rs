//! The letters, and what each is made of.

/// A mail that leads to something, or that tells of something. Links are whole addresses; codes are as they are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter<'a> {
    /// The way to a new password.
    Reset {
        /// To the page where it is chosen.
        link: &'a str,
        /// The same without the link.
        code: &'a str,
    },
    /// Proves the address of a registration.
    Verification {
        /// To the page that confirms it.
        link: &'a str,
        /// The same without the link.
        code: &'a str,
    },
    /// Proves the address that an account shall have.
    NewAddress {
        /// To the page that confirms it.
        link: &'a str,
        /// The same without the link.
        code: &'a str,
    },
    /// Signs in, in the browser that asked for it.
    MagicLink {
        /// To the page that signs in.
        link: &'a str,
        /// The same without the link.
        code: &'a str,
    },
    /// To the owner of an address that somebody tried to register.
    Registered {
        /// To the page where a password is reset.
        link: &'a str,
    },
    /// Tells of what happened to an account.
    Notice {
        /// What happened.
        notice: Notice<'a>,
        /// Ends every session, and leads to a new password.
        undo: &'a str,
    },
}

/// What happened to an account. Times are as they are to be read, such as `2026-11-29 21:03 UTC`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice<'a> {
    /// Its password was changed.
    PasswordChanged {
        /// When.
        at: &'a str,
    },
    /// Somebody signed in on a device that was not seen before.
    NewDevice {
        /// What it calls itself, such as `Firefox on Linux`.
        device: &'a str,
        /// When.
        at: &'a str,
    },
    /// Too many wrong passwords.
    AccountLocked {
        /// Until when.
        until: &'a str,
    },
    /// It has another address. This goes to the old one.
    AddressChanged {
        /// The new one, with dots in the place of most of it.
        to: &'a str,
    },
    /// An administrator changed something.
    ChangedByOperator {
        /// When.
        at: &'a str,
    },
}
