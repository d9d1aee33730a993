//! How a trail begins: not in silence where another was there, and whatever rows somebody has put there before.

use crate::{scenarios, service::Stage};

scenarios![
    a_tree_whose_row_was_removed_is_told needs Commands Files,
    no_more_is_printed_than_is_signed needs Commands Files,
];

async fn a_tree_whose_row_was_removed_is_told(stage: Stage) {
    let service = stage.at_system_time().start().await;
    service.append_events(20);
    service.tick().await;
    let copy = service.copy();
    let folder = copy.folder().to_string_lossy().into_owned();
    let outcome = service.operate(&["audit", "verify", "--data", &folder]);
    assert_eq!(outcome.code(), Some(0), "{outcome:?}");
    for more in ["SELECT 1", "DELETE FROM audit_seals"] {
        copy.edit(&format!("DELETE FROM audit_tree; {more}"));
        let outcome = service.operate(&["audit", "verify", "--data", &folder]);
        assert_eq!(outcome.code(), Some(1), "{more}: {outcome:?}");
        assert!(outcome.stderr().contains("audit_tree: there is no row"), "{more}: {outcome:?}");
        assert!(!outcome.stdout().contains("/audit/"), "{more}: {outcome:?}");
    }
}

async fn no_more_is_printed_than_is_signed(stage: Stage) {
    let service = stage.at_system_time().start().await;
    service.append_events(20);
    service.tick().await;
    let copy = service.copy();
    let origin = copy.text("SELECT origin FROM audit_tree");
    let folder = copy.folder().to_string_lossy().into_owned();
    let told = service.operate(&["audit", "verify", "--data", &folder]).done();
    assert!(told.contains(&format!("origin     {origin}\n")), "{told}");
    copy.edit("UPDATE audit_tree SET origin = 'bank.example/audit/0'");
    let outcome = service.operate(&["audit", "verify", "--data", &folder]);
    assert_eq!(outcome.code(), Some(1), "{outcome:?}");
    assert!(!outcome.stdout().contains("bank.example"), "{outcome:?}");
    assert!(outcome.stdout().contains("origin     not proven"), "{outcome:?}");
}
