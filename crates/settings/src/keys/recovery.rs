//! The keys of mail, and of proving again who one is.

use crate::{
    entry::{component, host},
    key::{ConfigKey, Fallback, ValueKind},
};

use Fallback::{Derived, Value};
use ValueKind::{Bool, Integer, List, Secret, Text};

pub const KEYS: &[ConfigKey] = &[
    host(
        "smtp_url",
        Secret,
        Derived(
            "unset: mails become files in `data`, where `public_url` is of this machine; elsewhere there is no mail",
        ),
        "The server that takes mails: `smtps://user:password@host` (TLS, port 465), or `smtp://user:password@host` (STARTTLS, port 587, never without). User and password are percent-encoded. A server on this machine is spoken to in the clear, unless `?tls=required` follows. Without mail, what needs it answers 404.",
    ),
    component(
        "mail_from",
        Text,
        Derived("`no-reply` at the host of `public_url`"),
        "The address that mails are from. The server of `smtp_url`, or on Spin the API of `mail_api`, must be allowed to send for its domain (SPF, DKIM, DMARC).",
    ),
    component("mail_reply_to", Text, Derived("unset"), "Where answers to mails go."),
    component(
        "mail_redirects",
        List,
        Value(""),
        "Addresses of apps that links in mails may lead to (`redirectTo`), as origin and path, such as `https://app.example/reset`: the token is added to the query, and the page posts it to the service. Compared exactly. Empty: any path of a trusted origin. A page there that redirects on anybody's word then hands tokens on, so list the paths.",
    ),
    component(
        "mail_notices",
        List,
        Value(
            "password_changed,new_device,account_locked,address_changed,account_deleted,changed_by_operator",
        ),
        "What users are told of by mail, or `none`. The operator decides; whoever takes an account over must not be able to turn the warning off.",
    ),
    component(
        "pages",
        Bool,
        Value("true"),
        "Whether the service has pages of its own, such as the one where a password is reset. Without, links in mails lead to the first of `mail_redirects`, which must have one.",
    ),
    component(
        "theme_accent",
        Text,
        Value("#17695c"),
        "The one colour of pages and mails, as # and six hex digits: of buttons, links and what is chosen. All others are derived from it, by day and by night, so that everything can be read; where words on it could not be, it is darkened or lightened itself.",
    ),
    component(
        "theme_logo",
        Text,
        Derived("unset: the name of the service"),
        "The address of a picture of at most 160 by 40 pixels, over https, for pages and mails. Whoever serves it learns who opens mails, and when.",
    ),
    component(
        "theme_imprint",
        Text,
        Derived("unset: no link"),
        "The address that tells who runs the service, over https.",
    ),
    component(
        "theme_privacy",
        Text,
        Derived("unset: no link"),
        "The address that tells what becomes of personal data, over https.",
    ),
    component(
        "step_up_minutes",
        Integer { unit: "minutes", min: 1, max: 1440 },
        Value("10"),
        "How long a proof of who one is suffices for what must not be done with a stolen session: deleting the account, changing its address, administering others. After it, `POST /step-up` asks again.",
    ),
    component(
        "require_email_verification",
        Bool,
        Value("false"),
        "Whether an address is proven, by what is mailed there, before it has an account: what is registered waits for 24 hours, and nobody is told whether the address has an account. An account whose address nobody has proven can't be signed in to. Off, because it needs mail.",
    ),
    component(
        "change_email_confirm_old",
        Bool,
        Value("false"),
        "Whether a change of address is confirmed at the old address first. Whoever has lost that can't change it then.",
    ),
];
