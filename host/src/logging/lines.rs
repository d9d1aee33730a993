//! Lines on their way to where they are written. Whoever reads them there may stop: a pipe that is full, a terminal that is held.
//! Nobody who logs waits for that; what there is no room for is counted, and told as soon as there is.
//!
//! A line wakes nobody, and is no write of its own: what comes within a few milliseconds of the first is written with it. That takes a part of
//! the time.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// How many bytes of lines may wait: some 10,000 requests.
const MOST: usize = 4 * 1024 * 1024;

/// The capacity, in bytes, that the buffer of lines keeps.
const KEPT: usize = 64 * 1024;

/// A line waits this long for others, to be written with them.
const GATHER: Duration = Duration::from_millis(5);

/// How long the end of the program waits for them to be written.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Takes lines. Cheap to clone.
#[derive(Clone, Default)]
pub struct Lines(Arc<Shared>);

/// Writes what waits, where it can be, when it is dropped.
#[must_use]
pub struct Flush(Lines);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// There is a first line.
    begun: Condvar,
    /// Set to write the gathered lines now.
    hurry: Condvar,
    /// All of it is written.
    done: Condvar,
}

#[derive(Default)]
struct State {
    gathered: Vec<u8>,
    /// The size, in bytes, of what is being written.
    leaving: usize,
    lost: u64,
    hurries: bool,
}

impl Lines {
    /// Starts the thread that writes them.
    ///
    /// # Errors
    ///
    /// The operating system refused it.
    pub fn start(sink: impl Write + Send + 'static) -> io::Result<(Self, Flush)> {
        let lines = Self::default();
        let shared = Arc::clone(&lines.0);
        thread::Builder::new().name("log".to_owned()).spawn(move || shared.write(sink))?;
        let flush = Flush(lines.clone());
        Ok((lines, flush))
    }
}

impl Write for Lines {
    /// Takes one line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut state = self.0.state();
        if state.gathered.len() + state.leaving + line.len() > MOST {
            state.lost += 1;
        } else {
            let is_first = state.gathered.is_empty();
            state.gathered.extend_from_slice(line);
            if is_first {
                self.0.begun.notify_one();
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        let Lines(shared) = &self.0;
        let mut state = shared.state();
        state.hurries = true;
        shared.hurry.notify_one();
        // Where nobody reads them, they are lost with the program.
        let is_waiting = |state: &mut State| !state.gathered.is_empty() || state.leaving > 0;
        drop(shared.done.wait_timeout_while(state, TIMEOUT, is_waiting));
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what is gathered, for as long as the program runs.
    fn write(&self, mut sink: impl Write) {
        let mut lines = Vec::new();
        loop {
            self.next(&mut lines);
            // There is nowhere else to say that it failed.
            let _ = (sink.write_all(&lines), sink.flush());
            lines.clear();
            lines.shrink_to(KEPT);
            let mut state = self.state();
            state.leaving = 0;
            let lost = mem::take(&mut state.lost);
            drop(state);
            self.done.notify_all();
            if lost > 0 {
                tracing::warn!(lines = lost, "log lines are missing: whoever reads them was too slow");
            }
        }
    }

    /// Waits for lines, and takes them.
    fn next(&self, lines: &mut Vec<u8>) {
        let state = self.begun.wait_while(self.state(), |state| state.gathered.is_empty());
        let state = state.unwrap_or_else(PoisonError::into_inner);
        let gathered = self.hurry.wait_timeout_while(state, GATHER, |state| !state.hurries);
        let (mut state, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        mem::swap(&mut state.gathered, lines);
        state.leaving = lines.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel};

    /// Whoever reads, one permission a write.
    struct Reader {
        permissions: Receiver<()>,
        read: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Reader {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            let _ = self.permissions.recv();
            self.read.lock().expect("no panic").extend_from_slice(line);
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_waits_for_a_reader_and_what_has_no_room_is_counted() {
        let (permit, permissions) = channel();
        let read = Arc::<Mutex<Vec<u8>>>::default();
        let (mut lines, flush) = Lines::start(Reader { permissions, read: read.clone() }).expect("a thread");
        let line = vec![b'x'; MOST / 4];
        for _ in 0..6 {
            assert_eq!(lines.write(&line).expect("it is taken"), line.len());
        }
        assert_eq!(lines.0.state().lost, 2);
        drop(permit);
        drop(flush);
        assert_eq!(read.lock().expect("no panic").len(), MOST);
        let state = lines.0.state();
        assert_eq!((state.gathered.len(), state.leaving, state.lost), (0, 0, 0));
    }
}
