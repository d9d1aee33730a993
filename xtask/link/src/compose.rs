//! Composes components into one file: what one imports, another exports.

use anyhow::Result;
use wac_graph::{CompositionGraph, EncodeOptions, types::Package};

/// The socket, with the imports that the plug exports satisfied by it. What is left over the whole imports.
///
/// # Errors
///
/// Where one of them is no component, or the plug doesn't fit.
pub fn compose(socket: Vec<u8>, plug: Vec<u8>) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let socket = Package::from_bytes("mana:socket", None, socket, graph.types_mut())?;
    let socket = graph.register_package(socket)?;
    let package = Package::from_bytes("mana:plug", None, plug, graph.types_mut())?;
    let package = graph.register_package(package)?;
    wac_graph::plug(&mut graph, vec![package], socket)?;
    Ok(graph.encode(EncodeOptions::default())?)
}
