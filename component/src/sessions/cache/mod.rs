//! The session cache: what was read of a session and its user, sealed into a cookie that its own client keeps.
//!
//! ```text
//! cookie ─ remembered, or opened ─▶ of this session cookie, this day, this lifetime? ─▶ touched since it was read?
//!                                                                                         ├ no: that is the answer
//!            whatever is wrong: ignored, and the database decides ◀───────────────────────┘
//! ```
//!
//! It answers reads only. Nothing in it is believed longer than `session_cache_seconds` after it was sealed, nor a day
//! after the database was read.

mod facts;
mod jwe;

use super::{Session, activity};
use crate::{
    accounts::User,
    context::Context,
    invalidations::{self, Answer, Position, Subject},
    memory::Memory,
    platform::{self, Metric},
    secrets::CookieSecret,
    time::{Span, Time},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use facts::{SessionFacts, UserFacts};
use jwe::Sealer;
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    sync::{Arc, Mutex, OnceLock},
};
use subtle::ConstantTimeEq as _;

/// The longest cookie, in bytes: browsers drop what exceeds 4,096 with its name and attributes.
const LONGEST: usize = 3800;
/// How long what was read from the database is believed, however often it is sealed anew.
const READ_LIFETIME: Span = Span::hours(24);

/// The cookies that were opened.
static OPENED: Memory<Opened> = Memory::new();

/// What a cookie says. Times are milliseconds since the Unix epoch.
#[derive(Serialize, Deserialize)]
struct Payload<'a> {
    #[serde(rename = "s")]
    sealed_at: i64,
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

/// A cookie that was opened.
struct Opened {
    sealed_at: Time,
    read_at: Time,
    cookie: String,
    user: User,
    session: Session,
    held: Mutex<Held>,
    /// How a face has shown it.
    shown: OnceLock<String>,
}

#[derive(Clone, Copy)]
struct Held {
    as_of: Position,
    active_at: Time,
}

/// What was read of a session, and holds at this moment.
pub struct Cached {
    opened: Arc<Opened>,
    /// The cookie in place of the one that came, where that has grown old.
    pub renewed: Option<String>,
}

impl Cached {
    /// What a face makes of it; made once for a cookie that comes often.
    ///
    /// # Errors
    ///
    /// Where `show` fails.
    pub fn shown<E>(&self, show: impl FnOnce(&User, &Session) -> Result<String, E>) -> Result<&str, E> {
        let Opened { user, session, shown, .. } = &*self.opened;
        match shown.get() {
            Some(shown) => Ok(shown),
            None => {
                let new = show(user, session)?;
                Ok(shown.get_or_init(|| new))
            }
        }
    }
}

/// What the cookie says, if it holds for this session cookie at this moment; else none, and the database decides.
pub async fn read(ctx: &Context, cookie: &CookieSecret, sealed: &str) -> Option<Cached> {
    let lifetime = ctx.settings.session_cache?;
    let opened = open(ctx, sealed)?;
    if !bool::from(opened.cookie.as_bytes().ct_eq(hash(cookie).as_bytes()))
        || !opened.holds(ctx.now, lifetime)
    {
        return None;
    }
    let Opened { user, session, .. } = &*opened;
    let held = opened.held();
    let subjects = [Subject::Session(session.id), Subject::User(user.id)];
    let Answer::Current(as_of) = invalidations::check(&subjects, held.as_of).await else { return None };
    OPENED.insert(sealed, Arc::clone(&opened));
    let active_at = activity::note(session.id, held.active_at, ctx.now);
    opened.hold(Held { as_of, active_at });
    platform::count(Metric::SessionReads, "cookie", 1);
    let renewed = opened.is_old(ctx.now, lifetime).then(|| {
        let payload = Payload {
            sealed_at: ctx.now.0,
            read_at: opened.read_at.0,
            last_activity_at: active_at.0,
            as_of: as_of.to_string(),
            cookie: opened.cookie.as_str().into(),
            user: user.into(),
            session: session.into(),
        };
        payload.seal(ctx)
    });
    Some(Cached { opened, renewed: renewed.flatten() })
}

/// Seals what was read of a session; none where that is not wanted, or it is too long.
pub fn seal(
    ctx: &Context,
    user: &User,
    session: &Session,
    cookie: &CookieSecret,
    as_of: Position,
) -> Option<String> {
    ctx.settings.session_cache?;
    let payload = Payload {
        sealed_at: ctx.now.0,
        read_at: ctx.now.0,
        last_activity_at: session.last_activity_at.0,
        as_of: as_of.to_string(),
        cookie: hash(cookie).into(),
        user: user.into(),
        session: session.into(),
    };
    payload.seal(ctx)
}

fn sealer(ctx: &Context) -> Option<Arc<Sealer>> {
    Sealer::at(ctx.now, &ctx.settings.keyring, ctx.settings.public_url.as_str())
}

fn hash(cookie: &CookieSecret) -> String {
    URL_SAFE_NO_PAD.encode(cookie.hash())
}

fn open(ctx: &Context, sealed: &str) -> Option<Arc<Opened>> {
    // With the day its key changes; what is remembered was opened with one of the past, but says when it was sealed.
    if let Some(opened) = OPENED.get(sealed) {
        return Some(opened);
    }
    let text = sealer(ctx)?.open(sealed)?;
    let payload: Payload = serde_json::from_slice(&text).ok()?;
    let held = Held { as_of: payload.as_of.parse().ok()?, active_at: Time(payload.last_activity_at) };
    let user = payload.user.user()?;
    Some(Arc::new(Opened {
        sealed_at: Time(payload.sealed_at),
        read_at: Time(payload.read_at),
        cookie: payload.cookie.into_owned(),
        session: payload.session.of(&user)?,
        user,
        held: Mutex::new(held),
        shown: OnceLock::new(),
    }))
}

impl Payload<'_> {
    fn seal(&self, ctx: &Context) -> Option<String> {
        let text = serde_json::to_vec(self).ok()?;
        let sealed = sealer(ctx)?.seal(platform::random(), text)?;
        (sealed.len() <= LONGEST).then_some(sealed)
    }
}

impl Opened {
    /// By today's configuration, whatever it was when the cookie was sealed.
    fn holds(&self, now: Time, lifetime: Span) -> bool {
        let Self { sealed_at, read_at, session, .. } = self;
        read_at <= sealed_at
            && *sealed_at <= now
            && now < *sealed_at + lifetime
            && now < *read_at + READ_LIFETIME
            && session.is_in_time(now)
            && !session.slide_is_due(now)
    }

    /// Whether four fifths of its life are over.
    fn is_old(&self, now: Time, lifetime: Span) -> bool {
        now >= self.sealed_at + lifetime.four_fifths()
    }

    fn held(&self) -> Held {
        // Only a panic elsewhere can poison it, and that ends the instance.
        let first = || Held { as_of: Position::default(), active_at: self.session.last_activity_at };
        self.held.lock().map_or_else(|_| first(), |held| *held)
    }

    fn hold(&self, next: Held) {
        if let Ok(mut held) = self.held.lock() {
            *held = next;
        }
    }
}
