//! What events of the trail tell of the trail itself: which leaves lost their details, and which were dropped.

use crate::frontier::TILE;
use serde_json::Value;
use std::ops::Range;

/// Leaves, as ranges in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaves(Vec<Range<u64>>);

impl Leaves {
    /// Whether a leaf is among them.
    #[must_use]
    pub fn contains(&self, leaf: u64) -> bool {
        let before = self.0.partition_point(|range| range.start <= leaf);
        before.checked_sub(1).and_then(|last| self.0.get(last)).is_some_and(|range| range.contains(&leaf))
    }

    /// How many they are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().map(|range| range.end - range.start).sum()
    }

    fn add(&mut self, mut range: Range<u64>) {
        let first = self.0.partition_point(|other| other.end < range.start);
        let last = self.0.partition_point(|other| other.start <= range.end);
        for other in self.0.drain(first..last.max(first)) {
            range = range.start.min(other.start)..range.end.max(other.end);
        }
        self.0.insert(first, range);
    }
}

/// Leaves in ascending order as `details_erased` names them: `[[first, last], …]`.
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

/// The longest metadata that is looked at, in bytes. The service names five hundred leaves at a time.
const LONGEST: usize = 64 << 10;

/// Adds the leaves that the metadata of a `details_erased` at a place names: those before it.
pub fn erased_leaves(metadata: &str, at: u64, leaves: &mut Leaves) {
    let metadata: Value = match metadata.len() {
        ..=LONGEST => serde_json::from_str(metadata).unwrap_or_default(),
        _ => Value::Null,
    };
    for range in metadata.get("leaves").and_then(Value::as_array).into_iter().flatten() {
        let bound = |at| range.get(at).and_then(Value::as_u64);
        if let (Some(first), Some(last)) = (bound(0), bound(1))
            && first <= last
            && let Some(end) = last.checked_add(1)
            && end <= at
        {
            leaves.add(first..end);
        }
    }
}

/// The first leaf that the metadata of an `events_pruned` at a place leaves there: the first of a tile, and none behind it.
#[must_use]
pub fn pruned_below(metadata: &str, at: u64) -> Option<u64> {
    let metadata = (metadata.len() <= LONGEST).then_some(metadata)?;
    let below = serde_json::from_str::<Value>(metadata).ok()?.get("below")?.as_u64()?;
    (below % TILE == 0 && below <= at).then_some(below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_told_is_known() {
        let mut leaves = Leaves::default();
        for told in [&[5, 6, 7, 12][..], &[1], &[8], &[20, 21], &[6, 7]] {
            let metadata = json!({ "leaves": ranges_of(told), "by": "operator" }).to_string();
            erased_leaves(&metadata, 22, &mut leaves);
        }
        let known: Vec<u64> = (0..30).filter(|leaf| leaves.contains(*leaf)).collect();
        assert_eq!(known, [1, 5, 6, 7, 8, 12, 20, 21]);
        assert_eq!(leaves.count(), 8);
        assert_eq!(ranges_of(&[1, 2, 3, 9]), json!([[1, 3], [9, 9]]));
    }

    #[test]
    fn nonsense_tells_nothing() {
        let mut leaves = Leaves::default();
        for told in
            ["", "{}", r#"{"leaves":[[3,1],[-1,2],["a"],[1],7]}"#, r#"{"leaves":[[0,18446744073709551615]]}"#]
        {
            erased_leaves(told, u64::MAX, &mut leaves);
        }
        erased_leaves(r#"{"leaves":[[5,9],[9,10]]}"#, 9, &mut leaves);
        assert_eq!(leaves, Leaves::default(), "nothing tells of what comes behind it");
        assert_eq!(pruned_below(r#"{"below":512}"#, 512), Some(512));
        assert_eq!(pruned_below(r#"{"below":512}"#, 511), None);
        assert_eq!(pruned_below(r#"{"below":511}"#, 600), None);
        assert_eq!(pruned_below(r#"{"below":"512"}"#, 600), None);
    }
}
