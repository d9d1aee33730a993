//! `mana-auth mail`: the mails that the service sends.

use super::{
    args::Mail as Command,
    console,
    failure::{CommandError, Failure},
    prepare::{Database, started},
    table::{table, time},
};
use mana_auth::{
    bindings::exports::mana::auth::mail::{Entry, Sent, State},
    config::Config,
};
use serde_json::{Value, json};

/// Does what the command says.
pub async fn run(config: Config, command: Command) -> Result<(), Failure> {
    let mut instance = started(config, Database::MustExist).await?;
    match command {
        Command::Test { address } => {
            let sent = instance
                .run(async |accessor, auth| auth.mana_auth_mail().call_test(accessor, address).await)
                .await??;
            match sent {
                Some(Sent::Accepted) => console::line("accepted"),
                Some(Sent::Later(reason) | Sent::Never(reason)) => {
                    Err(Failure::Refused(CommandError::NotAccepted(reason)))
                }
                None => Err(Failure::Refused(CommandError::NoMail)),
            }
        }
        Command::List { json } => {
            let mails = instance
                .run(async |accessor, auth| auth.mana_auth_mail().call_list(accessor).await)
                .await??;
            if json {
                return console::line(&Value::from_iter(mails.iter().map(mail_json)).to_string());
            }
            console::print(&mails_table(&mails))
        }
        Command::Retry { id } => {
            let count = instance
                .run(async |accessor, auth| auth.mana_auth_mail().call_retry(accessor, id).await)
                .await??;
            let mails = if count == 1 { "mail is" } else { "mails are" };
            console::line(&format!("{count} {mails} due now"))
        }
    }
}

fn mails_table(mails: &[Entry]) -> String {
    let row = |mail: &Entry| {
        [
            mail.id.clone(),
            mail.kind.clone(),
            state_word(mail.state).into(),
            mail.to.clone().unwrap_or_else(|| "-".into()),
            time(mail.created_at),
            if matches!(mail.state, State::Waiting) { time(mail.due_at) } else { "-".into() },
            mail.attempts.to_string(),
            mail.reason.clone().unwrap_or_else(|| "-".into()),
        ]
    };
    let rows: Vec<_> = mails.iter().map(row).collect();
    table(["ID", "KIND", "STATE", "TO", "CREATED", "DUE", "ATTEMPTS", "REASON"], &rows)
}

fn mail_json(mail: &Entry) -> Value {
    json!({
        "id": mail.id,
        "kind": mail.kind,
        "state": state_word(mail.state),
        "to": mail.to,
        "createdAt": time(mail.created_at),
        "dueAt": time(mail.due_at),
        "attempts": mail.attempts,
        "reason": mail.reason,
    })
}

fn state_word(state: State) -> &'static str {
    match state {
        State::Waiting => "waiting",
        State::Failed => "failed",
    }
}
