//! A wasmtime host of one's own: it runs the component without HTTP, and calls it by type.
//!
//! `cargo run -p mana-auth-example-embed -- FOLDER` makes an account in a database there, signs in, has a token signed for another
//! service, and signs out. A host that is to be reached by HTTP is shorter with `mana_auth::Server`.

use anyhow::{Context as _, Result};
use mana_auth::{
    artefact::Artefact,
    bindings::{
        Auth,
        exports::mana::auth::{
            accounts::NewUser,
            sessions::{Client, Credential, Credentials, Device},
        },
    },
    clock::SystemClock,
    imports::{
        Limit,
        config::{self, ConfigCtx},
        invalidations::{self, InvalidationsCtx},
        mailer::{self, MailerCtx},
        passwords::{self, PasswordsCtx},
        platform::{self, PlatformCtx},
        storage::{self, StorageCtx},
    },
    passwords::{LiveRequests, Pool, PoolOptions},
    random::SystemRandom,
    secret,
    storage::{Sqlite, SqliteOptions},
};
use std::{path::Path, sync::Arc, time::Duration};
use wasmtime::{Engine, Store, component::Linker};

/// What the component's imports reach. Each is taken from `mana_auth`; any may be the embedder's own instead.
struct State {
    storage: StorageCtx,
    invalidations: InvalidationsCtx,
    passwords: PasswordsCtx,
    mailer: MailerCtx,
    config: ConfigCtx,
    platform: PlatformCtx,
}

const SHOP: &str = "https://shop.example";

#[tokio::main]
async fn main() -> Result<()> {
    let folder = std::env::args().nth(1).context("the folder for the database")?;
    let engine = Engine::new(&mana_auth_engine::config())?;
    let component = Artefact::embedded().component(&engine)?;
    let mut linker = Linker::new(&engine);
    storage::add_to_linker(&mut linker, |state: &mut State| state.storage.view())?;
    invalidations::add_to_linker(&mut linker, |state| state.invalidations.view())?;
    passwords::add_to_linker(&mut linker, |state| state.passwords.view())?;
    mailer::add_to_linker(&mut linker, |state| state.mailer.view())?;
    config::add_to_linker(&mut linker, |state| state.config.view())?;
    platform::add_to_linker(&mut linker, |state| state.platform.view())?;

    let mut store = Store::new(&engine, state(Path::new(&folder))?);
    // A host that serves many raises the epoch by a timer, and ends what runs for too long.
    store.set_epoch_deadline(u64::MAX / 2);
    let auth = Auth::instantiate_async(&mut store, &component, &linker).await?;
    store.run_concurrent(async |accessor| use_it(&auth, accessor).await).await?
}

fn state(folder: &Path) -> Result<State> {
    let (clock, random) = (Arc::new(SystemClock::default()), Arc::new(SystemRandom));
    secret::create_folder(folder)?;
    let file = folder.join("auth.db");
    let secret = secret::read_or_create(folder, &file, &SystemRandom)?;
    let database = Sqlite::open(SqliteOptions::new(file), clock.clone())?;
    let pool = Pool::start(PoolOptions::default(), random.clone(), LiveRequests::default())?;
    let secrets = secret.to_string();
    let values = [("public_url", "http://localhost:3001"), ("secrets", &secrets), ("token_audiences", SHOP)];
    let values = values.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let limit = Limit::new(Duration::from_secs(15), clock.clone());
    Ok(State {
        invalidations: InvalidationsCtx::new(database.invalidations(), limit.clone()),
        storage: StorageCtx::new(Arc::new(database), limit.clone()),
        passwords: PasswordsCtx::new(Arc::new(pool), limit.clone()),
        // A host that sends mails gives its `mana_auth::mail::Mailer` here.
        mailer: MailerCtx::none(limit),
        config: ConfigCtx::new(values.into()),
        platform: PlatformCtx::new(clock, random),
    })
}

async fn use_it(auth: &Auth, accessor: &wasmtime::component::Accessor<State>) -> Result<()> {
    let (accounts, sessions) = (auth.mana_auth_accounts(), auth.mana_auth_sessions());
    auth.mana_auth_maintenance().call_start(accessor, true).await??;

    // The embedder knows who calls, and says it with each call: limits and the audit log go by it.
    let client = || Client { ip_address: "192.0.2.7".to_owned(), user_agent: "embed/1".to_owned() };
    let (email, password) = ("ana@example.org".to_owned(), "seven otters rehearse a tango".to_owned());
    let new = NewUser { email: email.clone(), password: password.clone(), name: "Ana".to_owned() };
    accounts.call_register(accessor, new, client()).await??;

    let device = Device { id: String::new(), name: String::new(), token: String::new() };
    let credentials = Credentials { email, password };
    let signed_in = sessions.call_sign_in(accessor, credentials, false, device, client()).await??;
    println!("{} is signed in", signed_in.user.email);

    let session = signed_in.session.id;
    let signing = auth.mana_auth_token_signing();
    let ticket = signing.call_service_token(accessor, session, SHOP.to_owned()).await??;
    println!("a token for {SHOP}, for {} seconds", ticket.expires_in);

    let credential = Credential::RefreshToken(signed_in.refresh_token);
    sessions.call_sign_out(accessor, credential, client()).await??;
    match auth.mana_auth_sessions_read().call_validate(accessor, signed_in.access_token).await? {
        Ok(_) => println!("the access token still holds"),
        Err(refusal) => println!("the access token is refused: {refusal:?}"),
    }
    auth.mana_auth_maintenance().call_flush(accessor).await??;
    Ok(())
}
