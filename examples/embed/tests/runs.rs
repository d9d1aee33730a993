//! The example does what it says.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::process::Command;

#[test]
fn it_signs_somebody_in_and_out_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = env!("CARGO_BIN_EXE_embed");
    let output = Command::new(program).arg(folder.path().join("data")).output().expect("an end");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).expect("text");
    let expected = "ana@example.org is signed in\n\
                    a token for https://shop.example, for 60 seconds\n\
                    the access token is refused: Refusal::Revoked\n";
    assert_eq!(said, expected);
}
