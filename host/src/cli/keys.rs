//! `mana-auth keys`: the keys that sign access tokens.

use super::{
    args::Keys as Command,
    console,
    failure::Failure,
    prepare::{Database, started},
    table::{table, time},
};
use mana_auth::{
    bindings::exports::mana::auth::keys::{Key, State},
    config::Config,
};
use serde_json::{Value, json};

/// Does what the command says.
pub async fn run(config: Config, command: Command) -> Result<(), Failure> {
    let mut instance = started(config, Database::MustExist).await?;
    match command {
        Command::List { json } => {
            let keys = instance
                .run(async |accessor, auth| auth.mana_auth_keys().call_list(accessor).await)
                .await??;
            if json {
                return console::line(&Value::from_iter(keys.iter().map(key_json)).to_string());
            }
            console::print(&keys_table(&keys))
        }
        Command::Rotate => {
            let key = instance
                .run(async |accessor, auth| auth.mana_auth_keys().call_rotate(accessor).await)
                .await??;
            console::print(&keys_table(&[key]))
        }
        Command::Revoke { id } => {
            instance
                .run(async |accessor, auth| auth.mana_auth_keys().call_revoke(accessor, id).await)
                .await??;
            console::line("1 key revoked")
        }
    }
}

fn keys_table(keys: &[Key]) -> String {
    let row = |key: &Key| {
        [
            key.id.clone(),
            state_word(key.state).into(),
            time(key.created_at),
            time(key.signs_from),
            key.secret_version.to_string(),
        ]
    };
    let rows: Vec<_> = keys.iter().map(row).collect();
    table(["ID", "STATE", "CREATED", "SIGNS FROM", "SECRET"], &rows)
}

fn key_json(key: &Key) -> Value {
    json!({
        "id": key.id,
        "state": state_word(key.state),
        "createdAt": time(key.created_at),
        "signsFrom": time(key.signs_from),
        "secretVersion": key.secret_version,
    })
}

fn state_word(state: State) -> &'static str {
    match state {
        State::Published => "published",
        State::Signing => "signing",
        State::Retired => "retired",
        State::Revoked => "revoked",
    }
}
