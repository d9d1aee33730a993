//! What makes a password good enough (NIST SP 800-63B-4 §3.1.1.2).

use crate::{
    client::Answer,
    scenarios,
    service::{PASSWORD, Service, Stage},
};
use serde_json::json;

scenarios![
    short_and_long_ones_are_refused,
    length_is_counted_in_characters,
    guessable_ones_are_refused_with_advice,
    what_everyone_knows_about_one_is_refused,
    the_services_name_is_refused,
    no_composition_is_asked_for,
    spellings_of_the_same_text_are_one,
    blanks_count,
    the_operators_list_is_refused needs Files,
];

async fn register(service: &Service, password: &str) -> Answer {
    let body =
        json!({ "email": "anastasia@example.org", "password": password, "name": "Anastasia Bartholomew" });
    service.client().post("/register", body).await
}

async fn short_and_long_ones_are_refused(stage: Stage) {
    let service = stage.start().await;
    register(&service, "").await.names("password");
    for password in ["x", "k7#Qz!m2Vw9"] {
        assert!(register(&service, password).await.names("password").contains("12"), "the bound is told");
    }
    let long: String = PASSWORD.chars().cycle().take(257).collect();
    assert!(register(&service, &long).await.names("password").contains("256"), "the bound is told");
    assert_eq!(service.number("SELECT count(*) FROM users"), 0);
    register(&service, "k7#Qz!m2Vw9P").await.is(201);
}

async fn length_is_counted_in_characters(stage: Stage) {
    let service = stage.start().await;
    // Eleven characters in 22 bytes and more.
    register(&service, "žluťoučkýkň").await.names("password");
    let emoji: String = ["🦦", "🐓", "🎹", "🧵"].into_iter().cycle().take(256).collect();
    let answer = register(&service, &emoji).await;
    assert!(answer.status == 201 || !answer.names("password").contains("256"), "{answer}");
}

async fn guessable_ones_are_refused_with_advice(stage: Stage) {
    let service = stage.start().await;
    for password in
        ["password1234", "aaaaaaaaaaaa", "123456789012", "qwertyuiop12", "abcdefghijkl", "iloveyou1234"]
    {
        let advice = register(&service, password).await.names("password");
        assert!(advice.len() > 20 && advice.contains(' '), "{password}: {advice:?} is no advice");
    }
    assert_eq!(service.number("SELECT count(*) FROM users"), 0);
}

async fn what_everyone_knows_about_one_is_refused(stage: Stage) {
    let service = stage.start().await;
    for password in ["anastasia@example.org", "Anastasia Bartholomew", "bartholomew1", "anastasia2024"] {
        register(&service, password).await.names("password");
    }
}

async fn the_services_name_is_refused(stage: Stage) {
    let service = stage.with("service_name", "Quibblewharf").start().await;
    register(&service, "quibblewharf").await.names("password");
    register(&service, "Quibblewharf1").await.names("password");
}

async fn no_composition_is_asked_for(stage: Stage) {
    let service = stage.start().await;
    register(&service, "vellum otter sextant brocade").await.is(201);
}

async fn spellings_of_the_same_text_are_one(stage: Stage) {
    let service = stage.start().await;
    // The ligature, the full-width digit and the decomposed letter are one text under NFKC.
    register(&service, "ﬁve otters rehearse cafe\u{301} ７").await.is(201);
    let body = json!({ "email": "anastasia@example.org", "password": "five otters rehearse caf\u{e9} 7" });
    service.sign_in_with(body).await;
}

async fn blanks_count(stage: Stage) {
    let service = stage.start().await;
    register(&service, "  seven otters rehearse  ").await.is(201);
    let trimmed = json!({ "email": "anastasia@example.org", "password": "seven otters rehearse" });
    service.client().post("/login", trimmed).await.refused("INVALID_CREDENTIALS");
}

async fn the_operators_list_is_refused(stage: Stage) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "vellum otter sextant brocade\nanother breached phrase\n").expect("written");
    let path = file.path().to_str().expect("a path in UTF-8").to_owned();
    let service = stage.with("password_blocklist", &path).start().await;
    register(&service, "vellum otter sextant brocade").await.names("password");
    register(&service, "another breached phrase").await.names("password");
    register(&service, PASSWORD).await.is(201);
}
