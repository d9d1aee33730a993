//! Which requests a function answers, and how an embedder would ask it.

use super::answers::{self, Answered};
use crate::{client::API, runner::Settings};
use futures::FutureExt as _;
use http::{HeaderMap, HeaderValue, Method, header, request::Parts};
use mana_auth::{
    Server, Service,
    bindings::exports::mana::auth::{
        accounts::{NewUser, Picture},
        sessions::{Client, Credential, Credentials, Device},
    },
};
use mana_auth_hygiene::{Caller, Origin, Policy, Scheme};
use serde_json::{Map, Value};
use std::{
    net::IpAddr,
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// What asks by type.
pub struct Face {
    server: Arc<Server>,
    proxies: Vec<ipnet::IpNet>,
    policy: Policy,
    /// The pages that may sign in, and change what is theirs by cookie.
    pages: Vec<String>,
}

/// How many answers there were. Each has an id of its own, also after a restart.
static ANSWERED: AtomicU64 = AtomicU64::new(0);

/// A JSON object whose members are of the right types. What is not goes to the route, which says so.
struct Members(Map<String, Value>);

impl Members {
    fn of(head: &Parts, body: &[u8], known: &[&str]) -> Option<Self> {
        let is_json = head.headers.get(header::CONTENT_TYPE)? == "application/json";
        let members: Map<String, Value> = serde_json::from_slice(body).ok().filter(|_| is_json)?;
        // A member that is there twice is one here.
        let twice = known
            .iter()
            .any(|name| String::from_utf8_lossy(body).matches(&format!("\"{name}\"")).count() > 1);
        (!twice).then_some(Self(members))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().map(ToOwned::to_owned)
    }

    /// Empty where it is not there.
    fn optional(&self, name: &str) -> Option<String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Some(String::new()),
            Some(value) => value.as_str().map(ToOwned::to_owned),
        }
    }
}

macro_rules! call {
    ($face:expr, $interface:ident . $function:ident ( $($argument:expr),* )) => {
        $face
            .server
            .call(move |accessor, auth| {
                let interface = auth.$interface();
                async move { interface.$function(accessor, $($argument),*).await }.boxed()
            })
            .await
            .expect("an instance that answers")
    };
}

impl Face {
    pub fn new(server: Arc<Server>, settings: &Settings) -> Self {
        let list = |key: &str| settings.get(key).cloned().unwrap_or_default();
        let each =
            |list: &str| list.split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let proxy = |text: &String| {
            text.parse().unwrap_or_else(|_| ipnet::IpNet::from(text.parse::<IpAddr>().expect("an address")))
        };
        let mut pages = each(&list("trusted_origins"));
        let origins = pages.iter().map(|origin| Origin::parse(origin).expect("an origin")).collect();
        pages.push(list("public_url"));
        Self {
            server,
            proxies: each(&list("trusted_proxies")).iter().map(proxy).collect(),
            policy: Policy::new(None, origins),
            pages,
        }
    }

    /// What answers everything else.
    pub fn routes(&self) -> Service {
        self.server.service()
    }

    /// The answer of a function; none where there is none for this request.
    pub async fn answer(&self, socket: IpAddr, head: &Parts, body: &[u8]) -> Option<http::Response<Vec<u8>>> {
        // What a page of somebody else's may, the routes say.
        let path = head.uri.path().strip_prefix(API)?;
        if path != "/session-to-token" && self.is_foreign(&head.headers) {
            return None;
        }
        let caller = Caller::of(Some(socket), &head.headers, &self.proxies);
        let text =
            |name| head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let client = Client {
            ip_address: caller.address.map(|address| address.to_string()).unwrap_or_default(),
            user_agent: text(header::USER_AGENT).unwrap_or_default(),
        };
        let answered = match (&head.method, path) {
            (&Method::POST, "/login") => self.login(head, body, client).await?,
            (&Method::POST, "/refresh") => self.refresh(head, body, client).await?,
            (&Method::POST, "/logout") => self.logout(head, body, client).await?,
            (&Method::POST, "/session-to-token") => self.exchange(head, client).await?,
            (&Method::POST, "/register") => self.register(head, body, client).await?,
            (&Method::POST, "/profile") => self.profile(head, body).await?,
            (&Method::POST, "/change-password") => self.change_password(head, body, client).await?,
            (&Method::DELETE, "/account") => self.close(head, body, client).await?,
            (&Method::POST, "/service-token") => self.service_token(head, body).await?,
            _ => return None,
        };
        let mut response = answers::response(answered);
        self.policy.apply(Scheme::Http, head.headers.get(header::ORIGIN), response.headers_mut());
        let id = format!("typed-{}", ANSWERED.fetch_add(1, Relaxed));
        response.headers_mut().insert("x-request-id", id.parse().expect("a value"));
        Some(response)
    }

    async fn login(&self, head: &Parts, body: &[u8], client: Client) -> Option<Answered> {
        let members =
            Members::of(head, body, &["email", "password", "rememberMe", "deviceId", "deviceName"])?;
        let credentials = Credentials { email: members.text("email")?, password: members.text("password")? };
        let remember_me = match members.0.get("rememberMe") {
            None | Some(Value::Null) => false,
            Some(value) => value.as_bool()?,
        };
        let token = match cookies(&head.headers, "mana_device").as_slice() {
            [] => String::new(),
            [token] => token.clone(),
            // Which of them counts, the route knows.
            _ => return None,
        };
        let (id, name) = (members.optional("deviceId")?, members.optional("deviceName")?);
        let device = Device { id, name, token };
        // Whoever was signed in here is signed out by the route.
        if !cookies(&head.headers, "mana_session").is_empty() {
            return None;
        }
        let signed_in =
            call!(self, mana_auth_sessions.call_sign_in(credentials, remember_me, device, client));
        Some(signed_in.map_or_else(Answered::Refused, Answered::SignedIn))
    }

