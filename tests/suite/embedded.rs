//! What an embedder links into components of its own.

use crate::{
    runner::{Hooks, Runner as _, host::Host},
    service::SECRET,
};
use libtest_mimic::Trial;
use mana_auth::{
    AuditLog,
    artefact::Artefact,
    bindings::recorder::mana::auth::audit_log::{Error, Event},
};
use std::{path::Path, sync::Arc};
use tempfile::TempDir;
use wasmtime::{Engine, Store, component::Linker};

mod bindings {
    wasmtime::component::bindgen!({
        inline: "
            package mana:recording;

            interface shop {
                use mana:auth/audit-log@0.1.0.{error, event};

                %record: async func(event: event) -> result<string, error>;
            }

            world recording {
                include mana:auth/recorder@0.1.0;
                export shop;
            }
        ",
        path: "../wit",
        world: "mana:recording/recording",
        imports: { default: async | store | trappable },
        exports: { default: async | store },
        with: {
            "mana:auth/audit-log": mana_auth::bindings::recorder::mana::auth::audit_log,
        },
    });
}

pub fn trials() -> impl Iterator<Item = Trial> {
    std::iter::once(Trial::test("embedded::another_component_appends_under_its_source_alone", || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(another_component_appends_under_its_source_alone());
        Ok(())
    }))
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

/// A component with a store of its own, whose state is what it records with.
struct Shop {
    engine: Engine,
    log: AuditLog,
}

impl Shop {
    fn new(log: AuditLog) -> Self {
        Self { engine: Engine::new(&mana_auth_engine::config()).expect("the settings are valid"), log }
    }

    async fn record(&self, event: Event) -> Result<String, Error> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/mana/recording.cwasm");
        let artefact = std::fs::read(path).expect("the recording guest: run `make guests`");
        let component = Artefact::precompiled(artefact).component(&self.engine).expect("a component");
        let mut linker = Linker::new(&self.engine);
        AuditLog::add_to_linker(&mut linker, |log| log).expect("nothing else is linked");
        let mut store = Store::new(&self.engine, self.log.clone());
        store.set_epoch_deadline(u64::MAX / 2);
        let recording = bindings::Recording::instantiate_async(&mut store, &component, &linker)
            .await
            .expect("an instance");
        let shop = recording.mana_recording_shop();
        let recorded = store.run_concurrent(async |accessor| shop.call_record(accessor, event).await);
        recorded.await.expect("no trap").expect("no trap")
    }
}
