//! The component's statements on PostgreSQL. Scenarios make most of them, told one after another; those whose text stands whole in the
//! source, and that no scenario makes, are prepared as they stand.

use crate::{
    house::arrows::strings,
    repository::{files, name},
    runner::{RunnerKind, postgres},
    scenario::block_on,
    scenarios,
    service::Stage,
    shape,
};
use mana_auth::bindings::exports::mana::auth::accounts::{
    ImportOutcome, ImportedBan, ImportedUser, Place, Role,
};
use serde_json::json;

/// The scenarios, by file and name.
const TOLD: &[(&str, &str)] = &[
    ("account_deletion", "the_audit_log_stays"),
    ("audit_events", "however_large_they_are_sealed"),
    ("bounds", "refused_registrations_count_for_nobody_else"),
    ("codes", "a_code_has_five_attempts"),
    ("change_password", "a_bearer_who_overlooks_them_goes_on_with_the_old_ones"),
    ("keys_in_time", "the_next_key_is_published_before_it_signs"),
    ("lockout", "an_administrator_unlocks"),
    ("login", "what_a_device_says_of_itself_is_bounded"),
    ("metric_labels", "sessions_ended"),
    ("registrations", "there_is_no_account_before_the_proof"),
    ("secret_rotation", "a_secret_may_be_skipped"),
    ("secrets_at_rest", "nothing_is_left_after_a_busy_day"),
    ("session_cache", "is_not_set_where_it_would_be_too_long"),
    ("sessions", "an_id_that_is_no_text_is_no_session"),
    ("taking_back", "coming_back_ends_what_came_between"),
    ("audit_log", "it_is_summed_up_before_and_after_sealing"),
    ("audit_log", "nobody_else_reads_it"),
];

pub fn every_statement_is_prepared() {
    for (file, scenario) in TOLD {
        let (_, scenarios) = scenarios::ALL.iter().find(|(name, _)| name == file).expect(file);
        let told = scenarios.iter().find(|told| told.name == *scenario).expect(scenario);
        block_on((told.run)(Stage::new(RunnerKind::Postgres)));
    }
    let prepared_by_hand = |wanted: Vec<String>| {
        block_on(an_operator_lists_erases_and_rotates(Stage::new(RunnerKind::Postgres), wanted));
    };
    prepared_by_hand(vec![]);
    let prepared: Vec<String> = postgres::statements().iter().map(|sql| words(sql)).collect();
    let written = written();
    assert!(written.len() > 120, "only {} statements", written.len());
    let missing =
        written.iter().filter(|(_, sql)| !prepared.iter().any(|prepared| is_made_of(prepared, sql)));
    let (whole, parts): (Vec<_>, Vec<_>) = missing.partition(|(_, sql)| !sql.contains(['{', '$']));
    prepared_by_hand(whole.into_iter().map(|(_, sql)| sql.clone()).collect());
    assert!(parts.is_empty(), "never prepared: {parts:#?}");
}

/// What the commands ask for. Prepares statements on its database, with their schema.
async fn an_operator_lists_erases_and_rotates(stage: Stage, prepared: Vec<String>) {
    let service = stage.start().await;
    service.postgres().prepare_all(prepared.iter().map(String::as_str)).await;
    let ana = service.someone().await;
    service.a_moment_passes();
    let root = service.administrator().await;
    let wrong = json!({ "email": "ana@example.org", "password": "not the password" });
    service.client().post("/login", wrong).await.refused("INVALID_CREDENTIALS");
    service.tick().await;
    let id = shape::text(&ana.user["id"]);
    let events = root.client.get(&format!("/admin/security-events?userId={id}")).await.ok();
    let proof = format!("/admin/audit/proof?event={}", shape::text(&events[0]["id"]));
    root.client.get(&proof).await.ok();
    let mut instance = service.instance().await;
    let (listed, older, erased) = instance
        .run(async |accessor, auth| {
            let accounts = auth.mana_auth_accounts();
            let listed = accounts.call_list(accessor, 1, None).await?.expect("a list");
            let place = Place { created_at: listed[0].created_at, id: listed[0].id.clone() };
            let older = accounts.call_list(accessor, 200, Some(place)).await?.expect("a list");
            let found =
                accounts.call_find(accessor, "Ana@example.org".to_owned()).await?.expect("an account");
            let imported = accounts.call_import(accessor, vec![somebody()], false).await?;
            assert!(matches!(imported.as_deref(), Ok([ImportOutcome::Added(_)])), "{imported:?}");
            let erased = auth.mana_auth_audit().call_erase(accessor, found.id, Some(found.email)).await?;
            auth.mana_auth_audit().call_rotate_key(accessor).await?.expect("another key");
            auth.mana_auth_mail().call_list(accessor).await?.expect("a list");
            Ok((listed, older, erased.expect("a number")))
        })
        .await
        .expect("an answer");
    assert_eq!((listed[0].email.as_str(), older[0].email.as_str()), ("root@example.org", "ana@example.org"));
    assert!(erased > 2, "{erased} events");
    // The key that signs from now on is looked for.
    service.tick().await;
}

/// Somebody with all that an account can have.
fn somebody() -> ImportedUser {
    ImportedUser {
        id: "Gfb4MQYMFDnWxRlRGdxt59m9Vws8r8x2".to_owned(),
        email: "Bob@example.org".to_owned(),
        name: "Bob".to_owned(),
        image: Some("https://cdn.example/bob.png".to_owned()),
        role: Role::Service,
        email_verified: true,
        ban: Some(ImportedBan { reason: "spam".to_owned(), until: Some(1) }),
        created_at: 1,
        updated_at: 2,
        app_metadata: Some(r#"{"plan":"pro"}"#.to_owned()),
        password_hash: Some("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW".to_owned()),
    }
}

/// The literals of the component that are SQL, and their files.
fn written() -> Vec<(String, String)> {
    const BEGINNINGS: [&str; 5] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "EXISTS "];
    let sources = files("component/src", ".rs").into_iter().flat_map(|path| {
        let of_file = name(&path);
        strings(&path).into_iter().map(move |text| (of_file.clone(), text))
    });
    // The triggers are made by the start, and told by what they do.
    let sources = sources.filter(|(file, _)| !file.starts_with("component/src/storage/"));
    sources.filter(|(_, text)| BEGINNINGS.iter().any(|beginning| text.starts_with(beginning))).collect()
}

/// Whether a statement was made of a literal: it has its fixed parts, in their order.
fn is_made_of(prepared: &str, literal: &str) -> bool {
    let mut rest = prepared;
    fixed_parts(literal).iter().all(|part| match rest.split_once(part.as_str()) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

/// What stands between the braces of a literal.
fn fixed_parts(literal: &str) -> Vec<String> {
    let parts = literal.split(['{', '}']).step_by(2);
    parts.map(words).filter(|part| !part.is_empty()).collect()
}

/// With one blank between words, however it is broken into lines, and without the numbers of parameters.
fn words(sql: &str) -> String {
    let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts = words.split(['?', '$']);
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit()));
    rest.fold(first, |before, part| before + "?" + part)
}
