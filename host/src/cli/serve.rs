//! `mana-auth serve`.

use super::{
    console, descriptors::raise_limit, failure::Failure, local::reached_at, prepare, signals::Signals,
};
use mana_auth::{
    Server,
    config::{Config, Origin},
};
use std::{
    io::{self, IsTerminal as _, stdout},
    net::SocketAddr,
};
use tokio::net::{TcpListener, TcpSocket};

/// How many connections may wait to be accepted; the system may have a lower limit.
const BACKLOG: u32 = 1024;

/// Serves until SIGTERM, SIGINT or SIGHUP, then lets requests in progress finish.
pub async fn serve(mut config: Config, new_database: bool) -> Result<(), Failure> {
    if !new_database {
        prepare::refuse_lost(&config)?;
    }
    let api = Reserved::new(&config, "listen", config.listen)?;
    config.bound(api.address);
    let management =
        config.management.map(|address| Reserved::new(&config, "management", address)).transpose()?;
    config.management = management.as_ref().map(|reserved| reserved.address);
    prepare::check(&config).await?;
    prepare::provide_secret(&mut config)?;
    let greeting = greeting(&config);
    let (address, management_address, data) = (config.listen, config.management, config.data.clone());
    let signals = Signals::listen()?;
    raise_limit();
    let server = Server::builder().config(config).build().await?;
    let (api, management) = (api.listen()?, management.map(Reserved::listen).transpose()?);
    if stdout().is_terminal() {
        console::print(&greeting)?;
    }
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        listen = %address,
        management = management_address.map(tracing::field::display),
        data = %data.display(),
        "started"
    );
    let asked_to_end = async {
        signals.any().await;
        tracing::info!("ending: requests in progress may finish");
    };
    server.serve(api, management, asked_to_end).await;
    Ok(())
}

/// An address that is ours, where nobody is let in before everything is ready.
struct Reserved {
    socket: TcpSocket,
    address: SocketAddr,
    key: &'static str,
    origin: Origin,
}

impl Reserved {
    fn new(config: &Config, key: &'static str, address: SocketAddr) -> Result<Self, Failure> {
        let origin = config.settings.origin(key);
        match bind(address) {
            Ok((socket, address)) => Ok(Self { socket, address, key, origin }),
            Err(source) => Err(Failure::Listen { key, address, source, origin }),
        }
    }

    fn listen(self) -> Result<TcpListener, Failure> {
        let Self { socket, address, key, origin } = self;
        socket.listen(BACKLOG).map_err(|source| Failure::Listen { key, address, source, origin })
    }
}

fn bind(address: SocketAddr) -> io::Result<(TcpSocket, SocketAddr)> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // So that a restart need not wait for connections of the process before to be forgotten. An address where
    // somebody listens is refused all the same.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let address = socket.local_addr()?;
    Ok((socket, address))
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
    format!("http://{}", reached_at(config.listen))
}
