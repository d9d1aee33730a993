//! Leaves out the names of a component's inner parts, which only a debugger reads. They stand in a custom section at its top.
//!
//! By hand, since that section is all of it: the crates that edit components parse and write the whole.

use anyhow::{Context as _, Result};

const NAMES: &[u8] = b"component-name";

/// The component without its section of names.
pub fn names(component: &[u8]) -> Result<Vec<u8>> {
    let (header, mut rest) = component.split_at_checked(8).context("a component has a header")?;
    let mut stripped = header.to_vec();
    while let Some((id, behind)) = rest.split_first() {
        let (length, content) = number(behind)?;
        let (content, next) = content.split_at_checked(length).context("a section is cut short")?;
        let (section, _) = rest.split_at_checked(rest.len() - next.len()).context("a section has an end")?;
        // A custom section begins with its name, whose length is one byte here.
        let is_names = *id == 0 && content.get(1..).is_some_and(|content| content.starts_with(NAMES));
        if !is_names {
            stripped.extend_from_slice(section);
        }
        rest = next;
    }
    Ok(stripped)
}

/// An unsigned LEB128, and what is behind it.
fn number(bytes: &[u8]) -> Result<(usize, &[u8])> {
    let mut value = 0_usize;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((value, bytes.get(index + 1..).unwrap_or_default()));
        }
    }
    anyhow::bail!("a section has no length")
}
