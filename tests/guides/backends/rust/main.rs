use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, extract::State};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{env, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Mutex, time::Instant};

#[derive(Deserialize)]
struct Claims {
    sub: String,
    #[allow(dead_code, reason = "required: every token belongs to a session")]
    sid: String,
    role: String,
    tier: Option<Value>,
}

enum Refusal {
    Refused,
    /// Nobody can tell: the keys can't be fetched.
    Unavailable,
}

struct Verifier {
    rules: Validation,
    url: String,
    client: reqwest::Client,
    keys: Mutex<Keys>,
}

#[derive(Default)]
struct Keys {
    set: JwkSet,
    fetched: Option<Instant>,
    asked: Option<Instant>,
}

impl Verifier {
    fn new(issuer: &str, audience: &str) -> reqwest::Result<Self> {
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_issuer(&[issuer]);
        rules.set_audience(&[audience]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.leeway = 30;
        let url = format!("{issuer}/.well-known/jwks.json");
        let client = reqwest::Client::builder().timeout(Duration::from_secs(2)).build()?;
        Ok(Self { rules, url, client, keys: Mutex::default() })
    }

    async fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        let header = decode_header(token).map_err(|_| Refusal::Refused)?;
        if token.len() > 4096 || header.typ.as_deref() != Some("JWT") {
            return Err(Refusal::Refused);
        }
        let key = self.key(&header.kid.ok_or(Refusal::Refused)?).await?;
        decode(token, &key, &self.rules).map(|it| it.claims).map_err(|_| Refusal::Refused)
    }

    /// The key of this id. Fetches the set if it is old, or lacks the key and was not asked for within 10 seconds.
    async fn key(&self, kid: &str) -> Result<DecodingKey, Refusal> {
        let mut keys = self.keys.lock().await;
        let within =
            |since: Option<Instant>, seconds| since.is_some_and(|it| it.elapsed().as_secs() < seconds);
        let fresh = within(keys.fetched, 300);
        let unknown = keys.set.find(kid).is_none();
        if unknown && !within(keys.asked, 10) || !fresh && !within(keys.asked, 1) {
            keys.asked = Some(Instant::now());
            keys.set = self.fetch().await.map_err(|_| Refusal::Unavailable)?;
            keys.fetched = keys.asked;
        } else if !fresh {
            return Err(Refusal::Unavailable);
        }
        let key = keys.set.find(kid).ok_or(Refusal::Refused)?;
        DecodingKey::from_jwk(key).map_err(|_| Refusal::Refused)
    }

    async fn fetch(&self) -> reqwest::Result<JwkSet> {
        self.client.get(&self.url).send().await?.error_for_status()?.json().await
    }
}

async fn handle(State(verifier): State<Arc<Verifier>>, headers: HeaderMap) -> Response {
    let field = headers
        .get(header::AUTHORIZATION)
        .map(|it| String::from_utf8_lossy(it.as_bytes()))
        .unwrap_or_default();
    let (scheme, token) = field.split_once(' ').unwrap_or_default();
    let refused = |challenge| {
        let body = Json(json!({ "error": "UNAUTHENTICATED" }));
        (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)], body).into_response()
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return refused("Bearer");
    }
    match verifier.verify(token.trim()).await {
        Ok(who) => Json(json!({ "user": who.sub, "role": who.role, "tier": who.tier })).into_response(),
        Err(Refusal::Refused) => refused(r#"Bearer error="invalid_token""#),
        Err(Refusal::Unavailable) => {
            let body = Json(json!({ "error": "UNAVAILABLE" }));
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], body).into_response()
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setting = |name, otherwise: &str| env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    let issuer = setting("ISSUER", "http://127.0.0.1:3001");
    let verifier = Verifier::new(&issuer, &setting("AUDIENCE", &issuer))?;
    let app = Router::new().fallback(handle).with_state(Arc::new(verifier));
    let listener = TcpListener::bind(format!("127.0.0.1:{}", setting("PORT", "3005"))).await?;
    Ok(axum::serve(listener, app).await?)
}
