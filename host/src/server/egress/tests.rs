use super::{outgoing::Outgoing, *};
use crate::clock::TestClock;
use bytes::{Buf as _, Bytes};
use http::{Response, Version};
use http_body::Body as _;
use std::{
    net::IpAddr,
    pin::Pin,
    task::{Context, Poll, Waker},
};

const TIMEOUT: Duration = Duration::from_secs(10);
/// What an answer costs that has so many bytes.
const LENGTH: usize = 58 * 1024;
const COST: usize = 64 * 1024;

struct House {
    clock: Arc<TestClock>,
    egress: Arc<Egress>,
    open: Arc<super::super::open::Open>,
}

/// An answer on its way, and what its client took.
struct Sent {
    end: AbortHandle,
    body: Outgoing,
    chunk: Option<<Outgoing as http_body::Body>::Data>,
}

impl House {
    /// Room for 64 answers in all, 8 of a network, two of a connection.
    fn new() -> Self {
        let (clock, metrics) = (Arc::new(TestClock::default()), Arc::new(Metrics::new()));
        let egress = Egress::new(TIMEOUT, Bounds::in_all(64 * COST), clock.clone(), metrics.clone());
        let open = super::super::open::Open::new(1000, clock.clone(), metrics);
        Self { clock, egress, open }
    }

    fn send(&self, connection: u64, address: Option<&str>) -> Sent {
        self.send_bytes(connection, address, Bytes::from(vec![0; LENGTH]))
    }

    fn send_bytes(&self, connection: u64, address: Option<&str>, bytes: Bytes) -> Sent {
        let address: Option<IpAddr> = address.map(|address| address.parse().expect("an address"));
        let network = address.map(|address| Network::of(Some(address)));
        let (end, _) = AbortHandle::new_pair();
        let outlet = self.egress.outlet(connection, network, end.clone());
        let busy = super::super::open::Busy::of_nobody(&self.open);
        let mut body = outlet.send(Response::new(bytes), Version::HTTP_2, busy).into_body();
        let chunk = match poll(&mut body) {
            Poll::Ready(Some(Ok(frame))) => frame.into_data().ok(),
            _ => None,
        };
        Sent { end, body, chunk }
    }

    fn waiting(&self) -> i64 {
        self.egress.metrics.send_buffer.get()
    }
}

impl Sent {
    fn take(&mut self, bytes: usize) {
        self.chunk.as_mut().expect("bytes").advance(bytes);
    }

    fn is_cut(&self) -> bool {
        self.end.is_aborted()
    }
}

fn poll(
    body: &mut Outgoing,
) -> Poll<Option<Result<http_body::Frame<<Outgoing as http_body::Body>::Data>, std::convert::Infallible>>> {
    Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()))
}

fn cut(sent: &[Sent]) -> Vec<usize> {
    sent.iter().enumerate().filter(|(_, sent)| sent.is_cut()).map(|(at, _)| at).collect()
}

#[test]
fn a_client_that_takes_nothing_or_drips_is_not_waited_for() {
    let house = House::new();
    let (none, mut drips, mut slow) = (house.send(1, None), house.send(2, None), house.send(3, None));
    for _ in 0..4 {
        assert!(![&none, &drips, &slow].iter().any(|sent| sent.is_cut()));
        house.clock.advance(TIMEOUT / 4);
        drips.take(10);
        slow.take(1000);
        house.egress.end_overdue();
    }
    assert_eq!([&none, &drips, &slow].map(Sent::is_cut), [true, true, false]);
    // Another round, in which it goes on as slowly, and one in which it stops.
    for _ in 0..4 {
        house.clock.advance(TIMEOUT / 4);
        slow.take(1000);
        house.egress.end_overdue();
    }
    assert!(!slow.is_cut());
    house.clock.advance(TIMEOUT);
    assert!(!house.egress.end_overdue(), "nobody waits any more");
    assert!(slow.is_cut());
    assert_eq!(house.waiting(), 0);
}

#[test]
fn the_end_is_told_when_all_has_gone() {
    let house = House::new();
    let mut sent = house.send(1, None);
    assert!(!sent.body.is_end_stream() && poll(&mut sent.body).is_pending());
    sent.take(LENGTH);
    assert!(poll(&mut sent.body).is_pending(), "hyper has it still");
    drop(sent.chunk.take());
    assert!(sent.body.is_end_stream() && matches!(poll(&mut sent.body), Poll::Ready(None)));
    assert_eq!(house.waiting(), 0);
}

#[test]
fn where_a_connection_has_too_much_its_slowest_go_but_never_the_newest() {
    let house = House::new();
    let (one, other) = (house.send(1, None), house.send(1, None));
    assert_eq!([&one, &other].map(Sent::is_cut), [false, false]);
    house.clock.advance(Duration::from_secs(1));
    let (newest, elsewhere) = (house.send(1, None), house.send(2, None));
    assert_eq!([&one, &other, &newest, &elsewhere].map(Sent::is_cut), [true, true, false, false]);
    let long = house.send_bytes(3, None, Bytes::from(vec![0; 3 * COST]));
    assert!(!long.is_cut(), "one is always let be");
}

#[test]
fn where_an_address_has_too_much_its_slowest_go_and_no_others() {
    let house = House::new();
    let mut sent = vec![house.send(100, Some("198.51.100.7"))];
    house.clock.advance(Duration::from_secs(1));
    // As they do where a /64 has eight machines.
    sent.extend((0..8).map(|n| house.send(n, Some(&format!("2001:db8::{n}")))));
    house.clock.advance(Duration::from_secs(1));
    for (at, answer) in sent.iter_mut().enumerate() {
        if at != 3 {
            answer.take(1000);
        }
    }
    sent.push(house.send(8, Some("2001:db8::8")));
    // An eighth, and one more; the other that goes is as fast as the rest.
    assert!(sent[3].is_cut() && !sent[0].is_cut() && !sent[9].is_cut(), "{:?}", cut(&sent));
    assert_eq!(cut(&sent).len(), 2);
}

#[test]
fn where_there_is_too_much_in_all_the_slowest_go_whoever_they_are() {
    let house = House::new();
    let mut sent: Vec<_> = (0..64).map(|n| house.send(n, Some(&format!("198.51.100.{n}")))).collect();
    assert_eq!(house.waiting(), 64 * COST as i64);
    house.clock.advance(Duration::from_secs(1));
    for answer in &mut sent[..32] {
        answer.take(30_000);
    }
    let newest = house.send(64, Some("203.0.113.9"));
    assert!(!newest.is_cut());
    let cut = cut(&sent);
    assert_eq!(cut.len(), 9, "an eighth, and one more");
    assert!(cut.iter().all(|at| *at >= 32), "{cut:?}");
    assert_eq!(house.waiting(), 56 * COST as i64);
    drop((sent, newest));
    assert_eq!(house.waiting(), 0);
}

#[test]
fn what_is_shared_counts_once() {
    let house = House::new();
    let document = Bytes::from(vec![0; LENGTH]);
    let sent: Vec<_> = (0..16).map(|_| house.send_bytes(1, None, document.clone())).collect();
    assert!(cut(&sent).is_empty());
    assert_eq!(house.waiting(), 16 * (COST - LENGTH) as i64);
}
