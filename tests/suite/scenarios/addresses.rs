//! The normal form of e-mail addresses: one person, one account, however they type it.

use crate::{
    scenarios,
    service::{PASSWORD, Service, Stage},
};
use serde_json::json;

scenarios![
    the_case_does_not_matter,
    the_form_of_a_sigma_does_not_matter,
    composed_and_decomposed_letters_are_the_same,
    a_domain_has_one_form,
    vowels_of_thai_and_lao_are_written_in_either_way,
    what_is_no_address_is_refused,
    a_long_address_is_refused,
    sign_in_with_what_is_no_address_is_a_plain_refusal,
];

/// Registers under the first spelling and signs in under each.
async fn are_one(service: &Service, normal: &str, spellings: &[&str]) {
    for (position, spelling) in spellings.iter().enumerate() {
        let answer =
            service.client().post("/register", json!({ "email": spelling, "password": PASSWORD })).await;
        if position == 0 {
            assert_eq!(answer.is(201)["user"]["email"], normal);
        } else {
            answer.refused("EMAIL_ALREADY_EXISTS");
        }
        let person = service.sign_in_with(json!({ "email": spelling, "password": PASSWORD })).await;
        assert_eq!(person.user["email"], normal);
    }
}

async fn the_case_does_not_matter(stage: Stage) {
    let service = stage.start().await;
    are_one(&service, "ana@example.org", &["Ana@Example.ORG", "ana@example.org", "ANA@EXAMPLE.ORG"]).await;
}

async fn the_form_of_a_sigma_does_not_matter(stage: Stage) {
    let service = stage.start().await;
    let spellings =
        ["οδυσσευς@example.org", "ΟΔΥΣΣΕΥΣ@example.org", "οδυσσευσ@example.org", "Οδυςςευς@EXAMPLE.ORG"];
    are_one(&service, "οδυσσευς@example.org", &spellings).await;
}

async fn composed_and_decomposed_letters_are_the_same(stage: Stage) {
    let service = stage.start().await;
    are_one(&service, "am\u{e9}lie@example.org", &["ame\u{301}lie@example.org", "am\u{e9}lie@example.org"])
        .await;
}

async fn a_domain_has_one_form(stage: Stage) {
    let service = stage.start().await;
    let spellings = ["ana@b\u{fc}cher.example", "ana@xn--bcher-kva.example", "ana@B\u{dc}CHER.example"];
    are_one(&service, "ana@xn--bcher-kva.example", &spellings).await;
}

/// SARA AM is one character, or the two that it stands for: keyboards write the one, and some programs the other.
async fn vowels_of_thai_and_lao_are_written_in_either_way(stage: Stage) {
    let service = stage.start().await;
    for [one, two] in [
        ["\u{e19}\u{e49}\u{e33}@example.org", "\u{e19}\u{e4d}\u{e49}\u{e32}@example.org"],
        ["\u{e99}\u{ec9}\u{eb3}@example.org", "\u{e99}\u{ecd}\u{ec9}\u{eb2}@example.org"],
        ["\u{e17}\u{e33}@example.org", "\u{e17}\u{e4d}\u{e32}@example.org"],
    ] {
        for spelling in [one, two] {
            let body = json!({ "email": spelling, "password": PASSWORD });
            let answer = service.client().post("/register", body.clone()).await;
            // Of one mailbox or of two: each signs in as whoever it was registered for.
            assert!([201, 409].contains(&answer.status), "{spelling}: {answer}");
            service.sign_in_with(body).await;
        }
    }
}

async fn what_is_no_address_is_refused(stage: Stage) {
    let service = stage.start().await;
    for email in [
        "",
        "ana",
        "@example.org",
        "ana@",
        "ana@@example.org",
        "ana@example",
        "ana@exa mple.org",
        "ana bee@example.org",
        "ana@.example.org",
        "ana@-example.org",
        "ana@example..org",
        "ana@[127.0.0.1]",
        "Ana <ana@example.org>",
        "ana@example.org, bob@example.org",
        "ana@example.org\r\nBcc: bob@example.org",
        "ana\u{0}@example.org",
        "ana\u{202e}@example.org",
        "mailto:ana@example.org?cc=bob",
    ] {
        let answer =
            service.client().post("/register", json!({ "email": email, "password": PASSWORD })).await;
        assert_eq!(answer.status, 400, "{email:?}: {answer}");
        answer.names("email");
    }
    assert_eq!(service.number("SELECT count(*) FROM users"), 0);
}

async fn a_long_address_is_refused(stage: Stage) {
    let service = stage.start().await;
    let of_length = |length: usize| {
        let domain = ["d".repeat(60), "e".repeat(60), "f".repeat(60), "example".to_owned()].join(".");
        format!("{}@{domain}", "a".repeat(length - domain.len() - 1))
    };
    let client = service.client();
    client.post("/register", json!({ "email": of_length(255), "password": PASSWORD })).await.names("email");
    client.post("/register", json!({ "email": of_length(254), "password": PASSWORD })).await.is(201);
}

async fn sign_in_with_what_is_no_address_is_a_plain_refusal(stage: Stage) {
    let service = stage.start().await;
    for email in ["ana", "ana@@example.org", "ana\u{0}@example.org"] {
        let answer = service.client().post("/login", json!({ "email": email, "password": PASSWORD })).await;
        assert!([400, 401].contains(&answer.status), "{answer}");
    }
}
