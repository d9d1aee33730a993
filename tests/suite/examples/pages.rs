//! The guard leads people to the service's pages, and they lead back.

use super::application::{Application, PUBLIC_URL, answer, session_cookie};
use crate::{examples, service::PASSWORD};
use reqwest::{Method, RequestBuilder, Response};

examples![who_is_not_signed_in_signs_in_and_comes_back, who_proved_it_long_ago_proves_it_and_comes_back];

const TRANSFER: &str = "/guarded/transfer/x";

fn visit(application: &Application, path: &str, cookie: &str) -> RequestBuilder {
    application.get(path).header("accept", "text/html").header("cookie", cookie)
}

/// Fills a page's form in, with what it carries along, as the browser that shows it.
async fn fill(application: &Application, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Response {
    let page = answer(visit(application, path, cookie)).await;
    assert_eq!(page.status, 200, "{page:?}");
    let carried = ["return_to", "form_token"].map(|name| (name, carried(&page.body, name)));
    let carried = carried.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
    let body = form(carried.chain(fields.iter().copied()));
    let (path, _) = path.split_once('?').expect("a query");
    let form =
        application.ask(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
    form.header("origin", PUBLIC_URL).header("cookie", cookie).body(body).send().await.expect("an answer")
}

fn form<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The value of a hidden field.
fn carried(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    rest.split('"').next().map(ToOwned::to_owned)
}

#[track_caller]
fn leads_to(response: &Response, place: &str) {
    assert_eq!(response.status(), 303);
    assert_eq!(response.headers()["location"], place);
}

async fn who_is_not_signed_in_signs_in_and_comes_back(application: Application) {
    let ana = application.someone().await;
    let sent = answer(visit(&application, "/guarded/x?y=1", "")).await;
    let page = sent.location.expect("a page to sign in");
    let fields = [("email", "ana@example.org"), ("password", PASSWORD)];
    let signed_in = fill(&application, &page, "", &fields).await;
    leads_to(&signed_in, "/guarded/x?y=1");
    let back = answer(visit(&application, "/guarded/x?y=1", &session_cookie(&signed_in))).await;
    assert_eq!((back.status, back.told("mana-user-id")), (200, ana.id.as_str()));
}

async fn who_proved_it_long_ago_proves_it_and_comes_back(application: Application) {
    let ana = application.someone().await;
    application.sql("UPDATE sessions SET auth_time = auth_time - 601000");
    let sent = answer(visit(&application, TRANSFER, &ana.cookie)).await;
    assert_eq!(
        (sent.status, sent.location.as_deref()),
        (302, Some("/step-up?return_to=/guarded/transfer/x"))
    );
    let page = sent.location.expect("a page to prove it");
    let proven = fill(&application, &page, &ana.cookie, &[("password", PASSWORD)]).await;
    leads_to(&proven, TRANSFER);
    let back = answer(visit(&application, TRANSFER, &session_cookie(&proven))).await;
    assert_eq!((back.status, back.told("mana-user-id")), (200, ana.id.as_str()));
    // What is sent by a form would be lost.
    application.sql("UPDATE sessions SET auth_time = auth_time - 601000");
    let form = application.ask(Method::POST, TRANSFER).header("accept", "text/html");
    let form = form.header("origin", PUBLIC_URL).header("cookie", session_cookie(&proven));
    assert_eq!(answer(form).await.error(), "STEP_UP_REQUIRED");
}
