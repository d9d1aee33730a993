//! `/account/security`

use super::{Fault, Refusal, fault_of, fields::code};
use crate::{
    field::{Field, Kind, username},
    frame::{Frame, View},
    layout::{Account, Tab},
};
use maud::{Markup, html};

/// How somebody signs in.
pub struct Security<'a> {
    /// Their address.
    pub email: &'a str,
    /// Whether the address is proven.
    pub is_verified: bool,
    /// Whether they have a password.
    pub has_password: bool,
    /// Whether they have proven lately who they are.
    pub is_fresh: bool,
    /// Whether there is mail.
    pub has_mail: bool,
    /// The new address that was typed.
    pub new_email: &'a str,
    /// The new address that a mail was sent to: its code is asked for.
    pub sent_to: Option<&'a str>,
    /// What is wrong with a field.
    pub fault: Option<Fault<'a>>,
    /// Why the current password was not taken.
    pub refusal: Option<Refusal>,
    /// Whether the code was not good.
    pub is_wrong_code: bool,
    /// What was done just now.
    pub changed: Option<Changed>,
}

/// What was changed.
#[derive(Clone, Copy)]
pub enum Changed {
    /// The password.
    Password,
    /// The address.
    Email,
}

impl Security<'_> {
    fn password(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words();
        let security = &words.security;
        let error = self.refusal.and_then(|refusal| match refusal {
            Refusal::Mismatch => Some(html! { (security.wrong) }),
            refusal => refusal.of_password(frame),
        });
        let current = Field {
            name: "currentPassword",
            kind: Kind::CurrentPassword,
            label: security.current,
            value: "",
            hint: None,
            error,
            is_first: false,
            is_required: true,
        };
        let new = Field {
            name: "newPassword",
            kind: Kind::NewPassword,
            label: words.new_password,
            value: "",
            hint: Some(words.new_password_hint),
            error: fault_of(frame, self.fault, &["newPassword"]),
            is_first: false,
            is_required: true,
        };
        html! {
            section class="card" {
                h2 { (security.password_title) }
                @if self.has_password {
                    p { (security.others_end) }
                    form class="form" method="post" action="/account/security" {
                        (frame.hidden())
                        input type="hidden" name="change" value="password";
                        @if let Some(error) = self.refusal.and_then(|refusal| refusal.of_request(frame)) { (error) }
                        (username("username", self.email))
                        (current.render())
                        (new.render())
                        @if self.has_mail { p class="soft" { a href="/forgot-password" { (words.login.forgot) } } }
                        // The code is what is to be done now.
                        div class="actions" { button class=[self.sent_to.map(|_| "quiet")] { (security.change) } }
                    }
                } @else {
                    p { ((security.none_yet)(frame)) }
                }
            }
        }
    }

    fn address(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words();
        let security = &words.security;
        let new = Field {
            name: "newEmail",
            kind: Kind::Username,
            label: security.new_email,
            value: self.sent_to.filter(|_| self.new_email.is_empty()).unwrap_or(self.new_email),
            hint: Some(security.new_email_hint),
            error: fault_of(frame, self.fault, &["newEmail"]),
            is_first: false,
            is_required: true,
        };
        let form = html! {
            form class="form" method="post" action="/account/security" {
                (frame.hidden())
                input type="hidden" name="change" value="email";
                (new.render())
                div class="actions" { button class="quiet" { (security.send) } }
            }
        };
        html! {
            section class="card" {
                h2 { (security.email_title) }
                p { ((security.email_is)(self.email)) @if !self.is_verified { " " ((security.unverified)(frame)) } }
                @if let Some(sent_to) = self.sent_to {
                    form class="form" method="post" action="/account/security" {
                        (frame.hidden())
                        input type="hidden" name="change" value="code";
                        p { ((security.sent)(sent_to)) }
                        (code(frame, None, self.is_wrong_code, true))
                        div class="actions" { button { (security.confirm) } }
                    }
                    details open[self.fault.is_some()] {
                        summary { (security.another_email) }
                        (form)
                    }
                } @else {
                    (form)
                }
            }
        }
    }
}

impl View for Security<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        let security = &words.security;
        let note = self.changed.map(|changed| match changed {
            Changed::Password => html! { (security.changed) },
            Changed::Email => html! { (security.email_changed) },
        });
        frame.account(&Account {
            tab: Tab::Security,
            email: self.email,
            title: words.account.security,
            is_faulty: self.fault.is_some() || self.refusal.is_some() || self.is_wrong_code,
            lead: Some(security.lead),
            note,
            content: html! {
                (self.password(frame))
                @if self.has_mail { (self.address(frame)) }
                @if self.has_password {
                    section class="card" {
                        h2 { (security.proof_title) }
                        p { (if self.is_fresh { security.fresh } else { security.stale }) }
                        @if !self.is_fresh {
                            p class="form actions" { a class="button quiet" href="/step-up?return_to=%2Faccount%2Fsecurity" { (security.prove) } }
                        }
                    }
                }
                section class="card" {
                    h2 { (security.delete_title) }
                    p { (security.delete_lead) }
                    p class="form actions" { a class="button quiet danger" href="/account/delete" { (security.delete) } }
                }
            },
        })
    }
}
