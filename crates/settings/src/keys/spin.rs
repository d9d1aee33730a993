//! The keys of what stands in for our host on Spin.

use crate::{
    entry::spin,
    key::{ConfigKey, Fallback, ValueKind},
};

use Fallback::Derived;
use ValueKind::{Secret, Text};

pub const KEYS: &[ConfigKey] = &[
    spin(
        "mail_api",
        Text,
        Derived("unset: there is no mail, and what needs it answers 404"),
        "Who takes mails over HTTPS: `resend` or `postmark`. Components on Spin can't speak SMTP.",
    ),
    spin(
        "mail_api_secret",
        Secret,
        Derived("required with `mail_api`"),
        "What opens that API: of Resend an API key with the permission to send, of Postmark a server API token.",
    ),
    spin(
        "mail_api_url",
        Text,
        Derived("`https://api.resend.com` or `https://api.postmarkapp.com`"),
        "Where that API is, if elsewhere, such as behind a proxy: scheme, host and port. Over https, but on this machine. `allowed_outbound_hosts` in `spin.toml` must name the same.",
    ),
];
