//! Every way in which strangers are refused, and what they are asked for: for the scenarios that compare what each costs.

mod scene;

pub use scene::NOBODY;

use crate::{
    client::{API, Answer},
    service::{OTHER_PASSWORD, PASSWORD, UNTRUSTED, guesses::login},
};
use futures::future::BoxFuture;
use scene::{Refusal, Scene};
use serde_json::{Value, json};
use std::future::IntoFuture as _;

/// Addresses must be proven.
const PROVEN: &[(&str, &str)] = &[("require_email_verification", "true")];

/// Every route that strangers may ask something about an account or a token, and every way that it refuses them.
pub const TABLE: &[Refusal] = &[
    Refusal::new("/login", 400, |scene| scene.post("/login", json!({ "email": scene.email }))),
    Refusal::new("/login", 401, |scene| scene.post("/login", scene.sign_in(OTHER_PASSWORD))),
    Refusal::new("/login", 401, |scene| {
        Box::pin(async {
            // The fifth failure, which locks, after others that are suspicious.
            scene.guess(4).await;
            scene.post("/login", scene.sign_in(OTHER_PASSWORD)).await
        })
    }),
    Refusal::with(
        "/login",
        401,
        &[("lockout_cumulative_failures", "10"), ("lockout_failures", "20")],
        |scene| {
            Box::pin(async {
                // The last one that is heard, and one more than is suspicious.
                scene.guess(9).await;
                scene.post("/login", scene.sign_in(OTHER_PASSWORD)).await
            })
        },
    ),
    Refusal::with("/login", 401, &[("lockout_failures", "20")], |scene| {
        Box::pin(async {
            scene.guess(10).await;
            scene.post("/login", scene.sign_in(OTHER_PASSWORD)).await
        })
    }),
    Refusal::new("/login", 401, |scene| {
        Box::pin(async {
            scene.service.sql("UPDATE users SET banned = true");
            scene.post("/login", scene.sign_in(OTHER_PASSWORD)).await
        })
    }),
    Refusal::new("/login", 401, |scene| {
        Box::pin(async {
            scene.service.sql("UPDATE accounts SET password = NULL");
            scene.post("/login", scene.sign_in(PASSWORD)).await
        })
    }),
    Refusal::new("/login", 401, |scene| {
        Box::pin(async {
            // So many failures in a minute that they are only counted.
            scene.service.sql(
                "INSERT INTO event_rates (event_type, since, count) VALUES
                     ('login_failure', 1767225600000, 6000), ('suspicious_activity', 1767225600000, 600)
                 ON CONFLICT DO UPDATE SET since = excluded.since, count = excluded.count",
            );
            scene.post("/login", scene.sign_in(OTHER_PASSWORD)).await
        })
    }),
    Refusal::with("/login", 401, PROVEN, |scene| scene.post("/login", scene.sign_in(OTHER_PASSWORD))),
    Refusal::with("/login", 401, PROVEN, |scene| {
        Box::pin(async {
            scene.imports_somebody();
            scene.post("/login", scene.sign_in(OTHER_PASSWORD)).await
        })
    }),
    Refusal::with("/login", 403, PROVEN, |scene| {
        Box::pin(async {
            scene.client.post("/register", scene.sign_in(OTHER_PASSWORD)).await.is(201);
            scene.post("/login", scene.sign_in(OTHER_PASSWORD)).await
        })
    }),
    Refusal::new("/login", 403, |scene| {
        scene.recorder.take();
        scene.client.post("/login", scene.sign_in(PASSWORD)).origin(UNTRUSTED).into_future()
    }),
    Refusal::new("/login", 415, |scene| untyped(scene, "/login")),
    Refusal::new("/login", 429, |scene| {
        Box::pin(async {
            scene.guess(5).await;
            scene.post("/login", scene.sign_in(PASSWORD)).await
        })
    }),
    // Each instance tells by itself.
    Refusal::with("/login", 429, &[("workers", "1")], |scene| {
        Box::pin(async {
            scene.guess(5).await;
            // Told once a minute.
            login(&scene.service.client(), scene.sign_in(PASSWORD)).await.refused("ACCOUNT_LOCKED");
            scene.post("/login", scene.sign_in(PASSWORD)).await
        })
    }),
    Refusal::with(
        "/login",
        429,
        &[("lockout_cumulative_failures", "10"), ("lockout_failures", "20")],
        |scene| {
            Box::pin(async {
                scene.guess(10).await;
                scene.post("/login", scene.sign_in(PASSWORD)).await
            })
        },
    ),
    Refusal::with("/login", 429, &[("limit_sign_in_client", "3")], |scene| {
        Box::pin(async {
            scene.guess(3).await;
            scene.post("/login", scene.sign_in(PASSWORD)).await
        })
    }),
    Refusal::new("/login", 429, |scene| {
        Box::pin(async {
            // As if five were being hashed by a process that has died.
            scene.guess(1).await;
            scene.service.sql(
                "INSERT INTO reservations (counter, subject, at, nonce)
                 SELECT counter, subject, 1767225600000, randomblob(16) FROM attempts, (VALUES (1), (2), (3), (4))
                 WHERE counter = 'account'",
            );
            scene.post("/login", scene.sign_in(PASSWORD)).await
        })
    }),
    Refusal::new("/login", 503, |scene| {
        scene.recorder.refuse();
        scene.post("/login", scene.sign_in(PASSWORD))
    }),
    Refusal::new("/register", 400, |scene| scene.post("/register", scene.sign_in("short"))),
    Refusal::new("/register", 400, |scene| scene.post("/register", scene.sign_in("aaaaaaaaaaaa"))),
    Refusal::new("/register", 403, |scene| {
        scene.recorder.take();
        scene.client.post("/register", scene.sign_in(PASSWORD)).origin(UNTRUSTED).into_future()
    }),
    Refusal::new("/register", 415, |scene| untyped(scene, "/register")),
    // Her own registration was the first.
    Refusal::with("/register", 429, &[("limit_registration_client", "1")], |scene| {
        scene.post("/register", scene.sign_in(PASSWORD))
    }),
    Refusal::with("/register", 429, &[("limit_registration_all", "1")], |scene| {
        scene.post("/register", scene.sign_in(PASSWORD))
    }),
    Refusal::new("/register", 503, |scene| {
        scene.recorder.refuse();
        scene.post("/register", scene.sign_in(PASSWORD))
    }),
    Refusal::new("/forgot-password", 400, |scene| {
        scene.post("/forgot-password", json!({ "email": scene.email, "redirectTo": UNTRUSTED }))
    }),
    Refusal::new("/forgot-password", 403, |scene| {
        scene.recorder.take();
        let asked = scene.client.post("/forgot-password", json!({ "email": scene.email }));
        asked.origin(UNTRUSTED).into_future()
    }),
    Refusal::new("/forgot-password", 415, |scene| untyped(scene, "/forgot-password")),
    Refusal::new("/reset-password", 400, |scene| scene.post("/reset-password", reset(scene))),
    Refusal::new("/reset-password", 400, |scene| {
        Box::pin(async {
            scene.client.post("/forgot-password", json!({ "email": scene.email })).await.ok();
            scene.post("/reset-password", reset(scene)).await
        })
    }),
    Refusal::new("/reset-password", 400, |scene| {
        scene.post("/reset-password", json!({ "token": scene.token, "newPassword": OTHER_PASSWORD }))
    }),
    Refusal::new("/reset-password", 415, |scene| untyped(scene, "/reset-password")),
    Refusal::new("/change-email/undo", 400, |scene| {
        scene.post("/change-email/undo", json!({ "token": scene.token }))
    }),
    Refusal::new("/change-email/undo", 415, |scene| untyped(scene, "/change-email/undo")),
    Refusal::new("/magic-link", 400, |scene| {
        scene.post("/magic-link", json!({ "email": scene.email, "redirectTo": UNTRUSTED }))
    }),
    Refusal::new("/magic-link", 403, |scene| {
        scene.recorder.take();
        let asked = scene.client.post("/magic-link", json!({ "email": scene.email }));
        asked.origin(UNTRUSTED).into_future()
    }),
    Refusal::new("/magic-link", 415, |scene| untyped(scene, "/magic-link")),
    Refusal::new("/magic-link/verify", 400, |scene| {
        Box::pin(async {
            scene.client.post("/magic-link", json!({ "email": scene.email })).await.ok();
            scene.post("/magic-link/verify", json!({ "code": "000000" })).await
        })
    }),
    Refusal::new("/magic-link/verify", 403, |scene| {
        scene.recorder.take();
        let used = scene.client.post("/magic-link/verify", json!({ "token": scene.token }));
        used.origin(UNTRUSTED).into_future()
    }),
    Refusal::new("/magic-link/verify", 415, |scene| untyped(scene, "/magic-link/verify")),
    Refusal::new("/resend-verification", 400, |scene| {
        scene.post("/resend-verification", json!({ "email": scene.email, "sourceAppUrl": UNTRUSTED }))
    }),
    Refusal::new("/resend-verification", 403, |scene| {
        scene.recorder.take();
        let asked = scene.client.post("/resend-verification", json!({ "email": scene.email }));
        asked.origin(UNTRUSTED).into_future()
    }),
    Refusal::new("/resend-verification", 415, |scene| untyped(scene, "/resend-verification")),
    Refusal::new("/verify-email", 400, |scene| {
        scene.post("/verify-email", json!({ "email": scene.email, "code": "000000" }))
    }),
    Refusal::new("/verify-email", 415, |scene| untyped(scene, "/verify-email")),
    Refusal::new("/not-me", 400, |scene| scene.post("/not-me", json!({ "token": scene.token }))),
    Refusal::new("/not-me", 415, |scene| untyped(scene, "/not-me")),
    Refusal::new("/refresh", 400, |scene| scene.post("/refresh", json!({ "token": scene.token }))),
    Refusal::new("/refresh", 415, |scene| untyped(scene, "/refresh")),
    Refusal::new("/refresh", 401, |scene| scene.post("/refresh", json!({ "refreshToken": scene.token }))),
    Refusal::with("/refresh", 429, &[("limit_refresh_client", "1")], |scene| {
        Box::pin(async {
            let body = json!({ "refreshToken": scene.token });
            scene.client.post("/refresh", body.clone()).await.refused("INVALID_REFRESH_TOKEN");
            scene.post("/refresh", body).await
        })
    }),
];

