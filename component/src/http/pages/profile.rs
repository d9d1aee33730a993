//! `/account`

use super::{
    form::Form,
    kept::{Done, Kept},
    register::fault,
    signed::Signed,
};
use crate::{
    accounts::{self, Name, ProfileUpdate},
    error::FieldProblem,
    http::kit::{
        cookies::{self, SetCookies},
        problem::Problem,
    },
};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use mana_auth_face::Language;
use mana_auth_pages::Profile;

/// The profile.
pub async fn show(signed: Signed) -> Response {
    let user = &signed.caller.user;
    signed.show_once(&Profile {
        email: signed.email(),
        name: &user.name,
        language: user.language,
        fault: None,
        is_saved: matches!(signed.visit.kept.done, Some(Done::Saved)),
    })
}

/// Changes it.
pub async fn save(signed: Signed, sent: Form) -> Result<Response, Problem> {
    let signed = signed.with(&sent)?;
    let language = Language::named(sent.field("language"));
    let name = match Name::parse(sent.field("name")).map_err(FieldProblem::of("name")) {
        Ok(name) => name,
        Err(problem) => {
            let page = Profile {
                email: signed.email(),
                name: sent.field("name"),
                language,
                fault: fault(&problem),
                is_saved: false,
            };
            return Ok(signed.show(StatusCode::BAD_REQUEST, &page));
        }
    };
    let update = ProfileUpdate { name: Some(name), image: None, language };
    accounts::update_profile(&signed.visit.call, signed.caller.user.clone(), update).await?;
    // This browser follows: it may have been told another before.
    let language = cookies::set_language(signed.visit.settings(), language)?;
    let saved = signed.done("/account", Kept::done(Done::Saved))?;
    Ok((SetCookies([language]), saved).into_response())
}
