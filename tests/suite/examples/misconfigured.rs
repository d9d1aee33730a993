//! The auth service and the guard where something is wrong: who is to notice is whoever reads their log.

use super::application::GUARD;
use crate::{
    client::API,
    runner::{
        Runner as _, Settings,
        spin::{Spin, app::Component, auth, database_in},
    },
    scenario::block_on,
    service::{PUBLIC_URL, SECRET},
};
use libtest_mimic::Trial;
use serde_json::Value;
use std::sync::Arc;
use tempfile::TempDir;

/// In this process alone, where nobody else writes to the log.
pub fn trials() -> impl Iterator<Item = Trial> {
    let proxies = Trial::test("spin::misconfigured::proxies_that_are_none_are_named", || {
        block_on(proxies_that_are_none_are_named());
        Ok(())
    });
    let database = Trial::test("spin::misconfigured::a_lost_database_is_named_once", || {
        block_on(a_lost_database_is_named_once());
        Ok(())
    });
    let secrets = Trial::test("spin::misconfigured::secrets_that_can_be_guessed_are_named", || {
        block_on(secrets_that_can_be_guessed_are_named());
        Ok(())
    });
    let guard = Trial::test("spin::misconfigured::variables_of_the_guard_are_named", || {
        block_on(variables_of_the_guard_are_named());
        Ok(())
    });
    [proxies, database, secrets, guard].into_iter()
}

async fn start(data: &TempDir, more: &[(&str, &str)]) -> Spin {
    let all = [("secrets", SECRET), ("public_url", PUBLIC_URL)].into_iter().chain(more.iter().copied());
    let settings: Settings = all.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    Spin::start(data.path(), &settings, Arc::default(), None).await
}

async fn get(spin: &Spin, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("{}{path}", spin.base_url())).await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

/// What the lines of the log say of causes. Each line is JSON.
fn causes(spin: &Spin) -> Vec<String> {
    let json = |line: &str| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    let cause = |line: Value| line["fields"]["why"].as_str().map(ToOwned::to_owned);
    spin.log().lines().map(json).filter_map(cause).collect()
}

async fn proxies_that_are_none_are_named() {
    let data = TempDir::new().expect("a folder");
    let spin = start(&data, &[("trusted_proxies", "the proxy")]).await;
    assert_eq!(get(&spin, "/health").await, (200, "live\n".to_owned()));
    assert_eq!(get(&spin, "/ready").await, (503, "not started\n".to_owned()));
    let (status, body) = get(&spin, &format!("{API}/jwks")).await;
    assert!(status == 500 && body.contains("\"INTERNAL\""), "{status} {body}");
    let causes = causes(&spin);
    let named = causes.iter().filter(|why| why.starts_with("MANA_AUTH_TRUSTED_PROXIES must be "));
    assert_eq!(named.count(), 1, "{causes:?}");
}

async fn secrets_that_can_be_guessed_are_named() {
    const SECRET: &str = "b3e1c27fd94a4f0d8a6c5e2190b7f83d";
    for (key, value) in [
        ("maintenance_secret", "changeme-changeme-changeme".to_owned()),
        ("audit_sources", "billing:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned()),
        ("audit_sources", format!("{SECRET}:billing")),
        ("token_audiences", PUBLIC_URL.to_owned()),
    ] {
        let data = TempDir::new().expect("a folder");
        let spin = start(&data, &[(key, &value)]).await;
        let (status, body) = get(&spin, &format!("{API}/jwks")).await;
        assert!(status == 500 && body.contains("\"INTERNAL\""), "{status} {body}");
        assert!(causes(&spin).iter().any(|why| why.starts_with(key)), "{key}: {}", spin.log());
        let told = body + &spin.log();
        assert!(
            !told.contains("changeme") && !told.contains(&SECRET[..8]) && !told.contains("aaaa"),
            "{told}"
        );
    }
}

async fn a_lost_database_is_named_once() {
    let data = TempDir::new().expect("a folder");
    std::fs::create_dir(database_in(data.path())).expect("a folder in the database's place");
    let spin = start(&data, &[]).await;
    for _ in 0..2 {
        assert_eq!(get(&spin, "/ready").await, (503, "the database can't be reached\n".to_owned()));
    }
    let causes = causes(&spin);
    let named = causes.iter().filter(|why| why.contains("`sqlite_databases`"));
    assert_eq!(named.count(), 1, "{causes:?}");
}

async fn variables_of_the_guard_are_named() {
    for (name, value) in [
        ("guard_roles", Some("/guarded/x=root")),
        ("guard_max_age_minutes", None),
        ("guard_max_age_minutes", Some("/guarded/transfer=10m")),
        ("guard_max_age_minutes", Some("/guarded/transfer=0")),
        ("guard_max_age_minutes", Some("/guarded/public/x=10")),
    ] {
        let data = TempDir::new().expect("a folder");
        let settings = |pairs: &[(&str, &str)]| -> Settings {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let mut variables = settings(GUARD);
        variables.remove(name);
        variables.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        let guarded = Component {
            name: "guarded",
            route: "/guarded",
            artefact: "guarded-by-guard",
            variables,
            may_call: &["auth"],
            may_reach: Vec::new(),
        };
        let service = auth(&settings(&[("secrets", SECRET), ("public_url", PUBLIC_URL)]));
        let spin = Spin::start_several(data.path(), vec![service, guarded]).await;
        for path in ["/guarded/x", "/guarded/public"] {
            let (status, body) = get(&spin, path).await;
            assert!(status == 500 && body.contains("\"INTERNAL\""), "{status} {body}");
        }
        let causes = causes(&spin);
        assert!(causes.iter().any(|why| why.starts_with(&format!("{name}: "))), "{value:?}: {causes:?}");
    }
}
