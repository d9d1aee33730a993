//! One refusal, and the scene that it is asked for in.

use crate::{
    client::{Answer, Client},
    runner::recorder::{Call, Recorder},
    service::{
        OTHER_PASSWORD, Service, Stage,
        guesses::{ANA, login},
    },
};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use std::future::IntoFuture as _;

/// As long as hers, and nobody's.
pub const NOBODY: &str = "bob@example.org";

/// One way of being refused: what comes before, and the request itself, about an address or with a token.
pub struct Refusal {
    pub route: &'static str,
    pub status: u16,
    /// What has to be configured for it.
    pub settings: &'static [(&'static str, &'static str)],
    pub request: for<'a> fn(&'a Scene) -> BoxFuture<'a, Answer>,
}

impl Refusal {
    pub const fn new(
        route: &'static str,
        status: u16,
        request: for<'a> fn(&'a Scene) -> BoxFuture<'a, Answer>,
    ) -> Self {
        Self::with(route, status, &[], request)
    }

    pub const fn with(
        route: &'static str,
        status: u16,
        settings: &'static [(&'static str, &'static str)],
        request: for<'a> fn(&'a Scene) -> BoxFuture<'a, Answer>,
    ) -> Self {
        Self { route, status, settings, request }
    }

    /// What it costs, and what is told.
    pub async fn work(&self, stage: &Stage, known: bool) -> (Vec<Call>, Value) {
        let scene = Scene::start(stage, self, known).await;
        let answer = (self.request)(&scene).await;
        assert_eq!(answer.status, self.status, "{} {answer}", self.route);
        (scene.recorder.take(), answer.json())
    }
}

/// A service, and who asks it about whom.
pub struct Scene {
    pub service: Service,
    pub recorder: std::sync::Arc<Recorder>,
    pub client: Client,
    pub email: &'static str,
    /// A refresh token: one whose session is over, or none of ours.
    pub token: String,
}

impl Scene {
    async fn start(stage: &Stage, refusal: &Refusal, known: bool) -> Self {
        let recorder = Recorder::new();
        let settings = refusal.settings.iter();
        let stage = settings.fold(stage.clone(), |stage, (key, value)| stage.with(key, value));
        let service = stage.recorded(&recorder).start().await;
        let must_be_proven = refusal.settings.contains(&("require_email_verification", "true"));
        let ana = if must_be_proven { service.someone_proven().await } else { service.someone().await };
        // Her registration is over a day old.
        service.sql("DELETE FROM registrations");
        service.sql("UPDATE sessions SET expires_at = 1");
        let token = if known { ana.refresh.clone() } else { another(&ana.refresh) };
        let client = service.client();
        Self { service, recorder, client, email: if known { ANA } else { NOBODY }, token }
    }

    pub fn sign_in(&self, password: &str) -> Value {
        json!({ "email": self.email, "password": password })
    }

    pub async fn guess(&self, times: usize) {
        for _ in 0..times {
            login(&self.service.client(), self.sign_in(OTHER_PASSWORD)).await.refused("INVALID_CREDENTIALS");
        }
    }

    /// Her password is of another algorithm.
    pub fn imports_somebody(&self) {
        self.service.sql(
            "UPDATE accounts SET password = '$2b$04$mana.auth.tests.salt.u.O2CqthPapuNtn0proQ0lDpFkRna.hq'",
        );
    }

    pub fn post(&self, path: &str, body: Value) -> BoxFuture<'_, Answer> {
        self.recorder.take();
        self.client.post(path, body).into_future()
    }
}

/// A token of the same form.
fn another(token: &str) -> String {
    let first = if token.starts_with('A') { "B" } else { "A" };
    format!("{first}{}", &token[1..])
}
