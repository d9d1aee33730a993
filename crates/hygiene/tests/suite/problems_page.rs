use mana_auth_hygiene::Code;

/// The page for those who write clients has every code, with its status.
#[test]
fn the_page_lists_every_code() {
    let page = include_str!("../../../../docs/errors.md");
    for code in Code::ALL {
        let row = format!("| `{}` | {} |", code.as_str(), code.status().as_u16());
        assert!(page.contains(&row), "{row} is not in docs/errors.md");
    }
    assert_eq!(page.lines().filter(|line| line.starts_with("| `")).count(), Code::ALL.len());
}
