//! A field of a form, with what helps to fill it, and what is wrong with it.

use crate::icon::Icon;
use maud::{Markup, html};

/// What is typed into a field. Types and `autocomplete` are those that browsers and password managers know (HTML §4.10.18.7).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The address of one's account.
    Username,
    /// The same, where a passkey may stand in for it.
    UsernameOrPasskey,
    /// One's password.
    CurrentPassword,
    /// One that is to be set.
    NewPassword,
    /// What one wants to be called.
    Name,
    /// A code that was mailed: of so many letters or digits.
    Code,
}

/// A field.
pub struct Field<'a> {
    pub name: &'static str,
    pub kind: Kind,
    pub label: &'a str,
    /// What was typed. Of secrets, nothing is shown again.
    pub value: &'a str,
    pub hint: Option<&'a str>,
    pub error: Option<Markup>,
    /// Whether one begins here.
    pub is_first: bool,
    pub is_required: bool,
}

impl Kind {
    const fn is_secret(self) -> bool {
        matches!(self, Self::CurrentPassword | Self::NewPassword | Self::Code)
    }

    const fn input_type(self) -> &'static str {
        match self {
            Self::Username | Self::UsernameOrPasskey => "email",
            Self::CurrentPassword | Self::NewPassword => "password",
            Self::Name | Self::Code => "text",
        }
    }

    const fn autocomplete(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::UsernameOrPasskey => "username webauthn",
            Self::CurrentPassword => "current-password",
            Self::NewPassword => "new-password",
            Self::Name => "name",
            Self::Code => "one-time-code",
        }
    }

    /// Of what can be cut without a loss: the rest of a password that was pasted would vanish unseen.
    const fn most(self) -> Option<u16> {
        match self {
            Self::Username | Self::UsernameOrPasskey => Some(254),
            Self::CurrentPassword | Self::NewPassword => None,
            Self::Name => Some(200),
            Self::Code => Some(20),
        }
    }
}

impl Field<'_> {
    pub fn render(&self) -> Markup {
        let Self { name, kind, label, value, hint, error, is_first, is_required } = self;
        // What is wrong says the rule that was broken.
        let hint = hint.filter(|_| error.is_none() || !matches!(kind, Kind::NewPassword | Kind::Code));
        let hint_id = hint.map(|_| format!("{name}-hint"));
        let error_id = error.as_ref().map(|_| format!("{name}-error"));
        let described =
            [error_id.as_deref(), hint_id.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let is_plain = matches!(kind, Kind::Name);
        html! {
            div {
                label for=(name) { (label) }
                input id=(name) name=(name) type=(kind.input_type()) autocomplete=(kind.autocomplete())
                    class=[(*kind == Kind::Code).then_some("code")]
                    autocapitalize=[(!is_plain).then_some("none")] spellcheck=[(!is_plain).then_some("false")]
                    maxlength=[kind.most()] minlength=[(*kind == Kind::NewPassword).then_some("12")]
                    value=[(!kind.is_secret()).then_some(value)]
                    required[*is_required] autofocus[*is_first || error.is_some()]
                    aria-invalid=[error.as_ref().map(|_| "true")]
                    aria-describedby=[Some(&described).filter(|ids| !ids.is_empty())];
                @if let (Some(error), Some(id)) = (error, &error_id) { (wrong(error, Some(id))) }
                @if let (Some(hint), Some(id)) = (hint, &hint_id) { p class="hint" id=(id) { (hint) } }
            }
        }
    }
}

/// What is wrong.
pub fn wrong(error: &Markup, id: Option<&str>) -> Markup {
    html! { p class="error" id=[id] role="alert" { (Icon::Wrong.svg()) span { (error) } } }
}

/// Whose password it is, for password managers: people read it elsewhere on the page.
pub fn username(name: &str, email: &str) -> Markup {
    html! { input class="vh" type="email" name=(name) autocomplete="username" value=(email) readonly tabindex="-1" aria-hidden="true"; }
}

/// An address, which may break before its at sign, or after the colons of IPv6.
pub fn breaking(address: &str) -> Markup {
    match address.rsplit_once('@') {
        Some((local, domain)) if address.len() > 24 => html! { (local) wbr; "@" (domain) },
        Some(_) => html! { (address) },
        None => {
            html! { @for part in address.split_inclusive(':') { (part) @if part.ends_with(':') { wbr; } } }
        }
    }
}
