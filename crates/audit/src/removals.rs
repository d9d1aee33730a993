//! Events about the audit log itself: which leaves lost their details, and which were dropped.
//!
//! Each names the root of the tree that it is about. After a database was put back to an older state, other
//! events become the leaves that it names; the root shows that it is not about those.

use crate::{frontier::TILE, hash::Hash};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use std::ops::Range;

/// A prefix: the tree of the first leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// The number of leaves.
    pub size: u64,
    /// The root hash.
    pub root: Hash,
}

/// The content of an event `details_erased`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    leaves: Vec<Range<u64>>,
    /// The tree up to the last of its leaves.
    pub of: Prefix,
}

impl Erased {
    /// Parses the metadata of a `details_erased` that is the leaf `at`. It can only name leaves before its
    /// own.
    #[must_use]
    pub fn parse(metadata: &str, at: u64) -> Option<Self> {
        let told = object(metadata)?;
        let mut leaves: Vec<Range<u64>> = Vec::new();
        for range in told.get("leaves")?.as_array()? {
            let bound = |at| range.get(at).and_then(Value::as_u64);
            let (first, end) = (bound(0)?, bound(1)?.checked_add(1)?);
            if first >= end || leaves.last().is_some_and(|before| first < before.end) {
                return None;
            }
            leaves.push(first..end);
        }
        let size = leaves.last()?.end;
        (size <= at).then_some(())?;
        Some(Self { leaves, of: Prefix { size, root: root(&told)? } })
    }

    /// Whether it names a leaf.
    #[must_use]
    pub fn contains(&self, leaf: u64) -> bool {
        let before = self.leaves.partition_point(|range| range.start <= leaf);
        before
            .checked_sub(1)
            .and_then(|last| self.leaves.get(last))
            .is_some_and(|range| range.contains(&leaf))
    }
}

/// The prefix that was dropped, from the metadata of an `events_pruned` that is the leaf `at`. It can only be
/// of whole tiles, and of leaves before its own.
#[must_use]
pub fn pruned(metadata: &str, at: u64) -> Option<Prefix> {
    let told = object(metadata)?;
    let size = told.get("below")?.as_u64()?;
    (size % TILE == 0 && size <= at).then_some(Prefix { size, root: root(&told)? })
}

/// Leaves as a `details_erased` names them, `[[first, last], …]`. They must be in ascending order.
#[must_use]
pub fn ranges_of(leaves: &[u64]) -> Value {
    let mut ranges: Vec<[u64; 2]> = Vec::new();
    for leaf in leaves {
        match ranges.last_mut() {
            Some([_, last]) if last.checked_add(1) == Some(*leaf) => *last = *leaf,
            _ => ranges.push([*leaf, *leaf]),
        }
    }
    ranges.into_iter().map(|range| Value::from(range.to_vec())).collect()
}

/// A root hash as these events hold it: base64.
#[must_use]
pub fn root_text(root: &Hash) -> String {
    STANDARD.encode(root)
}

/// The longest metadata that is parsed, in bytes. The service names five hundred leaves at a time.
const LONGEST: usize = 64 << 10;

fn object(metadata: &str) -> Option<Value> {
    (metadata.len() <= LONGEST).then(|| serde_json::from_str(metadata).ok())?
}

fn root(told: &Value) -> Option<Hash> {
    STANDARD.decode(told.get("root")?.as_str()?).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ROOT: Hash = [7; 32];

    fn erased(leaves: &Value, at: u64) -> Option<Erased> {
        Erased::parse(&json!({ "leaves": leaves, "root": root_text(&ROOT) }).to_string(), at)
    }

    #[test]
    fn what_is_told_is_known() {
        let told = erased(&ranges_of(&[1, 2, 3, 9]), 10).expect("an erasure");
        assert_eq!(told.of, Prefix { size: 10, root: ROOT });
        let known: Vec<u64> = (0..30).filter(|leaf| told.contains(*leaf)).collect();
        assert_eq!(known, [1, 2, 3, 9]);
        assert_eq!(ranges_of(&[1, 2, 3, 9]), json!([[1, 3], [9, 9]]));
        let below =
            |below: Value| pruned(&json!({ "below": below, "root": root_text(&ROOT) }).to_string(), 600);
        assert_eq!(below(json!(512)), Some(Prefix { size: 512, root: ROOT }));
        for other in [json!(511), json!("512"), json!(768), json!(-256)] {
            assert_eq!(below(other.clone()), None, "{other}");
        }
    }

    #[test]
    fn nonsense_tells_nothing() {
        for leaves in [
            json!([]),
            json!([[3, 1]]),
            json!([[-1, 2]]),
            json!([["a"]]),
            json!([[1]]),
            json!([7]),
            json!([[0, u64::MAX]]),
            json!([[5, 9], [9, 10]]),
            json!([[5, 9], [1, 2]]),
        ] {
            assert_eq!(erased(&leaves, u64::MAX), None, "{leaves}");
        }
        assert_eq!(erased(&json!([[5, 9]]), 9), None, "nothing tells of what comes behind it");
        for text in
            ["", "{}", r#"{"leaves":[[1,2]]}"#, r#"{"leaves":[[1,2]],"root":"AAAA"}"#, r#"{"below":0}"#]
        {
            assert_eq!(Erased::parse(text, 100), None, "{text}");
            assert_eq!(pruned(text, 100), None, "{text}");
        }
    }
}
