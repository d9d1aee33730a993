//! What an embedder links into components of its own.

use crate::{
    jwt::Jwt,
    runner::{Hooks, Runner as _, RunnerKind, host::Host},
    scenario::block_on,
    service::{PASSWORD, SECRET, Stage},
};
use futures::FutureExt as _;
use libtest_mimic::Trial;
use mana_auth::{
    AuditLog, Calls, Interface,
    artefact::Artefact,
    bindings::{
        exports::mana::auth::accounts::{NewUser, Place, User},
        recorder::mana::auth::audit_log::{Error, Event},
    },
    clock::TestClock,
};
use serde_json::json;
use std::{path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;
use wasmtime::{Engine, Store, component::Linker};

mod bindings {
    wasmtime::component::bindgen!({
        path: ["../wit", "embedded-guest/wit"],
        world: "mana:embedded/embedded",
        imports: { default: async | store | trappable },
        exports: { default: async | store },
        with: {
            "mana:auth/audit-log": mana_auth::bindings::recorder::mana::auth::audit_log,
        },
    });
}

use bindings::mana::auth::types::{Client, Refusal, SignedIn};

pub fn trials() -> impl Iterator<Item = Trial> {
    let trial = |name: &str, run: fn()| {
        Trial::test(format!("embedded::{name}"), move || {
            run();
            Ok(())
        })
    };
    [
        trial("another_component_appends_under_its_source_alone", || {
            block_on(another_component_appends_under_its_source_alone());
        }),
        trial("another_component_signs_people_in", || block_on(another_component_signs_people_in())),
        trial("a_list_goes_on_where_an_account_was_deleted", || {
            block_on(a_list_goes_on_where_an_account_was_deleted());
        }),
        trial("each_function_answers_for_its_route", || block_on(each_function_answers_for_its_route())),
    ]
    .into_iter()
}

async fn another_component_appends_under_its_source_alone() {
    let data = TempDir::new().expect("a folder");
    let settings = [("secrets", SECRET), ("public_url", "https://auth.example.org")];
    let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let mut host =
        Host::start(data.path(), &settings, Arc::default(), Hooks::default()).await.expect("a start");
    let shop = Shop::new(host.server().audit_log("shop-1".parse().expect("a name")));

    let event = |event_type: &str, metadata: &str| Event {
        event_type: event_type.to_owned(),
        user_id: Some("0190a0a0-0000-7000-8000-000000000001".to_owned()),
        ip_address: Some("::ffff:192.0.2.7".to_owned()),
        user_agent: Some("till/1".to_owned()),
        metadata: metadata.to_owned(),
    };
    let id = shop.record(event("invoice.paid", r#"{"invoice":17}"#)).await.expect("it is recorded");
    let fields = |outcome: Result<String, Error>| match outcome {
        Err(Error::Invalid(problems)) => problems.into_iter().map(|wrong| wrong.field).collect(),
        _ => Vec::new(),
    };
    assert_eq!(fields(shop.record(event("Invoice paid", "{}")).await), ["eventType"]);
    assert_eq!(
        fields(shop.record(event("login_success", "{}")).await),
        ["eventType"],
        "that is the service's own"
    );
    assert_eq!(fields(shop.record(event("invoice.paid", "[]")).await), ["metadata"]);
    let large = format!(r#"{{"a":"{}"}}"#, "a".repeat(9_000));
    assert_eq!(fields(shop.record(event("invoice.paid", &large)).await), ["metadata"]);
    let endless = Event { user_agent: Some("a".repeat(1 << 20)), ..event("invoice.paid", "{}") };
    assert_eq!(fields(shop.record(endless).await), ["event"]);

    let database = host.database();
    host.stop().await;
    let database = rusqlite::Connection::open(database).expect("the database");
    let sql = "SELECT id, source, event_type, ip_address, user_agent, metadata, count(*) FROM security_events
               WHERE source IS NOT NULL";
    let row = database.query_row(sql, [], |row| {
        let text = |column| row.get::<_, String>(column);
        Ok(([text(0)?, text(1)?, text(2)?, text(3)?, text(4)?, text(5)?], row.get::<_, i64>(6)?))
    });
    let expected = [&id, "shop-1", "invoice.paid", "192.0.2.7", "till/1", r#"{"invoice":17}"#];
    assert_eq!(row.expect("a row"), (expected.map(ToOwned::to_owned), 1));
}

async fn another_component_signs_people_in() {
    const SHOP: &str = "https://shop.example";
    let data = TempDir::new().expect("a folder");
    let settings =
        [("secrets", SECRET), ("public_url", "https://auth.example.org"), ("token_audiences", SHOP)];
    let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let mut host =
        Host::start(data.path(), &settings, Arc::default(), Hooks::default()).await.expect("a start");
    let shop =
        Shop::new(host.server().audit_log("shop-1".parse().expect("a name"))).calling(host.server().calls());
    let register = json!({ "email": "ana@example.org", "password": PASSWORD }).to_string();
    let http = reqwest::Client::new();
    let registered = http.post(format!("{}/api/v1/auth/register", host.base_url()));
    let registered = registered.header("content-type", "application/json").body(register).send().await;
    assert_eq!(registered.expect("an answer").status(), 201);

    let refused = shop.enter("ana@example.org", "nine badgers compose").await;
    assert!(matches!(refused, Err(Refusal::InvalidCredentials)), "{refused:?}");
    let ana = shop.enter("Ana@Example.org", PASSWORD).await.expect("the right password");
    assert_eq!(
        (ana.user.email.as_str(), ana.session.ip_address.as_deref()),
        ("ana@example.org", Some("192.0.2.7"))
    );
    assert!(host.server().validate(&ana.access_token).await.is_ok());
    let ticket = shop.ticket(&ana.session.id, SHOP).await.expect("a token");
    assert_eq!(Jwt::parse(&ticket).claims["aud"], SHOP);
    assert!(matches!(shop.ticket(&ana.session.id, "https://evil.example").await, Err(Refusal::Invalid(_))));
    shop.leave(&ana.refresh_token).await.expect("the end of the session");
    assert!(matches!(shop.ticket(&ana.session.id, SHOP).await, Err(Refusal::Unauthenticated)));
    let endless = shop.enter(&"a".repeat(1 << 20), PASSWORD).await;
    assert!(matches!(endless, Err(Refusal::Internal)), "more than the host hands on is a trap: {endless:?}");

    let database = host.database();
    host.stop().await;
    let database = rusqlite::Connection::open(database).expect("the database");
    let mut events = database
        .prepare("SELECT event_type, ip_address FROM security_events WHERE event_type <> 'keys_rotated' ORDER BY id")
        .expect("a statement");
    let events = events.query_map([], |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?)));
    let events: Vec<(String, Option<String>)> =
        events.expect("rows").map(|row| row.expect("a row")).collect();
    let at = |address: &str| Some(address.to_owned());
    let expected = [
        ("account_created", at("127.0.0.1")),
        ("login_failure", at("192.0.2.7")),
        ("device_new", at("192.0.2.7")),
        ("login_success", at("192.0.2.7")),
        ("token_signed", None),
        ("logout", at("192.0.2.7")),
    ];
    let expected = expected.map(|(kind, address)| (kind.to_owned(), address));
    assert!(expected.iter().all(|event| events.contains(event)), "{events:?}");
}

async fn a_list_goes_on_where_an_account_was_deleted() {
    let data = TempDir::new().expect("a folder");
    let settings = [("secrets", SECRET), ("public_url", "https://auth.example.org")];
    let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let clock: Arc<TestClock> = Arc::default();
    let mut host =
        Host::start(data.path(), &settings, clock.clone(), Hooks::default()).await.expect("a start");
    let server = host.server();
    for email in ["a@example.org", "b@example.org", "c@example.org"] {
        let new = NewUser { email: email.to_owned(), password: PASSWORD.to_owned(), name: String::new() };
        let made = server.call(|accessor, auth| {
            let accounts = auth.mana_auth_accounts();
            async move { accounts.call_create(accessor, new).await }.boxed()
        });
        made.await.expect("an answer").expect("an account");
        clock.advance(Duration::from_secs(1));
    }
    let list = async |before: Option<Place>| {
        let listed = server.call(|accessor, auth| {
            let accounts = auth.mana_auth_accounts();
            async move { accounts.call_list(accessor, 2, before).await }.boxed()
        });
        listed.await.expect("an answer").expect("a page")
    };
    let addresses = |users: &[User]| users.iter().map(|user| user.email.clone()).collect::<Vec<_>>();
    let first = list(None).await;
    assert_eq!(addresses(&first), ["c@example.org", "b@example.org"]);
    let last = first.last().expect("two accounts");
    let next = || Some(Place { created_at: last.created_at, id: last.id.clone() });
    assert_eq!(addresses(&list(next()).await), ["a@example.org"]);
    let id = last.id.clone();
    let deleted = server.call(|accessor, auth| {
        let accounts = auth.mana_auth_accounts();
        async move { accounts.call_delete(accessor, id).await }.boxed()
    });
    deleted.await.expect("an answer").expect("a deletion");
    assert_eq!(addresses(&list(next()).await), ["a@example.org"]);
    host.stop().await;
}

/// Without it, the scenarios that are told against the functions might be told against the routes again.
async fn each_function_answers_for_its_route() {
    let shop = "https://shop.example";
    let stage = Stage::new(RunnerKind::Typed).with("token_audiences", shop).with("trusted_origins", shop);
    let stage = stage.with("token_exchange_origins", shop);
    let service = stage.start().await;
    let (email, other) = ("ana@example.org", "nine badgers compose a waltz");
    let credentials = json!({ "email": email, "password": PASSWORD });
    let asked = |answer: &crate::client::Answer| {
        assert!(answer.header("x-request-id").starts_with("typed-"), "a route answered: {answer}");
        assert!(answer.status < 300, "{answer}");
    };
    asked(&service.client().post("/register", credentials.clone()).await);
    let client = service.client();
    let signed_in = client.post("/login", credentials).await;
    asked(&signed_in);
    let token = |answer: &crate::client::Answer, name: &str| {
        answer.json()[name].as_str().expect("a token").to_owned()
    };
    asked(&client.post("/session-to-token", json!({})).header("origin", shop).await);
    let bearer = service.client();
    let refreshed =
        bearer.post("/refresh", json!({ "refreshToken": token(&signed_in, "refreshToken") })).await;
    asked(&refreshed);
    let access = token(&refreshed, "accessToken");
    asked(&bearer.post("/profile", json!({ "name": "Ana" })).bearer(&access).await);
    asked(&bearer.post("/service-token", json!({ "audience": shop })).bearer(&access).await);
    let body = json!({ "currentPassword": PASSWORD, "newPassword": other });
    let changed = bearer.post("/change-password", body).bearer(&access).await;
    asked(&changed);
    let leaving = service.client();
    let again = leaving.post("/login", json!({ "email": email, "password": other })).await;
    asked(&again);
    asked(&service.client().post("/logout", json!({ "refreshToken": token(&again, "refreshToken") })).await);
    let close = bearer.delete("/account").json(&json!({ "password": other }));
    asked(&close.bearer(&token(&changed, "accessToken")).without_cookies().await);
}

/// A component with a store of its own, whose state is what it may do.
struct Shop {
    engine: Engine,
    state: State,
}

#[derive(Clone)]
struct State {
    log: AuditLog,
    calls: Option<Calls>,
}

impl Shop {
    fn new(log: AuditLog) -> Self {
        let engine = Engine::new(&mana_auth_engine::config()).expect("the settings are valid");
        Self { engine, state: State { log, calls: None } }
    }

    fn calling(mut self, calls: Calls) -> Self {
        self.state.calls = Some(calls);
        self
    }

    async fn record(&self, event: Event) -> Result<String, Error> {
        let (mut store, shop) = self.instance().await;
        let shop = shop.mana_embedded_shop();
        let recorded = store.run_concurrent(async |accessor| shop.call_record(accessor, event).await);
        recorded.await.expect("no trap").expect("no trap")
    }

    /// A trap is `internal` here.
    async fn enter(&self, email: &str, password: &str) -> Result<SignedIn, Refusal> {
        let (mut store, shop) = self.instance().await;
        let shop = shop.mana_embedded_shop();
        let (email, password) = (email.to_owned(), password.to_owned());
        let entered =
            store.run_concurrent(async |accessor| shop.call_enter(accessor, email, password, client()).await);
        entered.await.flatten().unwrap_or(Err(Refusal::Internal))
    }

    async fn ticket(&self, session: &str, audience: &str) -> Result<String, Refusal> {
        let (mut store, shop) = self.instance().await;
        let shop = shop.mana_embedded_shop();
        let (session, audience) = (session.to_owned(), audience.to_owned());
        let ticket =
            store.run_concurrent(async |accessor| shop.call_ticket(accessor, session, audience).await);
        ticket.await.expect("no trap").expect("no trap")
    }

    async fn leave(&self, refresh_token: &str) -> Result<(), Refusal> {
        let (mut store, shop) = self.instance().await;
        let shop = shop.mana_embedded_shop();
        let token = refresh_token.to_owned();
        let left = store.run_concurrent(async |accessor| shop.call_leave(accessor, token, client()).await);
        left.await.expect("no trap").expect("no trap")
    }

    async fn instance(&self) -> (Store<State>, bindings::Embedded) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/mana/embedded.cwasm");
        let artefact = std::fs::read(path).expect("the embedded guest: run `make guests`");
        let component = Artefact::precompiled(artefact).component(&self.engine).expect("a component");
        let mut linker = Linker::new(&self.engine);
        AuditLog::add_to_linker(&mut linker, |state: &mut State| &mut state.log)
            .expect("nothing else is linked");
        match &self.state.calls {
            Some(calls) => {
                calls.add_to_linker(&mut linker, &[Interface::Sessions, Interface::TokenSigning], |state| {
                    state.calls.as_ref().expect("what it was linked with")
                })
            }
            // Whoever may only record is refused the rest.
            None => linker.define_unknown_imports_as_traps(&component),
        }
        .expect("nothing else is linked");
        let mut store = Store::new(&self.engine, self.state.clone());
        store.set_epoch_deadline(u64::MAX / 2);
        let shop = bindings::Embedded::instantiate_async(&mut store, &component, &linker).await;
        (store, shop.expect("an instance"))
    }
}

fn client() -> Client {
    Client { ip_address: "192.0.2.7".to_owned(), user_agent: "till/1".to_owned() }
}
