//! The routes: one file a resource.

pub mod account;
pub mod admin;
pub mod audit_events;
pub mod change_email;
pub mod change_password;
pub mod forgot_password;
pub mod jwks;
pub mod login;
pub mod logout;
pub mod magic_link;
pub mod maintenance;
pub mod not_me;
pub mod profile;
pub mod refresh;
pub mod register;
mod renewed;
pub mod reset_password;
pub mod security_events;
pub mod service_token;
pub mod session;
pub mod session_to_token;
pub mod sessions;
pub mod signed_in;
pub mod step_up;
pub mod user;
pub mod validate;
pub mod verify_email;

use super::{openapi, routes::routes};

routes![
    register => register,
    login => login,
    logout => logout,
    refresh => refresh,
    validate => validate,
    jwks => jwks,
    jwks => well_known_jwks,
    jwks => better_auth_jwks,
    session => session,
    session_to_token => session_to_token,
    service_token => service_token,
    sessions => list,
    sessions => end_others,
    sessions => end,
    profile => profile,
    profile => update,
    step_up => step_up,
    change_password => change_password,
    change_email => change_email,
    change_email => allow_email_change,
    change_email => confirm_email_change,
    change_email => undo_email_change,
    forgot_password => forgot_password,
    reset_password => reset_password,
    magic_link => ask_magic_link,
    magic_link => use_magic_link,
    verify_email => resend_verification,
    verify_email => verify_email,
    not_me => not_me,
    account => delete,
    security_events => security_events,
    admin::security_events => list,
    admin::security_events => summary,
    admin::security_events => failed_logins,
    admin::users => get,
    admin::users => unlock,
    admin::users => set_app_metadata,
    admin::audit => verify,
    admin::audit => checkpoint,
    admin::audit => proof,
    audit_events => record,
    maintenance => maintenance,
    openapi => openapi,
];
