//! Taking a change of address back, at the address from before.

use super::change_email::{ANA, NEW, asks, changed, confirm, email, sign_in, undo};
use crate::{
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Stage},
};
use serde_json::json;
use std::time::Duration;

scenarios![
    the_old_address_is_told_and_takes_it_back needs Mail,
    the_old_address_is_nobody_elses_for_a_week needs Mail Clock,
    a_thief_can_not_outrun_the_owner needs Mail Clock,
    a_thief_can_not_take_it_back_first needs Mail,
    coming_back_ends_what_came_between needs Mail,
    an_address_that_nobody_has_proven_is_not_flooded needs Mail,
    the_ways_back_go_with_their_notice needs Mail,
];

async fn the_old_address_is_told_and_takes_it_back(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let notice = changed(&service, &ana, NEW).await;
    assert_eq!(
        (notice.to.as_str(), notice.subject.as_str()),
        (ANA, "Your address for mana-auth was changed")
    );
    assert!(notice.text.contains("a…a@elsewhere.example") && !notice.text.contains(NEW), "{}", notice.text);
    undo(&service, &notice.token()).await.ok();
    assert!(ana.is_signed_out().await);
    sign_in(&service, NEW, PASSWORD).await.refused("INVALID_CREDENTIALS");
    sign_in(&service, ANA, PASSWORD).await.refused("INVALID_CREDENTIALS");
    let mails = service.all_mails().await;
    assert!(
        mails.iter().any(|mail| mail.to == NEW && !mail.text.contains("://")),
        "who is displaced is told"
    );
    let reset = mails.iter().find(|mail| mail.to == ANA).expect("a way back in");
    let body = json!({ "token": reset.token(), "newPassword": OTHER_PASSWORD });
    service.client().post("/reset-password", body).await.ok();
    sign_in(&service, ANA, OTHER_PASSWORD).await.ok();
    undo(&service, &notice.token()).await.refused("TOKEN_INVALID");
}

async fn the_old_address_is_nobody_elses_for_a_week(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    changed(&service, &ana, NEW).await;
    let register =
        async || service.client().post("/register", json!({ "email": ANA, "password": PASSWORD })).await;
    register().await.refused("EMAIL_ALREADY_EXISTS");
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    asks(&bob, ANA).await;
    let bobs = service.mail().await;
    assert_eq!(bobs.to, ANA);
    confirm(&bob, &bobs.token()).await.refused("EMAIL_ALREADY_EXISTS");
    // She herself may go back.
    asks(&ana, ANA).await;
    confirm(&ana, &service.mail().await.token()).await.ok();
    assert_eq!(email(&ana).await, ANA);
    service.all_mails().await;
    service.sql("DELETE FROM suspicions");
    let step_up = json!({ "password": PASSWORD });
    service.advance(Duration::from_secs(3601));
    ana.client.post("/step-up", step_up).await.ok();
    changed(&service, &ana, NEW).await;
    service.advance(Duration::from_secs(7 * 86_400));
    register().await.is(201);
}

/// Whoever knows the password moves the account on and on, and changes the password: the first address takes all of it back.
async fn a_thief_can_not_outrun_the_owner(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let thief = service.sign_in(ANA).await;
    let owners = changed(&service, &thief, "thief@evil.example").await;
    assert_eq!(owners.to, ANA);
    let change = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
    thief.client.post("/change-password", change).await.ok();
    let thiefs_notice = service.mail().await;
    let second = changed(&service, &thief, "thief@worse.example").await;
    assert_eq!(second.to, "thief@evil.example");
    let forgot = json!({ "email": "thief@worse.example" });
    service.client().post("/forgot-password", forgot).await.ok();
    let reset = json!({ "token": service.mail().await.token(), "newPassword": "eleven herons mend a roof" });
    service.client().post("/reset-password", reset.clone()).await.ok();
    service.all_mails().await;
    service
        .client()
        .post("/not-me", json!({ "token": thiefs_notice.token() }))
        .await
        .refused("TOKEN_INVALID");
    undo(&service, &owners.token()).await.ok();
    // What the thief holds is over: sessions, tokens, and the ways back.
    assert!(thief.is_signed_out().await);
    undo(&service, &second.token()).await.refused("TOKEN_INVALID");
    service.client().post("/reset-password", reset).await.refused("TOKEN_INVALID");
    for password in [PASSWORD, OTHER_PASSWORD, "eleven herons mend a roof"] {
        for email in [ANA, "thief@evil.example", "thief@worse.example"] {
            service.sql("DELETE FROM lockouts");
            sign_in(&service, email, password).await.refused("INVALID_CREDENTIALS");
        }
    }
    let mail = service.all_mails().await.into_iter().find(|mail| mail.to == ANA).expect("a way back in");
    let reset = json!({ "token": mail.token(), "newPassword": "thirteen newts row ashore" });
    service.client().post("/reset-password", reset).await.ok();
    sign_in(&service, ANA, "thirteen newts row ashore").await.ok();
}

