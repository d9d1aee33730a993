use super::network::{Network, Prefix};
use std::collections::BTreeMap;

/// Over how many hashes it fades what somebody was served: to a third after so many for anybody. Half a minute of two processors.
const MEMORY: f64 = 1024.0;

/// What fades below this is forgotten. Each hash adds three entries at most, so that there are never more than some 10,000.
const FORGOTTEN: f64 = 1.0 / 16.0;

/// How often it is looked for what is to be forgotten, in hashes.
const LOOK_EVERY: u64 = 256;

/// How much each network was served lately, and all that lie in a wider one. Whether a password was right makes no difference: whoever
/// has accounts has right ones. It is measured in hashes rather than in seconds, since only while others wait does it matter.
#[derive(Default)]
pub(super) struct Served {
    hashes: u64,
    networks: BTreeMap<Prefix, Share>,
}

struct Share {
    hashes: f64,
    /// How many there had been in all by then.
    as_of: u64,
}

impl Served {
    /// How many of the latest hashes were for this network.
    #[allow(clippy::cast_precision_loss, reason = "a difference of so many hashes is nothing")]
    pub(super) fn lately(&self, prefix: &Prefix) -> f64 {
        self.networks.get(prefix).map_or(0.0, |share| {
            share.hashes * (-(self.hashes.saturating_sub(share.as_of) as f64) / MEMORY).exp()
        })
    }

    /// Notes a hash for a network.
    pub(super) fn note(&mut self, network: &Network) {
        self.hashes += 1;
        for prefix in network.prefixes() {
            let hashes = self.lately(prefix) + 1.0;
            self.networks.insert(prefix.clone(), Share { hashes, as_of: self.hashes });
        }
        if self.hashes.is_multiple_of(LOOK_EVERY) {
            let forgotten: Vec<Prefix> =
                self.networks.keys().filter(|prefix| self.lately(prefix) < FORGOTTEN).cloned().collect();
            for prefix in forgotten {
                self.networks.remove(&prefix);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(n: u32) -> Network {
        Network::parse(Some(&format!("2001:db8:{n:x}::/64")))
    }

    #[test]
    fn what_was_served_fades_and_is_forgotten() {
        let mut served = Served::default();
        (0..100).for_each(|_| served.note(&network(1)));
        let first = &network(1).prefixes()[0].clone();
        assert!((95.0..=100.0).contains(&served.lately(first)));
        (0..1024).for_each(|n| served.note(&network(2 + n)));
        assert!((30.0..40.0).contains(&served.lately(first)));
        (0..50_000).for_each(|n| served.note(&network(2 + n)));
        assert!(served.lately(first) == 0.0);
        assert!(served.networks.len() < 10_000, "{}", served.networks.len());
    }
}
