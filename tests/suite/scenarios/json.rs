//! Bodies that are not what they should be.

use crate::{
    client::{API, Answer},
    scenarios,
    service::{PASSWORD, Service, Stage},
};
use http::Method;

scenarios![
    what_is_no_json_is_refused,
    what_is_no_object_is_refused,
    a_member_given_twice_is_named,
    deep_nesting_is_refused,
    text_that_no_database_holds_is_refused,
    unknown_members_are_ignored,
    half_a_character_is_repaired,
    a_byte_order_mark_is_no_part_of_it,
    what_is_compressed_is_not_unpacked,
];

async fn register(service: &Service, body: impl Into<Vec<u8>>) -> Answer {
    service.client().call(Method::POST, &format!("{API}/register")).body("application/json", body).await
}

fn body(rest: &str) -> String {
    format!(r#"{{"email":"ana@example.org","password":"{PASSWORD}"{rest}}}"#)
}

async fn what_is_no_json_is_refused(stage: Stage) {
    let service = stage.start().await;
    let good = body("");
    for wrong in [
        "",
        " ",
        "{",
        "nonsense",
        "{'email':1}",
        "NaN",
        "\u{feff}{}",
        &format!("{good}x"),
        &format!("{good}{good}"),
        &body(","),
    ] {
        register(&service, wrong).await.refused("VALIDATION_FAILED");
    }
    register(&service, b"{\"email\":\"\xff\xfe@example.org\"}".to_vec()).await.refused("VALIDATION_FAILED");
    assert_eq!(service.number("SELECT count(*) FROM users"), 0);
}

async fn what_is_no_object_is_refused(stage: Stage) {
    let service = stage.start().await;
    for wrong in ["null", "true", "7", "\"text\"", "[]", "[{\"email\":\"ana@example.org\"}]"] {
        register(&service, wrong).await.refused("VALIDATION_FAILED");
    }
}

async fn a_member_given_twice_is_named(stage: Stage) {
    let service = stage.start().await;
    register(&service, body(r#","email":"bob@example.org""#)).await.names("email");
    register(&service, body(r#","email":"ana@example.org""#)).await.names("email");
    register(&service, body(r#","\u0065mail":"bob@example.org""#)).await.names("email");
    register(&service, body(r#","x":1,"x":2"#)).await.names("x");
    assert_eq!(service.number("SELECT count(*) FROM users"), 0);
}

async fn deep_nesting_is_refused(stage: Stage) {
    let service = stage.start().await;
    let nested = |depth: usize| body(&format!(r#","x":{}{}"#, "[".repeat(depth), "]".repeat(depth)));
    // The object itself is the first level.
    for depth in [16, 100, 10_000] {
        register(&service, nested(depth)).await.refused("VALIDATION_FAILED");
    }
    register(&service, nested(15)).await.is(201);
}

async fn text_that_no_database_holds_is_refused(stage: Stage) {
    let service = stage.start().await;
    register(&service, body(r#","name":"a\u0000b""#)).await.names("name");
    register(&service, body(r#","name":"\ud83e\udda6""#)).await.is(201);
}

async fn unknown_members_are_ignored(stage: Stage) {
    let service = stage.start().await;
    register(&service, body(r#","captcha":{"token":["x",1.5e300,null]},"":0"#)).await.is(201);
}

/// Clients cut a label at so many UTF-16 units, and write what is left.
async fn half_a_character_is_repaired(stage: Stage) {
    let service = stage.start().await;
    register(&service, body(r#","name":"Ana \ud83d","x":["\udc00",1e999,{"\ud800":-1e999}]"#)).await.is(201);
    let client = service.client();
    let login = body(r#","deviceName":"Anas Telefon \ud83d","deviceId":"\ude00d-1","load":1e999"#);
    let answer =
        client.call(Method::POST, &format!("{API}/login")).body("application/json", login).await.ok();
    assert_eq!(answer["user"]["name"], "Ana \u{fffd}");
    let session = client.get("/session").await.ok();
    assert_eq!(session["session"]["deviceName"], "Anas Telefon \u{fffd}");
    // What is read is none the looser for it.
    register(&service, body(r#","name":1e999"#)).await.names("name");
    register(&service, "1e999").await.names("body");
}

async fn a_byte_order_mark_is_no_part_of_it(stage: Stage) {
    let service = stage.start().await;
    register(&service, format!("\u{feff}{}", body(""))).await.is(201);
    register(&service, format!("\u{feff}\u{feff}{}", body(""))).await.refused("VALIDATION_FAILED");
}

async fn what_is_compressed_is_not_unpacked(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    let call = |encoding| {
        let request = client.call(Method::POST, &format!("{API}/register"));
        request.body("application/json", body("")).header("content-encoding", encoding)
    };
    for encoding in ["gzip", "br", "identity, gzip", "x"] {
        let answer = call(encoding).await;
        answer.refused("UNSUPPORTED_MEDIA_TYPE");
        assert_eq!(answer.header("accept-encoding"), "identity", "{answer}");
        assert_eq!(answer.header("accept"), "application/json", "{answer}");
    }
    call("identity").await.is(201);
}
