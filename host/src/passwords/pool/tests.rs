use super::*;
use crate::random::Exhausted;
use std::sync::{
    atomic::{AtomicU8, Ordering},
    mpsc,
};

/// Bytes that count up, so that no two salts are the same. No security.
#[derive(Default)]
struct Counting(AtomicU8);

impl Random for Counting {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Exhausted> {
        buffer.fill(self.0.fetch_add(1, Ordering::Relaxed));
        Ok(())
    }
}

struct Failing;

impl Random for Failing {
    fn fill(&self, _: &mut [u8]) -> Result<(), Exhausted> {
        Err(Exhausted)
    }
}

const CHEAP: Parameters = Parameters { memory_kib: 8, iterations: 1, parallelism: 1 };

fn pool(places: usize, live: &LiveRequests) -> Pool {
    let options = PoolOptions { threads: 1, places, ..PoolOptions::default() };
    Pool::start(options, Arc::new(Counting::default()), live.clone()).unwrap()
}

fn behalf(request: &str, network: &str) -> Behalf {
    Behalf { request: request.into(), network: Some(network.into()), known_device: false }
}

/// Keeps the only thread of the pool busy until the sender is dropped. When it returns, the thread has begun.
fn occupy(pool: &Pool) -> mpsc::Sender<()> {
    let (begun, begins) = mpsc::channel();
    let (gate, opened) = mpsc::channel();
    let answer = pool.queue(JobKind::Hash, behalf("", "gate"), move |_| {
        _ = begun.send(());
        _ = opened.recv();
        Ok(())
    });
    // Not awaited, but wanted.
    std::mem::forget(answer);
    begins.recv().unwrap();
    gate
}

async fn outcome<T>(answer: PendingResult<T>) -> Result<T, Error> {
    answer.await.unwrap_or(Err(Error::Busy))
}

#[tokio::test]
async fn a_hash_verifies_and_no_two_have_the_same_salt() {
    let pool = pool(4, &LiveRequests::default());
    let hash = async || pool.hash("correct horse".into(), CHEAP, None, behalf("", "a")).await.unwrap();
    let (first, second) = (hash().await, hash().await);
    assert_ne!(first, second);

    let verify = async |password: &str, encoded: Option<&String>, current| {
        let verdicts = pool.verify(password.into(), vec![encoded.cloned()], current, behalf("", "a")).await;
        verdicts.unwrap().remove(0)
    };
    let other = Parameters { iterations: 2, ..CHEAP };
    assert!(matches!(verify("correct horse", Some(&first), CHEAP).await, Ok(Verdict::Match)));
    assert!(matches!(verify("correct horse", Some(&second), other).await, Ok(Verdict::MatchButOutdated)));
    assert!(matches!(verify("wrong", Some(&first), CHEAP).await, Ok(Verdict::Mismatch)));
    assert!(matches!(verify("wrong", None, CHEAP).await, Ok(Verdict::Mismatch)));
}

#[tokio::test]
async fn several_hashes_are_compared_in_their_order() {
    let pool = pool(4, &LiveRequests::default());
    let hash = async |password: &str, beside: Option<String>| {
        pool.hash(password.into(), CHEAP, beside, behalf("", "a")).await.unwrap()
    };
    let first = hash("correct horse", None).await;
    let beside = hash("battery staple", Some(first.clone())).await;
    assert_eq!(first.rsplit_once('$').unwrap().0, beside.rsplit_once('$').unwrap().0);
    assert_ne!(first, beside);
    assert_ne!(hash("battery staple", Some("nonsense".into())).await, beside);

    let encoded = vec![Some(first), None, Some("nonsense".into()), Some(beside)];
    let verdicts = pool.verify("battery staple".into(), encoded, CHEAP, behalf("", "a")).await.unwrap();
    let expected =
        [Ok(Verdict::Mismatch), Ok(Verdict::Mismatch), Err(Error::MalformedHash), Ok(Verdict::Match)];
    assert_eq!(format!("{verdicts:?}"), format!("{expected:?}"));
}

#[tokio::test]
async fn each_error_has_its_name() {
    let pool = pool(4, &LiveRequests::default());
    let costly = Parameters { memory_kib: 262_145, ..CHEAP };
    let hash = pool.hash("password".into(), costly, None, behalf("", "a")).await;
    assert!(matches!(hash, Err(Error::UnsupportedParameters)));
    let verify = async |encoded: &str, current| {
        let verdicts = pool.verify("password".into(), vec![Some(encoded.into())], current, behalf("", "a"));
        verdicts.await.and_then(|mut verdicts| verdicts.remove(0))
    };
    assert!(matches!(verify("nonsense", CHEAP).await, Err(Error::MalformedHash)));
    assert!(matches!(verify("nonsense", costly).await, Err(Error::UnsupportedParameters)));
}

#[tokio::test]
async fn without_chance_nothing_is_hashed() {
    let pool = Pool::start(PoolOptions::default(), Arc::new(Failing), LiveRequests::default()).unwrap();
    assert!(matches!(pool.hash("password".into(), CHEAP, None, behalf("", "a")).await, Err(Error::Busy)));
}

