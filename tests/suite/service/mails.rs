//! The mails that a service sends, as files of its development outbox.

use super::{Service, Stage};
use crate::{
    eventually::eventually,
    runner::mail_api::{KEY, MailApi},
};
use mailparse::{MailHeaderMap as _, ParsedMail, parse_mail};
use std::{fs, time::Duration};

/// A mail.
pub struct Mail {
    /// The whole message.
    pub raw: String,
    pub id: String,
    pub to: String,
    pub from: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Mail {
    /// Parses a whole message.
    #[track_caller]
    pub fn parse(raw: &[u8]) -> Self {
        let parsed = parse_mail(raw).expect("a message");
        let header = |name: &str| parsed.headers.get_first_value(name).unwrap_or_default();
        for name in ["From", "To"] {
            let field = parsed.headers.get_first_header(name).expect("an address");
            let addresses = mailparse::addrparse_header(field).expect("addresses");
            assert!(addresses.extract_single_info().is_some(), "one address: {field:?}");
        }
        let part = |kind: &str| {
            let is_of = |part: &&ParsedMail<'_>| part.ctype.mimetype == kind;
            let part = parsed.parts().find(is_of).unwrap_or_else(|| panic!("no {kind}"));
            part.get_body().expect("text").replace("\r\n", "\n")
        };
        Self {
            id: header("Message-ID"),
            to: header("To"),
            from: header("From"),
            subject: header("Subject"),
            text: part("text/plain"),
            html: part("text/html"),
            raw: String::from_utf8_lossy(raw).into_owned(),
        }
    }

    /// The link in it.
    #[track_caller]
    pub fn link(&self) -> String {
        let link = self.text.lines().find(|line| line.contains("://") && !line.contains(' '));
        link.unwrap_or_else(|| panic!("no link: {}", self.text)).to_owned()
    }

    /// The token in the link.
    #[track_caller]
    pub fn token(&self) -> String {
        let link = self.link();
        let (_, token) = link.split_once("token=").unwrap_or_else(|| panic!("no token: {link}"));
        token.split('&').next().unwrap_or_default().to_owned()
    }

    /// The code that can be typed.
    #[track_caller]
    pub fn code(&self) -> String {
        let line = self.text.lines().find(|line| line.starts_with("    "));
        line.unwrap_or_else(|| panic!("no code: {}", self.text)).trim().to_owned()
    }
}

impl Stage {
    /// Has mails taken by this API, as that of this provider.
    pub fn with_mail_api(self, provider: &str, api: &MailApi) -> Self {
        self.with("mail_api", provider).with("mail_api_secret", KEY).with("mail_api_url", api.url())
    }
}

impl Service {
    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.runner.log()
    }

    /// The next mail that was not read yet, once it is there; the first delivered first.
    #[track_caller]
    pub fn mail(&self) -> impl Future<Output = Mail> {
        eventually(|| async { self.next_mail() })
    }

    /// Lets so much time pass that it is looked for mails which another process has committed.
    pub fn it_is_looked_for_mails(&self) {
        if let Some(clock) = self.runner.clock() {
            clock.advance(Duration::from_secs(11));
        }
    }

    /// Waits until nothing is to be delivered any more, and returns the mails that came meanwhile, in the order of their delivery,
    /// which is not that of the requests: each may be delivered beside others.
    pub async fn all_mails(&self) -> Vec<Mail> {
        let waiting = "SELECT count(*) FROM outbox WHERE state = 'waiting'";
        eventually(|| async { (self.number(waiting) == 0).then_some(()) }).await;
        std::iter::from_fn(|| self.next_mail()).collect()
    }

    /// The first of those that were not read yet.
    fn next_mail(&self) -> Option<Mail> {
        let folder = fs::read_dir(self.data.path().join("outbox")).ok()?;
        let mut names: Vec<String> =
            folder.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort();
        let mut read = self.read.lock().unwrap();
        let name = names.into_iter().find(|name| !read.contains(name))?;
        let raw = fs::read(self.data.path().join("outbox").join(&name)).ok()?;
        // It may be half written.
        let mail = raw.ends_with(b"--\r\n").then(|| Mail::parse(&raw))?;
        read.insert(name);
        Some(mail)
    }
}
