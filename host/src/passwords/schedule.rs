use super::queue::Queue;

/// What a thread can be asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum JobKind {
    Hash,
    Estimate,
}

/// What the threads do next.
///
/// Estimates, which take milliseconds and at worst less than a hash, don't wait behind a queue of hashes: the two
/// kinds take turns. So an estimate waits for one hash, and a flood of estimates makes hashes wait twice as long at
/// most.
pub(super) struct Schedule<T> {
    hashes: Queue<T>,
    estimates: Queue<T>,
    last_was_estimate: bool,
}

impl<T> Schedule<T> {
    /// With so many places for each of the two kinds, at least one.
    pub(super) fn new(places: usize) -> Self {
        Self { hashes: Queue::new(places), estimates: Queue::new(places), last_was_estimate: false }
    }

    /// How many items wait.
    pub(super) fn len(&self) -> usize {
        self.hashes.len() + self.estimates.len()
    }

    /// Lets an item in, and returns the one that there is no place for (see [`Queue::push`]). Before anybody is turned
    /// away, what is no longer wanted leaves its place.
    #[must_use = "whoever waits for the item is to be told"]
    pub(super) fn push(
        &mut self,
        kind: JobKind,
        network: Option<&str>,
        known_device: bool,
        item: T,
        wanted: impl Fn(&T) -> bool,
    ) -> Option<T> {
        let queue = match kind {
            JobKind::Hash => &mut self.hashes,
            JobKind::Estimate => &mut self.estimates,
        };
        if !queue.has_room(known_device) {
            queue.retain(wanted);
        }
        queue.push(network, known_device, item)
    }

    /// The item whose turn it is.
    pub(super) fn pop(&mut self) -> Option<T> {
        let estimate =
            if self.last_was_estimate && self.hashes.len() > 0 { None } else { self.estimates.pop() };
        self.last_was_estimate = estimate.is_some();
        estimate.or_else(|| self.hashes.pop())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(_: &&str) -> bool {
        true
    }

    #[test]
    fn an_estimate_waits_for_no_queue_of_hashes_and_holds_none_up() {
        let mut schedule = Schedule::new(8);
        for hash in ["h1", "h2", "h3"] {
            assert_eq!(schedule.push(JobKind::Hash, None, true, hash, wanted), None);
        }
        for estimate in ["e1", "e2", "e3", "e4"] {
            assert_eq!(schedule.push(JobKind::Estimate, None, true, estimate, wanted), None);
        }
        let order: Vec<_> = std::iter::from_fn(|| schedule.pop()).collect();
        assert_eq!(order, ["e1", "h1", "e2", "h2", "e3", "h3", "e4"]);
    }

    #[test]
    fn each_kind_has_its_own_bound() {
        let mut schedule = Schedule::new(1);
        assert_eq!(schedule.push(JobKind::Hash, None, true, "h1", wanted), None);
        assert_eq!(schedule.push(JobKind::Hash, None, true, "h2", wanted), Some("h2"));
        assert_eq!(schedule.push(JobKind::Estimate, None, true, "e1", wanted), None);
        assert_eq!(schedule.push(JobKind::Estimate, None, true, "e2", wanted), Some("e2"));
        assert_eq!(schedule.len(), 2);
    }

    #[test]
    fn what_nobody_waits_for_goes_before_anybody_is_turned_away() {
        let mut schedule = Schedule::new(1);
        assert_eq!(schedule.push(JobKind::Hash, None, true, "h1", wanted), None);
        assert_eq!(schedule.push(JobKind::Hash, None, true, "h2", |item| *item != "h1"), None);
        assert_eq!(schedule.push(JobKind::Estimate, None, true, "e1", wanted), None);
        assert_eq!(schedule.push(JobKind::Estimate, None, true, "e2", |item| *item != "e1"), None);
        let order: Vec<_> = std::iter::from_fn(|| schedule.pop()).collect();
        assert_eq!(order, ["e2", "h2"]);
    }
}
