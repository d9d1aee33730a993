//! German. It addresses people formally.

use crate::{
    letter::{Letter, Notice},
    words::{Parts, Words},
};
use mana_auth_face::Language;

pub static WORDS: Words = Words { letter, footer };

const TYPE_IT: &str =
    "Oder geben Sie diesen Code auf der Seite ein, auf der Sie diese Mail angefordert haben:";
const CONFIRM: &str = "Adresse bestätigen";
const CHOOSE: &str = "Neues Passwort wählen";

fn letter<'a>(letter: &'a Letter, product: &str) -> Parts<'a> {
    match letter {
        Letter::Reset { link, code } => Parts {
            subject: format!("Neues Passwort für {product}"),
            lead: vec![format!("Jemand, vermutlich Sie selbst, hat ein neues Passwort für Ihr Konto bei {product} angefordert.")],
            button: Some((CHOOSE, link)),
            code: Some((TYPE_IT, code)),
            rest: vec![
                "Link und Code gelten einmal, eine Stunde lang. Mit dem neuen Passwort enden alle Sitzungen.".into(),
                "Waren Sie es nicht, ignorieren Sie diese Mail: Ihr Passwort bleibt, wie es ist. Geben Sie den Code niemandem.".into(),
            ],
        },
        Letter::Recovery { link, code } => Parts {
            subject: format!("Neues Passwort für {product}"),
            lead: vec![format!(
                "Ihr Konto bei {product} wurde zurückgeholt: Alle Sitzungen sind beendet, und das bisherige Passwort gilt nicht mehr. Wählen Sie ein neues."
            )],
            button: Some((CHOOSE, link)),
            code: Some((TYPE_IT, code)),
            rest: vec![
                "Link und Code gelten einmal, eine Stunde lang. Danach fordern Sie dort, wo Sie sich anmelden, eine weitere Mail an.".into(),
                "Geben Sie den Code niemandem.".into(),
            ],
        },
        Letter::Verification { link, code } => Parts {
            subject: format!("Bestätigen Sie Ihre Adresse für {product}"),
            lead: vec![format!(
                "Jemand, vermutlich Sie selbst, hat sich mit dieser Adresse bei {product} registriert. Bestätigen Sie, dass sie Ihnen gehört, und das Konto ist bereit."
            )],
            button: Some((CONFIRM, link)),
            code: Some((TYPE_IT, code)),
            rest: vec![
                "Der Link gilt 24 Stunden, der Code eine Stunde.".into(),
                "Waren Sie es nicht, ignorieren Sie diese Mail: Die Adresse bleibt unbestätigt.".into(),
            ],
        },
        Letter::AllowChange { link, to } => Parts {
            subject: format!("Andere Adresse für {product} erlauben"),
            lead: vec![format!("Jemand, wahrscheinlich Sie, möchte, dass Ihr Konto bei {product} eine andere Adresse hat: {to}.")],
            button: Some(("Änderung erlauben", link)),
            code: None,
            rest: vec![
                "Der Link gilt einmal, eine Stunde lang.".into(),
                "Wenn Sie das nicht waren, lassen Sie diese Mail liegen, und ändern Sie Ihr Passwort: Wer gefragt hat, kennt es.".into(),
            ],
        },
        Letter::NewAddress { link, code } => Parts {
            subject: format!("Bestätigen Sie Ihre neue Adresse für {product}"),
            lead: vec![format!("Ihr Konto bei {product} soll diese Adresse bekommen. Bestätigen Sie, dass sie Ihnen gehört.")],
            button: Some((CONFIRM, link)),
            code: Some((TYPE_IT, code)),
            rest: vec![
                "Link und Code gelten einmal, eine Stunde lang.".into(),
                "Waren Sie es nicht, ignorieren Sie diese Mail: Es ändert sich nichts. Geben Sie den Code niemandem.".into(),
            ],
        },
        Letter::MagicLink { link, code } => Parts {
            subject: format!("Bei {product} anmelden"),
            lead: vec!["Öffnen Sie den Link in dem Browser, in dem Sie ihn angefordert haben.".into()],
            button: Some(("Anmelden", link)),
            code: Some((TYPE_IT, code)),
            rest: vec![
                "Link und Code gelten einmal, 15 Minuten lang.".into(),
                "Waren Sie es nicht, ignorieren Sie diese Mail. Geben Sie den Code niemandem: Wer danach fragt, will sich als Sie anmelden.".into(),
            ],
        },
        Letter::Registered { link } => Parts {
            subject: format!("Sie haben ein Konto bei {product}"),
            lead: vec![
                format!("Jemand, vermutlich Sie selbst, wollte sich mit dieser Adresse bei {product} registrieren. Zu ihr gibt es schon ein Konto."),
                "Melden Sie sich an wie immer. Wenn Sie das Passwort nicht mehr wissen, fordern Sie dort ein neues an:".into(),
            ],
            button: Some(("Zum Dienst", link)),
            code: None,
            rest: vec![
                "Waren Sie es nicht, ignorieren Sie diese Mail: Nichts wurde geändert, und niemand hat erfahren, dass Sie ein Konto haben.".into(),
            ],
        },
        Letter::Test { link } => Parts {
            subject: format!("Post von {product} kommt an"),
            lead: vec![format!("Wer {product} betreibt, wollte mit dieser Mail sehen, ob Post ankommt. Das tut sie.")],
            button: Some(("Zum Dienst", link)),
            code: None,
            rest: Vec::new(),
        },
        Letter::Notice { notice, undo } => {
            let (subject, lead) = told(notice, product);
            Parts {
                subject,
                lead: vec![lead, "Waren Sie es, ist nichts zu tun.".into()],
                button: undo.as_deref().map(|undo| ("Das war ich nicht", undo)),
                code: None,
                rest: vec![match undo {
                    Some(_) if matches!(notice, Notice::AddressChanged { .. }) => "Der Link gilt 7 Tage. Er bringt diese Adresse zurück und beendet alle Sitzungen Ihres Kontos, und Sie wählen ein neues Passwort.".into(),
                    Some(_) => "Der Link gilt 7 Tage. Er beendet alle Sitzungen Ihres Kontos, und Sie wählen ein neues Passwort.".into(),
                    None => format!("Waren Sie es nicht, schreiben Sie denen, die {product} betreiben."),
                }],
            }
        }
    }
}

