//! One call for all who ask at the same time.

use futures::{
    FutureExt as _,
    future::{BoxFuture, WeakShared},
};
use std::sync::{Mutex, PoisonError};

/// The call that is under way, if any.
pub(super) struct SingleFlight<T: Clone>(Mutex<Option<WeakShared<BoxFuture<'static, T>>>>);

impl<T: Clone> Default for SingleFlight<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone + Send + Sync + 'static> SingleFlight<T> {
    /// The outcome of the call that is under way, or of this one where there is none.
    pub(super) async fn run(&self, call: impl Future<Output = T> + Send + 'static) -> T {
        let call = {
            let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let under_way = last.as_ref().and_then(WeakShared::upgrade).filter(|call| call.peek().is_none());
            under_way.unwrap_or_else(|| {
                let call = call.boxed().shared();
                *last = call.downgrade();
                call
            })
        };
        call.await
    }
}
