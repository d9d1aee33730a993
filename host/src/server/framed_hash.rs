//! A keyed hash over several texts, none of which can be taken for a part of another: each has its length before it.

pub(super) struct FramedHash(blake3::Hasher);

impl FramedHash {
    pub(super) fn new(key: &[u8; blake3::KEY_LEN]) -> Self {
        Self(blake3::Hasher::new_keyed(key))
    }

    /// The next text.
    pub(super) fn add(&mut self, text: &[u8]) {
        self.count(text.len());
        self.0.update(text);
    }

    /// How many texts follow.
    pub(super) fn count(&mut self, count: usize) {
        self.0.update(&count.to_le_bytes());
    }

    pub(super) fn finish(self) -> blake3::Hash {
        self.0.finalize()
    }
}