/// The thief moves the account twice, and takes the second change back before the owner takes back the first.
async fn a_thief_can_not_take_it_back_first(stage: Stage) {
    let service = stage.start().await;
    let thief = service.someone().await;
    let owners = changed(&service, &thief, "thief@evil.example").await;
    let thiefs = changed(&service, &thief, "thief@worse.example").await;
    undo(&service, &thiefs.token()).await.ok();
    let displaced = service.all_mails().await;
    assert!(displaced.iter().any(|mail| mail.to == "thief@worse.example"), "who is displaced is told");
    service.client().post("/register", json!({ "email": ANA, "password": OTHER_PASSWORD })).await.is(409);
    undo(&service, &owners.token()).await.ok();
    let reset = service.all_mails().await.into_iter().find(|mail| mail.to == ANA).expect("a way back in");
    let reset = json!({ "token": reset.token(), "newPassword": OTHER_PASSWORD });
    service.client().post("/reset-password", reset).await.ok();
    sign_in(&service, ANA, OTHER_PASSWORD).await.ok();
}

/// Whoever had the mailbox for a moment moves the account away and back, and keeps the way back to an address of theirs.
async fn coming_back_ends_what_came_between(stage: Stage) {
    let service = stage.start().await;
    let thief = service.someone().await;
    let owners = changed(&service, &thief, "thief@evil.example").await;
    asks(&thief, ANA).await;
    confirm(&thief, &service.mail().await.token()).await.ok();
    let told = service.all_mails().await;
    assert_eq!(told.len(), 1, "the address between is told");
    assert!(told[0].to == "thief@evil.example" && !told[0].text.contains("://"), "{}", told[0].text);
    undo(&service, &owners.token()).await.refused("TOKEN_INVALID");
    assert_eq!(email(&thief).await, ANA);
    service.register("thief@evil.example").await;
}

/// Somebody registers with an address that is not theirs, moves on, deletes the account, and begins anew, each time from another network.
async fn an_address_that_nobody_has_proven_is_not_flooded(stage: Stage) {
    let service = stage.with("trusted_proxies", "127.0.0.1").start().await;
    for round in 0..5 {
        let stranger = service.someone().await;
        let new = json!({ "newEmail": format!("eve{round}@evil.example") });
        let asked = stranger.client.post("/change-email", new);
        asked.header("x-forwarded-for", &format!("203.0.113.{round}")).await.ok();
        let mails = service.all_mails().await;
        let own = format!("eve{round}@");
        let token = mails.iter().find(|mail| mail.to.starts_with(&own)).expect("a mail").token();
        confirm(&stranger, &token).await.ok();
        stranger.client.delete("/account").await.ok();
    }
    service.all_mails().await;
    assert_eq!(service.number("SELECT count(*) FROM challenges WHERE email = 'ana@example.org'"), 3);
}

/// Where the operator has turned the notice off, nobody could take a change back: so no address is kept for that.
async fn the_ways_back_go_with_their_notice(stage: Stage) {
    let service = stage.with("mail_notices", "new_device").start().await;
    let ana = service.someone().await;
    asks(&ana, NEW).await;
    confirm(&ana, &service.mail().await.token()).await.ok();
    assert!(service.all_mails().await.is_empty());
    service.register(ANA).await;
}
