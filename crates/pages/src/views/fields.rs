//! Fields that several pages have.

use super::{Fault, fault_of};
use crate::{
    field::{Field, Kind, wrong},
    frame::Frame,
};
use maud::{Markup, html};

/// The address that a mail is to be sent to.
pub fn address(frame: &Frame<'_>, typed: &str, fault: Option<Fault<'_>>) -> Markup {
    let field = Field {
        name: "email",
        kind: Kind::Username,
        label: frame.words().email,
        value: typed,
        hint: None,
        error: fault_of(frame, fault, &["email"]),
        is_first: true,
        is_required: true,
    };
    field.render()
}

/// The code of a mail.
pub fn code(frame: &Frame<'_>, hint: Option<&str>, is_wrong: bool, is_first: bool) -> Markup {
    let words = frame.words();
    let field = Field {
        name: "code",
        kind: Kind::Code,
        label: words.code,
        value: "",
        hint,
        error: is_wrong.then(|| html! { (words.reset.wrong_code) }),
        is_first,
        is_required: true,
    };
    field.render()
}

/// Whether the session is to last.
pub fn remember(frame: &Frame<'_>, is_checked: bool) -> Markup {
    let words = frame.words();
    html! {
        div class="check" {
            input id="remember" name="remember" type="checkbox" value="true" aria-describedby="remember-hint" checked[is_checked];
            label for="remember" { (words.remember) }
            p class="hint" id="remember-hint" { (words.remember_hint) }
        }
    }
}

/// What is to be ticked before something that can't be undone.
pub fn sure(frame: &Frame<'_>, label: &str, is_unticked: bool) -> Markup {
    let error = is_unticked.then(|| html! { (frame.words().links.tick_first) });
    html! {
        div class="check" {
            input id="sure" name="sure" type="checkbox" value="yes" required
                aria-invalid=[error.as_ref().map(|_| "true")] aria-describedby=[error.as_ref().map(|_| "sure-error")];
            label for="sure" { (label) }
            @if let Some(error) = &error { (wrong(error, Some("sure-error"))) }
        }
    }
}
