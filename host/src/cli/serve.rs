//! `mana-auth serve`.

use super::{console, failure::Failure, prepare};
use mana_auth::{Server, config::Config};
use std::net::SocketAddr;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// Serves until SIGTERM or SIGINT, then lets requests in progress finish.
pub async fn serve(mut config: Config) -> Result<(), Failure> {
    let listener = listen(&config, "listen", config.listen).await?;
    config.bound(listener.local_addr()?);
    let management = match config.management {
        Some(address) => Some(listen(&config, "management", address).await?),
        None => None,
    };
    config.management = management.as_ref().map(TcpListener::local_addr).transpose()?;
    prepare::check(&config).await?;
    prepare::provide_secret(&mut config)?;
    let greeting = greeting(&config);
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let server = Server::builder().config(config).build().await?;
    console::print(&greeting)?;
    let asked_to_end = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("ending: requests in progress may finish");
    };
    server.serve(listener, management, asked_to_end).await;
    Ok(())
}

async fn listen(config: &Config, key: &'static str, address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|source| Failure::Listen {
        key,
        address,
        source,
        origin: config.settings.origin(key),
    })
}

/// What a newcomer wants to know, and can paste.
fn greeting(config: &Config) -> String {
    let base = base(config);
    let data = config.data.canonicalize().unwrap_or_else(|_| config.data.clone());
    let management = config
        .management
        .map_or_else(|| "off".into(), |address| format!("http://{address}  (/health, /ready, /metrics)"));
    format!(
        "\
mana-auth {version}
  API         {base}
  management  {management}
  data        {data}

Register, and sign in:
  curl {base}/api/v1/auth/register -H 'content-type: application/json' -d '{{\"email\":\"ada@example.com\",\"password\":\"four otters paint lighthouses\"}}'
  curl {base}/api/v1/auth/login -H 'content-type: application/json' -d '{{\"email\":\"ada@example.com\",\"password\":\"four otters paint lighthouses\"}}'

",
        version = env!("CARGO_PKG_VERSION"),
        data = data.display(),
    )
}

/// Where this machine reaches the API: the address itself, unless plain HTTP is refused there.
fn base(config: &Config) -> String {
    let ip = config.listen.ip();
    if config.require_https || !(ip.is_loopback() || ip.is_unspecified()) {
        return config.public_url.as_str().trim_end_matches('/').to_owned();
    }
    let mut local = config.listen;
    if ip.is_unspecified() {
        local.set_ip(if ip.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
    }
    format!("http://{local}")
}
