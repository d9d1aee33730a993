//! A search for secrets that are set twice.

/// The first two items that are alike.
pub fn first_alike<T>(items: &[T], alike: impl Fn(&T, &T) -> bool) -> Option<(&T, &T)> {
    (1..).zip(items).find_map(|(position, one)| {
        items.iter().skip(position).find(|other| alike(one, other)).map(|other| (one, other))
    })
}
