//! English.

use super::english_moments::{ago, day, heading};
use crate::{
    field::breaking,
    frame::Frame,
    words::{
        About, Account, Activity, Delete, Forgot, Links, Login, Logout, Magic, Moments, Pressed, Profile,
        Register, Reset, Security, Sessions, StepUp, Trouble, Verify, Words,
    },
};
use maud::{Markup, html};

pub static WORDS: Words = Words {
    name: "English",
    error: "Error: ",
    imprint: "Imprint",
    privacy: "Privacy",
    email: "Email address",
    password: "Password",
    new_password: "New password",
    new_password_hint: "At least 12 characters. Three or four random words are easier to remember than symbols.",
    person: "Name",
    optional: " (optional)",
    code: "Code from the email",
    fault,
    locked: |frame, seconds| {
        html! { "Too many attempts failed. Try again " (wait(seconds)) ", or " a href=(frame.to("/forgot-password")) { "choose a new password" } "." }
    },
    too_many: |seconds| {
        format!("There were too many requests from your network. Try again {}.", wait(seconds))
    },
    busy: "The service is busy. Try again in a moment.",
    remember: "Stay signed in for 30 days",
    remember_hint: "Don’t check this on shared computers.",
    login: Login {
        title: "Sign in",
        button: "Sign in",
        then: |place| html! { "Then back to " b { (place) } },
        mismatch: |frame| {
            html! { "This address and password don’t belong together. Check both, or " a href=(frame.to("/forgot-password")) { "choose a new password" } "." }
        },
        banned: |frame| html! { "This account is blocked. Contact " (operator(frame)) "." },
        forgot_without_mail: |frame| html! { "Forgot your password? Contact " (operator(frame)) "." },
        unverified: |frame| {
            html! { "This address is not confirmed yet. Open the link in our email, or " a href=(frame.to("/verify-email")) { "ask for another one" } "." }
        },
        forgot: "Forgot your password?",
        by_mail: "Sign in by email instead",
        register: |frame| html! { "New here? " a href=(frame.to("/register")) { "Create an account" } },
        signed_out: "You are signed out.",
        session_over: "Your session has ended. Sign in to go on.",
        password_set: "Your new password is set, and every session has ended. Sign in with it.",
        verified: "Your address is confirmed. Sign in with the password that you chose.",
        deleted: "Your account is deleted.",
    },
    register: Register {
        title: "Create an account",
        button: "Create the account",
        email_hint: "We send an email there to confirm it.",
        taken: |frame| {
            html! { "This address is taken. Is it yours? " a href=(frame.to("/login")) { "Sign in" } ", or " a href=(frame.to("/forgot-password")) { "choose a new password" } "." }
        },
        login: |frame| html! { "You have an account? " a href=(frame.to("/login")) { "Sign in" } },
    },
    forgot: Forgot {
        title: "Choose a new password",
        lead: "We email you a link and a code. Use either to choose a new password.",
        button: "Send the email",
        login: |frame| html! { "You remember it? " a href=(frame.to("/login")) { "Sign in" } },
    },
    reset: Reset {
        title: "Choose a new password",
        sent_title: "Check your email",
        sent: |address| {
            html! { "If " b { (breaking(address)) } " has an account here, a link and a code are on their way. They work for an hour." }
        },
        code_hint: "The link in the email does the same, on any device.",
        button: "Set the password",
        all_end: "All sessions of your account end.",
        bad: "It was already used, it is older than an hour, or something was changed since.",
        wrong_code: "This code is wrong, was used, or is too old. Check it, or ask for another one below.",
        again: "ask for another email",
        nothing_came: "Nothing there after a minute? Look in your spam folder, or ",
    },
    verify: Verify {
        title: "Confirm your address",
        button: "Confirm the address",
        choose: "Make it the new password",
        of_browser: "This confirms the address that our email was sent to. Your account is then ready, with the password that you chose.",
        with_password: "If you created this account, type the password that you chose. If someone else did, type a new one; theirs then stops working.",
        password_hint: "Yours, or a new one of at least 12 characters.",
        other: "This isn’t the password that was chosen for this account. Type it again, or type a new one and make it the new password.",
        ask: "We’ll send you a new link and a new code.",
        sent_title: "Check your email",
        sent: |address| {
            html! { "We sent a link and a code to " b { (breaking(address)) } ". The link works for 24 hours, the code for one hour." }
        },
        bad: "It was already used, it is older than 24 hours, or something was changed since.",
    },
    magic: Magic {
        title: "Sign in by email",
        lead: "We email you a link and a code. Use either in this browser: no password is needed.",
        button: "Send the email",
        sent: |address| {
            html! { "If " b { (breaking(address)) } " has an account here, a link and a code are on their way. They work for 15 minutes, in this browser." }
        },
        code_hint: "Opened the email elsewhere? Type the code here.",
        press: "You asked for this email in this browser. Press the button to sign in here.",
        elsewhere_title: "Go back to your other window",
        elsewhere: "You asked for this email in another browser. Type the code from the email there.",
        here_instead: "Sign in here instead",
        bad: "It was already used, it is older than 15 minutes, or it was asked for in another browser. If you asked in another browser, type the code there.",
        password: "Sign in with your password instead",
    },
    step_up: StepUp {
        title: "Confirm it’s you",
        lead: "Before you go on, type your password again.",
        kept: "What you typed is kept.",
        signed_in_as: "Signed in as",
        hint: |minutes| match minutes {
            1 => "Then we won’t ask again for a minute.".into(),
            _ => format!("Then we won’t ask again for {minutes} minutes."),
        },
        button: "Confirm",
        wrong: "This password is wrong.",
        no_password: "Your account has no password yet. Choose one first: all sessions end, and you sign in with it.",
        choose: "Choose a password by email",
        back: "Go back without changing anything",
    },
    logout: Logout {
        title: "Sign out",
        lead: "This ends the session in this browser. Your other sessions stay.",
        button: "Sign out",
        back: "Stay signed in",
    },
    account: Account {
        name: "Account",
        profile: "Profile",
        security: "Security",
        sessions: "Sessions",
        activity: "Activity",
        saved: "Saved.",
    },
    profile: Profile {
        lead: "Your name, and the language of these pages and our emails.",
        person_hint: "Apps can show it to other people.",
        language: "Language",
        language_hint: "For these pages and our emails.",
        as_browser: "Same as your browser",
        save: "Save",
    },
    security: Security {
        lead: "How you sign in.",
        password_title: "Password",
        current: "Current password",
        wrong: "This password is wrong.",
        change: "Change the password",
        others_end: "Changing it ends all other sessions.",
        changed: "Your password is changed. All other sessions were ended.",
        none_yet: |frame| {
            html! { "You sign in by email alone. To change the address or delete the account, " a href=(frame.to("/forgot-password")) { "choose a password" } " first." }
        },
        email_title: "Email address",
        unverified: |frame| html! { "It is not confirmed yet. " a href=(frame.to("/verify-email")) { "Confirm it" } },
        email_is: |address| html! { "Your address is " b { (breaking(address)) } "." },
        new_email: "New address",
        new_email_hint: "We send an email there. Nothing changes until you confirm it.",
        another_email: "Send again, or use another address",
        send: "Send the email",
        sent: |address| {
            html! { "We sent a link and a code to " b { (breaking(address)) } ", unless another account has that address. They work for an hour." }
        },
        email_changed: "Your address is changed. Use the new one when you sign in.",
        confirm: "Confirm the address",
        proof_title: "Confirmation",
        fresh: "You confirmed recently that it’s you. For some minutes, we don’t ask again.",
        stale: "We ask for your password again before the address changes, or the account is deleted.",
        prove: "Confirm it’s you",
        delete_title: "Delete the account",
        delete_lead: "Everything that belongs to it is deleted. This can’t be undone.",
        delete: "Delete the account…",
    },
    sessions: Sessions {
        lead: "Where you’re signed in. Sign out what you don’t know or no longer use. Times are in UTC.",
        here: "This device",
        you_are_here: "You’re here",
        elsewhere: "Elsewhere",
        nowhere_else: "You aren’t signed in anywhere else.",
        unknown_device: "Unknown device",
        device: str::to_owned,
        end: "Sign out",
        end_all: |count| {
            if count == 1 { "Sign out the other".into() } else { format!("Sign out all {count}") }
        },
        ended: |frame, name| {
            html! { (name) " is signed out. If you don’t know it, " a href=(frame.to("/account/security")) { "change your password" } "." }
        },
        all_ended: "All other sessions are signed out.",
        active: |when, address| html! { "Active " (when) (from(address)) },
        active_now: |address| html! { "Active now" (from(address)) },
        remembered: |until| html! { "30 days: ends on " (until) " if not used" },
        until: |until| html! { "7 days: ends on " (until) " if not used" },
        opened: |when| html! { "Opened from this session " (when) },
        opened_from: |name| format!("Opened from {name}"),
        ends_with: |name| format!("Ends together with {name}"),
    },
    activity: Activity {
        lead: "Sign-ins, and changes to your account. Times are in UTC.",
        none: "Nothing has happened yet.",
        from: |address| html! { "From " (breaking(address)) },
        not_you: "Wasn’t this you? Change your password: every other session then ends.",
        not_me: "This wasn’t me",
        earlier: "Earlier events",
    },
    delete: Delete {
        title: "Delete the account",
        lead: "Your account, its sessions and all that apps keep with it are deleted at once. This can’t be undone.",
        sure: "I want to delete my account",
        button: "Delete the account",
        back: "Keep the account",
    },
    moment: Moments { ago, day, heading },
    links: Links {
        bad_title: "This link no longer works",
        another: "Ask for a new email",
        not_possible: "This is not possible",
        taken: "Another account has this address.",
        another_email: "Choose another address",
        no_mail: "Nothing came? Ask for another",
        to_security: "Change the address",
        tick_first: "Tick the box first. Nothing was done yet.",
        elsewhere_title: "You are not signed in here",
        elsewhere: "Open the link in the browser in which you asked for this, or sign in here first. Nothing was changed yet.",
        not_me: Pressed {
            title: "This wasn’t me",
            asks: "If that wasn’t you, end every session and block the password now. We then email you a link, by which you choose a new one.",
            tick: "End every session, and block the password",
            button: "End every session",
            instead: "It was me after all",
            done_title: "Every session has ended",
            done: "We emailed you a link, by which you choose a new password. The old one no longer works.",
            bad: "It was already used, it is older than 7 days, or your account has another address since.",
        },
        allow_email: Pressed {
            title: "Allow another address",
            asks: "Someone, probably you, wants to change this account’s address. If you allow it, we ask at the new address, too.",
            tick: "",
            button: "Allow the change",
            instead: "It wasn’t you? Change your password",
            done_title: "The change is allowed",
            done: "An email to the new address is on its way.",
            bad: CHANGE_OVER,
        },
        confirm_email: Pressed {
            title: "Confirm your new address",
            asks: "You then sign in with the address that our email was sent to.",
            tick: "",
            button: "Confirm the address",
            instead: "Leave the address as it is",
            done_title: "Your address is changed",
            done: "Use the new one when you sign in.",
            bad: CHANGE_OVER,
        },
        undo_email: Pressed {
            title: "Undo the change of address",
            asks: "Your account gets the address back that this email was sent to. Every session ends, and the password stops working. We then email you a link, by which you choose a new one.",
            tick: "I want the old address back",
            button: "Undo the change",
            instead: "Keep the new address",
            done_title: "The change is undone",
            done: "We emailed you a link, by which you choose a new password. The old one no longer works.",
            bad: "It was already used, it is older than 7 days, or the account is gone.",
        },
    },
    trouble: Trouble {
        title: |status| match status {
            400 => "This request can’t be read",
            401 => "You are not signed in",
            403 => "This is not allowed",
            404 => "There’s no page here",
            405 => "This page can’t be opened this way",
            408 | 504 => "That took too long",
            413 | 431 => "That was too much at once",
            415 => "This form can’t be read",
            421 => "This address is not ours",
            429 => "Too many requests",
            503 => "Busy at the moment",
            _ => "Something went wrong",
        },
        says: |status| match status {
            400 | 405 | 415 => "Go back, load the page again, and try once more. Nothing was changed.",
            401 => "Sign in to go on. Nothing was changed.",
            403 => {
                "The request came from a page that we don’t know, or is not for your account. Nothing was changed."
            }
            404 => "The address may have a typo, or it led to something that is gone.",
            408 | 504 => "We don’t know whether your last step took effect. Look before you repeat it.",
            503 => "Try again in a moment.",
            413 | 431 => {
                "More was sent than we accept. If it happens again, delete the cookies of this site."
            }
            421 => "Check the address of this page.",
            429 => "Wait a few minutes, then try again.",
            _ => "The fault is ours, and it was logged. Try again in a few minutes.",
        },
        home: "Go to the start page",
        reference: |status, request| {
            if request.is_empty() {
                format!("Error {status}")
            } else {
                format!("Error {status}, reference {request}")
            }
        },
    },
    about: About {
        title: "An authentication service",
        says: |product| {
            format!(
                "Apps of {product} sign people in here. There is nothing to see: go back to the app that you came from."
            )
        },
    },
};

const CHANGE_OVER: &str = "It was already used, it is older than an hour, or it is for another account than the one that is signed in here. Start the change again.";

fn fault(field: &str, says: &str) -> String {
    if says == "must be an e-mail address" {
        return "This email address is incomplete.".into();
    }
    let subject = match field {
        "email" | "newEmail" => "The address",
        "name" => "The name",
        "code" => "The code",
        _ => "The password",
    };
    let end = if says.ends_with(['.', '!']) { "" } else { "." };
    format!("{subject} {says}{end}")
}

fn wait(seconds: u64) -> String {
    match seconds {
        0..=90 => "in a minute".into(),
        91..=5400 => format!("in {} minutes", seconds.div_ceil(60)),
        _ => format!("in {} hours", seconds.div_ceil(3600)),
    }
}

fn from(address: Option<&str>) -> Markup {
    html! { @if let Some(address) = address { " from " (breaking(address)) } }
}

/// Those who run the service; a link where there is one.
fn operator(frame: &Frame<'_>) -> Markup {
    const THEY: &str = "the operator of this service";
    html! { @match frame.theme.imprint() { Some(imprint) => a href=(imprint) { (THEY) }, None => (THEY) } }
}
