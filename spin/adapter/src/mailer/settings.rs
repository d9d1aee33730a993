//! Who takes mails, from the application's variables.

use super::api::Api;
use crate::{
    bindings::config::{Error, WrongValue},
    variable::variable,
};
use std::sync::OnceLock;

const API: &str = "mail_api";
const SECRET: &str = "mail_api_secret";
const URL: &str = "mail_api_url";

/// Who takes mails, where somebody does; read once in each instance.
///
/// # Errors
///
/// The variable that is wrong, or that they can't be read.
pub async fn load() -> Result<Option<&'static Api>, Error> {
    static KNOWN: OnceLock<Option<Api>> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return Ok(known.as_ref());
    }
    let (api, secret, url) = (variable(API).await?, variable(SECRET).await?, variable(URL).await?);
    let api = parse(api.as_deref(), secret.as_deref(), url.as_deref()).map_err(Error::WrongValue)?;
    Ok(KNOWN.get_or_init(|| api).as_ref())
}

fn parse(api: Option<&str>, secret: Option<&str>, url: Option<&str>) -> Result<Option<Api>, WrongValue> {
    let given = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let Some(provider) = given(api) else { return Ok(None) };
    let provider = provider.parse().map_err(|problem| wrong(API, problem))?;
    let secret = given(secret).ok_or_else(|| wrong(SECRET, "must be set where mail_api is"))?;
    let api = Api::new(provider, &secret).map_err(|problem| wrong(SECRET, problem))?;
    match given(url) {
        Some(url) => api.at(&url).map(Some).map_err(|problem| wrong(URL, &problem)),
        None => Ok(Some(api)),
    }
}

fn wrong(key: &str, problem: &str) -> WrongValue {
    WrongValue { key: key.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mana_auth_settings::{Owner, find};

    /// The key that is refused, and why.
    fn refused(api: &str, secret: &str, url: &str) -> Option<(String, String)> {
        let WrongValue { key, problem } = parse(Some(api), Some(secret), Some(url)).err()?;
        Some((key, problem))
    }

    #[test]
    fn the_table_of_keys_has_them() {
        for key in [API, SECRET, URL] {
            assert_eq!(find(key).map(|key| key.owner), Some(Owner::Spin), "{key}");
        }
    }

    #[test]
    fn without_an_api_there_is_no_mail() {
        assert!(matches!(parse(None, None, None), Ok(None)));
        assert!(matches!(parse(Some(" \n"), Some("x"), None), Ok(None)));
    }

    #[test]
    fn what_is_wrong_is_named_and_not_shown() {
        for (api, secret, url, expected) in [
            ("sendmail", "geheim", "", API),
            ("Resend", "geheim", "", API),
            ("resend", "", "", SECRET),
            ("postmark", "two\nlines", "", SECRET),
            ("resend", "geheim", "http://mail.example.com", URL),
            ("resend", "geheim", "https://mail.example.com/v1", URL),
            ("resend", "geheim", "https://user:geheim@mail.example.com", URL),
            ("resend", "geheim", "http://127.0.0.1.example.com", URL),
            ("resend", "geheim", "capacitor://localhost", URL),
        ] {
            let (key, problem) = refused(api, secret, url).expect(url);
            assert_eq!(key, expected, "{problem}");
            assert!(!problem.contains("geheim"), "{problem}");
        }
    }

    #[test]
    fn it_may_be_elsewhere_over_https_or_on_this_machine() {
        for url in [
            "",
            "https://mail.example.com/",
            "https://mail.example.com:8443",
            "http://127.0.0.1:4000",
            "http://[::1]:1",
            "http://localhost",
        ] {
            assert_eq!(refused(" postmark\n", "geheim\n", url), None, "{url}");
        }
    }
}