fn told(notice: &Notice, product: &str) -> (String, String) {
    let sentence = notice.sentence(Language::German);
    match notice {
        Notice::PasswordChanged { at } => {
            (format!("Ihr Passwort für {product} wurde geändert"), format!("{sentence} Das war am {at}."))
        }
        Notice::NewDevice { device, at } => (
            format!("Neue Anmeldung bei {product}"),
            if device.is_empty() {
                format!("{sentence} Das war am {at}.")
            } else {
                format!("{sentence} Es nennt sich {device}; das war am {at}.")
            },
        ),
        Notice::AccountLocked { until } => (
            format!("Anmeldungen bei {product} sind vorübergehend gesperrt"),
            format!("{sentence} Das gilt bis {until}."),
        ),
        Notice::AddressChanged { to } => {
            (format!("Ihre Adresse für {product} wurde geändert"), format!("{sentence} Sie ist jetzt {to}."))
        }
        Notice::AccountDeleted { at } => {
            (format!("Ihr Konto bei {product} wurde gelöscht"), format!("{sentence} Das war am {at}."))
        }
        Notice::ChangedByOperator { at } => {
            (format!("Ihr Konto bei {product} wurde geändert"), format!("{sentence} Das war am {at}."))
        }
    }
}

fn footer(product: &str) -> String {
    format!(
        "{product} hat diese Mail geschickt, weil mit dieser Adresse etwas geschehen ist. Sie ist keine Werbung und lässt sich nicht abbestellen."
    )
}
