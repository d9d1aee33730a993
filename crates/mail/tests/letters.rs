//! Every letter in every language, as it was looked at: `UPDATE=1` writes the files anew.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use mana_auth_face::{Addresses, Language, Theme};
use mana_auth_mail::{Letter, Notice, Rendered};
use std::{env, fs, path::Path};

const LINK: &str = "https://auth.example.org/reset?token=W3bYkq2l6nD0v8sT4xJ1aC9eH5mR7pUzQfGiKoLyBhE";
const AT: &str = "2026-11-29 21:03 UTC";

fn letters() -> Vec<(&'static str, Letter)> {
    let notice = |notice| Letter::Notice { notice, undo: Some(LINK.into()) };
    vec![
        ("reset", Letter::Reset { link: LINK.into(), code: "K7QM-2XRT".into() }),
        ("recovery", Letter::Recovery { link: LINK.into(), code: "K7QM-2XRT".into() }),
        ("verification", Letter::Verification { link: LINK.into(), code: "304 118".into() }),
        ("allow-change", Letter::AllowChange { link: LINK.into(), to: "l…e@example.org".into() }),
        ("new-address", Letter::NewAddress { link: LINK.into(), code: "304 118".into() }),
        ("magic-link", Letter::MagicLink { link: LINK.into(), code: "304 118".into() }),
        ("registered", Letter::Registered { link: LINK.into() }),
        ("test", Letter::Test { link: LINK.into() }),
        ("password-changed", notice(Notice::PasswordChanged { at: AT.into() })),
        ("new-device", notice(Notice::NewDevice { device: "Firefox on Linux".into(), at: AT.into() })),
        ("account-locked", notice(Notice::AccountLocked { until: AT.into() })),
        ("address-changed", notice(Notice::AddressChanged { to: "l…e@example.org".into() })),
        (
            "address-taken-back",
            Letter::Notice { notice: Notice::AddressChanged { to: "l…e@example.org".into() }, undo: None },
        ),
        ("account-deleted", Letter::Notice { notice: Notice::AccountDeleted { at: AT.into() }, undo: None }),
        ("changed-by-operator", notice(Notice::ChangedByOperator { at: AT.into() })),
    ]
}

fn theme() -> Theme {
    Theme::new("Mana", "#17695c", Addresses::default()).expect("a theme")
}

#[test]
fn every_letter_is_as_it_was_looked_at() {
    for language in Language::ALL {
        for (name, letter) in letters() {
            let Rendered { subject, text, html } = letter.render(&theme(), language);
            for (ending, made) in [("txt", format!("{subject}\n\n{text}")), ("html", html)] {
                let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("golden")
                    .join(format!("{name}.{}.{ending}", language.tag()));
                if env::var_os("UPDATE").is_some() {
                    fs::write(&path, &made).expect("a golden file");
                }
                let kept = fs::read_to_string(&path).unwrap_or_default();
                assert!(kept == made, "{} is another: UPDATE=1 writes it anew", path.display());
            }
        }
    }
}

#[test]
fn what_people_write_stays_what_it_is() {
    let evil = "x\r\nBcc: all@example.org\r\n\r\n<img src=x onerror=alert(1)>\" style=\"";
    for language in Language::ALL {
        let notice = Notice::NewDevice { device: evil.into(), at: AT.into() };
        let letter =
            Letter::Notice { notice, undo: Some("https://auth.example.org/undo?a=\"><script>&b=1".into()) };
        let Rendered { subject, text, html } = letter.render(&theme(), language);
        assert!(!subject.contains(['\r', '\n']), "{subject}");
        assert!(!html.contains("<img") && !html.contains("<script"), "{html}");
        assert!(html.contains("a=&quot;&gt;&lt;script&gt;&amp;b=1"), "{html}");
        assert!(!text.contains('\r') && text.replace('\n', " ").contains("x Bcc: all@example.org"), "{text}");
        let addresses = Addresses { logo: Some("https://cdn.example/a.png?x=1&y=2"), ..Addresses::default() };
        let theme = Theme::new("A & <b>B</b>", "#17695c", addresses).expect("a theme");
        let html = letter.render(&theme, language).html;
        assert!(
            html.contains("alt=\"A &amp; &lt;b&gt;B&lt;/b&gt;\"") && html.contains("?x=1&amp;y=2"),
            "{html}"
        );
    }
}

#[test]
fn text_and_html_lead_to_the_same_place_and_load_nothing() {
    for language in Language::ALL {
        for (name, letter) in letters() {
            let Rendered { subject, text, html } = letter.render(&theme(), language);
            assert!(!subject.is_empty() && subject.chars().count() <= 78, "{name}: {subject}");
            let links = usize::from(!matches!(letter, Letter::Notice { undo: None, .. }));
            assert_eq!(text.lines().filter(|line| *line == LINK).count(), links, "{name}");
            assert!(text.lines().all(|line| line == LINK || line.chars().count() <= 72), "{name}");
            assert_eq!(html.matches(&format!("href=\"{LINK}\"")).count(), links, "{name}");
            for loads in ["<script", "<img", "<link", "<form", "url(", "@import", "src="] {
                assert!(!html.contains(loads), "{name}: {loads}");
            }
            assert!(html.contains(&format!("lang=\"{}\"", language.tag())));
        }
    }
}
