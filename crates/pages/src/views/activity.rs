//! `/account/activity`

use crate::{
    frame::{Frame, View},
    icon::Icon,
    layout::{Account, Tab},
    moment::Moment,
};
use mana_auth_face::event::{Severity, Told, told};
use maud::{Markup, html};
use std::cmp::Reverse;

/// What happened around an account.
pub struct Activity<'a> {
    /// Whose it is.
    pub email: &'a str,
    /// When the page is shown.
    pub now: Moment,
    /// What happened, the newest first.
    pub events: Vec<Happened<'a>>,
    /// The id of the last, where there may be earlier ones.
    pub before: Option<String>,
}

/// An event.
pub struct Happened<'a> {
    /// The `event_type`.
    pub kind: &'a str,
    /// What its metadata calls `reason` and `by`.
    pub which: Vec<&'a str>,
    /// When it was.
    pub at: Moment,
    /// What the client is called.
    pub device: Option<&'a str>,
    /// Its address.
    pub address: Option<&'a str>,
}

impl Happened<'_> {
    /// Whether the other says this too, and more: a sign-in on a new device is two events of one moment.
    fn is_said_by(&self, other: &Self) -> bool {
        (self.kind, other.kind) == ("login_success", "device_new") && self.at == other.at
    }

    fn render(&self, frame: &Frame<'_>, told: Told) -> Markup {
        let words = &frame.words().activity;
        let is_alarming = told.severity == Severity::Alarming;
        html! {
            li class=(if is_alarming { "event warn" } else { "event" }) {
                (self.at.time())
                div {
                    @if is_alarming {
                        b { (Icon::Warning.svg()) span { (told.sentence) } }
                    } @else {
                        p { (told.sentence) }
                    }
                    @if let Some(address) = self.address {
                        p class="soft" {
                            ((words.from)(address))
                            @if let Some(device) = self.device { ", " ((frame.words().sessions.device)(device)) }
                        }
                    }
                    @if is_alarming {
                        p { (words.not_you) }
                        p { a class="button quiet small" href="/account/security" { (words.not_me) } }
                    }
                }
            }
        }
    }
}

impl Activity<'_> {
    /// The device of the first sign-in, which is no news, where the page shows when the account was opened.
    fn first_device(&self) -> Option<&Happened<'_>> {
        let created = self.events.iter().find(|event| event.kind == "account_created")?;
        // It may be of the same moment, and stand on either side.
        self.events.iter().rev().find(|event| event.kind == "device_new" && event.at >= created.at)
    }
}

impl View for Activity<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        let known = self
            .events
            .iter()
            .filter_map(|event| Some((event, told(event.kind, &event.which, frame.language)?)));
        let (first, events) = (self.first_device(), &self.events);
        let is_first = |event: &Happened<'_>| first.is_some_and(|first| std::ptr::eq(first, event));
        let is_said =
            |event: &Happened<'_>| events.iter().any(|other| !is_first(other) && event.is_said_by(other));
        let mut known: Vec<_> = known.filter(|(event, _)| !is_first(event) && !is_said(event)).collect();
        // Of one moment, the account comes first, and so stands last.
        known.sort_by_key(|(event, _)| (Reverse(event.at), event.kind == "account_created"));
        let days = known.chunk_by(|(one, _), (other, _)| one.at.civil().date() == other.at.civil().date());
        frame.account(&Account {
            tab: Tab::Activity,
            email: self.email,
            title: words.account.activity,
            is_faulty: false,
            lead: Some(words.activity.lead),
            note: None,
            content: html! {
                @if known.is_empty() {
                    section { p class="list empty" { (words.activity.none) } }
                }
                @for day in days {
                    @if let Some((first, _)) = day.first() {
                        section {
                            h2 { (first.at.heading(frame, self.now)) }
                            ul class="list" { @for (event, told) in day { (event.render(frame, *told)) } }
                        }
                    }
                }
                @if let Some(before) = &self.before {
                    p { a href={ "/account/activity?before=" (before) } { (words.activity.earlier) } }
                }
            },
        })
    }
}
