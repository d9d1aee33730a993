//! `mana-auth health`: whether a server beside this command answers.

use super::{
    console,
    failure::{CommandError, Failure},
    local::reached_at,
};
use futures::future::{Either, select};
use http::Request;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use mana_auth::{
    clock::{Clock as _, SystemClock},
    config::Config,
};
use std::{net::SocketAddr, pin::pin, time::Duration};
use tokio::net::TcpStream;

/// How long the server may take.
const LIMIT: Duration = Duration::from_secs(5);
/// The most of its answer that is read, in bytes.
const ANSWER: usize = 1024;

/// Asks it on its management address.
pub async fn ask(config: &Config, live: bool) -> Result<(), Failure> {
    let Some(address) = config.management else {
        return Err(Failure::NoManagement(config.settings.origin("management")));
    };
    let address = reached_at(address);
    let path = if live { "/health" } else { "/ready" };
    let clock = SystemClock::default();
    let told = match select(pin!(answer(address, path)), clock.sleep(LIMIT)).await {
        Either::Left((told, _)) => told,
        Either::Right(((), _)) => Err("no answer in time".to_owned()),
    };
    match told {
        Ok((true, told)) => console::line(told.trim_end()),
        Ok((false, told)) => Err(Failure::Refused(CommandError::Unhealthy(told.trim_end().to_owned()))),
        Err(why) => Err(Failure::Refused(CommandError::Unhealthy(format!("{address}: {why}")))),
    }
}

async fn answer(address: SocketAddr, path: &str) -> Result<(bool, String), String> {
    let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    tokio::spawn(connection);
    let request = Request::get(path).header("host", address.to_string()).body(Empty::<Bytes>::new());
    let request = request.map_err(|error| error.to_string())?;
    let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
    let is_well = response.status().is_success();
    let body =
        Limited::new(response.into_body(), ANSWER).collect().await.map_err(|error| error.to_string())?;
    Ok((is_well, String::from_utf8_lossy(&body.to_bytes()).into_owned()))
}
