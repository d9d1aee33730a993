//! The same trees, proofs and notes as another implementation makes of them (`tlog_tiles`, `signed_note`).

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use mana_auth_audit::{
    Checkpoint, Frontier, Hash, KeyName, Note, PublicKey, Subtree, VerifierKey, consistency, fold, inclusion,
    leaf_hash, verify_consistency, verify_inclusion,
};
use signed_note::{StandardSigner, StandardVerifier, VerifierList};
use std::ops::Range;
use tlog_tiles::{HashReader, TreeProof};

/// The trees that are compared: of every size up to this.
const MOST: u64 = 70;

fn data(n: u64) -> [u8; 8] {
    n.to_be_bytes()
}

/// Their tree: every hash that they store.
#[derive(Default)]
struct Theirs(Vec<tlog_tiles::Hash>);

impl HashReader for Theirs {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).expect("a small tree")]).collect())
    }
}

fn theirs(size: u64) -> Theirs {
    (0..size).fold(Theirs::default(), |mut tree, n| {
        let hashes = tlog_tiles::stored_hashes(n, &data(n), &tree).expect("the hashes before it");
        tree.0.extend(hashes);
        tree
    })
}

fn root(leaves: Range<u64>) -> Hash {
    let mut tree = Frontier::default();
    leaves.for_each(|n| tree.append(leaf_hash(&data(n)), |_| {}));
    tree.root()
}

fn path(ranges: &[Range<u64>]) -> Vec<Hash> {
    let subtrees =
        |range| Subtree::of(range).into_iter().map(|subtree| root(subtree.leaves())).collect::<Vec<_>>();
    ranges.iter().map(|range| fold(&subtrees(range)).expect("a range of a proof is not empty")).collect()
}

fn plain(proof: TreeProof) -> Vec<Hash> {
    proof.into_iter().map(|hash| hash.0).collect()
}

#[test]
fn trees_and_proofs_are_the_same() {
    let all = theirs(MOST);
    for size in 1..=MOST {
        let root_here = root(0..size);
        assert_eq!(tlog_tiles::tree_hash(size, &all).expect("a root").0, root_here, "{size}");
        for leaf in 0..size {
            let here = path(&inclusion(leaf, size).expect("it is inside"));
            let there = plain(tlog_tiles::prove_record(size, leaf, &all).expect("a proof"));
            assert_eq!(here, there, "{leaf} in {size}");
            assert!(verify_inclusion(leaf_hash(&data(leaf)), leaf, size, &there, &root_here));
        }
        for from in 1..=size {
            let here = path(&consistency(from, size).expect("it has grown"));
            let there = plain(tlog_tiles::prove_tree(size, from, &all).expect("a proof"));
            assert_eq!(here, there, "{from} to {size}");
            assert!(verify_consistency(from, &root(0..from), size, &root_here, &there));
        }
    }
}

#[test]
fn a_checkpoint_from_here_is_read_there() {
    let (origin, seed) = (KeyName::parse("auth.example/audit/1").expect("a name"), [7; 32]);
    let note = Checkpoint { origin: origin.clone(), size: 70, root: root(0..70) }.sign(&seed).to_string();
    let key = PublicKey::of_seed(&seed).named(origin);
    let verifier = StandardVerifier::new(&key.to_string()).expect("a key");
    let known = VerifierList::new(vec![Box::new(verifier)]);

    let read = signed_note::Note::from_bytes(note.as_bytes()).expect("a note");
    let (verified, unverified) = read.verify(&known).expect("a signature");
    assert_eq!((verified.len(), unverified.len()), (1, 0));
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(read.text()).expect("a checkpoint");
    assert_eq!((checkpoint.origin(), checkpoint.size()), ("auth.example/audit/1", 70));
    assert_eq!(checkpoint.hash().0, root(0..70));

    let altered = signed_note::Note::from_bytes(note.replace("\n70\n", "\n71\n").as_bytes()).expect("a note");
    assert!(altered.verify(&known).is_err());
}

#[test]
fn a_checkpoint_from_there_is_read_here() {
    let name = "auth.example/audit/2";
    let secret = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let key = PublicKey::of_seed(&[9; 32]).named(KeyName::parse(name).expect("a name"));
    let public = key.to_string();
    let id = public.split('+').nth(1).expect("an id");
    let encoded = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        [&[1][..], secret.as_bytes()].concat(),
    );
    let signer = StandardSigner::new(&format!("PRIVATE+KEY+{name}+{id}+{encoded}")).expect("a key");
    let text = format!("{name}\n70\n{}\n", tlog_tiles::Hash(root(0..70)));
    let mut note = signed_note::Note::new(text.as_bytes(), &[]).expect("a text");
    note.add_sigs(&[&signer]).expect("a signature");

    let text = String::from_utf8(note.to_bytes()).expect("text");
    let (read, checkpoint) = Checkpoint::of_note(&text).expect("a checkpoint");
    assert!(read.is_signed_by(&key));
    assert!(!read.is_signed_by(&PublicKey::of_seed(&[8; 32]).named(checkpoint.origin.clone())));
    assert_eq!((checkpoint.size, checkpoint.root), (70, root(0..70)));
    assert_eq!(Note::parse(&text).map(|note| note.to_string()), Ok(text));
    assert_eq!(public.parse::<VerifierKey>(), Ok(key));
}
