//! Where a client asks links in mails to lead.

use super::{call::Call, problem::Problem};
use crate::{error::FieldProblem, settings::Target};

/// The address, where one is asked for.
///
/// # Errors
///
/// Where it is not trusted. What is trusted is the operator's to say and the same for everybody.
pub fn redirect(call: &Call, asked: Option<&str>) -> Result<Option<Target>, Problem> {
    trusted(call, "redirectTo", asked)
}

/// The same for where a page leads afterwards.
///
/// # Errors
///
/// As [`redirect`].
pub fn source_app(call: &Call, asked: Option<&str>) -> Result<Option<Target>, Problem> {
    trusted(call, "sourceAppUrl", asked)
}

fn trusted(call: &Call, field: &'static str, asked: Option<&str>) -> Result<Option<Target>, Problem> {
    // Without mail there is no link, and the use case says so.
    let Some(asked) = asked.filter(|_| call.settings.mail.is_some()) else { return Ok(None) };
    let problem = || {
        let trusted =
            "must be an address that this service leads to, without fragment and without a parameter token";
        FieldProblem::new(field, trusted)
    };
    Ok(Some(call.settings.redirect(asked).ok_or_else(problem)?))
}