    async fn refresh(&self, head: &Parts, body: &[u8], client: Client) -> Option<Answered> {
        let token = Members::of(head, body, &["refreshToken"])?.text("refreshToken")?;
        let refreshed = call!(self, mana_auth_sessions.call_refresh(token, client));
        Some(refreshed.map_or_else(Answered::Refused, Answered::SignedIn))
    }

    async fn logout(&self, head: &Parts, body: &[u8], client: Client) -> Option<Answered> {
        if head.headers.contains_key(header::COOKIE)
            || head.headers.get_all(header::AUTHORIZATION).iter().count() > 1
        {
            return None;
        }
        let credential = match (bearer(&head.headers), body) {
            (Some(token), []) => Credential::AccessToken(token),
            (None, body) if !head.headers.contains_key(header::AUTHORIZATION) => {
                Credential::RefreshToken(Members::of(head, body, &["refreshToken"])?.text("refreshToken")?)
            }
            _ => return None,
        };
        let ended = call!(self, mana_auth_sessions.call_sign_out(credential, client));
        Some(ended.map_or_else(Answered::Refused, |()| Answered::SignedOut))
    }

    async fn exchange(&self, head: &Parts, client: Client) -> Option<Answered> {
        let cookies = cookies(&head.headers, "mana_session");
        let [cookie] = <[String; 1]>::try_from(cookies).ok().filter(|_| bearer(&head.headers).is_none())?;
        let origin = head.headers.get(header::ORIGIN)?.to_str().ok()?.to_owned();
        let exchanged = call!(self, mana_auth_sessions.call_exchange(cookie, origin, client));
        Some(exchanged.map_or_else(Answered::Refused, Answered::SignedIn))
    }

    async fn register(&self, head: &Parts, body: &[u8], client: Client) -> Option<Answered> {
        let members = Members::of(head, body, &["email", "password", "name"])?;
        let (email, password) = (members.text("email")?, members.text("password")?);
        let new = NewUser { email, password, name: members.optional("name")? };
        let made = call!(self, mana_auth_accounts.call_register(new, client));
        Some(made.map_or_else(Answered::Refused, Answered::Registered))
    }

    async fn profile(&self, head: &Parts, body: &[u8]) -> Option<Answered> {
        let members = Members::of(head, body, &["name", "image"])?;
        let name = match members.0.get("name") {
            None => None,
            Some(name) => Some(name.as_str()?.to_owned()),
        };
        let image = match members.0.get("image") {
            None => Picture::Keep,
            Some(Value::Null) => Picture::Remove,
            Some(address) => Picture::Set(address.as_str()?.to_owned()),
        };
        let (user, _) = self.caller(&head.headers).await?;
        let updated = call!(self, mana_auth_accounts.call_update_profile(user, name, image));
        Some(updated.map_or_else(Answered::Refused, Answered::Profile))
    }

    async fn change_password(&self, head: &Parts, body: &[u8], client: Client) -> Option<Answered> {
        let members = Members::of(head, body, &["currentPassword", "newPassword"])?;
        let (current, new) = (members.text("currentPassword")?, members.text("newPassword")?);
        let (_, session) = self.caller(&head.headers).await?;
        let changed = call!(self, mana_auth_accounts.call_change_password(session, current, new, client));
        Some(changed.map_or_else(Answered::Refused, Answered::PasswordChanged))
    }

    async fn close(&self, head: &Parts, body: &[u8], client: Client) -> Option<Answered> {
        let password = Members::of(head, body, &["password"])?.text("password")?;
        let (_, session) = self.caller(&head.headers).await?;
        let closed = call!(self, mana_auth_accounts.call_close(session, password, client));
        Some(closed.map_or_else(Answered::Refused, |()| Answered::Done))
    }

    async fn service_token(&self, head: &Parts, body: &[u8]) -> Option<Answered> {
        let audience = Members::of(head, body, &["audience"])?.text("audience")?;
        let (user, session) = self.caller(&head.headers).await?;
        let signed = call!(self, mana_auth_token_signing.call_service_token(session, audience));
        let user = call!(self, mana_auth_accounts.call_get(user)).ok()?;
        Some(signed.map_or_else(Answered::Refused, |signed| Answered::Token(signed, user)))
    }

    /// Whether a page that may not has made the request.
    fn is_foreign(&self, headers: &HeaderMap) -> bool {
        let origins: Vec<&[u8]> = headers.get_all(header::ORIGIN).iter().map(HeaderValue::as_bytes).collect();
        match origins.as_slice() {
            [] => headers.contains_key("sec-fetch-site"),
            [origin] => !self.pages.iter().any(|page| page.as_bytes() == *origin),
            _ => true,
        }
    }

    /// The user and session of a good access token; none where the route is to say what is wrong with it.
    async fn caller(&self, headers: &HeaderMap) -> Option<(String, String)> {
        let claims = self.server.validate(&bearer(headers)?).await.ok()?;
        Some((claims.sub, claims.sid))
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::to_owned)
}

/// The cookies of this name.
fn cookies(headers: &HeaderMap, name: &str) -> Vec<String> {
    let fields = headers.get_all(header::COOKIE).iter().filter_map(|field| field.to_str().ok());
    let pairs = fields.flat_map(|field| field.split("; "));
    pairs.filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned).collect()
}