/// The same about what is accepted: whoever is told nothing is mailed something, or nothing.
pub const ACCEPTED: &[Refusal] = &[
    Refusal::with("/register", 201, PROVEN, |scene| scene.post("/register", scene.sign_in(OTHER_PASSWORD))),
    Refusal::with("/register", 201, PROVEN, |scene| {
        Box::pin(async {
            // More than may wait.
            for _ in 0..3 {
                scene.client.post("/register", scene.sign_in(OTHER_PASSWORD)).await.is(201);
            }
            scene.post("/register", scene.sign_in(OTHER_PASSWORD)).await
        })
    }),
    Refusal::with("/resend-verification", 200, PROVEN, |scene| {
        Box::pin(async {
            scene.client.post("/register", scene.sign_in(OTHER_PASSWORD)).await.is(201);
            scene.post("/resend-verification", json!({ "email": scene.email })).await
        })
    }),
    Refusal::new("/resend-verification", 200, |scene| {
        scene.post("/resend-verification", json!({ "email": scene.email }))
    }),
    Refusal::new("/magic-link", 200, |scene| scene.post("/magic-link", json!({ "email": scene.email }))),
    Refusal::new("/forgot-password", 200, |scene| {
        scene.post("/forgot-password", json!({ "email": scene.email }))
    }),
    Refusal::new("/forgot-password", 200, |scene| {
        Box::pin(async {
            // More than an address may have.
            for _ in 0..2 {
                scene.client.post("/forgot-password", json!({ "email": scene.email })).await.ok();
            }
            scene.post("/forgot-password", json!({ "email": scene.email })).await
        })
    }),
];

