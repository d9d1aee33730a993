//! English.

use crate::{
    letter::{Letter, Notice},
    words::{Parts, Words},
};
use mana_auth_face::Language;

pub static WORDS: Words = Words { letter, footer };

const TYPE_IT: &str = "Or type this code on the page where you asked for this mail:";
const CONFIRM: &str = "Confirm the address";
const CHOOSE: &str = "Choose a new password";

fn letter<'a>(letter: &'a Letter, product: &str) -> Parts<'a> {
    match letter {
        Letter::Reset { link, code } => Parts {
            subject: format!("Choose a new password for {product}"),
            lead: vec![format!("Somebody, probably you, asked for a new password for your account at {product}.")],
            button: Some((CHOOSE, link)),
            code: Some((TYPE_IT, code)),
            rest: vec![
                "Link and code work once, within an hour. All sessions end when you choose a new password.".into(),
                "If it wasn't you, ignore this mail: your password stays as it is. Tell nobody the code.".into(),
            ],
        },
        Letter::Recovery { link, code } => Parts {
            subject: format!("Choose a new password for {product}"),
            lead: vec![format!(
                "Your account at {product} was taken back: every session has ended, and the password of before is no longer accepted. Choose another one."
            )],
            button: Some((CHOOSE, link)),
            code: Some((TYPE_IT, code)),
            rest: vec![
                "Link and code work once, within an hour. After that, ask for another mail where you sign in.".into(),
                "Tell nobody the code.".into(),
            ],
        },
        Letter::Verification { link, code } => Parts {
            subject: format!("Confirm your address for {product}"),
            lead: vec![format!(
                "Somebody, probably you, registered at {product} with this address. Confirm that it is yours, and the account is ready."
            )],
            button: Some((CONFIRM, link)),
            code: Some((TYPE_IT, code)),
            rest: vec![
                "The link works within 24 hours, the code within one.".into(),
                "If it wasn't you, ignore this mail: the address stays unconfirmed.".into(),
            ],
        },
        Letter::AllowChange { link, to } => Parts {
            subject: format!("Allow another address for {product}"),
            lead: vec![format!("Somebody, probably you, asked that your account at {product} has another address: {to}.")],
            button: Some(("Allow the change", link)),
            code: None,
            rest: vec![
                "The link works once, within an hour.".into(),
                "If it wasn't you, ignore this mail, and change your password: whoever asked knows it.".into(),
            ],
        },
        Letter::NewAddress { link, code } => Parts {
            subject: format!("Confirm your new address for {product}"),
            lead: vec![format!("Your account at {product} is to have this address. Confirm that it is yours.")],
            button: Some((CONFIRM, link)),
            code: Some((TYPE_IT, code)),
            rest: vec![
                "Link and code work once, within an hour.".into(),
                "If it wasn't you, ignore this mail: nothing changes. Tell nobody the code.".into(),
            ],
        },
        Letter::MagicLink { link, code } => Parts {
            subject: format!("Sign in to {product}"),
            lead: vec!["Open the link in the browser in which you asked for it.".into()],
            button: Some(("Sign in", link)),
            code: Some((TYPE_IT, code)),
            rest: vec![
                "Link and code work once, within 15 minutes.".into(),
                "If it wasn't you, ignore this mail. Tell nobody the code: whoever asks for it wants to sign in as you.".into(),
            ],
        },
        Letter::Registered { link } => Parts {
            subject: format!("You have an account at {product}"),
            lead: vec![
                format!("Somebody, probably you, tried to register at {product} with this address, which has an account already."),
                "Sign in as always. If you don't know the password any more, ask for a new one there:".into(),
            ],
            button: Some(("Open the service", link)),
            code: None,
            rest: vec![
                "If it wasn't you, ignore this mail: nothing was changed, and nobody was told that you have an account.".into(),
            ],
        },
        Letter::Test { link } => Parts {
            subject: format!("Mail from {product} works"),
            lead: vec![format!("An operator of {product} sent this mail to see whether mail arrives. It did.")],
            button: Some(("Open the service", link)),
            code: None,
            rest: Vec::new(),
        },
        Letter::Notice { notice, undo } => {
            let (subject, lead) = told(notice, product);
            Parts {
                subject,
                lead: vec![lead, "If it was you, there is nothing to do.".into()],
                button: undo.as_deref().map(|undo| ("This wasn't me", undo)),
                code: None,
                rest: vec![match undo {
                    Some(_) if matches!(notice, Notice::AddressChanged { .. }) => "The link works for 7 days. It brings this address back and ends every session of your account, and you choose a new password.".into(),
                    Some(_) => "The link works for 7 days. It ends every session of your account, and you choose a new password.".into(),
                    None => format!("If it wasn't you, write to those who run {product}."),
                }],
            }
        }
    }
}

fn told(notice: &Notice, product: &str) -> (String, String) {
    let sentence = notice.sentence(Language::English);
    match notice {
        Notice::PasswordChanged { at } => {
            (format!("Your password for {product} was changed"), format!("{sentence} It was at {at}."))
        }
        Notice::NewDevice { device, at } => (
            format!("A new sign-in to {product}"),
            if device.is_empty() {
                format!("{sentence} It was at {at}.")
            } else {
                format!("{sentence} It calls itself {device}; it was at {at}.")
            },
        ),
        Notice::AccountLocked { until } => (
            format!("Sign-ins to {product} are refused for a while"),
            format!("{sentence} That is until {until}."),
        ),
        Notice::AddressChanged { to } => {
            (format!("Your address for {product} was changed"), format!("{sentence} It is {to} now."))
        }
        Notice::AccountDeleted { at } => {
            (format!("Your account at {product} was deleted"), format!("{sentence} It was at {at}."))
        }
        Notice::ChangedByOperator { at } => {
            (format!("Your account at {product} was changed"), format!("{sentence} It was at {at}."))
        }
    }
}

fn footer(product: &str) -> String {
    format!(
        "{product} sent this mail because of what was done with this address. It is no advertising, and can't be unsubscribed from."
    )
}