#[tokio::test]
async fn strength_knows_the_operators_list() {
    let options =
        PoolOptions { blocklist: Blocklist::parse(b"Rhabarber-Kompott-im-Keller"), ..PoolOptions::default() };
    let pool = Pool::start(options, Arc::new(Counting::default()), LiveRequests::default()).unwrap();
    let guesses = async |password: &str| {
        pool.strength(password.into(), Vec::new(), behalf("", "a")).await.unwrap().guesses_log10
    };
    assert_eq!(guesses("rhabarber-kompott-im-keller").await, 0.0);
    assert!(guesses("rhabarber-kompott-im-garten").await > 8.0);
}

#[tokio::test]
async fn a_job_whose_request_has_gone_is_not_computed() {
    let live = LiveRequests::default();
    let pool = pool(8, &live);
    let gate = occupy(&pool);
    let (leaves, stays) = (live.register("leaves"), live.register("stays"));
    let (ran, runs) = mpsc::channel();
    let job = |request: &'static str| {
        let ran = ran.clone();
        pool.queue(JobKind::Hash, behalf(request, "a"), move |_| Ok(ran.send(request)))
    };
    let answers = [job("leaves"), job("stays"), job("never registered"), job("")];
    drop(leaves);
    drop(gate);

    let [gone, stayed, unregistered, nobody] = answers;
    assert!(matches!(outcome(gone).await, Err(Error::Busy)));
    for answer in [stayed, unregistered, nobody] {
        assert!(outcome(answer).await.is_ok());
    }
    assert_eq!(runs.try_iter().collect::<Vec<_>>(), ["stays", "never registered", ""]);
    drop(stays);
}

#[tokio::test]
async fn a_job_whose_answer_nobody_awaits_is_not_computed_and_leaves_its_place() {
    let pool = pool(2, &LiveRequests::default());
    let gate = occupy(&pool);
    let (ran, runs) = mpsc::channel();
    let job = |name: &'static str| {
        let ran = ran.clone();
        pool.queue(JobKind::Hash, behalf("", name), move |_| Ok(ran.send(name)))
    };
    let (first, second) = (job("first"), job("second"));
    drop((first, second));
    let (third, fourth) = (job("third"), job("fourth"));
    drop(gate);

    assert!(outcome(third).await.is_ok() && outcome(fourth).await.is_ok());
    assert_eq!(runs.try_iter().collect::<Vec<_>>(), ["third", "fourth"]);
}

#[tokio::test]
async fn past_its_places_it_is_busy_and_the_gauges_tell_how_full_it_is() {
    let pool = pool(4, &LiveRequests::default());
    let gate = occupy(&pool);
    let job = |network| pool.queue(JobKind::Hash, behalf("", network), |_| Ok(()));
    let (a, b, c) = (job("a"), job("b"), job("c"));
    assert!(matches!(outcome(job("d")).await, Err(Error::Busy)));
    assert_eq!(pool.gauges(), Gauges { queued: 3, running: 1 });
    drop(gate);
    for answer in [a, b, c] {
        assert!(outcome(answer).await.is_ok());
    }
}

#[tokio::test]
async fn an_estimate_waits_for_no_queue_of_hashes() {
    let pool = pool(8, &LiveRequests::default());
    let gate = occupy(&pool);
    let (ran, runs) = mpsc::channel();
    let note = |name: &'static str| {
        let ran = ran.clone();
        move |_: &mut Memory| Ok(ran.send(name))
    };
    let hashes = [
        pool.queue(JobKind::Hash, behalf("", "a"), note("hash")),
        pool.queue(JobKind::Hash, behalf("", "b"), note("hash")),
    ];
    let estimate = pool.queue(JobKind::Estimate, behalf("", "a"), note("estimate"));
    drop(gate);

    assert!(outcome(estimate).await.is_ok());
    for hash in hashes {
        assert!(outcome(hash).await.is_ok());
    }
    assert_eq!(runs.try_iter().collect::<Vec<_>>(), ["estimate", "hash", "hash"]);
}

#[tokio::test]
async fn a_panic_ends_its_job_and_no_thread() {
    let pool = pool(4, &LiveRequests::default());
    let panicking: PendingResult<()> = pool.queue(JobKind::Hash, behalf("", "a"), |_| panic!("on purpose"));
    assert!(matches!(outcome(panicking).await, Err(Error::Busy)));
    assert!(pool.hash("password".into(), CHEAP, None, behalf("", "a")).await.is_ok());
}

#[tokio::test]
async fn dropping_it_ends_its_threads_and_answers_what_is_queued() {
    let mut pool = pool(4, &LiveRequests::default());
    let threads = std::mem::take(&mut pool.threads);
    let gate = occupy(&pool);
    let queued = pool.queue(JobKind::Hash, behalf("", "a"), |_| Ok(()));
    drop(pool);
    assert!(matches!(outcome(queued).await, Err(Error::Busy)));
    drop(gate);
    for thread in threads {
        thread.join().unwrap();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn only_its_threads_are_at_low_priority() {
    let pool = pool(4, &LiveRequests::default());
    let own = || rustix::process::getpriority_process(Some(rustix::thread::gettid())).unwrap();
    let before = own();
    let theirs = outcome(pool.queue(JobKind::Hash, behalf("", "a"), move |_| Ok(own()))).await;
    assert!(matches!(theirs, Ok(NICE)));
    assert_eq!(own(), before);
    assert_ne!(before, NICE);
}