/// What is told, by design: whether an address is taken, to who registers it.
pub const TOLD: &[(&str, u64)] = &[
    ("/register", 409),
    // Only who reads the mail of that address.
    ("/change-email/undo", 409),
];

/// What can't be brought about here: plain HTTP, and storage that fails, whoever asks.
pub const ALIKE: &[(&str, u64)] = &[
    ("/refresh", 403),
    ("/refresh", 503),
    ("/forgot-password", 404),
    ("/forgot-password", 429),
    ("/forgot-password", 503),
    ("/reset-password", 403),
    ("/reset-password", 429),
    ("/reset-password", 503),
    ("/change-email/undo", 403),
    ("/change-email/undo", 429),
    ("/change-email/undo", 503),
    ("/magic-link", 404),
    ("/magic-link", 429),
    ("/magic-link", 503),
    ("/magic-link/verify", 429),
    ("/magic-link/verify", 503),
    ("/resend-verification", 404),
    ("/resend-verification", 429),
    ("/resend-verification", 503),
    // Only who shows what was mailed is asked for a password.
    ("/verify-email", 401),
    ("/verify-email", 403),
    ("/verify-email", 429),
    ("/verify-email", 503),
    ("/not-me", 403),
    ("/not-me", 429),
    ("/not-me", 503),
];

/// Routes that are open to strangers, and answer nothing about accounts.
pub const ABOUT_NOBODY: &[&str] = &["/logout", "/validate"];

/// A reset by a code that is wrong.
fn reset(scene: &Scene) -> Value {
    json!({ "email": scene.email, "code": "0000-0000", "newPassword": OTHER_PASSWORD })
}

fn untyped<'a>(scene: &'a Scene, path: &str) -> BoxFuture<'a, Answer> {
    scene.recorder.take();
    let request = scene.client.call(http::Method::POST, &format!("{API}{path}"));
    request.untyped_body(scene.sign_in(PASSWORD).to_string()).into_future()
}
