//! The session cache: what was read of a session and its user, sealed into a cookie that its own client keeps.
//!
//! ```text
//! cookie ─ remembered, or opened ─▶ of this session cookie, this day, this lifetime? ─▶ touched since it was read?
//!                                                                                         ├ no: that is the answer
//!            whatever is wrong: ignored, and the database decides ◀───────────────────────┘
//! ```
//!
//! A client may bring the session cookie alone. The cookie that was last encrypted for it here then answers, and is given to it once more.
//! A client that still brings none does not keep cookies: it is given none until the next one is encrypted.
//!
//! It answers reads only. Nothing in it is believed longer than `session_cache_seconds` after it was sealed, nor a day
//! after the database was read.

mod facts;
mod jwe;

use super::{Session, activity, user_agent_change};
use crate::{
    accounts::User,
    context::Context,
    invalidations::{self, Freshness, Position, Reuse},
    platform::{self, Metric},
    secrets::CookieSecret,
    time::{Span, Time},
    verified_tokens::VerifiedTokens,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use facts::{SessionFacts, UserFacts};
use jwe::JweCipher;
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};
use subtle::ConstantTimeEq as _;

/// The longest cookie, in bytes: browsers drop what exceeds 4,096 with its name and attributes.
const LONGEST: usize = 3800;
/// How long what was read from the database is believed, however often it is sealed anew.
const READ_LIFETIME: Span = Span::hours(24);

/// The cookies that were opened.
static DECRYPTED: VerifiedTokens<Decrypted> = VerifiedTokens::new();
/// The cookies that were last encrypted here, by the hash of the session cookie that each belongs to.
static NEWEST: VerifiedTokens<Encrypted> = VerifiedTokens::new();

/// A cookie that was encrypted.
struct Encrypted {
    at: Time,
    jwe: String,
    /// Whether it was given a second time, to a client that did not bring it.
    is_repeated: AtomicBool,
}

/// What a cookie says. Times are milliseconds since the Unix epoch.
#[derive(Serialize, Deserialize)]
struct Payload<'a> {
    #[serde(rename = "s")]
    encrypted_at: i64,
    /// When the database was read.
    #[serde(rename = "r")]
    read_at: i64,
    #[serde(rename = "l")]
    last_activity_at: i64,
    /// What the read covers.
    #[serde(rename = "p")]
    as_of: String,
    /// SHA-256 of the session cookie that it belongs to, in base64url.
    #[serde(rename = "c")]
    cookie: Cow<'a, str>,
    #[serde(rename = "u")]
    user: UserFacts,
    #[serde(rename = "t")]
    session: SessionFacts,
}

/// A cookie that was decrypted.
struct Decrypted {
    encrypted_at: Time,
    read_at: Time,
    cookie: String,
    user: User,
    session: Session,
    last_check: Mutex<LastCheck>,
    /// What a face has rendered of it.
    rendered: OnceLock<String>,
}

#[derive(Clone, Copy)]
struct LastCheck {
    as_of: Position,
    active_at: Time,
}

/// What was read of a session, and holds at this moment.
pub struct Cached {
    decrypted: Arc<Decrypted>,
    /// The cookie in place of the one that came, where none came or that has grown old.
    pub renewed: Option<String>,
    /// Until when, and as long as what, it is all the same; none where there is a cookie to give.
    pub reuse: Option<Reuse>,
}

impl Cached {
    /// What a face makes of it; made once for a cookie that comes often.
    ///
    /// # Errors
    ///
    /// Where `show` fails.
    pub fn rendered<E>(&self, show: impl FnOnce(&User, &Session) -> Result<String, E>) -> Result<&str, E> {
        let Decrypted { user, session, rendered, .. } = &*self.decrypted;
        match rendered.get() {
            Some(rendered) => Ok(rendered),
            None => {
                let new = show(user, session)?;
                Ok(rendered.get_or_init(|| new))
            }
        }
    }
}

/// What the cookie says, if it holds for this session cookie at this moment; else none, and the database decides.
pub async fn read(ctx: &Context, cookie: &CookieSecret, jwe: &str) -> Option<Cached> {
    current(ctx, &hash(cookie), jwe, "cookie").await
}

/// The same for a client that brings none that holds, by the one that it was last given here.
pub async fn recall(ctx: &Context, cookie: &CookieSecret) -> Option<Cached> {
    let cookie = hash(cookie);
    let newest = NEWEST.get(&cookie)?;
    let cached = current(ctx, &cookie, &newest.jwe, "memory").await?;
    // Of a session cookie alone, as where the database is read.
    user_agent_change::report(ctx, &cached.decrypted.session).await;
    if cached.renewed.is_some() || newest.is_repeated.swap(true, Relaxed) {
        return Some(cached);
    }
    Some(Cached { renewed: Some(newest.jwe.clone()), reuse: None, ..cached })
}

