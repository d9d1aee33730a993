//! Whoever delivers mails, as a test tells them to.

use crate::eventually::eventually;
use async_trait::async_trait;
use mana_auth::mail::{Mailer, Message, Outcome};
use std::sync::{Arc, Mutex};

/// What the postman says to every mail.
#[derive(Clone, Copy)]
pub enum Says {
    Accepted,
    Later,
    Never,
    /// Nothing at all.
    Hangs,
}

/// Delivers as it is told, and keeps what it was handed.
pub struct Postman {
    says: Mutex<Says>,
    handed: Mutex<Vec<Message>>,
}

impl Postman {
    pub fn new(says: Says) -> Arc<Self> {
        Arc::new(Self { says: Mutex::new(says), handed: Mutex::default() })
    }

    /// From now on.
    pub fn says(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    /// The ids of the mails that were handed over, in order.
    pub fn ids(&self) -> Vec<String> {
        self.handed.lock().unwrap().iter().map(|message| message.id.clone()).collect()
    }

    /// What was handed over, once it was so often.
    pub async fn handed(&self, times: usize) -> Vec<Message> {
        let enough = || async {
            let handed = self.handed.lock().unwrap().clone();
            (handed.len() >= times).then_some(handed)
        };
        let handed = eventually(enough).await;
        assert_eq!(handed.len(), times, "more was handed over");
        handed
    }
}

#[async_trait]
impl Mailer for Postman {
    async fn send(&self, message: Message) -> Outcome {
        self.handed.lock().unwrap().push(message);
        let says = *self.says.lock().unwrap();
        match says {
            Says::Accepted => Outcome::Accepted,
            Says::Later => Outcome::Later("the server answered 421".into()),
            Says::Never => Outcome::Never("the server answered 550".into()),
            Says::Hangs => std::future::pending().await,
        }
    }
}
