//! Lines on their way to where they are written. Whoever reads them there may stop: a pipe that is full, a terminal that is held.
//! Nobody who logs waits for that; what there is no room for is counted, and told as soon as there is.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread,
    time::Duration,
};

/// How many bytes of lines may wait: some 10,000 requests.
const MOST: usize = 4 * 1024 * 1024;

/// How long the end of the program waits for them to be written.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Takes lines. Cheap to clone.
#[derive(Clone)]
pub struct Lines {
    jobs: Sender<Job>,
    waiting: Arc<AtomicUsize>,
    lost: Arc<AtomicU64>,
}

/// Writes what waits, where it can be, when it is dropped.
#[must_use]
pub struct Flush(Lines);

enum Job {
    Line(Vec<u8>),
    Flush(SyncSender<()>),
}

impl Lines {
    /// Starts the thread that writes them.
    ///
    /// # Errors
    ///
    /// The operating system refused it.
    pub fn start(sink: impl Write + Send + 'static) -> io::Result<(Self, Flush)> {
        let (jobs, asked) = channel();
        let lines = Self { jobs, waiting: Arc::default(), lost: Arc::default() };
        let (waiting, lost) = (lines.waiting.clone(), lines.lost.clone());
        thread::Builder::new().name("log".to_owned()).spawn(move || write(sink, &asked, &waiting, &lost))?;
        let flush = Flush(lines.clone());
        Ok((lines, flush))
    }
}

impl Write for Lines {
    /// Takes one line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let waiting = self.waiting.fetch_add(line.len(), Relaxed);
        if waiting + line.len() > MOST || self.jobs.send(Job::Line(line.to_vec())).is_err() {
            self.waiting.fetch_sub(line.len(), Relaxed);
            self.lost.fetch_add(1, Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        let (done, written) = sync_channel(1);
        if self.0.jobs.send(Job::Flush(done)).is_ok() {
            // Where nobody reads them, they are lost with the program.
            let _ = written.recv_timeout(TIMEOUT);
        }
    }
}

fn write(mut sink: impl Write, asked: &Receiver<Job>, waiting: &AtomicUsize, lost: &AtomicU64) {
    for job in asked {
        match job {
            Job::Line(line) => {
                // There is nowhere else to say that it failed.
                let _ = sink.write_all(&line);
                waiting.fetch_sub(line.len(), Relaxed);
            }
            Job::Flush(done) => {
                let _ = (sink.flush(), done.send(()));
            }
        }
        let lines = lost.swap(0, Relaxed);
        if lines > 0 {
            tracing::warn!(lines, "log lines are missing: whoever reads them was too slow");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

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
        assert_eq!(lines.lost.load(Relaxed), 2);
        drop(permit);
        drop(flush);
        assert_eq!(read.lock().expect("no panic").len(), MOST);
        assert_eq!((lines.waiting.load(Relaxed), lines.lost.load(Relaxed)), (0, 0));
    }
}
