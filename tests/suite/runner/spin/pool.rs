//! The connections to PostgreSQL that the instances of an application share.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio_postgres::Client;

/// The connections that nobody uses, by their address.
#[derive(Clone, Default)]
pub struct Pool(Arc<Mutex<BTreeMap<String, Vec<Client>>>>);

/// A connection in use.
pub struct Connection {
    address: String,
    client: Option<Client>,
    pool: Pool,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(client) = self.client.take().filter(|client| !client.is_closed()) {
            let mut pool = self.pool.0.lock().unwrap();
            pool.entry(std::mem::take(&mut self.address)).or_default().push(client);
        }
    }
}

impl Pool {
    /// One that nobody uses.
    pub fn take(&self, address: &str) -> Option<Client> {
        self.0.lock().unwrap().get_mut(address).and_then(Vec::pop)
    }
}

impl Connection {
    pub const fn new(address: String, client: Client, pool: Pool) -> Self {
        Self { address, client: Some(client), pool }
    }

    pub fn client(&self) -> &Client {
        self.client.as_ref().expect("open until it is dropped")
    }
}
