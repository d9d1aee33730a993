use super::{Error, LiveRequests};
use mana_auth_passwords::Memory;
use tokio::sync::oneshot;

/// Something for a thread to compute, and who waits for it.
pub(super) struct Job {
    /// The request that was alive when the job came, if there was one.
    request: Option<String>,
    work: Box<dyn Work>,
}

/// The answer to a job. It fails when the job was dropped: turned away, no longer wanted, or ended by a panic.
pub(super) type PendingResult<T> = oneshot::Receiver<Result<T, Error>>;

impl Job {
    /// A job for a request. An id that is empty, or that no living request has, is nobody to go away.
    pub(super) fn new<T: Send + 'static>(
        request: String,
        live: &LiveRequests,
        compute: impl FnOnce(&mut Memory) -> Result<T, Error> + Send + 'static,
    ) -> (Self, PendingResult<T>) {
        let (sender, answer) = oneshot::channel();
        let request = Some(request).filter(|id| live.contains(id));
        (Self { request, work: Box::new(Task { compute, answer: sender }) }, answer)
    }

    /// Whether anybody still waits for the answer.
    pub(super) fn is_wanted(&self, live: &LiveRequests) -> bool {
        self.work.is_awaited() && self.request.as_ref().is_none_or(|id| live.contains(id))
    }

    /// Computes and answers.
    pub(super) fn run(self, memory: &mut Memory) {
        self.work.run(memory);
    }
}

trait Work: Send {
    fn is_awaited(&self) -> bool;
    fn run(self: Box<Self>, memory: &mut Memory);
}

struct Task<T, F> {
    compute: F,
    answer: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Work for Task<T, F>
where
    T: Send,
    F: FnOnce(&mut Memory) -> Result<T, Error> + Send,
{
    fn is_awaited(&self) -> bool {
        !self.answer.is_closed()
    }

    fn run(self: Box<Self>, memory: &mut Memory) {
        // Nobody may be listening any more, which is nobody's fault.
        _ = self.answer.send((self.compute)(memory));
    }
}
