//! Statements that are sent one behind the other, and answered together: one wait for the server, however many they are.

use futures::future::{MaybeDone, maybe_done};
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

/// Polls futures in their order until all are done. The driver sends a request when its future is polled first; `join_all` polls more than thirty
/// in an order of its own.
pub(super) async fn in_order<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut all: Vec<Pin<Box<MaybeDone<F>>>> =
        futures.into_iter().map(|future| Box::pin(maybe_done(future))).collect();
    poll_fn(|context| {
        let mut are_done = true;
        for one in &mut all {
            are_done &= one.as_mut().poll(context).is_ready();
        }
        if are_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    all.iter_mut().filter_map(|one| one.as_mut().take_output()).collect()
}

#[cfg(test)]
mod tests {
    use super::in_order;
    use std::cell::RefCell;

    #[tokio::test]
    async fn what_is_first_is_polled_first() {
        let polled = RefCell::new(vec![]);
        let one = |number: usize| {
            let polled = &polled;
            async move {
                polled.borrow_mut().push(number);
                tokio::task::yield_now().await;
                number
            }
        };
        let expected: Vec<usize> = (0..100).collect();
        assert_eq!(in_order(expected.iter().copied().map(one).collect()).await, expected);
        assert_eq!(*polled.borrow(), expected);
    }
}
