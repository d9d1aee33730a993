//! Mail: over SMTP, or, on a developer's machine, into a folder.

mod folder;
mod mailer;
mod mime;
mod smtp;
mod smtp_url;

pub use crate::bindings::mana::auth::mailer::{Message, Outcome, Sender};
pub use folder::{FOLDER, Folder, Kept};
pub use mailer::{Mailer, NoMail};
pub use smtp::Smtp;
pub use smtp_url::{SmtpUrl, SmtpUrlProblem};
