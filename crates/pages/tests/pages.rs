//! Every page in every state, in both languages. `GALLERY=<folder>` writes them there, to be looked at.

#![allow(clippy::expect_used, reason = "a test ends where something is missing")]

use mana_auth_face::{Addresses, Language, Theme};
use mana_auth_pages::*;
use std::{env, fs, path::Path};

const EMAIL: &str = "alexandrine.hohenfels-brandt@example.org";
const TOKEN: &str = "K9y0cXcYt3pJr2lq7Xh1cJtq1bJqf0m8n3r5s7u9w1y";

fn fault(field: &'static str, message: &'static str) -> Option<Fault<'static>> {
    Some(Fault { field, message })
}

fn every_page() -> Vec<(String, Box<dyn View>)> {
    let mut pages: Vec<(String, Box<dyn View>)> = Vec::new();
    let mut add = |name: &str, view: Box<dyn View>| pages.push((name.to_owned(), view));
    let login =
        || Login { email: EMAIL, has_mail: true, then: Some("reports.example.org"), ..Login::default() };
    add("login", Box::new(Login { has_mail: true, then: Some("reports.example.org"), ..Login::default() }));
    add("login-without-mail", Box::<Login<'_>>::default());
    for (name, refusal) in [
        ("mismatch", Refusal::Mismatch),
        ("banned", Refusal::Banned),
        ("unverified", Refusal::Unverified),
        ("locked", Refusal::Locked(900)),
        ("too-many", Refusal::TooMany(60)),
        ("busy", Refusal::Busy),
    ] {
        add(&format!("login-{name}"), Box::new(Login { refusal: Some(refusal), remember: true, ..login() }));
    }
    for (name, said) in [
        ("signed-out", Said::SignedOut),
        ("session-over", Said::SessionOver),
        ("password-set", Said::PasswordSet),
        ("verified", Said::Verified),
        ("deleted", Said::Deleted),
    ] {
        add(
            &format!("login-{name}"),
            Box::new(Login { said: Some(said), has_mail: true, ..Login::default() }),
        );
    }
    let register = || Register {
        name: "Friederike Schultheiß-Oberndörfer",
        email: EMAIL,
        must_be_proven: true,
        ..Register::default()
    };
    add("register", Box::new(Register { must_be_proven: true, ..Register::default() }));
    add("register-taken", Box::new(Register { is_taken: true, ..register() }));
    let weak = "is too easy to guess. This is similar to a commonly used password. Add another word or two. Uncommon words are better.";
    add("register-weak", Box::new(Register { fault: fault("password", weak), ..register() }));
    add(
        "register-address",
        Box::new(Register { fault: fault("email", "must be an e-mail address"), ..register() }),
    );
    add("register-too-many", Box::new(Register { refusal: Some(Refusal::TooMany(600)), ..register() }));
    add("forgot", Box::<ForgotPassword<'_>>::default());
    add(
        "forgot-address",
        Box::new(ForgotPassword { email: "ada", fault: fault("email", "must be an e-mail address") }),
    );
    add("reset", Box::new(ResetByLink { token: TOKEN, ..ResetByLink::default() }));
    add("reset-weak", Box::new(ResetByLink { token: TOKEN, fault: fault("newPassword", weak) }));
    add("reset-code", Box::new(ResetByCode { email: EMAIL, ..ResetByCode::default() }));
    add("reset-code-wrong", Box::new(ResetByCode { email: EMAIL, is_wrong: true, ..ResetByCode::default() }));
    add("reset-bad", Box::new(BadLink::Reset));
    let verify = |mailed, is_of_browser, is_other| Verify { mailed, is_of_browser, fault: None, is_other };
    add("verify", Box::new(verify(Mailed::Token(TOKEN), true, false)));
    add("verify-other", Box::new(verify(Mailed::Token(TOKEN), false, true)));
    add("verify-elsewhere", Box::new(verify(Mailed::Code(EMAIL, "K7QM-2XRT"), false, false)));
    add("verify-code", Box::new(VerifyByCode { email: EMAIL, is_wrong: false }));
    add("verify-code-wrong", Box::new(VerifyByCode { email: EMAIL, is_wrong: true }));
    add("verify-ask", Box::<AskVerification<'_>>::default());
    add("verify-bad", Box::new(BadLink::Verify));
    add("magic", Box::<AskMagicLink<'_>>::default());
    add("magic-code", Box::new(TypeMagicCode { email: EMAIL, remember: true, is_wrong: false }));
    add("magic-press", Box::new(PressMagicLink { token: TOKEN }));
    add("magic-elsewhere", Box::new(MagicLinkElsewhere));
    add("magic-bad", Box::new(BadLink::Magic));
    let step_up = || StepUp {
        email: EMAIL,
        has_typed: true,
        has_mail: true,
        has_password: true,
        minutes: 10,
        refusal: None,
    };
    add("step-up", Box::new(step_up()));
    add("step-up-wrong", Box::new(StepUp { refusal: Some(Refusal::Mismatch), ..step_up() }));
    add("step-up-none", Box::new(StepUp { has_password: false, ..step_up() }));
    add("logout", Box::new(Logout { email: EMAIL }));
    for (name, link) in [
        ("not-me", Link::NotMe),
        ("allow-email", Link::AllowEmail),
        ("confirm-email", Link::ConfirmEmail),
        ("undo-email", Link::UndoEmail),
    ] {
        add(name, Box::new(Button { link, action: "/", token: TOKEN, is_unticked: false }));
        add(&format!("{name}-done"), Box::new(Pressed::Done(link)));
        add(&format!("{name}-bad"), Box::new(Pressed::Bad(link)));
    }
    add(
        "not-me-unticked",
        Box::new(Button { link: Link::NotMe, action: "/not-me", token: TOKEN, is_unticked: true }),
    );
    add("email-taken", Box::new(Pressed::Taken));
    add("elsewhere", Box::new(Elsewhere));
    let now = Moment(1_795_862_100_000);
    let session = |id: &str, device: Option<&'static str>, agent: &'static str, minutes: i64| Session {
        id: id.into(),
        device,
        user_agent: agent,
        address: Some("2001:db8:85a3:8d3:1319:8a2e:370:7348"),
        active_at: Moment(now.0 - minutes * 60_000),
        created_at: Moment(now.0 - minutes * 60_000),
        expires_at: Moment(now.0 + if minutes < 100 { 29 } else { 5 } * 86_400_000),
        is_remembered: minutes < 100,
        origin: None,
        children: Vec::new(),
    };
    let child =
        Session { origin: Some("https://reports.example.org"), ..session("c", None, "Mozilla/5.0", 90) };
    let here = || session("a", Some("Firefox on Linux"), "Mozilla/5.0 (X11)", 0);
    let others = vec![
        session("b", Some("Chrome on Android"), "Mozilla/5.0 (Linux; Android) Mobile", 35),
        session("d", Some("Safari on macOS"), "Mozilla/5.0 (Macintosh)", 1_500),
        session("e", None, "quillfen-backup/2.4", 2_900),
    ];
    add(
        "sessions",
        Box::new(Sessions {
            email: EMAIL,
            now,
            here: Session { children: vec![child], ..here() },
            others,
            ended: Some(Ended::One("Safari on iPad")),
        }),
    );
    add(
        "sessions-empty",
        Box::new(Sessions { email: EMAIL, now, here: here(), others: vec![], ended: None }),
    );
    let happened = |kind: &'static str, which: &[&'static str], minutes: i64| Happened {
        kind,
        device: Some("Firefox on Linux"),
        which: which.to_vec(),
        at: Moment(now.0 - minutes * 60_000),
        address: Some("198.51.100.72"),
    };
    let events = vec![
        happened("step_up", &[], 3),
        happened("device_new", &[], 200),
        happened("login_success", &[], 200),
        happened("login_failure", &["credentials"], 1_900),
        happened("login_success", &[], 89_998),
        happened("device_new", &[], 89_998),
        happened("account_created", &[], 90_000),
    ];
    add("activity", Box::new(Activity { email: EMAIL, now, events, before: Some("x".into()) }));
    add("activity-empty", Box::new(Activity { email: EMAIL, now, events: vec![], before: None }));
    let profile = |is_saved| Profile {
        email: EMAIL,
        name: "Alexandrine Hohenfels-Brandt",
        language: None,
        fault: None,
        is_saved,
    };
    add("profile", Box::new(profile(false)));
    add("profile-saved", Box::new(profile(true)));
    let security = || Security {
        email: EMAIL,
        is_verified: true,
        has_password: true,
        is_fresh: false,
        has_mail: true,
        new_email: "",
        sent_to: None,
        fault: None,
        refusal: None,
        is_wrong_code: false,
        changed: None,
    };
    add("security", Box::new(security()));
    add(
        "security-changed",
        Box::new(Security { is_fresh: true, changed: Some(Changed::Password), ..security() }),
    );
    add("security-wrong", Box::new(Security { refusal: Some(Refusal::Mismatch), ..security() }));
    add(
        "security-code",
        Box::new(Security { sent_to: Some("ada@elsewhere.example"), is_fresh: true, ..security() }),
    );
    add("security-none", Box::new(Security { is_verified: false, has_password: false, ..security() }));
    add("delete", Box::new(DeleteAccount { email: EMAIL, is_unticked: false }));
    add("delete-unticked", Box::new(DeleteAccount { email: EMAIL, is_unticked: true }));
    for status in [400, 401, 403, 404, 405, 408, 413, 415, 421, 429, 431, 500, 503, 504] {
        add(&format!("error-{status}"), Box::new(Trouble { status, request: "7f3a91c2" }));
    }
    pages
}

fn theme(accent: &str) -> Theme {
    let addresses = Addresses {
        logo: None,
        imprint: Some("https://www.example.org/imprint"),
        privacy: Some("https://www.example.org/privacy"),
    };
    Theme::new("Quillfen", accent, addresses).expect("a theme")
}

#[test]
fn every_page_is_small_whole_and_without_script() {
    let theme = theme("#17695c");
    let stylesheet = Stylesheet::of(&theme);
    assert!(stylesheet.text.len() <= 9 << 10, "{} bytes", stylesheet.text.len());
    let gallery = env::var_os("GALLERY");
    for language in Language::ALL {
        for (name, view) in every_page() {
            let html = view.render(&Frame {
                theme: &theme,
                language,
                stylesheet: &stylesheet.path,
                here: "/login?return_to=x",
                return_to: Some("https://reports.example.org/q3?x=1&y=2"),
                form_token: None,
            });
            assert!(html.len() <= 15 << 10, "{name}: {} bytes", html.len());
            assert!(html.starts_with("<!DOCTYPE html><html lang="), "{name}");
            for forbidden in ["<script", " style=", "<style", "javascript:", " onclick"] {
                assert!(!html.contains(forbidden), "{name}: {forbidden}");
            }
            assert_eq!(html.matches("<h1>").count(), 1, "{name}");
            if let Some(gallery) = &gallery {
                let file = Path::new(gallery).join(format!("{name}.{}.html", language.tag()));
                fs::write(file, html.replace(&stylesheet.path, "style.css")).expect("a folder");
            }
        }
    }
    if let Some(gallery) = &gallery {
        fs::write(Path::new(gallery).join("style.css"), stylesheet.text).expect("a folder");
    }
}

#[test]
fn what_people_typed_is_escaped() {
    let theme = theme("#f4a236");
    let frame = Frame {
        theme: &theme,
        language: Language::English,
        stylesheet: "/styles/x.css",
        here: "/login?return_to=\"><script>",
        return_to: Some("https://a.example/\"><script>alert(1)</script>"),
        form_token: Some("\"><script>"),
    };
    let evil = "\"><script>alert(1)</script>@example.org";
    for view in [
        &Login { email: evil, then: Some(evil), ..Login::default() } as &dyn View,
        &Register { email: evil, name: evil, ..Register::default() },
        &ResetByCode { email: evil, ..ResetByCode::default() },
        &ResetByLink { token: evil, fault: Some(Fault { field: "newPassword", message: evil }) },
        &Trouble { status: 500, request: evil },
    ] {
        let html = view.render(&frame);
        assert!(!html.contains("<script"), "{html}");
    }
}