/// Reads a cookie. None if it does not hold now, or not for the session cookie with this hash.
async fn current(ctx: &Context, cookie: &str, jwe: &str, source: &'static str) -> Option<Cached> {
    let lifetime = ctx.settings.session_cache?;
    let decrypted = decrypt(ctx, jwe)?;
    if !bool::from(decrypted.cookie.as_bytes().ct_eq(cookie.as_bytes()))
        || !decrypted.holds(ctx.now, lifetime)
    {
        return None;
    }
    let Decrypted { user, session, .. } = &*decrypted;
    let last_check = decrypted.last_check();
    let subjects: Vec<_> = session.subjects().collect();
    let Freshness::Current(as_of) = invalidations::check(&subjects, last_check.as_of).await else {
        return None;
    };
    DECRYPTED.insert(jwe, Arc::clone(&decrypted));
    let active_at = activity::note(session.id, last_check.active_at, ctx.now);
    decrypted.set_last_check(LastCheck { as_of, active_at });
    platform::count(Metric::SessionReads, source, 1);
    let renewed = is_old(decrypted.encrypted_at, ctx.now, lifetime).then(|| {
        // Parallel reads of one client get the same new cookie.
        let newest =
            NEWEST.get(cookie).filter(|newest| newest.at <= ctx.now && !is_old(newest.at, ctx.now, lifetime));
        if let Some(newest) = newest {
            return Some(newest.jwe.clone());
        }
        let payload = Payload {
            encrypted_at: ctx.now.0,
            read_at: decrypted.read_at.0,
            last_activity_at: active_at.0,
            as_of: as_of.to_string(),
            cookie: decrypted.cookie.as_str().into(),
            user: user.into(),
            session: session.into(),
        };
        payload.encrypt(ctx)
    });
    let reuse = renewed.is_none().then(|| Reuse {
        until: decrypted.stays_until(lifetime).min(activity::next(active_at)),
        subjects,
        as_of,
        count: Some((Metric::SessionReads, source)),
    });
    Some(Cached { decrypted, renewed: renewed.flatten(), reuse })
}

/// Encrypts what was read of a session; none where that is not wanted, or it is too long.
pub fn encrypt(
    ctx: &Context,
    user: &User,
    session: &Session,
    cookie: &CookieSecret,
    as_of: Position,
) -> Option<String> {
    ctx.settings.session_cache?;
    let payload = Payload {
        encrypted_at: ctx.now.0,
        read_at: ctx.now.0,
        last_activity_at: session.last_activity_at.0,
        as_of: as_of.to_string(),
        cookie: hash(cookie).into(),
        user: user.into(),
        session: session.into(),
    };
    payload.encrypt(ctx)
}

fn jwe_cipher(ctx: &Context) -> Option<Arc<JweCipher>> {
    JweCipher::at(ctx.now, &ctx.settings.keyring, ctx.settings.public_url.as_str())
}

fn hash(cookie: &CookieSecret) -> String {
    URL_SAFE_NO_PAD.encode(cookie.hash())
}

fn decrypt(ctx: &Context, jwe: &str) -> Option<Arc<Decrypted>> {
    // With the day its key changes; what is remembered was decrypted with one of the past, but says when it was encrypted.
    if let Some(decrypted) = DECRYPTED.get(jwe) {
        return Some(decrypted);
    }
    let text = jwe_cipher(ctx)?.decrypt(jwe)?;
    let payload: Payload = serde_json::from_slice(&text).ok()?;
    let last_check =
        LastCheck { as_of: payload.as_of.parse().ok()?, active_at: Time(payload.last_activity_at) };
    let user = payload.user.user()?;
    Some(Arc::new(Decrypted {
        encrypted_at: Time(payload.encrypted_at),
        read_at: Time(payload.read_at),
        cookie: payload.cookie.into_owned(),
        session: payload.session.of(&user)?,
        user,
        last_check: Mutex::new(last_check),
        rendered: OnceLock::new(),
    }))
}

/// A cookie is old after four fifths of its lifetime.
fn is_old(encrypted_at: Time, now: Time, lifetime: Span) -> bool {
    now >= encrypted_at + lifetime.four_fifths()
}

impl Payload<'_> {
    fn encrypt(&self, ctx: &Context) -> Option<String> {
        let text = serde_json::to_vec(self).ok()?;
        let jwe = jwe_cipher(ctx)?.encrypt(platform::random(), text)?;
        if jwe.len() > LONGEST {
            return None;
        }
        let newest = Encrypted { at: ctx.now, jwe: jwe.clone(), is_repeated: AtomicBool::new(false) };
        NEWEST.replace(&self.cookie, Arc::new(newest));
        Some(jwe)
    }
}

impl Decrypted {
    /// By today's configuration, whatever it was when the cookie was encrypted.
    fn holds(&self, now: Time, lifetime: Span) -> bool {
        let Self { encrypted_at, read_at, session, .. } = self;
        read_at <= encrypted_at
            && *encrypted_at <= now
            && now < *encrypted_at + lifetime
            && now < *read_at + READ_LIFETIME
            && session.is_in_time(now)
            && !session.slide_is_due(now)
    }

    /// The first moment at which it grows old, or does not hold.
    fn stays_until(&self, lifetime: Span) -> Time {
        let Self { encrypted_at, read_at, session, .. } = self;
        (*encrypted_at + lifetime.four_fifths()).min(*read_at + READ_LIFETIME).min(session.stays_until())
    }

    fn last_check(&self) -> LastCheck {
        // Only a panic elsewhere can poison it, and that ends the instance.
        let first = || LastCheck { as_of: Position::default(), active_at: self.session.last_activity_at };
        self.last_check.lock().map_or_else(|_| first(), |last_check| *last_check)
    }

    fn set_last_check(&self, next: LastCheck) {
        if let Ok(mut last_check) = self.last_check.lock() {
            *last_check = next;
        }
    }
}
