//! What a language has to say.

use crate::frame::Frame;
use jiff::civil::DateTime;
use maud::Markup;

/// Every sentence of a language: one that is missing does not compile.
pub struct Words {
    /// What the language calls itself.
    pub name: &'static str,
    /// Before the title of a page where something is wrong.
    pub error: &'static str,
    pub imprint: &'static str,
    pub privacy: &'static str,
    pub email: &'static str,
    pub password: &'static str,
    pub new_password: &'static str,
    pub new_password_hint: &'static str,
    pub person: &'static str,
    /// After the label of a field that may be empty.
    pub optional: &'static str,
    pub code: &'static str,
    /// What is wrong with a field: its name and what the service says of it.
    pub fault: fn(&str, &str) -> String,
    /// Why a password is not compared now, and for how many seconds.
    pub locked: fn(&Frame<'_>, u64) -> Markup,
    /// Why nothing is done now, and for how many seconds.
    pub too_many: fn(u64) -> String,
    pub busy: &'static str,
    pub remember: &'static str,
    pub remember_hint: &'static str,
    pub login: Login,
    pub register: Register,
    pub forgot: Forgot,
    pub reset: Reset,
    pub verify: Verify,
    pub magic: Magic,
    pub step_up: StepUp,
    pub logout: Logout,
    pub account: Account,
    pub profile: Profile,
    pub security: Security,
    pub sessions: Sessions,
    pub activity: Activity,
    pub delete: Delete,
    pub moment: Moments,
    pub links: Links,
    pub trouble: Trouble,
    pub about: About,
}

pub struct Login {
    pub title: &'static str,
    pub button: &'static str,
    /// Where one gets to.
    pub then: fn(&str) -> Markup,
    pub mismatch: fn(&Frame<'_>) -> Markup,
    pub banned: fn(&Frame<'_>) -> Markup,
    /// Where there is no mail to choose a new password by.
    pub forgot_without_mail: fn(&Frame<'_>) -> Markup,
    pub unverified: fn(&Frame<'_>) -> Markup,
    pub forgot: &'static str,
    pub by_mail: &'static str,
    pub register: fn(&Frame<'_>) -> Markup,
    pub signed_out: &'static str,
    pub session_over: &'static str,
    pub password_set: &'static str,
    pub verified: &'static str,
    pub deleted: &'static str,
}

pub struct Register {
    pub title: &'static str,
    pub button: &'static str,
    pub email_hint: &'static str,
    pub taken: fn(&Frame<'_>) -> Markup,
    pub login: fn(&Frame<'_>) -> Markup,
}

pub struct Forgot {
    pub title: &'static str,
    pub lead: &'static str,
    pub button: &'static str,
    pub login: fn(&Frame<'_>) -> Markup,
}

pub struct Reset {
    pub title: &'static str,
    /// Where the code is typed that was mailed to an address.
    pub sent_title: &'static str,
    pub sent: fn(&str) -> Markup,
    pub code_hint: &'static str,
    pub button: &'static str,
    pub all_end: &'static str,
    pub bad: &'static str,
    pub wrong_code: &'static str,
    pub again: &'static str,
    pub nothing_came: &'static str,
}

pub struct Verify {
    pub title: &'static str,
    pub button: &'static str,
    pub choose: &'static str,
    pub of_browser: &'static str,
    pub with_password: &'static str,
    pub password_hint: &'static str,
    pub other: &'static str,
    pub ask: &'static str,
    pub sent_title: &'static str,
    pub sent: fn(&str) -> Markup,
    pub bad: &'static str,
}

pub struct Magic {
    pub title: &'static str,
    pub lead: &'static str,
    pub button: &'static str,
    pub sent: fn(&str) -> Markup,
    pub code_hint: &'static str,
    pub press: &'static str,
    pub elsewhere_title: &'static str,
    pub elsewhere: &'static str,
    pub here_instead: &'static str,
    pub bad: &'static str,
    pub password: &'static str,
}

pub struct StepUp {
    pub title: &'static str,
    pub lead: &'static str,
    /// Of what was typed before.
    pub kept: &'static str,
    pub signed_in_as: &'static str,
    pub hint: fn(i64) -> String,
    pub button: &'static str,
    pub wrong: &'static str,
    pub no_password: &'static str,
    pub choose: &'static str,
    pub back: &'static str,
}

pub struct Logout {
    pub title: &'static str,
    pub lead: &'static str,
    pub button: &'static str,
    pub back: &'static str,
}

pub struct Account {
    pub name: &'static str,
    pub profile: &'static str,
    pub security: &'static str,
    pub sessions: &'static str,
    pub activity: &'static str,
    pub saved: &'static str,
}

pub struct Profile {
    pub lead: &'static str,
    pub person_hint: &'static str,
    pub language: &'static str,
    pub language_hint: &'static str,
    pub as_browser: &'static str,
    pub save: &'static str,
}

pub struct Security {
    pub lead: &'static str,
    pub password_title: &'static str,
    pub current: &'static str,
    pub wrong: &'static str,
    pub change: &'static str,
    pub others_end: &'static str,
    pub changed: &'static str,
    pub none_yet: fn(&Frame<'_>) -> Markup,
    pub email_title: &'static str,
    pub email_is: fn(&str) -> Markup,
    pub unverified: fn(&Frame<'_>) -> Markup,
    pub new_email: &'static str,
    pub new_email_hint: &'static str,
    /// Before the form of a further address.
    pub another_email: &'static str,
    pub send: &'static str,
    pub sent: fn(&str) -> Markup,
    pub email_changed: &'static str,
    pub confirm: &'static str,
    pub proof_title: &'static str,
    pub fresh: &'static str,
    pub stale: &'static str,
    pub prove: &'static str,
    pub delete_title: &'static str,
    pub delete_lead: &'static str,
    pub delete: &'static str,
}

pub struct Sessions {
    pub lead: &'static str,
    pub here: &'static str,
    pub you_are_here: &'static str,
    pub elsewhere: &'static str,
    pub nowhere_else: &'static str,
    pub unknown_device: &'static str,
    /// What a device is called: its name, as the service makes it of a user agent.
    pub device: fn(&str) -> String,
    pub end: &'static str,
    pub end_all: fn(usize) -> String,
    pub ended: fn(&Frame<'_>, &str) -> Markup,
    pub all_ended: &'static str,
    pub active: fn(&Markup, Option<&str>) -> Markup,
    pub active_now: fn(Option<&str>) -> Markup,
    pub remembered: fn(&Markup) -> Markup,
    pub until: fn(&Markup) -> Markup,
    pub opened: fn(&Markup) -> Markup,
    pub opened_from: fn(&str) -> String,
    pub ends_with: fn(&str) -> String,
}

pub struct Activity {
    pub lead: &'static str,
    pub none: &'static str,
    pub from: fn(&str) -> Markup,
    pub not_you: &'static str,
    pub not_me: &'static str,
    pub earlier: &'static str,
}

pub struct Delete {
    pub title: &'static str,
    pub lead: &'static str,
    pub sure: &'static str,
    pub button: &'static str,
    pub back: &'static str,
}

/// Moments in words.
pub struct Moments {
    /// A moment, now, and the minutes between.
    pub ago: fn(DateTime, DateTime, i64) -> String,
    /// A day, and today.
    pub day: fn(DateTime, DateTime) -> String,
    /// The same above what happened on it.
    pub heading: fn(DateTime, DateTime) -> String,
}

/// The pages that links in mails lead to.
pub struct Links {
    pub bad_title: &'static str,
    /// Asks for another mail.
    pub another: &'static str,
    pub not_possible: &'static str,
    pub taken: &'static str,
    pub another_email: &'static str,
    /// Asks for another mail, once a password was blocked.
    pub no_mail: &'static str,
    pub to_security: &'static str,
    pub tick_first: &'static str,
    pub elsewhere_title: &'static str,
    pub elsewhere: &'static str,
    pub not_me: Pressed,
    pub allow_email: Pressed,
    pub confirm_email: Pressed,
    pub undo_email: Pressed,
}

/// A page with one button.
pub struct Pressed {
    pub title: &'static str,
    pub asks: &'static str,
    /// What is to be ticked first, where it can't be undone.
    pub tick: &'static str,
    pub button: &'static str,
    /// The words of the other way.
    pub instead: &'static str,
    pub done_title: &'static str,
    pub done: &'static str,
    /// Why the link may not be good.
    pub bad: &'static str,
}

/// What stands at the root where the pages are turned off.
pub struct About {
    pub title: &'static str,
    pub says: fn(&str) -> String,
}

/// What stands where no page is.
pub struct Trouble {
    pub title: fn(u16) -> &'static str,
    pub says: fn(u16) -> &'static str,
    pub home: &'static str,
    /// The number of the error, and of the request.
    pub reference: fn(u16, &str) -> String,
}
